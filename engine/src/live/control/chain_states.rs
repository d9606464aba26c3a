//! The control thread's view of the playing chains: their inserts, bypass states and latencies.

use super::command::StripId;
use crate::mix::{ChainOutline, ChainRoute, InsertId, KeyPlan, Routing};

/// State of a playing chain.
#[derive(Clone, Debug)]
pub(crate) struct ChainState {
    /// One entry per insert, bypassed ones included.
    pub(crate) inserts: Vec<InsertState>,
    pub(crate) outline: ChainOutline,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct InsertState {
    pub(crate) id: InsertId,
    pub(crate) bypassed: bool,
}

impl ChainState {
    /// Creates a state whose inserts are numbered as by [`Chain::build`].
    pub(crate) fn new(count: usize, outline: ChainOutline) -> Self {
        let states = (0..count as InsertId).map(|id| InsertState { id, bypassed: false });
        Self { inserts: states.collect(), outline }
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
        self.routing.master_chain.latency + self.limiter_latency
    }

    /// Returns the keys of a strip.
    pub(crate) fn keys(&self, strip: StripId) -> &[KeyPlan] {
        let bus = |index: usize| self.routing.buses.iter().find(|bus| bus.index == index).map(|bus| &bus.chain);
        let route: Option<&ChainRoute> = match strip {
            StripId::Track(index) => self.routing.tracks.get(index),
            StripId::Bus(index) => bus(index),
            StripId::Master => Some(&self.routing.master_chain),
        };
        route.map_or(&[], |route| &route.keys)
    }

    /// Returns the frames that a strip's chain needs until it is filled: its latency, and the
    /// longest delay of a key.
    pub(crate) fn filled_after(&self, strip: StripId) -> u64 {
        let keys = self.keys(strip);
        let latency = self.of(strip).map_or(0, |chain| chain.outline.latency);
        let delay = keys.iter().map(|key| key.delay).max().unwrap_or(0);
        latency + keys.iter().map(|key| key.wait).sum::<u64>() + delay
    }
}
