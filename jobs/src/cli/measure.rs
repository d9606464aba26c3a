//! `mixdown measure`: loudness, peaks and the rest of any audio files.

use super::number::fixed;
use super::outcome::{print, print_json, show};
use super::progress::FilesProgress;
use super::standard_streams::Inputs;
use super::table::Table;
use super::{Failure, csv, stems, terminal};
use clap::Args;
use mixdown_engine::analysis::{MeasuredFile, measure_file};
use mixdown_engine::io::format_names;
use mixdown_engine::meter::{Measurement, MeterSeries, rounded};
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Measure loudness, true peak and more of any audio files.
///
/// Loudness by ITU-R BS.1770-4 and EBU R 128, of one to six channels and more as they are, none
/// folded; true peak sixteen times oversampled. Files are read as streams, several at a time. What
/// does not exist (the loudness of silence, or of less than 0.4 s) is shown as a dash, and null in
/// JSON.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown measure mix/final_mix.wav
  mixdown measure album/ --csv > album.csv
  ffmpeg -i film.mkv -f wav - | mixdown measure -
  mixdown measure final_mix.wav --json --series > meters.json")]
pub(super) struct MeasureArguments {
    #[arg(
        value_name = "FILE",
        required = true,
        help = format!("The files, or - for standard input: {}; of a folder, its audio files", format_names())
    )]
    files: Vec<PathBuf>,
    /// Print one JSON document on standard output, every field described in docs/formats.md.
    #[arg(long)]
    pub(super) json: bool,
    /// Print comma-separated values on standard output, a row a file, with the keys of --json as
    /// heading.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Add the readings every 100 ms to the JSON document.
    #[arg(long, requires = "json")]
    series: bool,
    /// Print nothing but the result and errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// The document of `--json`.
#[derive(Serialize)]
struct Measured {
    files: Vec<FileEntry>,
}

/// A file, measured or refused.
#[derive(Serialize)]
#[serde(untagged)]
enum FileEntry {
    Measured(Box<FileReadings>),
    Refused { path: PathBuf, error: String },
}

/// The readings of a file; the meanings are those of [`Measurement`].
#[derive(Serialize)]
struct FileReadings {
    path: PathBuf,
    sample_rate: u32,
    channels: usize,
    frames: u64,
    duration_s: f64,
    integrated_lufs: Option<f64>,
    loudness_range_lu: Option<f64>,
    max_momentary_lufs: Option<f64>,
    max_short_term_lufs: Option<f64>,
    true_peak_dbtp: Option<f64>,
    sample_peak_dbfs: Option<f64>,
    rms_dbfs: Option<f64>,
    crest_db: Option<f64>,
    plr_db: Option<f64>,
    dc_offset: Vec<f64>,
    correlation: Option<f64>,
    clipped_samples: u64,
    /// Sentences about a file that is not whole.
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<MeterSeries>,
}

impl FileReadings {
    fn new(path: &Path, file: &MeasuredFile, series: bool) -> Self {
        let Measurement {
            sample_rate_hz: sample_rate,
            channels,
            frames,
            duration_s,
            integrated_lufs,
            loudness_range_lu,
            max_momentary_lufs,
            max_short_term_lufs,
            true_peak_dbtp,
            sample_peak_dbfs,
            rms_dbfs,
            crest_db,
            plr_db,
            dc_offset,
            correlation,
            clipped_samples,
            // A file with such a sample is refused.
            non_finite_samples: _,
        } = file.meter.measurement().rounded();
        let mut warnings = file.info.remarks.clone();
        warnings.extend(file.outcome.truncated.clone());
        if file.outcome.corrupt_packets > 0 {
            warnings.push(format!(
                "packets that could not be decoded and were measured as silence: {}",
                file.outcome.corrupt_packets
            ));
        }
        Self {
            path: path.to_path_buf(),
            sample_rate,
            channels,
            frames,
            duration_s,
            integrated_lufs,
            loudness_range_lu,
            max_momentary_lufs,
            max_short_term_lufs,
            true_peak_dbtp,
            sample_peak_dbfs,
            rms_dbfs,
            crest_db,
            plr_db,
            dc_offset,
            correlation,
            clipped_samples,
            warnings,
            series: series.then(|| file.meter.series()),
        }
    }
}

