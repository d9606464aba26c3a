//! Commands to a playing mix: plain data, so that they can be recorded and replayed.

use super::place_field;
use super::strip_name::StripName;
use crate::dsp::Insert;
use crate::dsp::dynamics::LimiterStyle;
use crate::live::stream::loop_range::LoopRange;
use crate::session::{Ceiling, Polarity, Session, Target};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A command. Every change of sound is ramped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", remote = "Self")]
#[non_exhaustive]
pub enum Command {
    /// Plays from the current position.
    Play,
    /// Pauses; the position stays.
    Pause,
    /// Stops and returns to the beginning.
    Stop,
    /// Moves to another position.
    Seek {
        /// Target session frame.
        position: u64,
    },
    /// Sets or clears the loop.
    Loop {
        /// First frame, and the frame after the last.
        range: Option<LoopRange>,
    },
    /// Moves a fader.
    Gain {
        /// A track or bus.
        place: StripName,
        /// Gain, in decibels.
        gain_db: f64,
    },
    /// Moves a strip between left (-1) and right (1).
    Pan {
        /// A track or bus.
        place: StripName,
        /// Pan position.
        pan: f64,
    },
    /// Makes a strip narrower or wider.
    Width {
        /// A track or bus.
        place: StripName,
        /// Width, 0 to 2.
        width: f64,
    },
    /// Mutes or unmutes a strip.
    Mute {
        /// A track or bus.
        place: StripName,
        /// True if muted.
        mute: bool,
    },
    /// Solos a strip: only soloed strips, and tracks whose outputs lead to a soloed bus, are
    /// audible.
    Solo {
        /// A track or bus. In JSON also `track` with a title, as version 0.1.0 wrote it.
        #[serde(flatten, with = "place_field")]
        place: StripName,
        /// True if soloed.
        solo: bool,
    },
    /// Inverts a strip's polarity, or restores it.
    Polarity {
        /// A track or bus. In JSON also `track` with a title, as version 0.1.0 wrote it.
        #[serde(flatten, with = "place_field")]
        place: StripName,
        /// The polarity.
        polarity: Polarity,
    },
    /// Changes one setting of an insert.
    Parameter {
        /// Strip of the insert.
        place: StripName,
        /// Index of the insert, from 0, bypassed ones included.
        insert: usize,
        /// Name of the setting in session files: `cutoff_hz`, `threshold_db`.
        field: String,
        /// New value, as in session files.
        value: serde_json::Value,
    },
    /// Bypasses an insert, or restores it.
    Bypass {
        /// Strip of the insert.
        place: StripName,
        /// Index of the insert, from 0, bypassed ones included.
        insert: usize,
        /// True if bypassed.
        bypass: bool,
    },
    /// Adds a new insert.
    Insert {
        /// Strip of the insert.
        place: StripName,
        /// Index of the insert that will follow it, from 0, bypassed ones included.
        before: usize,
        /// Type and settings of the insert.
        settings: Insert,
    },
    /// Removes an insert.
    Remove {
        /// Strip of the insert.
        place: StripName,
        /// Index of the insert, from 0, bypassed ones included.
        insert: usize,
    },
    /// Sets the loudness target; effective only if the mix has been measured before.
    Target {
        /// Target in LUFS, or none.
        target: Target,
    },
    /// Sets the limiter's ceiling.
    Ceiling {
        /// Ceiling in dBTP, or off.
        ceiling: Ceiling,
    },
    /// Sets the way in which the master's limiter turns down.
    LimiterStyle {
        /// The style.
        style: LimiterStyle,
    },
    /// Links the channels of the master's limiter.
    LimiterLink {
        /// Link of the channels, 0 to 100 percent.
        stereo_link_percent: f64,
    },
}

// With `remote`, the derived code becomes functions of the type, which these traits call.
impl Serialize for Command {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // One copy of the code serves all formats: it is large.
        let mut from = <dyn erased_serde::Deserializer<'_>>::erase(from);
        read(&mut from).map_err(de::Error::custom)
    }
}

fn read(from: &mut dyn erased_serde::Deserializer<'_>) -> Result<Command, erased_serde::Error> {
    Command::deserialize(from)
}

