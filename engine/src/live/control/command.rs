//! What can be asked of a mix while it plays: as data, so that it can be recorded and given again.

use crate::dsp::Insert;
use crate::live::stream::cued_clip::LoopRange;
use crate::session::{Ceiling, Polarity, Session, Target};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A strip, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A track, by its title.
    Track(String),
    /// A bus, by its name.
    Bus(String),
    /// The master.
    Master,
}

/// Something to do. Every change of sound is ramped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Plays on from where it stands.
    Play,
    /// Stands still.
    Pause,
    /// Stands still, at the beginning.
    Stop,
    /// Goes elsewhere.
    Seek {
        /// Session frame.
        position: u64,
    },
    /// Plays a range again and again, or no longer.
    Loop {
        /// First frame, and the frame after the last.
        range: Option<LoopRange>,
    },
    /// Moves a fader.
    Gain {
        /// A track or bus.
        place: Place,
        /// Decibels.
        gain_db: f64,
    },
    /// Moves a strip between left (-1) and right (1).
    Pan {
        /// A track or bus.
        place: Place,
        /// Position.
        pan: f64,
    },
    /// Makes a strip narrower or wider.
    Width {
        /// A track or bus.
        place: Place,
        /// 0 to 2.
        width: f64,
    },
    /// Silences a strip, or lets it be heard again.
    Mute {
        /// A track or bus.
        place: Place,
        /// Whether it is silent.
        mute: bool,
    },
    /// Lets only this track, and others that are soloed too, be heard.
    Solo {
        /// The track's title.
        track: String,
        /// Whether it is soloed.
        solo: bool,
    },
    /// Turns a track's waveform upside down, or back.
    Polarity {
        /// The track's title.
        track: String,
        /// Which way up.
        polarity: Polarity,
    },
    /// Changes one setting of an insert.
    Parameter {
        /// Whose insert.
        place: Place,
        /// Counted from 0, bypassed ones included.
        insert: usize,
        /// As session files spell it: `cutoff_hz`, `threshold_db`.
        field: String,
        /// As session files write it.
        value: serde_json::Value,
    },
    /// Takes an insert out of the signal path, or puts it back.
    Bypass {
        /// Whose insert.
        place: Place,
        /// Counted from 0, bypassed ones included.
        insert: usize,
        /// Whether it is out.
        bypass: bool,
    },
    /// Puts in a new insert.
    Insert {
        /// Where.
        place: Place,
        /// Before which one, counted from 0, bypassed ones included.
        before: usize,
        /// What.
        settings: Insert,
    },
    /// Takes an insert away.
    Remove {
        /// Whose insert.
        place: Place,
        /// Counted from 0, bypassed ones included.
        insert: usize,
    },
    /// Sets the loudness target; heard only where the mix has been measured before.
    Target {
        /// LUFS, or none.
        target: Target,
    },
    /// Sets the limiter's ceiling.
    Ceiling {
        /// dBTP, or off.
        ceiling: Ceiling,
    },
}

/// A command and when it is meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// Rendered frame at which it takes effect; without it, as soon as it arrives. A time that has
    /// passed means at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// How long the change takes, in milliseconds, 0 to 60 000; without it, as the engine was made.
    /// Not of the transport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp_ms: Option<f64>,
    /// What.
    #[serde(flatten)]
    pub command: Command,
}

impl Timed {
    /// As soon as it arrives.
    pub fn now(command: Command) -> Self {
        Self { at: None, ramp_ms: None, command }
    }

    /// At a rendered frame.
    pub fn at(frame: u64, command: Command) -> Self {
        Self { at: Some(frame), ramp_ms: None, command }
    }
}

/// The ramps taken, in milliseconds.
pub(crate) const RAMP_MS: (f64, f64) = (0.0, 60_000.0);

/// A command that cannot be carried out; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// Nobody has this name.
    #[error("there is no {kind} called {name:?}; there are {known}")]
    NoSuchPlace {
        /// `track` or `bus`.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The strip has fewer inserts.
    #[error("there is no insert {index}; the chain has {count}, counted from 0")]
    NoSuchInsert {
        /// The one asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The strip has no such thing: the master's fader is its loudness target.
    #[error("the master has no {0}; it has inserts, a target and a ceiling")]
    NotOfMaster(&'static str),
    /// A value that is not taken.
    #[error("{0}")]
    Invalid(String),
    /// Chains are built when a command is sent, each upon the one before.
    #[error(
        "a chain is changed at frame {given} after one at frame {last} has been asked for; send such commands in order"
    )]
    OutOfOrder {
        /// The frame asked for.
        given: u64,
        /// The latest frame asked for before.
        last: u64,
    },
    /// The target is heard as the gain that an earlier measurement asks for, and there is none.
    #[error("the loudness of this mix is not known: render it first, and play it with its report")]
    NotMeasured,
    /// Too many commands are on their way.
    #[error("too many commands are waiting; this one was not sent, send it again later")]
    QueueFull,
}

/// A strip, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strip {
    /// A track, by its index in the session.
    Track(usize),
    /// A bus, by its index in the session.
    Bus(usize),
    /// The master.
    Master,
}

/// Finds a strip.
pub(crate) fn find(session: &Session, place: &Place) -> Result<Strip, CommandError> {
    let missing = |kind, name: &str, known: Vec<String>| CommandError::NoSuchPlace {
        kind,
        name: name.into(),
        known: if known.is_empty() { "none".into() } else { known.join(", ") },
    };
    match place {
        Place::Track(name) => {
            let found = session.tracks.iter().position(|track| track.title() == *name);
            let known = || session.tracks.iter().map(|track| track.title().into_owned()).collect();
            found.map(Strip::Track).ok_or_else(|| missing("track", name, known()))
        }
        Place::Bus(name) => {
            let found = session.buses.iter().position(|bus| bus.name == *name);
            let known = || session.buses.iter().map(|bus| bus.name.clone()).collect();
            found.map(Strip::Bus).ok_or_else(|| missing("bus", name, known()))
        }
        Place::Master => Ok(Strip::Master),
    }
}

/// A strip's inserts.
pub(crate) fn inserts_mut(session: &mut Session, strip: Strip) -> &mut Vec<Insert> {
    match strip {
        Strip::Track(index) => &mut session.tracks[index].inserts,
        Strip::Bus(index) => &mut session.buses[index].inserts,
        Strip::Master => &mut session.master.inserts,
    }
}

/// One setting of an insert, changed.
pub(crate) fn with_field(insert: &Insert, field: &str, value: &serde_json::Value) -> Result<Insert, CommandError> {
    let invalid = |error: serde_json::Error| CommandError::Invalid(error.to_string());
    let mut document = serde_json::to_value(insert).map_err(invalid)?;
    let settings = document.as_object_mut().filter(|_| field != "type");
    let Some(slot) = settings.and_then(|settings| settings.get_mut(field)) else {
        return Err(CommandError::Invalid(format!("the insert has no setting {field:?}")));
    };
    *slot = value.clone();
    serde_json::from_value(document).map_err(invalid)
}
