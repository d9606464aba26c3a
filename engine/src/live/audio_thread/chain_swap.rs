//! Exchange of chains and delays during playback: new parts enter at their frames, old parts are
//! sent back to be dropped.

use super::engine::LiveEngine;
use super::event::Event;
use super::message::{ChainSlot, ChainSwap, Retired};
use crate::live::stream::input::LiveInput;
use crate::mix::{Connection, Strip, SwappableChain};
use crossbeam_channel::{Sender, TrySendError};
use std::sync::atomic::Ordering::Relaxed;

impl<I: LiveInput> LiveEngine<I> {
    fn rack(&mut self, seat: ChainSlot) -> Option<&mut SwappableChain> {
        match seat {
            ChainSlot::Track(index) => {
                self.renderer.tracks_mut().get_mut(index).map(|track| track.strip_mut().rack_mut())
            }
            ChainSlot::Bus(place) => self.renderer.summing_mut().bus_mut(place).map(Strip::rack_mut),
            ChainSlot::Master => Some(self.renderer.summing_mut().master_mut()),
            ChainSlot::Limiter => Some(&mut self.limiter),
        }
    }

    /// Returns the number of frames until the parts of an exchange are free.
    pub(crate) fn busy_for(&self, exchange: &ChainSwap) -> u64 {
        let rack = match exchange.seat {
            ChainSlot::Track(index) => self.renderer.tracks()[index].strip().rack(),
            ChainSlot::Bus(place) => self.renderer.summing().bus_strips().nth(place).map_or(&self.limiter, Strip::rack),
            ChainSlot::Master => self.renderer.summing().master(),
            ChainSlot::Limiter => &self.limiter,
        };
        let feeds = exchange.delays.iter().filter_map(|(to, index, _)| self.renderer.summing().feeds(*to).get(*index));
        feeds.map(Connection::left).fold(rack.left(), u64::max)
    }

    pub(crate) fn is_free(&self, exchange: &ChainSwap) -> bool {
        self.busy_for(exchange) == 0
    }

    pub(crate) fn exchange(&mut self, mut exchange: Box<ChainSwap>) {
        let (wait, ramp) = (exchange.wait, exchange.ramp.unwrap_or(self.ramp));
        self.exchanging = true;
        if let Some(chain) = exchange.chain.take() {
            let refused = match self.rack(exchange.seat) {
                Some(rack) => rack.replace(chain, wait, ramp),
                None => Some(chain),
            };
            if let Some(chain) = refused {
                self.give_back(Retired::Chain(chain));
            }
        }
        for (to, index, delay) in &mut exchange.delays {
            let Some(delay) = delay.take() else { continue };
            let refused = match self.renderer.summing_mut().feeds_mut(*to).get_mut(*index) {
                Some(feed) => feed.change_delay(delay, wait, ramp),
                None => Some(delay),
            };
            if let Some(delay) = refused {
                self.give_back(Retired::Delay(delay));
            }
        }
        if exchange.latency != self.latency() {
            self.counters.latency.store(exchange.latency, Relaxed);
            self.emit(Event::LatencyChanged { frame: self.frame, latency: exchange.latency });
        }
        self.give_back(Retired::Shell(exchange));
    }

    /// Sends back the parts that have been replaced.
    pub(crate) fn collect(&mut self) {
        let mut exchanging = false;
        let Self { renderer, limiter, returns, .. } = self;
        let mut chain = |rack: &mut SwappableChain| {
            exchanging |= rack.left() > 0;
            if let Some(spent) = rack.take_retired() {
                send_back(returns, Retired::Chain(spent));
            }
        };
        renderer.tracks_mut().iter_mut().for_each(|track| chain(track.strip_mut().rack_mut()));
        renderer.summing_mut().bus_strips_mut().for_each(|bus| chain(bus.rack_mut()));
        chain(renderer.summing_mut().master_mut());
        chain(limiter);
        for feed in renderer.summing_mut().every_feed_mut() {
            exchanging |= feed.left() > 0;
            if let Some(spent) = feed.take_retired() {
                send_back(returns, Retired::Delay(spent));
            }
        }
        self.exchanging = exchanging;
    }

    pub(crate) fn give_back(&self, thing: Retired) {
        send_back(&self.returns, thing);
    }
}

/// Sends a part back. The queue has room for everything under way, which the control thread counts,
/// and the engine holds it open: nothing is dropped here. If it were full nevertheless, the part
/// would be leaked rather than freed on this thread.
fn send_back(returns: &Sender<Retired>, thing: Retired) {
    if let Err(TrySendError::Full(thing) | TrySendError::Disconnected(thing)) = returns.try_send(thing) {
        std::mem::forget(thing);
    }
}
