//! `mixdown analyse`: tempo, beats, key, chords and sections of a song, types of its stems.

use super::destination::write_file;
use super::number::fixed;
use super::outcome::{print_json, show};
use super::outputs::Outputs;
use super::progress::FilesProgress;
use super::standard_streams::{Inputs, is_standard};
use super::table::Table;
use super::terminal::{self, one_line};
use super::{Failure, interrupt, stems};
use clap::Args;
use mixdown_analyse::{AnalyseError, LabelledSpan, Song, SongAnalysis, analyse_with_picture, song_html, song_png};
use mixdown_engine::io::{OutputKind, format_names};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Analyse the stems of one song: tempo, beats, bars, key, chords, sections, and types of stems.
///
/// All files are taken as one song that starts with their first sample; one file is its mix. Types
/// and tempo come from the sound alone. What is not found is null, and each answer has a
/// confidence from 0 to 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown analyse stems/
  mixdown analyse drums.wav bass.wav keys.wav --json
  mixdown analyse song.mp3 -o song.json --page song")]
pub(super) struct AnalyseArguments {
    #[arg(
        value_name = "STEM",
        required = true,
        help = format!("The stems, or - for standard input: {}; of a folder, its audio files", format_names())
    )]
    stems: Vec<PathBuf>,
    /// Print one JSON document on standard output, every field described in docs/analysis.md.
    #[arg(long)]
    pub(super) json: bool,
    /// Write the JSON document to this file; - is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write song.html and song.png into this folder: beats over the waveform, chords, sections.
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
    /// Replace files that mixdown did not write, too; never one that is read.
    #[arg(long)]
    force: bool,
    /// Print nothing but the result and errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

pub(super) fn run(arguments: &AnalyseArguments) -> Result<(), Failure> {
    let output = arguments.output.as_deref().filter(|output| !is_standard(output));
    let prints_json = arguments.json || arguments.output.is_some() && output.is_none();
    let paths = stems::expand(&arguments.stems, arguments.quiet)?;
    let page = arguments.page.as_ref().map(|folder| (folder.join("song.html"), folder.join("song.png")));
    let outputs = Outputs::new(arguments.force).reading(&paths).writing("--output", output, OutputKind::SONG);
    let outputs = match &page {
        Some((html, png)) => {
            outputs.writing("--page", Some(html), OutputKind::PAGE).writing("--page", Some(png), OutputKind::PICTURE)
        }
        None => outputs,
    };
    outputs.check()?;
    interrupt::install();
    let inputs = Inputs::new(paths.iter().map(|path| &**path))?;
    let files: Vec<PathBuf> = paths.iter().map(|path| inputs.file(path)).collect();
    let (mut analysis, picture) = {
        let progress = FilesProgress::named("Analysing", 1, arguments.quiet || prints_json);
        let share = progress.file();
        analyse_with_picture(&files, |fraction| {
            share.reached(fraction);
            if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }
    .map_err(|error| failure(&inputs, &error))?;
    for (stem, path) in analysis.stems.iter_mut().zip(&paths) {
        stem.path = inputs.shown(path);
    }
    if let Some(path) = output {
        let bytes = serde_json::to_vec_pretty(&analysis).map_err(|error| Failure::Other(error.to_string()))?;
        write_file(path, "--output", &[&bytes, &b"\n"[..]].concat())?;
    }
    if let Some((html, png)) = &page {
        write_file(html, "--page", song_html(&analysis, &picture).as_bytes())?;
        let bytes = song_png(&analysis, &picture).ok_or_else(|| Failure::Other("the picture has no area".into()))?;
        write_file(png, "--page", &bytes)?;
    }
    if prints_json { print_json(&analysis) } else { show(&text(&analysis)) }?;
    for stem in &analysis.stems {
        for warning in &stem.warnings {
            terminal::warn(&one_line(&format!("{}: {warning}", stem.path.display())));
        }
    }
    Ok(())
}

pub(super) fn failure(inputs: &Inputs, error: &AnalyseError) -> Failure {
    match error {
        AnalyseError::Stopped => Failure::Other("stopped; nothing was written".into()),
        error => Failure::Other(inputs.reported(&error.to_string())),
    }
}

/// Confidence below which an answer is shown as not sure.
pub(super) const SURE: f64 = 0.5;

/// Returns the answer for people: the song in lines, the stems in a table.
fn text(analysis: &SongAnalysis) -> String {
    let song = &analysis.song;
    let sure = |confidence: f64| if confidence < SURE { "  (not sure)" } else { "" };
    let mut lines = Vec::new();
    let mut line = |name: &str, value: Option<String>, confidence: f64| {
        let note = if value.is_some() { sure(confidence) } else { "" };
        lines.push(format!("{name:<9} {}{note}", value.as_deref().unwrap_or("–")));
    };
    line("tempo", song.tempo_bpm.map(|bpm| format!("{} BPM", fixed(bpm, 2))), song.confidence.tempo);
    line("metre", song.beats_per_bar.map(|beats| format!("{beats} beats a bar")), song.confidence.metre);
    line("beats", beats(song), song.confidence.beats);
    line("key", song.key.clone(), song.confidence.key);
    line("tuning", song.tuning_hz.map(|hz| format!("A4 = {} Hz", fixed(hz, 1))), 1.0);
    line("sections", spans(&song.sections), song.confidence.sections);
    line("chords", spans(&song.chords), song.confidence.chords);
    lines.push(String::new());
    let mut table = Table::new(&[
        ("", ""),
        ("type", ""),
        ("sure", "%"),
        ("loudness", "LUFS"),
        ("true peak", "dBTP"),
        ("crest", "dB"),
        ("centroid", "Hz"),
        ("onsets", "/s"),
        ("silence", "%"),
    ]);
    for stem in &analysis.stems {
        let level = |value: Option<f64>, decimals| value.map_or("–".to_owned(), |value| fixed(value, decimals));
        table.row(&[
            stem.path.display().to_string(),
            stem.stem_type.clone(),
            fixed(100.0 * stem.type_confidence, 0),
            level(stem.integrated_lufs, 1),
            level(stem.true_peak_dbtp, 1),
            level(stem.crest_db, 1),
            level(stem.spectral_centroid_hz, 0),
            level(stem.onset_rate_hz, 1),
            fixed(100.0 * stem.silence_share, 0),
        ]);
    }
    lines.join("\n") + "\n" + &table.text()
}

fn beats(song: &Song) -> Option<String> {
    let first = song.beats_s.first()?;
    let downbeat = song.downbeats_s.first().map_or(String::new(), |first| format!(", bar 1 at {}", clock(*first)));
    Some(format!("{} from {}{downbeat}", song.beats_s.len(), clock(*first)))
}

/// Spans shown in one line, with their starts; of more, the number.
const SHOWN_SPANS: usize = 12;

fn spans(spans: &[LabelledSpan]) -> Option<String> {
    let shown: Vec<String> =
        spans.iter().take(SHOWN_SPANS).map(|span| format!("{} {}", clock(span.start_s), span.label)).collect();
    let rest = spans.len().saturating_sub(SHOWN_SPANS);
    let rest = if rest > 0 { format!("  and {rest} more (--json)") } else { String::new() };
    (!shown.is_empty()).then(|| shown.join("  ") + &rest)
}

/// Returns minutes and seconds.
fn clock(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}
