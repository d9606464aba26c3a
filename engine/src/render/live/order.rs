//! What travels between the control thread and the audio thread: everything built, nothing to be
//! allocated or dropped on the way.

use super::command::Strip;
use super::cued_clip::LoopRange;
use super::dials::Dial;
use crate::mix::{Destination, FeedDelay, Replacement};

/// Commands that may be on their way at once.
pub(super) const ORDERS: usize = 1_024;
/// Things that may be on their way back at once.
pub(super) const RETURNS: usize = 8_192;

/// A command made ready.
pub(super) struct Order {
    pub(super) number: u64,
    /// Rendered frame; `None` for as soon as it arrives.
    pub(super) at: Option<u64>,
    /// Frames that the change takes; `None` for as many as the engine was made with.
    pub(super) ramp: Option<u64>,
    pub(super) what: What,
}

pub(super) enum What {
    Play,
    Pause,
    Stop,
    Seek(u64),
    Loop(Option<LoopRange>),
    Dial(Strip, Dial),
    Exchange(Box<Exchange>),
    /// Static gain of the master, as a factor.
    MasterGain(f64),
}

/// Where a chain is exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    Track(usize),
    /// By its place in the routing.
    Bus(usize),
    Master,
    /// The limiter after the master's gain.
    Limiter,
}

/// A delay for one feed: where it is summed, which of the feeds there, and the delay until it has
/// been handed over.
pub(super) type Redelay = (Destination, usize, Option<Box<FeedDelay>>);

/// A chain that takes another one's place, and the delays that keep all paths equally late.
pub(super) struct Exchange {
    pub(super) seat: Seat,
    pub(super) chain: Option<Box<Replacement>>,
    pub(super) delays: Vec<Redelay>,
    /// Frames that the new ones run unheard, until they are filled.
    pub(super) wait: u64,
    /// Frames of the fade from the old to the new; `None` as for orders.
    pub(super) ramp: Option<u64>,
    /// How late the output is afterwards, in frames.
    pub(super) latency: u64,
}

impl Exchange {
    /// Things that will come back because of it.
    pub(super) fn pieces(&self) -> usize {
        2 + self.delays.len()
    }
}

/// What comes back, to be dropped or noted.
pub(super) enum Return {
    /// A command has taken effect.
    Applied {
        number: u64,
        frame: u64,
    },
    /// Retired; only ever dropped.
    Chain(#[expect(dead_code)] Box<Replacement>),
    Delay(#[expect(dead_code)] Box<FeedDelay>),
    Shell(#[expect(dead_code)] Box<Exchange>),
}
