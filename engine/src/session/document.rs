//! The session document as data: the content of a file, which a program may also build or change
//! field by field.

use super::channel::{Bus, Track};
use super::limits::MAX_INSERTS;
use super::limits::TIME_S;
use super::output_format::OutputFormat;
use super::target::{Ceiling, Target};
use crate::align::Mode;
use crate::audio::NoiseShape;
use crate::dsp::Insert;
use crate::dsp::dynamics::{LimiterStyle, STEREO_LINK_PERCENT};
use crate::resample::Resampler;
use crate::units::SampleRate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Range of tails, in seconds.
pub const TAIL_S: (f64, f64) = (0.0, 600.0);
/// Range of the most limiting, in decibels.
pub const MAX_LIMITING_DB: (f64, f64) = (0.0, 24.0);
/// The most tracks, and the most buses, of a session.
pub const MAX_TRACKS: usize = 1_000;

/// A mix: stems, their processing and routing, and the format and loudness of the master.
///
/// Read one with [`Session::load`] or [`Session::parse`], or build one field by field and check it
/// with [`Session::problems`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "mixdown session",
    description = "A mix: stems, the processing and routing of each, and the master."
)]
pub struct Session {
    /// Version of this document's form.
    #[serde(default = "defaults::schema")]
    #[schemars(extend("const" = 1))]
    pub schema: u32,
    /// Rate that everything is mixed and written at, in hertz; if left out, the rate that most
    /// stems have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = SampleRate::MIN, max = SampleRate::MAX), extend("examples" = [48_000]))]
    pub sample_rate_hz: Option<SampleRate>,
    /// Filter by which stems of other rates are converted.
    #[serde(default, skip_serializing_if = "Resampler::is_steep")]
    #[schemars(extend("default" = "steep"))]
    pub resampler: Resampler,
    /// Alignment of stems with each other.
    #[serde(default)]
    pub align: AlignSettings,
    /// Part of the session that is written.
    #[serde(default)]
    pub time: TimeRange,
    /// The stems, in the order in which they are summed; at least one.
    #[serde(default)]
    #[schemars(length(max = MAX_TRACKS))]
    pub tracks: Vec<Track>,
    /// Sums of tracks before the master.
    #[serde(default)]
    #[schemars(length(max = MAX_TRACKS))]
    pub buses: Vec<Bus>,
    /// Processing of the sum of all tracks and buses.
    #[serde(default)]
    pub master: Master,
    /// The file that is written.
    #[serde(default)]
    pub output: OutputSettings,
}

/// Alignment of stems with each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlignSettings {
    /// Choice of the stems that are moved.
    #[serde(default)]
    pub mode: AlignMode,
    /// Use of the time references of files as starts of stems, relative to the earliest.
    #[serde(default)]
    pub timecode: Timecode,
}

/// Use of the time references of files as starts of stems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Timecode {
    /// Used if all stems carry one that can be a time, within a day of each other. A track with a
    /// `start_s` of its own stays there.
    #[default]
    Auto,
    /// Time references are not used.
    Off,
}

/// Choice of the stems that are moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlignMode {
    /// Recordings of one event by devices that started on their own are moved; stems of one session
    /// stay.
    #[default]
    Auto,
    /// Copies of a sound, plain or processed, are moved as well; mutual bleed and copies with
    /// feedback stay.
    Recordings,
    /// As `recordings`, and microphones that bleed into each other follow the louder path.
    Microphones,
    /// Every stem stays where the session puts it.
    Off,
}

impl AlignMode {
    /// Returns the mode of comparison of stems; `None` where nothing moves.
    pub fn comparison(self) -> Option<Mode> {
        match self {
            Self::Auto => Some(Mode::Auto),
            Self::Recordings => Some(Mode::Recordings),
            Self::Microphones => Some(Mode::Microphones),
            Self::Off => None,
        }
    }
}

/// Part of the session that is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    /// Session time at which the output starts, in seconds; if left out, 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = TIME_S.0, max = TIME_S.1), extend("examples" = [0.0]))]
    pub start_s: Option<f64>,
    /// Session time at which the output ends, in seconds; if left out, after the last stem and its
    /// tail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = TIME_S.0, max = TIME_S.1), extend("examples" = [180.0]))]
    pub end_s: Option<f64>,
    /// Time after the last stem, in seconds, when there is no `end_s`. If left out, until the mix
    /// has fallen below -90 dBFS, at most 10 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = TAIL_S.0, max = TAIL_S.1), extend("examples" = [2.0]))]
    pub tail_s: Option<f64>,
}

