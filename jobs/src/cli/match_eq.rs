//! `mixdown match-eq`: the correction of a file towards a reference, as an insert.

use super::Failure;
use super::outcome::{print_json, show};
use clap::Args;
use mixdown_engine::analysis::{MatchReference, match_curve};
use mixdown_engine::dsp::Insert;
use std::path::PathBuf;

/// Measure the curve from a file's spectrum to that of a reference.
///
/// Prints the insert match_eq for a session: gains of third octaves, smoothed, without the
/// difference in level. The session holds the curve, so that a render does not read the reference.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown match-eq mix.wav --reference master-i-like.flac
  mixdown match-eq vocals.wav --reference pink --limit 4 --json")]
pub(super) struct MatchEqArguments {
    /// The file to correct.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file whose spectrum is the aim, or pink: as much power in every third of an octave.
    #[arg(short, long, value_name = "FILE|pink")]
    reference: PathBuf,
    /// Largest boost or cut, in decibels.
    #[arg(long, value_name = "DB", default_value_t = 6.0, value_parser = limit)]
    limit: f64,
    /// Print the insert as JSON, as the API takes it.
    #[arg(long)]
    pub(super) json: bool,
    /// Print nothing but the result and errors, as always.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

fn limit(text: &str) -> Result<f64, String> {
    let limit = text.parse::<f64>().ok().filter(|limit| (0.0..=24.0).contains(limit));
    limit.ok_or_else(|| "not a number from 0 to 24".into())
}

pub(super) fn run(arguments: &MatchEqArguments) -> Result<(), Failure> {
    let reference = match arguments.reference.to_str() {
        Some("pink") => MatchReference::Pink,
        _ => MatchReference::File(arguments.reference.clone()),
    };
    let settings = match_curve(&arguments.file, &reference, arguments.limit)
        .map_err(|errors| Failure::List(errors.iter().map(ToString::to_string).collect()))?;
    let insert = Insert::MatchEq(settings);
    if arguments.json {
        return print_json(&insert);
    }
    let table = toml::Value::try_from(&insert).map_err(|error| Failure::Other(error.to_string()))?;
    // Gains of 0 dB are the default.
    let lines = table.as_table().into_iter().flatten().filter(|(_, value)| value.as_float() != Some(0.0));
    let pairs: Vec<String> = lines.map(|(key, value)| format!("{key} = {value}")).collect();
    show(&format!("inserts = [{{ {} }}]\n", pairs.join(", ")))
}
