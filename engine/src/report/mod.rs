//! Report of a render: as data, `report.json`; as a page, `report.html`; as pictures.

#[cfg(all(feature = "report", feature = "align"))]
mod difference;
#[cfg(feature = "report")]
#[doc(hidden)]
pub mod drawing;
#[cfg(feature = "report")]
mod frequency_plots;
#[cfg(feature = "report")]
mod lettering;
mod markup;
mod master_outline;
#[cfg(feature = "report")]
mod offsets;
mod outline;
#[cfg(feature = "report")]
mod page;
#[cfg(feature = "report")]
mod page_parts;
mod palette;
#[cfg(feature = "report")]
mod pictures;
mod plot;
#[cfg(feature = "report")]
mod plot_png;
#[cfg(feature = "report")]
mod raster;
#[cfg(feature = "report")]
mod services;
#[cfg(feature = "report")]
mod settings;
#[cfg(feature = "report")]
mod tables;
mod thinned;
mod time_axis;
#[cfg(feature = "report")]
mod time_plots;
mod waveform_outline;

#[cfg(all(feature = "report", feature = "align"))]
#[doc(hidden)]
pub use difference::difference_picture;
#[doc(hidden)]
pub use master_outline::MasterOutline;
#[doc(hidden)]
pub use outline::Outline;
#[cfg(feature = "report")]
#[doc(hidden)]
pub use page::{Drawn, Plots, SCRIPT, html, plots};
#[cfg(feature = "report")]
#[doc(hidden)]
pub use pictures::pictures;
#[doc(hidden)]
pub use waveform_outline::WaveformOutline;

use crate::align::Alignment;
use crate::io::{StemInfo, StemOutcome};
use crate::master::Limit;
use crate::meter::Measurement;
use crate::render::TimeCodes;
use crate::session::{OutputSettings, Session};
use serde::Serialize;
use std::path::PathBuf;

/// The names of the pictures.
pub const PICTURES: [&str; 3] = ["waveform.png", "spectrogram.png", "loudness.png"];

/// Version of the report's form.
pub const SCHEMA: &str = "mixdown-report/1";

/// A whole render. Nothing in it depends on the clock but [`Report::clock`].
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Version of the engine.
    pub engine_version: &'static str,
    /// Times from the caller, if any: the only key that differs between two renders of the same
    /// session.
    pub clock: Option<serde_json::Value>,
    /// Sentences about the result, for a musician.
    pub summary: Vec<String>,
    /// Sentences about likely mistakes, each with the way out.
    pub warnings: Vec<String>,
    /// The output that was written.
    pub output: OutputReport,
    /// Its loudness, and the processing for it.
    pub master: MasterReport,
    /// Tracks, in session order.
    pub tracks: Vec<TrackReport>,
    /// Buses, in session order.
    pub buses: Vec<BusReport>,
    /// Decisions of alignment with their reasons; `None` when alignment was off.
    pub alignment: Option<Alignment>,
    /// Use of the stems' time references; `None` where no stem has one.
    pub timecode: Option<TimeCodes>,
    /// The session as it was rendered.
    pub session: Session,
}

impl Report {
    /// Returns true if the mix is digital silence; its file then holds dither at most.
    pub fn is_silent(&self) -> bool {
        self.master.before.as_ref().is_some_and(|mix| mix.sample_peak_dbfs.is_none())
    }
}

/// The output that was written.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct OutputReport {
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Channels: 2.
    pub channels: usize,
    /// Frames.
    pub frames: u64,
    /// Their length in seconds.
    pub duration_s: f64,
    /// Session time of the first frame, in seconds.
    pub start_s: f64,
    /// Delay of the signal path that was taken out, in frames.
    pub latency_frames: u64,
    /// Format and settings of the file.
    pub format: OutputSettings,
    /// BLAKE3 of the master's file; `None` in memory, and when only the mix was requested.
    pub blake3: Option<String>,
    /// True if samples are those of the stems or whole-numbered sums of them. They are then not
    /// dithered, except where the limiter reduced the level.
    pub exact: bool,
    /// Samples that had to be cut to full scale.
    pub clipped_samples: u64,
}

/// Loudness of the master, and the processing for it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct MasterReport {
    /// Requested loudness, in LUFS; `None` to keep the mix's own.
    pub target_lufs: Option<f64>,
    /// True-peak ceiling, in dBTP; `None` when off.
    pub ceiling_dbtp: Option<f64>,
    /// Static gain before the limiter, in dB.
    pub gain_db: f64,
    /// The sum before gain and limiter; `None` when only the mix was requested, without a loudness.
    pub before: Option<Measurement>,
    /// Measured on the way into the file; `None` when only the mix was requested.
    pub predicted: Option<Measurement>,
    /// Measured on the file, read back.
    pub written: Measurement,
    /// True if the file meets target and ceiling.
    pub verified: bool,
    /// Cause of a missed target or ceiling; `None` only if both are met.
    pub limit: Option<Limit>,
    /// The same as a sentence, with the way out.
    pub note: Option<String>,
    /// Passes it took.
    pub passes: usize,
    /// Statistics of the limiter; `None` without one.
    pub limiter: Option<LimiterReport>,
}

/// Statistics of the limiter.
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct LimiterReport {
    /// The largest gain reduction, in dB.
    pub max_reduction_db: f64,
    /// Mean gain reduction over all frames, in dB.
    pub mean_reduction_db: f64,
    /// Share of the time with a gain reduction above 0.1 dB, 0 to 1.
    pub share_of_time: f64,
}

/// One bus.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct BusReport {
    /// Its name.
    pub name: String,
    /// After the fader, until the last stem ends.
    pub measured: Measurement,
}

/// One track.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TrackReport {
    /// Its name.
    pub name: String,
    /// The stem, as the session names it.
    pub file: PathBuf,
    /// BLAKE3 of the file; `None` when only the mix was requested.
    pub blake3: Option<String>,
    /// Description of the file.
    pub stem: StemInfo,
    /// Result of reading it.
    pub read: StemOutcome,
    /// True if its rate was converted.
    pub resampled: bool,
    /// Session frame where it begins.
    pub start_frame: u64,
    /// Session frame after its last.
    pub end_frame: u64,
    /// Delay of its inserts, in frames; balanced.
    pub latency_frames: u64,
    /// After the fader, while the stem plays; `None` when only the mix was requested.
    pub measured: Option<Measurement>,
}