/// A command and its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// Rendered frame at which it takes effect; without it, on arrival. A past frame means at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// Length of the ramp, in milliseconds, 0 to 60 000; defaults to that of the engine. Not for
    /// the transport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp_ms: Option<f64>,
    /// The command.
    #[serde(flatten)]
    pub command: Command,
}

impl Timed {
    /// Creates a command that takes effect on arrival.
    pub fn now(command: Command) -> Self {
        Self { at: None, ramp_ms: None, command }
    }

    /// Creates a command that takes effect at a rendered frame.
    pub fn at(frame: u64, command: Command) -> Self {
        Self { at: Some(frame), ramp_ms: None, command }
    }
}

/// Range of ramp lengths, in milliseconds.
pub(crate) const RAMP_MS: (f64, f64) = (0.0, 60_000.0);

/// A command that cannot be carried out; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CommandError {
    /// No track or bus has this name.
    #[error("there is no {kind} called {name:?}; there are {known}")]
    NoSuchStrip {
        /// `track` or `bus`.
        kind: &'static str,
        /// The requested name.
        name: String,
        /// The existing names.
        known: String,
    },
    /// The strip has fewer inserts.
    #[error("there is no insert {index}; the chain has {count}, counted from 0")]
    NoSuchInsert {
        /// The requested index.
        index: usize,
        /// The number of inserts.
        count: usize,
    },
    /// The master has no such control: its fader is the loudness target.
    #[error("the master has no {0}; it has inserts, a target and a ceiling")]
    NotOfMaster(&'static str),
    /// A value that is not allowed.
    #[error("{0}")]
    Invalid(String),
    /// Commands that change chains were not sent in order: each chain is built on the one before.
    #[error(
        "a chain is changed at frame {given}, after a change at frame {last} was sent; send such commands in order"
    )]
    OutOfOrder {
        /// The requested frame.
        given: u64,
        /// The latest frame requested before.
        last: u64,
    },
    /// The target needs the gain that follows from an earlier measurement, and there is none.
    #[error("the loudness of this mix is not known: render it first, and play it with its report")]
    NotMeasured,
    /// Too many commands are under way.
    #[error("too many commands are waiting; this one was not sent, send it again later")]
    QueueFull,
}

/// A strip, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StripId {
    /// A track, by its index in the session.
    Track(usize),
    /// A bus, by its index in the session.
    Bus(usize),
    /// The master.
    Master,
}

/// Finds a strip by name.
pub(crate) fn find_strip(session: &Session, place: &StripName) -> Result<StripId, CommandError> {
    let missing = |kind, name: &str, known: Vec<String>| CommandError::NoSuchStrip {
        kind,
        name: name.into(),
        known: if known.is_empty() { "none".into() } else { known.join(", ") },
    };
    match place {
        StripName::Track(name) => {
            let found = session.tracks.iter().position(|track| track.title() == *name);
            let known = || session.tracks.iter().map(|track| track.title().into_owned()).collect();
            found.map(StripId::Track).ok_or_else(|| missing("track", name, known()))
        }
        StripName::Bus(name) => {
            let found = session.buses.iter().position(|bus| bus.name == *name);
            let known = || session.buses.iter().map(|bus| bus.name.clone()).collect();
            found.map(StripId::Bus).ok_or_else(|| missing("bus", name, known()))
        }
        StripName::Master => Ok(StripId::Master),
    }
}

/// Returns the inserts of a strip, to change them.
pub(crate) fn inserts_mut(session: &mut Session, strip: StripId) -> &mut Vec<Insert> {
    match strip {
        StripId::Track(index) => &mut session.tracks[index].inserts,
        StripId::Bus(index) => &mut session.buses[index].inserts,
        StripId::Master => &mut session.master.inserts,
    }
}

/// Returns an insert with one setting changed.
pub(crate) fn with_field(insert: &Insert, field: &str, value: &serde_json::Value) -> Result<Insert, CommandError> {
    let invalid = |error: serde_json::Error| CommandError::Invalid(error.to_string());
    let mut document = serde_json::to_value(insert).map_err(invalid)?;
    let settings = document.as_object_mut().filter(|_| field != "type");
    let Some(setting) = settings.and_then(|settings| settings.get_mut(field)) else {
        return Err(CommandError::Invalid(format!("the insert has no setting {field:?}")));
    };
    *setting = value.clone();
    serde_json::from_value(document).map_err(invalid)
}
