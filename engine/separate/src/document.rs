//! The document of a separation, `residual.json`.

use serde::Serialize;
use std::path::PathBuf;

/// Name and version of the document's form.
pub const SCHEMA: &str = "mixdown.residual/1";

/// A separation: its parts, their position, and what their sum leaves of the song.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Separation {
    /// True: errors have another document.
    pub ok: bool,
    /// [`SCHEMA`].
    pub schema: String,
    /// The song, as it was named.
    pub song: PathBuf,
    /// The back end: `classical`, `demucs` or `onnx`.
    pub with: String,
    /// The model, where the back end has several; the name of its file for `onnx`.
    pub model: Option<String>,
    /// Frames per second, of song and parts.
    pub sample_rate_hz: u32,
    /// Channels of each part: 1 or 2.
    pub channels: usize,
    /// Length of the song and of each part, in frames.
    pub frames: u64,
    /// The same in seconds.
    pub duration_s: f64,
    /// The parts, in the order of the back end.
    pub parts: Vec<PartEntry>,
    /// Position of the sum of the parts before they were placed.
    pub placement: PlacementEntry,
    /// Song minus the sum of the parts.
    pub residual: Residual,
    /// Remarks on the song and the parts.
    pub warnings: Vec<String>,
}

/// A part that was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartEntry {
    /// The name of the part.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Root mean square in dBFS; null for silence.
    pub rms_dbfs: Option<f64>,
}

/// Polarity of the sum of the parts against the song.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// The same.
    Normal,
    /// The opposite.
    Inverted,
}

/// Position of the sum of the parts against the song. The delay has been taken out of the written
/// parts; gain and polarity only of the residual.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlacementEntry {
    /// False if song and sum have too little in common: then nothing was moved or scaled.
    pub found: bool,
    /// Frames by which the parts came late; negative if early.
    pub delay_frames: i64,
    /// Gain that takes the sum of the parts to the song, in dB.
    pub gain_db: f64,
    /// Polarity of the sum.
    pub polarity: Polarity,
    /// Correlation of song and placed sum, 0 to 1.
    pub correlation: f64,
}

/// Levels of what the sum of the parts leaves of the song.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Residual {
    /// Over the whole song, with gain, delay and polarity taken out.
    pub whole: Level,
    /// The same for the files as they were written: only the delay is taken out.
    pub as_written: Level,
    /// Per octave, from 31.5 Hz to 16 kHz, as far as the rate carries them.
    pub bands: Vec<Band>,
    /// Per second of the song; the last may be shorter.
    pub seconds: Vec<Second>,
}

/// Levels of song and residual, as root mean squares over all channels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Level {
    /// The song in dBFS; null below −120.
    pub song_dbfs: Option<f64>,
    /// The residual in dBFS; null below −200.
    pub residual_dbfs: Option<f64>,
    /// Residual against song in dB: −200 at the least, null where the song is silent.
    pub null_db: Option<f64>,
}

/// Levels in one octave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// Middle of the octave in hertz.
    pub centre_hz: f64,
    /// The levels.
    #[serde(flatten)]
    pub level: Level,
}

/// Levels in one second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Second {
    /// Start in seconds.
    pub start_s: f64,
    /// The levels.
    #[serde(flatten)]
    pub level: Level,
}
