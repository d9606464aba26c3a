//! Events of an engine. Events that are not received in time are dropped; nothing waits for them.

use serde::Serialize;

/// State of the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// Silent; the position stays.
    Still,
    /// Playing.
    Rolling,
    /// On the way to another position, until the readers are there.
    Cueing,
}

/// Something that happened. `frame` counts the frames that the engine has rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A command was not carried out.
    Refused {
        /// Its number.
        number: u64,
        /// Reason, as a sentence.
        message: String,
    },
    /// The engine started to play, stopped or began to seek.
    Moved {
        /// The new state.
        motion: Motion,
        /// Frame of the event.
        frame: u64,
        /// Session frame.
        position: u64,
    },
    /// Every stem has ended and its tail has died away.
    Ended {
        /// Frame of the event.
        frame: u64,
    },
    /// A track's reader was too slow; it is silent until the reader has caught up.
    Starved {
        /// The track's index.
        track: usize,
        /// Frame of the event.
        frame: u64,
    },
    /// A track's stem cannot be read any further; it is silent from there on.
    StemFailed {
        /// The track's index.
        track: usize,
        /// Reason, as a sentence.
        message: String,
    },
    /// A track delivered samples that are not finite; it is silent until the next seek or stop.
    Silenced {
        /// The track's index.
        track: usize,
        /// Frame of the event.
        frame: u64,
    },
    /// The mix was no longer finite; everything was reset.
    Reset {
        /// Frame of the event.
        frame: u64,
    },
    /// An edit has changed the latency.
    LatencyChanged {
        /// Frame from which the new latency holds.
        frame: u64,
        /// New latency, in frames.
        latency: u64,
    },
    /// The system has moved the output to another device; playback continues.
    DeviceChanged {
        /// Description of the change, as a sentence.
        message: String,
    },
    /// The device is lost, or has changed in an unsupported way.
    DeviceLost {
        /// Reason, as a sentence.
        message: String,
    },
}
