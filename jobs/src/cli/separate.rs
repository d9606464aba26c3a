//! `mixdown separate`: a song into parts, and a report of what their sum leaves of it.

use super::number::{fixed, signed};
use super::outcome::{print_json, show};
use super::progress::FilesProgress;
use super::serve::bytes;
use super::standard_streams::is_standard;
use super::table::Table;
use super::terminal::{self, one_line};
use super::{Failure, interrupt};
use clap::Args;
use mixdown_engine::render::RenderError;
use mixdown_separate::{
    BackEnd, DEFAULT_MODEL, Demucs, Level, Limits, Polarity, SeparateError, Separation, find_demucs, separate,
};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// Separate a song into parts, and measure what their sum leaves of it.
///
/// No model is part of mixdown. Drums, bass, other and vocals come from the program demucs, where
/// it is installed. --with classical needs no model: it splits into percussive, harmonic and
/// centre, which are not drums, bass and vocals. It is used only where it is named.
///
/// DIR receives a WAV file of 32-bit floats per part, with rate, length and channels of the song,
/// and residual.json.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown separate song.flac --out parts
  mixdown separate song.flac --out parts --model htdemucs_ft --demucs ~/venv/bin/demucs
  mixdown separate song.flac --out parts --with classical --json")]
pub(super) struct SeparateArguments {
    /// The song: one audio file; more than two channels are folded to stereo.
    #[arg(value_name = "SONG")]
    song: PathBuf,
    /// The folder of the parts; made if it is missing.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// The back end: demucs, classical, or an ONNX model; without it demucs, if it is installed.
    #[arg(long, value_name = "demucs|classical|FILE.onnx", value_parser = with)]
    with: Option<With>,
    /// The model of demucs.
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MODEL)]
    model: String,
    /// The program demucs, if it is not on PATH.
    #[arg(long, value_name = "PATH")]
    demucs: Option<PathBuf>,
    /// Stop demucs after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = seconds)]
    time_limit: Duration,
    /// Stop demucs when all its processes together hold more memory; on Linux only.
    #[arg(long, value_name = "SIZE", default_value = "16G", value_parser = bytes)]
    memory_limit: u64,
    /// Print one JSON document on standard output: that of residual.json.
    #[arg(long)]
    pub(super) json: bool,
    /// Replace files that mixdown did not write, too; never the song.
    #[arg(long)]
    force: bool,
    /// Print nothing but the result and errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// A value of `--with`.
#[derive(Clone, Debug)]
enum With {
    Demucs,
    Classical,
    Onnx(PathBuf),
}

fn with(text: &str) -> Result<With, String> {
    match text {
        "demucs" => Ok(With::Demucs),
        "classical" => Ok(With::Classical),
        file if file.to_ascii_lowercase().ends_with(".onnx") => Ok(With::Onnx(file.into())),
        _ => Err("name demucs, classical, or a file that ends in .onnx".into()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| "not a number of seconds above 0".into())
}

pub(super) fn run(arguments: &SeparateArguments) -> Result<(), Failure> {
    if is_standard(&arguments.song) {
        return Err(Failure::Usage(
            "a song is read several times, so standard input is not enough: name a file".into(),
        ));
    }
    let back_end = back_end(arguments)?;
    interrupt::install();
    let separation = {
        let progress = FilesProgress::named("Separating", 1, arguments.quiet || arguments.json);
        let share = progress.file();
        separate(&arguments.song, &back_end, &arguments.out, arguments.force, |fraction| {
            share.reached(fraction);
            if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }
    .map_err(failure)?;
    if arguments.json { print_json(&separation) } else { show(&text(&separation)) }?;
    if !arguments.quiet {
        for warning in &separation.warnings {
            terminal::warn(&one_line(&format!("{}: {warning}", separation.song.display())));
        }
    }
    Ok(())
}

fn back_end(arguments: &SeparateArguments) -> Result<BackEnd, Failure> {
    match &arguments.with {
        Some(With::Classical) if arguments.demucs.is_some() || arguments.model != DEFAULT_MODEL => {
            Err(Failure::Usage("--demucs and --model do nothing to --with classical: leave them out".into()))
        }
        Some(With::Classical) => Ok(BackEnd::Classical),
        Some(With::Onnx(_)) if arguments.demucs.is_some() || arguments.model != DEFAULT_MODEL => {
            Err(Failure::Usage("--demucs and --model do nothing to a model in a file: leave them out".into()))
        }
        Some(With::Onnx(path)) => BackEnd::onnx(path).map_err(failure),
        Some(With::Demucs) | None => {
            let limits = Limits { time: arguments.time_limit, memory_bytes: arguments.memory_limit };
            let program = find_demucs(arguments.demucs.as_deref()).map_err(failure)?;
            let demucs = Demucs::new(program, &arguments.model, limits).map_err(failure)?;
            Ok(BackEnd::Demucs(guarded(demucs)))
        }
    }
}

/// Returns demucs as this program starts it.
pub(super) fn guarded(demucs: Demucs) -> Demucs {
    match std::env::current_exe() {
        Ok(this) => demucs.guarded_by(this),
        // A program that does not know its own path starts demucs by itself.
        Err(_) => demucs,
    }
}

fn failure(error: SeparateError) -> Failure {
    match error {
        SeparateError::Decode(error) => Failure::Decode(error),
        SeparateError::Output(error) => Failure::Render(RenderError::from(error)),
        SeparateError::Model(_) => Failure::Usage(error.to_string()),
        SeparateError::Stopped => Failure::Other("stopped; nothing was written".into()),
        error => Failure::Other(error.to_string()),
    }
}

/// Returns the answer for people: the parts in a table, then their sum against the song.
fn text(separation: &Separation) -> String {
    let mut table = Table::new(&[("", ""), ("level", "dBFS RMS")]);
    let level = |value: Option<f64>| value.map_or("–".to_owned(), |value| fixed(value, 1));
    for part in &separation.parts {
        table.row(&[part.path.display().to_string(), level(part.rms_dbfs)]);
    }
    let null = |level: &Level| {
        level.null_db.map_or("– (the song is silent)".to_owned(), |db| format!("{} dB", fixed(db, 1)))
    };
    let placement = &separation.placement;
    let position = if placement.found {
        let polarity = if placement.polarity == Polarity::Inverted { ", inverted" } else { "" };
        format!("{} frames late, gain {} dB{polarity}", placement.delay_frames, signed(placement.gain_db, 2))
    } else {
        "not found: the parts have too little in common with the song".to_owned()
    };
    let residual = &separation.residual;
    let lines = [
        format!("residual    {}", null(&residual.whole)),
        format!("as written  {}", null(&residual.as_written)),
        format!("position    {position}"),
    ];
    table.text() + "\n" + &lines.join("\n") + "\n"
}
