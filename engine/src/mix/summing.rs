//! Summing of tracks: buses, sends, the master's inserts.

use super::strip::{PIECE, pieces};
use super::{
    BusStrip, Chain, Connection, ConnectionPlan, Destination, Input, MixSum, Node, Routing, Strip, StripOrder,
    StripOutputs, SwappableChain, TrackStrip,
};
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::process::{KEY_CHANNELS, Processor};
use std::ops::Range;

/// All tracks, in session order, as the sum needs them.
pub trait MixTracks {
    /// Returns the outputs of a track. Audio thread.
    fn outputs(&self, index: usize) -> &StripOutputs;

    /// Returns the strip of a late track, whose inserts are still to run. Audio thread.
    fn late_mut(&mut self, index: usize) -> Option<&mut Strip>;
}

impl<I: Input> MixTracks for [TrackStrip<I>] {
    fn outputs(&self, index: usize) -> &StripOutputs {
        self[index].outputs()
    }

    fn late_mut(&mut self, index: usize) -> Option<&mut Strip> {
        self.get_mut(index).map(TrackStrip::strip_mut)
    }
}

/// A running mix without its tracks.
pub struct Summing {
    buses: Vec<(Vec<Connection>, BusStrip)>,
    master_connections: Vec<Connection>,
    master: SwappableChain,
    sum: MixSum,
    order: StripOrder,
    /// A key on its way to a strip.
    key: AudioBuffer,
    latency: u64,
}

/// A strip that is fed with keys.
#[derive(Clone, Copy)]
enum FedStrip {
    Track(usize),
    Bus(usize),
    Master,
}

impl Summing {
    /// Builds the summing of a routing from its buses, in the routing's order, and the master's
    /// inserts. Control thread; allocates.
    pub(crate) fn new(routing: &Routing, buses: Vec<BusStrip>, master: Chain, max_block: usize) -> Self {
        let build = |plans: &[ConnectionPlan]| plans.iter().map(|&plan| Connection::new(plan, max_block)).collect();
        Self {
            buses: routing.buses.iter().zip(buses).map(|(route, bus)| (build(&route.connections), bus)).collect(),
            master_connections: build(&routing.master),
            latency: routing.latency + master.latency(),
            master: SwappableChain::new(master),
            sum: MixSum::new(max_block),
            order: routing.order.clone(),
            key: AudioBuffer::new(KEY_CHANNELS, PIECE),
        }
    }

    /// Returns the latency of the output, in frames. Any thread.
    pub fn latency(&self) -> u64 {
        self.latency
    }

    /// Returns a bus's strip by its index in the routing, to change it.
    pub fn bus_mut(&mut self, position: usize) -> Option<&mut Strip> {
        self.buses.get_mut(position).map(|(_, bus)| bus.strip_mut())
    }

    /// Returns the buses' strips, in the order of the routing.
    pub fn bus_strips(&self) -> impl Iterator<Item = &Strip> {
        self.buses.iter().map(|(_, bus)| bus.strip())
    }

    /// Returns the buses' strips, to change them. Audio thread.
    pub fn bus_strips_mut(&mut self) -> impl Iterator<Item = &mut Strip> {
        self.buses.iter_mut().map(|(_, bus)| bus.strip_mut())
    }

    /// Returns the master's inserts.
    pub fn master(&self) -> &SwappableChain {
        &self.master
    }

    /// Returns the master's inserts, to change them. Audio thread.
    pub fn master_mut(&mut self) -> &mut SwappableChain {
        &mut self.master
    }

    /// Returns the connections of a destination.
    pub fn connections(&self, to: Destination) -> &[Connection] {
        match to {
            Destination::Master => &self.master_connections,
            Destination::Bus(position) => self.buses.get(position).map_or(&[], |(connections, _)| connections),
        }
    }

    /// Returns all connections.
    pub fn all_connections(&self) -> impl Iterator<Item = &Connection> {
        self.buses.iter().flat_map(|(connections, _)| connections).chain(&self.master_connections)
    }

    /// Returns all connections, to change them. Audio thread.
    pub fn all_connections_mut(&mut self) -> impl Iterator<Item = &mut Connection> {
        self.buses.iter_mut().flat_map(|(connections, _)| connections).chain(&mut self.master_connections)
    }

    /// Returns the connections of a destination, to change them. Audio thread.
    pub fn connections_mut(&mut self, to: Destination) -> &mut [Connection] {
        match to {
            Destination::Master => &mut self.master_connections,
            Destination::Bus(position) => self.buses.get_mut(position).map_or(&mut [], |(connections, _)| connections),
        }
    }

    /// Clears all state; transitions end at once. Audio thread.
    pub fn reset(&mut self) {
        for (connections, bus) in &mut self.buses {
            connections.iter_mut().for_each(Connection::reset);
            bus.strip_mut().reset();
        }
        self.master_connections.iter_mut().for_each(Connection::reset);
        self.master.reset();
    }

