//! Stems decoded in a process of their own: a hostile one ends that process alone.

mod run;
mod work;

pub(crate) use run::{draw, probe};
pub(crate) use work::{draw_child, probe_child};

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Name of the work that decodes a stem.
pub(crate) const PROBE: &str = "probe";
/// Name of the work that draws a stem.
pub(crate) const DRAW: &str = "draw";

/// Request to the process: JSON on standard input.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    /// The file.
    path: PathBuf,
    /// Largest memory, in MiB.
    memory_mb: u64,
    /// Longest stem, in frames.
    max_frames: u64,
    /// Frames per pixel of a waveform.
    samples_per_pixel: u32,
}

/// Answer of the process that decodes a stem: JSON on standard output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// It was decoded from its first frame to its last.
    Decoded(Decoded),
    /// It was refused.
    Refused { reason: Reason, message: String },
}

/// Facts about a decoded stem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Decoded {
    /// Length, in frames.
    pub frames: u64,
    /// Frames per second.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: usize,
    /// Container and codec.
    pub format: String,
    /// Contradictions in the file and their treatment, a sentence each.
    pub warnings: Vec<String>,
}

/// Reason of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Unsupported,
    Unreadable,
    TooLong,
    Empty,
}
