//! `mixdown diff`: the comparison of two files, for golden-file tests.

use super::destination::write_file;
use super::number::{fixed, short, signed};
use super::outcome::{print_json, show};
use super::outputs::Outputs;
use super::standard_streams::Inputs;
use super::{Failure, interrupt};
use clap::Args;
use mixdown_engine::analysis::{Difference, DifferenceError, compare_files};
use mixdown_engine::io::OutputKind;
use mixdown_engine::meter::rounded;
use mixdown_engine::report::difference_picture;
use serde_json::json;
use std::path::PathBuf;

/// Compare two audio files sample by sample.
///
/// Exit code 0 when they are the same, or within --tolerance-db; 1 when they differ. Code 2 when
/// they cannot be compared, so that a test can distinguish a difference from a missing file. Files
/// of other rates, channels or lengths differ whatever the tolerance.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown diff golden.wav new.wav
  mixdown diff golden.wav new.wav --tolerance-db -90 --json
  mixdown diff golden.wav new.wav --png difference.png")]
pub(super) struct DiffArguments {
    /// The file that is known to be right; - for standard input.
    first: PathBuf,
    /// The file to compare with it; - for standard input.
    second: PathBuf,
    /// The largest difference of two samples that is none, in dBFS, as in -90.
    #[arg(long, value_name = "DBFS", allow_hyphen_values = true, value_parser = finite)]
    tolerance_db: Option<f64>,
    /// Write a picture of both files and their difference over time.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Replace a file that is not a PNG picture, too; never one that is read.
    #[arg(long, requires = "png")]
    force: bool,
    /// Print one JSON document on standard output.
    #[arg(long)]
    pub(super) json: bool,
    /// Print nothing; the exit code is the result.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

fn finite(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|db: &f64| db.is_finite()).ok_or_else(|| "not a number of decibels".to_owned())
}

pub(super) fn run(arguments: &DiffArguments) -> Result<(), Failure> {
    interrupt::install();
    let (first, second) = (&arguments.first, &arguments.second);
    Outputs::new(arguments.force)
        .reading([first, second])
        .writing("--png", arguments.png.as_deref(), OutputKind::PICTURE)
        .check()
        .map_err(|failure| Failure::Usage(failure.to_string()))?;
    let inputs = Inputs::new([&**first, &**second])?;
    let compared = compare_files(&inputs.file(first), &inputs.file(second), &interrupt::requested);
    let found = compared.map_err(|error| match error {
        DifferenceError::Stopped => Failure::Other(error.to_string()),
        error => Failure::Usage(inputs.reported(&error.to_string())),
    })?;
    let same = found.identical || is_within(&found, arguments.tolerance_db);
    if let Some(path) = &arguments.png {
        write_file(path, "--png", &difference_picture(&found))?;
    }
    if arguments.json {
        print_json(&document(&found, same, arguments.tolerance_db))?;
    } else if !arguments.quiet {
        show(&reported(&found, same, arguments))?;
    }
    if same { Ok(()) } else { Err(Failure::Reported) }
}

fn is_within(found: &Difference, tolerance_db: Option<f64>) -> bool {
    let alike = found.incomparable.is_none() && found.frames[0] == found.frames[1];
    alike && tolerance_db.is_some_and(|tolerance| found.peak_difference_dbfs.is_none_or(|peak| peak <= tolerance))
}

fn document(found: &Difference, same: bool, tolerance_db: Option<f64>) -> serde_json::Value {
    let level = |value: Option<f64>| value.map(|value| rounded(value, 3));
    json!({
        "ok": true,
        "same": same,
        "identical": found.identical,
        "tolerance_db": tolerance_db,
        "incomparable": found.incomparable,
        "frames": found.frames,
        "first_difference_frame": found.first_difference_frame,
        "peak_difference_dbfs": level(found.peak_difference_dbfs),
        "null_depth_db": level(found.null_depth_db),
        "offset_frames": level(found.offset_frames),
        "gain_db": level(found.gain_db),
        "inverted": found.inverted,
        "matched_null_depth_db": level(found.matched_null_depth_db),
        "loudness_difference_lu": level(found.loudness_difference_lu),
    })
}

/// Returns the result as text for people.
fn reported(found: &Difference, same: bool, arguments: &DiffArguments) -> String {
    if found.identical {
        return "identical\n".into();
    }
    if let Some(why) = &found.incomparable {
        return format!("different: {why}\n");
    }
    let mut text = match (same, arguments.tolerance_db) {
        (true, Some(tolerance)) => format!("within {tolerance} dBFS\n"),
        _ => "different\n".into(),
    };
    let [first, second] = found.frames;
    if first != second {
        text += &format!("  length: {first} and {second} frames\n");
    }
    if let Some(frame) = found.first_difference_frame {
        text += &format!("  first difference: frame {frame}, at {:.6} s\n", found.sample_rate.seconds(frame));
    }
    if let Some(peak) = found.peak_difference_dbfs {
        text += &format!("  largest difference: {} dBFS\n", fixed(peak, 1));
    }
    if let Some(depth) = found.null_depth_db {
        text += &format!("  the difference is {} dB of the first\n", fixed(depth, 1));
    }
    if let (Some(offset), Some(gain)) = (found.offset_frames, found.gain_db) {
        let polarity = if found.inverted { ", inverted" } else { "" };
        let left = found.matched_null_depth_db.map_or("nothing".to_owned(), |depth| format!("{} dB", fixed(depth, 1)));
        let (offset, gain) = (short(offset, 3), signed(gain, 2));
        text += &format!("  the second is {offset} frames late at {gain} dB{polarity}; without that, {left} is left\n");
    }
    if let Some(loudness) = found.loudness_difference_lu {
        text += &format!("  loudness: {} LU\n", signed(loudness, 2));
    }
    text
}
