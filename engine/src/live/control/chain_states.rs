//! What the control thread knows of the chains that play: which inserts stand where, which are
//! bypassed, how late each chain is.

use super::command::Strip;
use crate::mix::{InsertId, Routing};

/// What is known of a chain that plays.
#[derive(Clone, Debug)]
pub(crate) struct ChainState {
    /// An entry an insert, bypassed ones included.
    pub(crate) slots: Vec<Slot>,
    pub(crate) latency: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) id: InsertId,
    pub(crate) bypassed: bool,
}

impl ChainState {
    /// As [`Chain::build`] has numbered it.
    pub(crate) fn new(inserts: usize, latency: u64) -> Self {
        let slots = (0..inserts as InsertId).map(|id| Slot { id, bypassed: false });
        Self { slots: slots.collect(), latency }
    }
}

/// The chains of all strips, and what follows from their latencies.
#[derive(Clone, Debug)]
pub(crate) struct Chains {
    pub(crate) tracks: Vec<ChainState>,
    pub(crate) buses: Vec<ChainState>,
    pub(crate) master: ChainState,
    pub(crate) limiter_latency: u64,
    pub(crate) routing: Routing,
}

impl Chains {
    /// A strip's; `None` for one that there is not.
    pub(crate) fn of(&self, strip: Strip) -> Option<&ChainState> {
        match strip {
            Strip::Track(index) => self.tracks.get(index),
            Strip::Bus(index) => self.buses.get(index),
            Strip::Master => Some(&self.master),
        }
    }

    /// A strip's, to change it.
    pub(crate) fn of_mut(&mut self, strip: Strip) -> &mut ChainState {
        match strip {
            Strip::Track(index) => &mut self.tracks[index],
            Strip::Bus(index) => &mut self.buses[index],
            Strip::Master => &mut self.master,
        }
    }

    pub(crate) fn latency(&self) -> u64 {
        self.routing.latency + self.master.latency + self.limiter_latency
    }
}
