//! Summing of tracks: buses, sends, the master's inserts.

use super::{
    BusStrip, Chain, Connection, ConnectionPlan, Destination, Input, MixSum, Node, Routing, Strip, StripOutputs,
    SwappableChain, TrackStrip,
};
use crate::audio::{Block, BlockMut};
use crate::process::Processor;

/// Output of all tracks, in session order.
pub trait TrackOutputs {
    /// Returns the first `frames` frames of a track, stereo. Audio thread.
    fn first(&self, index: usize, pre_fader: bool, frames: usize) -> Block<'_>;
}

impl<I: Input> TrackOutputs for [TrackStrip<I>] {
    fn first(&self, index: usize, pre_fader: bool, frames: usize) -> Block<'_> {
        self[index].output(pre_fader, frames)
    }
}

impl TrackOutputs for [StripOutputs] {
    fn first(&self, index: usize, pre_fader: bool, frames: usize) -> Block<'_> {
        self[index].first(pre_fader, frames)
    }
}

/// A running mix without its tracks.
pub struct Summing {
    buses: Vec<(Vec<Connection>, BusStrip)>,
    master_connections: Vec<Connection>,
    master: SwappableChain,
    sum: MixSum,
    latency: u64,
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

    /// Sums the last output of every track (as many frames as `out` has) through buses and master
    /// inserts. Audio thread.
    pub fn mix(&mut self, tracks: &(impl TrackOutputs + ?Sized), out: &mut BlockMut<'_>) {
        let frames = out.frames();
        let Self { buses, master_connections, master, sum, .. } = self;
        for position in 0..buses.len() {
            let (before, rest) = buses.split_at_mut(position);
            let (connections, bus) = &mut rest[0];
            add_all(connections, tracks, before, sum, frames);
            sum.write(&mut bus.source_mut(frames));
            bus.process(frames);
        }
        add_all(master_connections, tracks, buses, sum, frames);
        sum.write(out);
        master.process(out);
    }
}

fn add_all(
    connections: &mut [Connection],
    tracks: &(impl TrackOutputs + ?Sized),
    buses: &[(Vec<Connection>, BusStrip)],
    sum: &mut MixSum,
    frames: usize,
) {
    sum.clear(frames);
    for connection in connections {
        let block = match connection.node() {
            Node::Track(index) => tracks.first(index, connection.pre_fader(), frames),
            Node::Bus(position) => buses[position].1.output(connection.pre_fader(), frames),
        };
        connection.add(&block, sum);
    }
}
