//! The channel strips of a session: tracks and buses, and the sends between them.

use super::limits::{MAX_INSERTS, TIME_S};
use crate::dsp::Insert;
use crate::dsp::gain::GAIN_DB;
use crate::io::{MemoryStem, StemSource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Range of pan positions: -1 is left, 0 the centre, 1 right.
pub const PAN: (f64, f64) = (-1.0, 1.0);
/// Range of stereo widths: 0 is mono, 1 as it is, 2 twice as wide.
pub const WIDTH: (f64, f64) = (0.0, 2.0);
/// Range of track delays, in milliseconds.
pub const DELAY_MS: (f64, f64) = (0.0, 10_000.0);
/// Name of the master in an `output`.
pub const MASTER: &str = "master";

/// One stem and what is done to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The stem. A relative path in a document starts at the document's folder.
    #[schemars(length(min = 1), extend("examples" = ["vox.wav"]))]
    pub file: PathBuf,
    /// The stem itself, where it is in memory: `file` only names it then. Documents do not hold it.
    #[serde(skip)]
    pub memory: Option<MemoryStem>,
    /// Name of the track; no two tracks share one. If left out, the file's name without its
    /// extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 255), extend("examples" = ["vox"]))]
    pub name: Option<String>,
    /// Session time at which the stem begins, in seconds.
    #[serde(default)]
    #[schemars(range(min = TIME_S.0, max = TIME_S.1))]
    pub start_s: f64,
    /// Time cut from the beginning of the file, in seconds.
    #[serde(default)]
    #[schemars(range(min = TIME_S.0, max = TIME_S.1))]
    pub trim_start_s: f64,
    /// Time cut from the end of the file, in seconds.
    #[serde(default)]
    #[schemars(range(min = TIME_S.0, max = TIME_S.1))]
    pub trim_end_s: f64,
    /// Gain of the fader, in decibels.
    #[serde(default)]
    #[schemars(range(min = *GAIN_DB.start(), max = *GAIN_DB.end()))]
    pub gain_db: f64,
    /// Position: -1 is left, 0 the centre, 1 right.
    #[serde(default)]
    #[schemars(range(min = PAN.0, max = PAN.1))]
    pub pan: f64,
    /// Relation of gain and position. Auto leaves sound in the centre unchanged:
    /// `constant_power_0_db` for mono stems, balance for stereo ones.
    #[serde(default)]
    pub pan_law: PanLaw,
    /// Stereo width: 0 is mono, 1 as it is, 2 twice as wide.
    #[serde(default = "one")]
    #[schemars(range(min = WIDTH.0, max = WIDTH.1))]
    pub width: f64,
    /// Polarity of the waveform.
    #[serde(default)]
    pub polarity: Polarity,
    /// Plain shift to later, in milliseconds.
    #[serde(default)]
    #[schemars(range(min = DELAY_MS.0, max = DELAY_MS.1))]
    pub delay_ms: f64,
    /// True if the track is silent.
    #[serde(default)]
    pub mute: bool,
    /// True if only this track, and other tracks and buses with `solo`, are in the mix.
    #[serde(default)]
    pub solo: bool,
    /// Processors, in order, before the fader.
    #[serde(default)]
    #[schemars(length(max = MAX_INSERTS), extend("examples" = [[{ "type": "high_pass", "cutoff_hz": 80.0 }]]))]
    pub inserts: Vec<Insert>,
    /// Destination of the track: master, or the name of a bus.
    #[serde(default = "master")]
    #[schemars(length(min = 1))]
    pub output: String,
    /// Copies to buses.
    #[serde(default)]
    #[schemars(length(max = MAX_INSERTS), extend("examples" = [[{ "to": "verb", "gain_db": -12.0 }]]))]
    pub sends: Vec<AuxSend>,
}

