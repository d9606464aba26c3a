//! Messages between the control thread and the audio thread: fully built, so that nothing is
//! allocated or dropped on the way.

use super::strip_params::StripParam;
use crate::live::control::command::StripId;
use crate::live::stream::loop_range::LoopRange;
use crate::mix::{CompensationDelay, Destination, IncomingChain, StripOrder};

/// Largest number of commands under way.
pub(crate) const MAX_COMMANDS: usize = 1_024;
/// Largest number of parts on their way back, beside those of an edit that moves every connection
/// and every chain.
pub(crate) const MAX_RETIRED: usize = 8_192;

/// A prepared command.
pub(crate) struct AudioMessage {
    pub(crate) number: u64,
    /// Rendered frame; `None` for immediately on arrival.
    pub(crate) at: Option<u64>,
    /// Length of the ramp, in frames; `None` for the engine's default.
    pub(crate) ramp: Option<u64>,
    pub(crate) action: Action,
}

pub(crate) enum Action {
    Play,
    Pause,
    Stop,
    Seek(u64),
    Loop(Option<LoopRange>),
    StripParam(StripId, StripParam),
    ChainSwap(Box<ChainSwap>),
    /// Static gain of the master, as a factor.
    MasterGain(f64),
}

/// Position of a chain that can be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainSlot {
    Track(usize),
    /// Position in the routing.
    Bus(usize),
    Master,
    /// The limiter after the master's gain.
    Limiter,
}

/// A delay for one connection: the sum, the index of the connection there, and the delay until it
/// has been handed over.
pub(crate) type DelayChange = (Destination, usize, Option<Box<CompensationDelay>>);

/// A chain for one strip, until it has been handed over.
pub(crate) type ChainChange = (ChainSlot, Option<Box<IncomingChain>>);

/// Chains that replace others, and the delays that keep all paths aligned.
pub(crate) struct ChainSwap {
    /// The chain that was edited, and those whose keys are aligned anew.
    pub(crate) chains: Vec<ChainChange>,
    /// Order of the strips while old and new chains run; `None` where the keys stay the same.
    /// Afterwards the order before, on its way back.
    pub(crate) order: Option<Box<StripOrder>>,
    pub(crate) delays: Vec<DelayChange>,
    /// Frames for which the new parts run without being audible, until they are filled.
    pub(crate) wait: u64,
    /// Length of the cross-fade, in frames; `None` for the engine's default.
    pub(crate) ramp: Option<u64>,
    /// Latency of the output afterwards, in frames.
    pub(crate) latency: u64,
    /// Number of delays that replaced none, counted by the audio thread: nothing comes back for
    /// them.
    pub(crate) added_delays: usize,
}

impl ChainSwap {
    /// Returns the largest number of parts that will come back because of it. Those of
    /// `added_delays` will not.
    pub(crate) fn parts(&self) -> usize {
        1 + self.chains.len() + self.delays.len()
    }
}

/// A message to the control thread: a part to drop, or a result to note.
pub(crate) enum Retired {
    /// A command has taken effect.
    Applied {
        number: u64,
        frame: u64,
    },
    /// A retired chain; only ever dropped, but for tests.
    Chain(#[cfg_attr(not(test), expect(dead_code))] Box<IncomingChain>),
    Delay(#[cfg_attr(not(test), expect(dead_code))] Box<CompensationDelay>),
    Swap(Box<ChainSwap>),
}