    /// Returns the last block of each bus after its fader, in the order of the routing. Audio
    /// thread.
    pub fn bus_outputs(&self, frames: usize) -> impl Iterator<Item = Block<'_>> {
        self.buses.iter().map(move |(_, bus)| bus.output(false, frames))
    }

    /// Returns the last block of the bus at an index of the routing, after its fader. Audio thread.
    pub fn bus_output(&self, position: usize, frames: usize) -> Block<'_> {
        self.buses[position].1.output(false, frames)
    }

    /// Exchanges the order of the strips for another one. Audio thread.
    pub fn swap_order(&mut self, order: &mut StripOrder) {
        std::mem::swap(&mut self.order, order);
    }

    /// Returns the order of the strips.
    pub fn order(&self) -> &StripOrder {
        &self.order
    }

    /// Sums the last output of every track (as many frames as `out` has) through buses and master
    /// inserts. Late tracks are processed on the way. Audio thread.
    pub fn mix(&mut self, tracks: &mut (impl MixTracks + ?Sized), out: &mut BlockMut<'_>) {
        if !self.order.is_keyed() {
            return self.mix_range(tracks, 0..out.frames(), out);
        }
        for (start, frames) in pieces(out.frames()) {
            let range = start..start + frames;
            self.mix_range(tracks, range.clone(), &mut out.slice_mut(range));
        }
    }

    /// Sums a range of the tracks' outputs. With keys, it has at most [`PIECE`] frames.
    fn mix_range(&mut self, tracks: &mut (impl MixTracks + ?Sized), range: Range<usize>, out: &mut BlockMut<'_>) {
        for step in 0..self.order.steps().len() {
            match self.order.steps()[step] {
                Node::Track(index) => {
                    self.feed(FedStrip::Track(index), tracks, &range);
                    if let Some(strip) = tracks.late_mut(index) {
                        strip.process_late(range.clone());
                    }
                }
                Node::Bus(position) => {
                    let (before, rest) = self.buses.split_at_mut(position);
                    let (connections, bus) = &mut rest[0];
                    add_all(connections, tracks, before, &mut self.sum, &range);
                    self.sum.write(&mut bus.source_mut(range.len()));
                    self.feed(FedStrip::Bus(position), tracks, &range);
                    self.buses[position].1.process(range.clone());
                }
            }
        }
        add_all(&mut self.master_connections, tracks, &self.buses, &mut self.sum, &range);
        self.sum.write(out);
        self.feed(FedStrip::Master, tracks, &range);
        self.master.process(out);
    }

    /// Hands each insert of a strip the signal of its key, which has been processed before.
    fn feed(&mut self, strip: FedStrip, tracks: &mut (impl MixTracks + ?Sized), range: &Range<usize>) {
        if !self.order.is_keyed() {
            return;
        }
        let Self { buses, master, key, .. } = self;
        for index in 0.. {
            let Some(from) = chain_of(strip, tracks, buses, master).and_then(|chain| chain.key_source(index)) else {
                return;
            };
            let signal = match from {
                Node::Track(index) => tracks.outputs(index).key(range.clone()),
                Node::Bus(position) => Some(buses[position].1.key(range.len())),
            };
            let mut copy = key.first_mut(range.len());
            match signal {
                Some(signal) => (0..KEY_CHANNELS).for_each(|channel| {
                    copy.channel_mut(channel).copy_from_slice(signal.channel(channel.min(signal.channels() - 1)));
                }),
                None => copy.fill(0.0),
            }
            if let Some(chain) = chain_of(strip, tracks, buses, master) {
                chain.feed(index, &key.first(range.len()));
            }
        }
    }
}

/// Returns the inserts of a strip.
fn chain_of<'a>(
    strip: FedStrip,
    tracks: &'a mut (impl MixTracks + ?Sized),
    buses: &'a mut [(Vec<Connection>, BusStrip)],
    master: &'a mut SwappableChain,
) -> Option<&'a mut SwappableChain> {
    match strip {
        FedStrip::Track(index) => tracks.late_mut(index).map(Strip::chain_mut),
        FedStrip::Bus(position) => buses.get_mut(position).map(|(_, bus)| bus.strip_mut().chain_mut()),
        FedStrip::Master => Some(master),
    }
}

fn add_all(
    connections: &mut [Connection],
    tracks: &(impl MixTracks + ?Sized),
    buses: &[(Vec<Connection>, BusStrip)],
    sum: &mut MixSum,
    range: &Range<usize>,
) {
    sum.clear(range.len());
    for connection in connections {
        let outputs = match connection.node() {
            Node::Track(index) => tracks.outputs(index),
            Node::Bus(position) => buses[position].1.strip().outputs(),
        };
        connection.add(&outputs.range(connection.pre_fader(), range.clone()), sum);
    }
}