pub(super) fn run(arguments: &MeasureArguments) -> Result<(), Failure> {
    if arguments.series && arguments.csv {
        return Err(Failure::Usage("--series requires --json: a row of --csv holds no series".into()));
    }
    let paths = stems::expand(&arguments.files, arguments.quiet)?;
    let inputs = Inputs::new(paths.iter().map(|path| &**path))?;
    let progress = FilesProgress::new(paths.len(), arguments.quiet || arguments.json);
    let measure = |path: &PathBuf| {
        let share = progress.file();
        match measure_file(&inputs.file(path), arguments.series, |done, expected| share.at(done, expected)) {
            Ok(file) => FileEntry::Measured(Box::new(FileReadings::new(path, &file, arguments.series))),
            Err(error) => FileEntry::Refused { path: path.clone(), error: inputs.reported(&error.to_string()) },
        }
    };
    let files: Vec<FileEntry> = paths.par_iter().map(measure).collect();
    drop(progress);
    let refused = files.iter().filter(|file| matches!(file, FileEntry::Refused { .. })).count();
    if arguments.json {
        print_json(&Measured { files })?;
    } else {
        if arguments.csv { print(&values(&files)) } else { show(&table(&files)) }?;
        for file in &files {
            match file {
                FileEntry::Refused { error, .. } => terminal::fail(&terminal::one_line(error)),
                FileEntry::Measured(readings) => {
                    readings
                        .warnings
                        .iter()
                        .for_each(|warning| terminal::warn(&format!("{}: {warning}", readings.path.display())));
                }
            }
        }
    }
    if refused == 0 { Ok(()) } else { Err(Failure::Reported) }
}

/// Returns values for a spreadsheet: one row per file that could be measured.
fn values(files: &[FileEntry]) -> String {
    let measured = files.iter().filter(|file| matches!(file, FileEntry::Measured(_)));
    let rows = measured.filter_map(|file| serde_json::to_value(file).ok()?.as_object().cloned());
    csv::text(&rows.collect::<Vec<_>>())
}

/// Returns a table for people: one row per file that could be measured.
fn table(files: &[FileEntry]) -> String {
    let mut table = Table::new(&[
        ("", ""),
        ("loudness", "LUFS"),
        ("range", "LU"),
        ("max M", "LUFS"),
        ("max S", "LUFS"),
        ("true peak", "dBTP"),
        ("peak", "dBFS"),
        ("RMS", "dBFS"),
        ("crest", "dB"),
        ("PLR", "dB"),
        ("corr.", ""),
        ("clipped", "samples"),
        ("length", "m:s"),
        ("ch", ""),
        ("rate", "Hz"),
    ]);
    for file in files {
        let FileEntry::Measured(readings) = file else { continue };
        let level = |value: Option<f64>| value.map_or("–".to_owned(), |value| fixed(rounded(value, 1), 1));
        table.row(&[
            readings.path.display().to_string(),
            level(readings.integrated_lufs),
            level(readings.loudness_range_lu),
            level(readings.max_momentary_lufs),
            level(readings.max_short_term_lufs),
            level(readings.true_peak_dbtp),
            level(readings.sample_peak_dbfs),
            level(readings.rms_dbfs),
            level(readings.crest_db),
            level(readings.plr_db),
            readings.correlation.map_or("–".to_owned(), |value| fixed(rounded(value, 2), 2)),
            readings.clipped_samples.to_string(),
            format!("{}:{:04.1}", (readings.duration_s / 60.0) as u64, readings.duration_s % 60.0),
            readings.channels.to_string(),
            readings.sample_rate.to_string(),
        ]);
    }
    table.text()
}
