//! The control thread's view of the playing chains: their inserts, bypass states and latencies.

use super::command::StripId;
use crate::mix::{InsertId, Routing};

/// State of a playing chain.
#[derive(Clone, Debug)]
pub(crate) struct ChainState {
    /// One entry per insert, bypassed ones included.
    pub(crate) inserts: Vec<InsertState>,
    pub(crate) latency: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct InsertState {
    pub(crate) id: InsertId,
    pub(crate) bypassed: bool,
}

impl ChainState {
    /// Creates a state whose inserts are numbered as by [`Chain::build`].
    pub(crate) fn new(count: usize, latency: u64) -> Self {
        let states = (0..count as InsertId).map(|id| InsertState { id, bypassed: false });
        Self { inserts: states.collect(), latency }
    }
}

/// Chains of all strips, and the values that follow from their latencies.
#[derive(Clone, Debug)]
pub(crate) struct Chains {
    pub(crate) tracks: Vec<ChainState>,
    pub(crate) buses: Vec<ChainState>,
    pub(crate) master: ChainState,
    pub(crate) limiter_latency: u64,
    pub(crate) routing: Routing,
}

impl Chains {
    /// Returns the chain of a strip; `None` if there is no such strip.
    pub(crate) fn of(&self, strip: StripId) -> Option<&ChainState> {
        match strip {
            StripId::Track(index) => self.tracks.get(index),
            StripId::Bus(index) => self.buses.get(index),
            StripId::Master => Some(&self.master),
        }
    }

    /// Returns the chain of a strip, to change it.
    pub(crate) fn of_mut(&mut self, strip: StripId) -> &mut ChainState {
        match strip {
            StripId::Track(index) => &mut self.tracks[index],
            StripId::Bus(index) => &mut self.buses[index],
            StripId::Master => &mut self.master,
        }
    }

    pub(crate) fn latency(&self) -> u64 {
        self.routing.latency + self.master.latency + self.limiter_latency
    }
}
