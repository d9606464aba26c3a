//! What an engine tells: whoever does not listen loses it, and nothing waits.

use serde::Serialize;

/// Whether sound is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// Silence; the position stays.
    Still,
    /// Playing.
    Rolling,
    /// On the way to another position, until the readers are there.
    Cueing,
}

/// Something that happened. `frame` counts the frames that the engine has rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A command was not carried out.
    Refused {
        /// Its number.
        number: u64,
        /// Why, as a sentence.
        message: String,
    },
    /// It plays, stands still or looks for its place.
    Moved {
        /// What it does now.
        motion: Motion,
        /// When.
        frame: u64,
        /// Session frame.
        position: u64,
    },
    /// Every stem has ended and what rang after it has died away.
    Ended {
        /// When.
        frame: u64,
    },
    /// A track's reader was too slow; it is silent until the reader has caught up.
    Starved {
        /// The track's index.
        track: usize,
        /// When.
        frame: u64,
    },
    /// A track's stem cannot be read any further; it is silent from there on.
    StemFailed {
        /// The track's index.
        track: usize,
        /// Why, as a sentence.
        message: String,
    },
    /// A track gave samples that are no numbers; it is silent until the next seek or stop.
    Silenced {
        /// The track's index.
        track: usize,
        /// When.
        frame: u64,
    },
    /// The mix was no number any more; everything was reset.
    Reset {
        /// When.
        frame: u64,
    },
    /// An edit has changed how late the output is.
    LatencyChanged {
        /// When the new one holds.
        frame: u64,
        /// In frames.
        latency: u64,
    },
    /// The system has moved the sound to another device; it goes on.
    DeviceChanged {
        /// How, as a sentence.
        message: String,
    },
    /// The device is gone, or has changed in a way that cannot be followed.
    DeviceLost {
        /// Why, as a sentence.
        message: String,
    },
}
