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
use mixdown_engine::meter::{Label, Measurement, MeterSeries, SUMMARY, SummaryReading, SummaryValue, rounded};
use rayon::prelude::*;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::path::PathBuf;

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

/// The readings of a file.
struct FileReadings {
    path: PathBuf,
    /// Rounded.
    measurement: Measurement,
    /// Sentences about a file that is not whole.
    warnings: Vec<String>,
    series: Option<MeterSeries>,
}

impl FileReadings {
    fn new(path: PathBuf, file: &MeasuredFile, series: bool) -> Self {
        let mut warnings = file.info.remarks.clone();
        warnings.extend(file.outcome.truncated.clone());
        if file.outcome.corrupt_packets > 0 {
            warnings.push(format!(
                "packets that could not be decoded and were measured as silence: {}",
                file.outcome.corrupt_packets
            ));
        }
        Self {
            path,
            measurement: file.meter.measurement().rounded(),
            warnings,
            series: series.then(|| file.meter.series()),
        }
    }
}

impl Serialize for FileReadings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut file = serializer.serialize_map(None)?;
        file.serialize_entry("path", &self.path)?;
        for reading in &SUMMARY {
            let key = match reading.key {
                "sample_rate_hz" => "sample_rate",
                // A file with such a sample is refused.
                "non_finite_samples" => continue,
                key => key,
            };
            file.serialize_entry(key, &reading.value(&self.measurement))?;
        }
        file.serialize_entry("warnings", &self.warnings)?;
        if let Some(series) = &self.series {
            file.serialize_entry("series", series)?;
        }
        file.end()
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
            Ok(file) => FileEntry::Measured(Box::new(FileReadings::new(inputs.shown(path), &file, arguments.series))),
            Err(error) => FileEntry::Refused { path: inputs.shown(path), error: inputs.reported(&error.to_string()) },
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
    let columns: Vec<(&SummaryReading, Label)> =
        SUMMARY.iter().filter_map(|reading| Some((reading, reading.column?))).collect();
    let mut heads = vec![("", "")];
    heads.extend(columns.iter().map(|(reading, column)| (column.text, reading.unit)));
    heads.extend([("length", "m:s"), ("ch", ""), ("rate", "Hz")]);
    let mut table = Table::new(&heads);
    for file in files {
        let FileEntry::Measured(readings) = file else { continue };
        let measurement = &readings.measurement;
        let mut row = vec![readings.path.display().to_string()];
        row.extend(columns.iter().map(|(reading, column)| cell(reading.value(measurement), *column)));
        let seconds = measurement.duration_s;
        row.extend([
            format!("{}:{:04.1}", (seconds / 60.0) as u64, seconds % 60.0),
            measurement.channels.to_string(),
            measurement.sample_rate_hz.to_string(),
        ]);
        table.row(&row);
    }
    table.text()
}

/// Returns a value as in a column; a dash where there is none.
fn cell(value: SummaryValue<'_>, column: Label) -> String {
    let number = |number| fixed(rounded(number, i32::from(column.decimals)), usize::from(column.decimals));
    match value {
        SummaryValue::Level(level) => level.map_or("–".to_owned(), number),
        SummaryValue::Number(value) => number(value),
        SummaryValue::Count(count) => count.to_string(),
        SummaryValue::Channels(channels) => channels.iter().copied().map(number).collect::<Vec<_>>().join(" "),
    }
}
