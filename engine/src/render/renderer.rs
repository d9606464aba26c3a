//! The signal path of a mix, block by block: tracks, buses, master inserts. The loop around it is offline or live.

use super::plan::{Plan, PlanError};
use crate::audio::{Block, BlockMut};
use crate::mix::{BusStrip, Chain, Destination, Feed, Input, MixSum, Node, Rack, Strip, TrackStrip};
use crate::process::Processor;

/// A live mix over inputs of any kind. Its output is stereo and [`Renderer::latency`] frames late.
pub struct Renderer<I> {
    tracks: Vec<TrackStrip<I>>,
    buses: Vec<(Vec<Feed>, BusStrip)>,
    master_feeds: Vec<Feed>,
    master: Rack,
    sum: MixSum,
    latency: u64,
}

impl<I: Input> Renderer<I> {
    /// Builds the path of a plan; one input a track, in session order. Control thread; allocates.
    ///
    /// # Errors
    /// When an insert cannot be built. A checked plan has no such insert.
    pub fn new(plan: &Plan, inputs: Vec<I>, max_block: usize) -> Result<Self, PlanError> {
        let session = plan.session();
        let routing = plan.routing();
        let feeds = |plans: &[crate::mix::FeedPlan]| plans.iter().map(|&feed| Feed::new(feed, max_block)).collect();
        let mut tracks = Vec::with_capacity(inputs.len());
        for (index, input) in inputs.into_iter().enumerate() {
            tracks.push(plan.track_strip(index, input, max_block)?);
        }
        let mut buses = Vec::with_capacity(routing.buses.len());
        for route in &routing.buses {
            buses.push((feeds(&route.feeds), plan.bus_strip(route.index, max_block)?));
        }
        let master = Chain::build(&session.master.inserts, &plan.spec(2, max_block))
            .map_err(|error| PlanError::insert("master", &error))?;
        let latency = routing.latency + master.latency();
        Ok(Self {
            tracks,
            buses,
            master_feeds: feeds(&routing.master),
            master: Rack::new(master),
            sum: MixSum::new(max_block),
            latency,
        })
    }

    /// How late the output is, in frames. Any thread.
    pub fn latency(&self) -> u64 {
        self.latency
    }

    /// The tracks, in session order.
    pub fn tracks(&self) -> &[TrackStrip<I>] {
        &self.tracks
    }

    /// The tracks, to run them on several threads before [`Renderer::mix`].
    pub fn tracks_mut(&mut self) -> &mut [TrackStrip<I>] {
        &mut self.tracks
    }

    /// The buses, in the order of the routing.
    pub fn bus_mut(&mut self, place: usize) -> Option<&mut Strip> {
        self.buses.get_mut(place).map(|(_, bus)| bus.strip_mut())
    }

    /// The buses' strips, in the order of the routing.
    pub fn bus_strips(&self) -> impl Iterator<Item = &Strip> {
        self.buses.iter().map(|(_, bus)| bus.strip())
    }

    /// The buses' strips, to change them. Audio thread.
    pub fn bus_strips_mut(&mut self) -> impl Iterator<Item = &mut Strip> {
        self.buses.iter_mut().map(|(_, bus)| bus.strip_mut())
    }

    /// The master's inserts.
    pub fn master(&self) -> &Rack {
        &self.master
    }

    /// The master's inserts, to change them. Audio thread.
    pub fn master_mut(&mut self) -> &mut Rack {
        &mut self.master
    }

    /// What is summed at a place.
    pub fn feeds(&self, to: Destination) -> &[Feed] {
        match to {
            Destination::Master => &self.master_feeds,
            Destination::Bus(place) => self.buses.get(place).map_or(&[], |(feeds, _)| feeds),
        }
    }

    /// All connections, to change them. Audio thread.
    pub fn every_feed_mut(&mut self) -> impl Iterator<Item = &mut Feed> {
        self.buses.iter_mut().flat_map(|(feeds, _)| feeds).chain(&mut self.master_feeds)
    }

    /// What is summed at a place, to change it. Audio thread.
    pub fn feeds_mut(&mut self, to: Destination) -> &mut [Feed] {
        match to {
            Destination::Master => &mut self.master_feeds,
            Destination::Bus(place) => self.buses.get_mut(place).map_or(&mut [], |(feeds, _)| feeds),
        }
    }

    /// Forgets all input but what waits in the tracks' inputs; what glides arrives at once. Audio thread.
    pub fn reset(&mut self) {
        self.tracks.iter_mut().for_each(|track| track.strip_mut().reset());
        for (feeds, bus) in &mut self.buses {
            feeds.iter_mut().for_each(Feed::reset);
            bus.strip_mut().reset();
        }
        self.master_feeds.iter_mut().for_each(Feed::reset);
        self.master.reset();
    }

    /// What the last block made of each bus after its fader, in the order of the routing. Audio thread.
    pub fn bus_outputs(&self, frames: usize) -> impl Iterator<Item = Block<'_>> {
        self.buses.iter().map(move |(_, bus)| bus.output(false, frames))
    }

    /// Takes the master's inserts out, to run them elsewhere; the latency still counts theirs. Control thread.
    pub fn detach_master(&mut self) -> Rack {
        std::mem::replace(&mut self.master, Rack::new(Chain::default()))
    }

    /// Renders the next block, stereo. Audio thread, if the inputs are.
    pub fn process(&mut self, out: &mut BlockMut<'_>) {
        TrackStrip::process_together(&mut self.tracks, out.frames());
        self.mix(out);
    }

    /// Sums what every track has just rendered (as many frames as `out` has) through buses and master inserts. Audio thread.
    pub fn mix(&mut self, out: &mut BlockMut<'_>) {
        let frames = out.frames();
        let Self { tracks, buses, master_feeds, master, sum, .. } = self;
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

fn add_all<I: Input>(
    feeds: &mut [Feed],
    tracks: &[TrackStrip<I>],
    buses: &[(Vec<Feed>, BusStrip)],
    sum: &mut MixSum,
    frames: usize,
) {
    sum.clear(frames);
    for feed in feeds {
        let block = match feed.node() {
            Node::Track(index) => tracks[index].output(feed.pre_fader(), frames),
            Node::Bus(place) => buses[place].1.output(feed.pre_fader(), frames),
        };
        feed.add(&block, sum);
    }
}