/// A sum of tracks and other buses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    /// Name of the bus; no two buses share one, and master is not allowed.
    #[schemars(length(min = 1, max = 255), extend("examples" = ["drums"]))]
    pub name: String,
    /// Gain of the fader, in decibels.
    #[serde(default)]
    #[schemars(range(min = *GAIN_DB.start(), max = *GAIN_DB.end()))]
    pub gain_db: f64,
    /// Balance: -1 is left, 0 the centre, 1 right.
    #[serde(default)]
    #[schemars(range(min = PAN.0, max = PAN.1))]
    pub pan: f64,
    /// Stereo width: 0 is mono, 1 as it is, 2 twice as wide.
    #[serde(default = "one")]
    #[schemars(range(min = WIDTH.0, max = WIDTH.1))]
    pub width: f64,
    // Left out at its default, as `solo` is: earlier versions refuse keys that they do not know.
    /// Polarity of the waveform.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = "normal"))]
    pub polarity: Polarity,
    /// True if the bus is silent.
    #[serde(default)]
    pub mute: bool,
    /// True if only this bus with the tracks whose outputs lead to it, and other tracks and buses
    /// with `solo`, are in the mix.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(extend("default" = false))]
    pub solo: bool,
    /// Processors, in order, before the fader.
    #[serde(default)]
    #[schemars(length(max = MAX_INSERTS), extend("examples" = [[{ "type": "delay", "time_ms": 350.0, "feedback": 0.4 }]]))]
    pub inserts: Vec<Insert>,
    /// Destination of the bus: master, or the name of another bus.
    #[serde(default = "master")]
    #[schemars(length(min = 1))]
    pub output: String,
    /// Copies to other buses.
    #[serde(default)]
    #[schemars(length(max = MAX_INSERTS), extend("examples" = [[{ "to": "verb", "gain_db": -12.0 }]]))]
    pub sends: Vec<AuxSend>,
}

/// A copy of a track or bus to a bus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuxSend {
    /// The name of the bus.
    #[schemars(length(min = 1))]
    pub to: String,
    /// Gain of the copy, in decibels.
    #[serde(default)]
    #[schemars(range(min = *GAIN_DB.start(), max = *GAIN_DB.end()))]
    pub gain_db: f64,
    /// True if the copy is taken before the fader, so that the fader does not change it.
    #[serde(default)]
    pub pre_fader: bool,
}

/// Relation of gain and pan position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanLaw {
    /// Constant power with 0 dB in the centre for mono stems, balance for stereo ones: what stands
    /// in the centre is unchanged.
    #[default]
    Auto,
    /// Cosine and sine raised by 3.01 dB: 0 dB in the centre, +3.01 dB where all of it is on one
    /// side.
    #[serde(rename = "constant_power_0_db")]
    ConstantPower0Db,
    /// Cosine and sine: -3.01 dB in the centre.
    ConstantPower,
    /// Straight lines: -6.02 dB in the centre.
    Linear,
    /// The geometric mean of the two: -4.5 dB in the centre.
    #[serde(rename = "minus_4_5_db")]
    Minus4Point5Db,
    /// 0 dB in the centre and on the near side; the far side falls along the curve of
    /// `constant_power_0_db`.
    Balance,
}

/// Polarity of the waveform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// As it is.
    #[default]
    Normal,
    /// Every sample times -1.
    Inverted,
}

fn one() -> f64 {
    1.0
}

fn master() -> String {
    MASTER.into()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Track {
    /// Builds a track that plays a stem from session time 0, unchanged, into the master.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            memory: None,
            name: None,
            start_s: 0.0,
            trim_start_s: 0.0,
            trim_end_s: 0.0,
            gain_db: 0.0,
            pan: 0.0,
            pan_law: PanLaw::Auto,
            width: one(),
            polarity: Polarity::Normal,
            delay_ms: 0.0,
            mute: false,
            solo: false,
            inserts: Vec::new(),
            output: master(),
            sends: Vec::new(),
        }
    }

    /// Builds a track of this name that plays a stem in memory from session time 0, unchanged, into
    /// the master.
    pub fn from_memory(name: impl Into<String>, stem: MemoryStem) -> Self {
        let name = name.into();
        Self { memory: Some(stem), name: Some(name.clone()), ..Self::new(name) }
    }

    /// Returns the place from which the stem is read.
    pub fn source(&self) -> StemSource {
        StemSource::new(&self.file, self.memory.clone())
    }

    /// Returns the file, unless the stem is in memory.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.memory.is_none().then_some(&self.file)
    }

    /// Returns the track's name, or else its file's name without the extension.
    pub fn title(&self) -> Cow<'_, str> {
        match &self.name {
            Some(name) => name.into(),
            None => stem(&self.file),
        }
    }
}

/// Returns a file's name without its extension, with the replacement character where it is not
/// Unicode; `track` when there is no name.
pub(super) fn stem(file: &Path) -> Cow<'_, str> {
    file.file_stem().map_or("track".into(), std::ffi::OsStr::to_string_lossy)
}

impl Bus {
    /// Builds a bus that changes nothing and feeds the master.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            gain_db: 0.0,
            pan: 0.0,
            width: one(),
            polarity: Polarity::Normal,
            mute: false,
            solo: false,
            inserts: Vec::new(),
            output: master(),
            sends: Vec::new(),
        }
    }
}

impl AuxSend {
    /// Builds a copy at 0 dB, taken after the fader.
    pub fn new(to: impl Into<String>) -> Self {
        Self { to: to.into(), gain_db: 0.0, pre_fader: false }
    }
}
