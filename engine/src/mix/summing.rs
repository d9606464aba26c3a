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
    master_feeds: Vec<Connection>,
    master: SwappableChain,
    sum: MixSum,
    latency: u64,
}

impl Summing {
    /// Builds the summing of a routing from its buses, in the routing's order, and the master's
    /// inserts. Control thread; allocates.
    pub(crate) fn new(routing: &Routing, buses: Vec<BusStrip>, master: Chain, max_block: usize) -> Self {
        let feeds = |plans: &[ConnectionPlan]| plans.iter().map(|&feed| Connection::new(feed, max_block)).collect();
        Self {
            buses: routing.buses.iter().zip(buses).map(|(route, bus)| (feeds(&route.feeds), bus)).collect(),
            master_feeds: feeds(&routing.master),
            latency: routing.latency + master.latency(),
            master: SwappableChain::new(master),
            sum: MixSum::new(max_block),
        }
    }

    /// Returns the latency of the output, in frames. Any thread.
    pub fn latency(&self) -> u64 {
        self.latency
    }

    /// Returns a bus's strip by its place in the routing, to change it.
    pub fn bus_mut(&mut self, place: usize) -> Option<&mut Strip> {
        self.buses.get_mut(place).map(|(_, bus)| bus.strip_mut())
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

    /// Returns the feeds of a destination.
    pub fn feeds(&self, to: Destination) -> &[Connection] {
        match to {
            Destination::Master => &self.master_feeds,
            Destination::Bus(place) => self.buses.get(place).map_or(&[], |(feeds, _)| feeds),
        }
    }

    /// Returns all connections, to change them. Audio thread.
    pub fn every_feed_mut(&mut self) -> impl Iterator<Item = &mut Connection> {
        self.buses.iter_mut().flat_map(|(feeds, _)| feeds).chain(&mut self.master_feeds)
    }

    /// Returns the feeds of a destination, to change them. Audio thread.
    pub fn feeds_mut(&mut self, to: Destination) -> &mut [Connection] {
        match to {
            Destination::Master => &mut self.master_feeds,
            Destination::Bus(place) => self.buses.get_mut(place).map_or(&mut [], |(feeds, _)| feeds),
        }
    }

    /// Clears all state; transitions end at once. Audio thread.
    pub fn reset(&mut self) {
        for (feeds, bus) in &mut self.buses {
            feeds.iter_mut().for_each(Connection::reset);
            bus.strip_mut().reset();
        }
        self.master_feeds.iter_mut().for_each(Connection::reset);
        self.master.reset();
    }

    /// Returns the last block of each bus after its fader, in the order of the routing. Audio
    /// thread.
    pub fn bus_outputs(&self, frames: usize) -> impl Iterator<Item = Block<'_>> {
        self.buses.iter().map(move |(_, bus)| bus.output(false, frames))
    }

    /// Returns the last block of the bus at a place of the routing, after its fader. Audio thread.
    pub fn bus_output(&self, place: usize, frames: usize) -> Block<'_> {
        self.buses[place].1.output(false, frames)
    }

    /// Sums the last output of every track (as many frames as `out` has) through buses and master
    /// inserts. Audio thread.
    pub fn mix(&mut self, tracks: &(impl TrackOutputs + ?Sized), out: &mut BlockMut<'_>) {
        let frames = out.frames();
        let Self { buses, master_feeds, master, sum, .. } = self;
        for place in 0..buses.len() {
            let (before, rest) = buses.split_at_mut(place);
            let (feeds, bus) = &mut rest[0];
            add_all(feeds, tracks, before, sum, frames);
            sum.write(&mut bus.source_mut(frames));
            bus.process(frames);
        }
        add_all(master_feeds, tracks, buses, sum, frames);
        sum.write(out);
        master.process(out);
    }
}

fn add_all(
    feeds: &mut [Connection],
    tracks: &(impl TrackOutputs + ?Sized),
    buses: &[(Vec<Connection>, BusStrip)],
    sum: &mut MixSum,
    frames: usize,
) {
    sum.clear(frames);
    for feed in feeds {
        let block = match feed.node() {
            Node::Track(index) => tracks.first(index, feed.pre_fader(), frames),
            Node::Bus(place) => buses[place].1.output(feed.pre_fader(), frames),
        };
        feed.add(&block, sum);
    }
}
