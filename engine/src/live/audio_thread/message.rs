//! What travels between the control thread and the audio thread: everything built, nothing to be
//! allocated or dropped on the way.

use super::strip_params::Dial;
use crate::live::control::command::Strip;
use crate::live::stream::cued_clip::LoopRange;
use crate::mix::{Destination, FeedDelay, Replacement};

/// Commands that may be on their way at once.
pub(crate) const ORDERS: usize = 1_024;
/// Things that may be on their way back at once.
pub(crate) const RETURNS: usize = 8_192;

/// A command made ready.
pub(crate) struct Order {
    pub(crate) number: u64,
    /// Rendered frame; `None` for as soon as it arrives.
    pub(crate) at: Option<u64>,
    /// Frames that the change takes; `None` for as many as the engine was made with.
    pub(crate) ramp: Option<u64>,
    pub(crate) what: What,
}

pub(crate) enum What {
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
pub(crate) enum Seat {
    Track(usize),
    /// By its place in the routing.
    Bus(usize),
    Master,
    /// The limiter after the master's gain.
    Limiter,
}

/// A delay for one feed: where it is summed, which of the feeds there, and the delay until it has
/// been handed over.
pub(crate) type Redelay = (Destination, usize, Option<Box<FeedDelay>>);

/// A chain that takes another one's place, and the delays that keep all paths equally late.
pub(crate) struct Exchange {
    pub(crate) seat: Seat,
    pub(crate) chain: Option<Box<Replacement>>,
    pub(crate) delays: Vec<Redelay>,
    /// Frames that the new ones run unheard, until they are filled.
    pub(crate) wait: u64,
    /// Frames of the fade from the old to the new; `None` as for orders.
    pub(crate) ramp: Option<u64>,
    /// How late the output is afterwards, in frames.
    pub(crate) latency: u64,
}

impl Exchange {
    /// Things that will come back because of it.
    pub(crate) fn pieces(&self) -> usize {
        2 + self.delays.len()
    }
}

/// What comes back, to be dropped or noted.
pub(crate) enum Return {
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
