//! Arguments of `mixdown play`.

use crate::cli::render::{AlignChoice, TimecodeChoice};
use clap::Args;
use std::path::PathBuf;

/// Play a mix live, with faders to move.
///
/// The same mix as `mixdown render` writes, block by block. On a terminal it shows a mixer: press ?
/// there for its keys. The loudness target applies when --report names the report.json of an
/// earlier render; without it the mix plays at its own level. The ceiling is that of the session:
/// its own, else the target's, else -1 dBTP, and off for wav32f without a target.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown play drums.wav bass.flac vox.mp3 --null
  mixdown play --session mix.toml --report mix/report.json --record changed.toml --null
  mixdown play --session mix.toml --freewheel --wav heard.wav --json")]
pub(in crate::cli) struct PlayArguments {
    /// The stems, summed at unity; of a folder, its audio files.
    #[arg(value_name = "STEM", required_unless_present_any = ["session", "list_devices"], conflicts_with = "session")]
    pub(super) stems: Vec<PathBuf>,
    /// A session file, TOML or JSON.
    #[arg(short, long, value_name = "FILE")]
    pub(super) session: Option<PathBuf>,
    /// Play in real time to nowhere, and print statistics.
    #[arg(long, conflicts_with_all = ["freewheel", "device"])]
    pub(super) null: bool,
    /// Play as fast as the machine can, to nowhere or to --wav.
    #[arg(long, conflicts_with = "device")]
    pub(super) freewheel: bool,
    /// The device to play on; without it, the system's default.
    #[arg(long, value_name = "NAME")]
    pub(super) device: Option<String>,
    /// Print the names of the devices, and end.
    #[arg(long)]
    pub(super) list_devices: bool,
    /// Frames of a block.
    #[arg(long, value_name = "FRAMES", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(super) block: u32,
    /// Session time at which it begins, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pub(super) start: f64,
    /// A range to play again and again, in seconds.
    #[arg(long = "loop", value_name = "FROM-TO", value_parser = seconds_range)]
    pub(super) loop_range: Option<(f64, f64)>,
    /// End after so many seconds of sound; without it, when the mix has ended.
    #[arg(long, value_name = "SECONDS")]
    pub(super) duration: Option<f64>,
    /// report.json of an earlier render: its loudness sets the gain for the target.
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// The stems to move into time with each other, of those that share a source.
    #[arg(short, long, value_enum, value_name = "MODE")]
    pub(super) align: Option<AlignChoice>,
    /// Start stems at the time references of their files (bext), relative to the earliest.
    #[arg(long, value_enum, value_name = "MODE")]
    pub(super) timecode: Option<TimecodeChoice>,
    /// Write the session with the moved faders to this file at the end.
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// Write every command with its frame to this file at the end, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// Carry out the commands of such a file at their frames.
    #[arg(long, value_name = "FILE")]
    pub(super) replay: Option<PathBuf>,
    /// With --freewheel: write the output to this file, as 32-bit float WAV, from the session's
    /// first frame on.
    #[arg(long, value_name = "FILE")]
    pub(super) wav: Option<PathBuf>,
    /// Replace files that mixdown did not write, and the one of --record, too; never one that is
    /// read.
    #[arg(long)]
    pub(super) force: bool,
    /// Print one JSON document, and show nothing else.
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Show nothing but errors.
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}

fn seconds_range(text: &str) -> Result<(f64, f64), String> {
    let (from, to) = text.split_once('-').ok_or("two times in seconds, as in 10-20.5")?;
    let second = |text: &str| text.trim().parse::<f64>().map_err(|_| format!("{text:?} is not a number of seconds"));
    let (from, to) = (second(from)?, second(to)?);
    if (0.0..to).contains(&from) && to.is_finite() { Ok((from, to)) } else { Err("a loop ends after it begins".into()) }
}
