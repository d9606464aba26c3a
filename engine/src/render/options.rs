//! Options of a render.

use crate::io::wav::BroadcastExtension;
use std::path::PathBuf;

/// Options of a render; none of them changes the audio.
pub struct RenderOptions<'a> {
    /// Frames rendered at a time.
    pub chunk_frames: usize,
    /// Frames of the mix kept in memory between the passes; the rest is written to a temporary
    /// file.
    pub memory_frames: usize,
    /// `YYYY-MM-DD` and `hh:mm:ss` for the `bext` chunk; blank if `None`, so that the bytes repeat.
    pub origination: Option<(String, String)>,
    /// True to write waveform.png, spectrogram.png and loudness.png, too.
    pub pictures: bool,
    /// True to write only `final_mix.wav`: no data, no page, no meters of the tracks, no hashes.
    pub mix_only: bool,
    /// True to write `stems/NAME.wav` for each signal that enters the master's sum.
    pub stems: bool,
    /// Further input files besides the stems, such as the session document: none is replaced.
    pub inputs: &'a [PathBuf],
    /// True if files in the folder that mixdown did not write may be replaced.
    pub force: bool,
    /// Called at the end for the timings in the report.
    pub clock: Option<&'a dyn Fn() -> serde_json::Value>,
}

impl Default for RenderOptions<'_> {
    /// Defaults: 16 384 frames at a time; 6 million frames, 48 MB, between the passes.
    fn default() -> Self {
        Self {
            chunk_frames: 16_384,
            memory_frames: 6_000_000,
            origination: None,
            pictures: false,
            mix_only: false,
            stems: false,
            inputs: &[],
            force: false,
            clock: None,
        }
    }
}

impl RenderOptions<'_> {
    /// Returns the `bext` chunk of a file.
    pub(crate) fn bext(&self, description: &str) -> BroadcastExtension {
        let (date, time) = self.origination.clone().unwrap_or_default();
        BroadcastExtension {
            description: description.into(),
            originator: BroadcastExtension::ORIGINATOR.into(),
            origination_date: date,
            origination_time: time,
            ..BroadcastExtension::default()
        }
    }
}
