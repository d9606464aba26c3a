//! Exchange of chains and delays during playback: new parts enter at their frames, old parts are
//! sent back to be dropped.

#[cfg(test)]
mod model;

use super::engine::LiveEngine;
use super::event::Event;
use super::message::{ChainSlot, ChainSwap, Retired};
use crate::live::stream::input::LiveInput;
use crate::mix::{Connection, Strip, SwappableChain};
use crossbeam_channel::{Sender, TrySendError};
use std::sync::atomic::Ordering::Relaxed;

impl<I: LiveInput> LiveEngine<I> {
    fn chain_mut(&mut self, slot: ChainSlot) -> Option<&mut SwappableChain> {
        match slot {
            ChainSlot::Track(index) => {
                self.renderer.tracks_mut().get_mut(index).map(|track| track.strip_mut().chain_mut())
            }
            ChainSlot::Bus(position) => self.renderer.summing_mut().bus_mut(position).map(Strip::chain_mut),
            ChainSlot::Master => Some(self.renderer.summing_mut().master_mut()),
            ChainSlot::Limiter => Some(&mut self.limiter),
        }
    }

    fn chain(&self, slot: ChainSlot) -> &SwappableChain {
        match slot {
            ChainSlot::Track(index) => self.renderer.tracks()[index].strip().chain(),
            ChainSlot::Bus(position) => {
                self.renderer.summing().bus_strips().nth(position).map_or(&self.limiter, Strip::chain)
            }
            ChainSlot::Master => self.renderer.summing().master(),
            ChainSlot::Limiter => &self.limiter,
        }
    }

    /// Returns the number of frames until the parts of a swap are free. A swap with another order
    /// waits for all parts: one exchange at a time leaves an order for old and new chains together.
    pub(crate) fn frames_until_free(&self, swap: &ChainSwap) -> u64 {
        let summing = self.renderer.summing();
        if swap.order.is_some() {
            let tracks = self.renderer.tracks().iter().map(|track| track.strip().chain().remaining());
            let buses = summing.bus_strips().map(|bus| bus.chain().remaining());
            let chains = tracks.chain(buses).chain([summing.master().remaining(), self.limiter.remaining()]);
            return chains.chain(summing.all_connections().map(Connection::remaining)).max().unwrap_or(0);
        }
        let chains = swap.chains.iter().map(|(slot, _)| self.chain(*slot).remaining());
        let connections = swap.delays.iter().filter_map(|(to, index, _)| summing.connections(*to).get(*index));
        chains.chain(connections.map(Connection::remaining)).max().unwrap_or(0)
    }

    pub(crate) fn is_free(&self, swap: &ChainSwap) -> bool {
        self.frames_until_free(swap) == 0
    }

    pub(crate) fn apply_swap(&mut self, mut swap: Box<ChainSwap>) {
        let (wait, ramp) = (swap.wait, swap.ramp.unwrap_or(self.ramp));
        self.swapping = true;
        if let Some(order) = &mut swap.order {
            self.renderer.swap_order(order);
        }
        for (slot, chain) in &mut swap.chains {
            let Some(chain) = chain.take() else { continue };
            let refused = match self.chain_mut(*slot) {
                Some(current) => current.replace(chain, wait, ramp),
                None => Some(chain),
            };
            if let Some(chain) = refused {
                self.return_part(Retired::Chain(chain));
            }
        }
        for (to, index, delay) in &mut swap.delays {
            let Some(delay) = delay.take() else { continue };
            let refused = match self.renderer.summing_mut().connections_mut(*to).get_mut(*index) {
                Some(connection) => {
                    swap.added_delays += usize::from(connection.is_free() && !connection.has_delay());
                    connection.change_delay(delay, wait, ramp)
                }
                None => Some(delay),
            };
            if let Some(delay) = refused {
                self.return_part(Retired::Delay(delay));
            }
        }
        if swap.latency != self.latency() {
            self.counters.latency.store(swap.latency, Relaxed);
            self.emit(Event::LatencyChanged { frame: self.frame, latency: swap.latency });
        }
        self.return_part(Retired::Swap(swap));
    }

    /// Sends back the parts that have been replaced.
    pub(crate) fn collect_retired(&mut self) {
        let mut swapping = false;
        let Self { renderer, limiter, returns, .. } = self;
        let mut collect_chain = |chain: &mut SwappableChain| {
            swapping |= chain.remaining() > 0;
            if let Some(retired) = chain.take_retired() {
                send_part(returns, Retired::Chain(retired));
            }
        };
        renderer.tracks_mut().iter_mut().for_each(|track| collect_chain(track.strip_mut().chain_mut()));
        renderer.summing_mut().bus_strips_mut().for_each(|bus| collect_chain(bus.chain_mut()));
        collect_chain(renderer.summing_mut().master_mut());
        collect_chain(limiter);
        for connection in renderer.summing_mut().all_connections_mut() {
            swapping |= connection.remaining() > 0;
            if let Some(retired) = connection.take_retired() {
                send_part(returns, Retired::Delay(retired));
            }
        }
        self.swapping = swapping;
    }

    pub(crate) fn return_part(&self, part: Retired) {
        send_part(&self.returns, part);
    }
}

/// Sends a part back. The queue has room for everything under way, which the control thread counts,
/// and the engine holds it open: nothing is dropped here. If it were full nevertheless, the part
/// would be leaked rather than freed on this thread.
fn send_part(returns: &Sender<Retired>, part: Retired) {
    if let Err(TrySendError::Full(part) | TrySendError::Disconnected(part)) = returns.try_send(part) {
        std::mem::forget(part);
    }
}