/// Processing of the sum of all tracks and buses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Master {
    /// Processors, in order, before loudness and ceiling.
    #[serde(default)]
    #[schemars(length(max = MAX_INSERTS), extend("examples" = [[{ "type": "high_pass", "cutoff_hz": 25.0 }]]))]
    pub inserts: Vec<Insert>,
    /// Integrated loudness of the output: a name, a number of LUFS, or none to leave it as it is.
    #[serde(default)]
    pub target: Target,
    /// Highest true peak of the output, in dBTP, or off; if left out, the target's own, or -1; for
    /// 32-bit floats without a target, off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Ceiling", extend("examples" = [-1.0]))]
    pub ceiling_dbtp: Option<Ceiling>,
    /// The most that the limiter may take away to reach the target, in decibels; what would need
    /// more stays softer.
    #[serde(default = "defaults::max_limiting_db")]
    #[schemars(range(min = MAX_LIMITING_DB.0, max = MAX_LIMITING_DB.1))]
    pub max_limiting_db: f64,
    /// Way in which the limiter turns down: clean distorts least, balanced lies closer to the
    /// source and is louder, loud is the loudest.
    #[serde(default)]
    pub limiter_style: LimiterStyle,
    /// Link of the limiter's channels, in percent: at 100 all have the same gain, at 0 each has its
    /// own.
    #[serde(default = "defaults::limiter_stereo_link_percent")]
    #[schemars(range(min = *STEREO_LINK_PERCENT.start(), max = *STEREO_LINK_PERCENT.end()))]
    pub limiter_stereo_link_percent: f64,
    /// True if a master that misses its target or ceiling counts as failed: the exit code is 1, and
    /// the files stay; a job fails.
    #[serde(default)]
    pub strict: bool,
}

/// The file that is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputSettings {
    /// Name of the master: its file without the extension, and its title tag. If left out,
    /// `final_mix`, and no tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 200), extend("examples" = ["Night Drive"]))]
    pub name: Option<String>,
    /// Title tag of the master; if left out, `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 200), extend("examples" = ["Night Drive (2026 mix)"]))]
    pub title: Option<String>,
    /// Artist tag of the master; if left out, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 200), extend("examples" = ["The Example Band"]))]
    pub artist: Option<String>,
    /// Container and sample format.
    #[serde(default)]
    pub format: OutputFormat,
    /// True if triangular dither is added where samples are rounded to 16 or 24 bits.
    #[serde(default = "defaults::dither")]
    pub dither: bool,
    /// Curve that moves the noise of rounding to where the ear is dull, for 16 and 24 bits; true is
    /// mild, false is none.
    #[serde(default)]
    pub shape: NoiseShape,
    /// Start of the dither's random numbers: same seed, same bytes.
    #[serde(default)]
    #[schemars(range(max = i64::MAX))]
    pub seed: u64,
}

mod defaults {
    pub(super) fn schema() -> u32 {
        1
    }
    pub(super) fn max_limiting_db() -> f64 {
        6.0
    }
    pub(super) fn limiter_stereo_link_percent() -> f64 {
        100.0
    }
    pub(super) fn dither() -> bool {
        true
    }
}

impl Default for Session {
    /// Builds a session without tracks: everything else as in an empty document.
    fn default() -> Self {
        Self {
            schema: defaults::schema(),
            sample_rate_hz: None,
            resampler: Resampler::default(),
            align: AlignSettings::default(),
            time: TimeRange::default(),
            tracks: Vec::new(),
            buses: Vec::new(),
            master: Master::default(),
            output: OutputSettings::default(),
        }
    }
}

impl Default for Master {
    fn default() -> Self {
        Self {
            inserts: Vec::new(),
            target: Target::default(),
            ceiling_dbtp: None,
            max_limiting_db: defaults::max_limiting_db(),
            limiter_style: LimiterStyle::default(),
            limiter_stereo_link_percent: defaults::limiter_stereo_link_percent(),
            strict: false,
        }
    }
}

impl Default for OutputSettings {
    fn default() -> Self {
        Self {
            name: None,
            title: None,
            artist: None,
            format: OutputFormat::default(),
            dither: defaults::dither(),
            shape: NoiseShape::None,
            seed: 0,
        }
    }
}

impl Master {
    /// Returns the ceiling that applies, in dBTP: the session's, or else the target's; `None` when
    /// it is off.
    pub fn effective_ceiling_dbtp(&self) -> Option<f64> {
        match self.ceiling_dbtp {
            Some(Ceiling::Dbtp(dbtp)) => Some(dbtp),
            Some(Ceiling::Off) => None,
            None => Some(self.target.ceiling_dbtp()),
        }
    }
}
