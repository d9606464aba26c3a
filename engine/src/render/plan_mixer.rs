//! Signal path of a plan: strips and sums, built for its rate.

use super::plan::{Plan, PlanError};
use crate::mix::{BusRoute, BusStrip, Chain, Input, Matrix, Renderer, SoloSwitches, Summing, TrackStrip, fader};

impl Plan {
    /// Builds the mixer of the plan; one input per track, in session order. Control thread;
    /// allocates.
    ///
    /// # Errors
    /// When an insert cannot be built. A checked plan has no such insert.
    pub fn mixer<I: Input>(&self, inputs: Vec<I>, max_block: usize) -> Result<Renderer<I>, PlanError> {
        let mut tracks = self.track_strips(inputs, max_block)?;
        // An edit may give any track a key, or make it one.
        tracks.iter_mut().for_each(TrackStrip::allow_keys);
        Ok(Renderer::new(tracks, self.summing(max_block)?))
    }

    /// Builds the strips of the tracks, in session order.
    pub(super) fn track_strips<I: Input>(
        &self,
        inputs: Vec<I>,
        max_block: usize,
    ) -> Result<Vec<TrackStrip<I>>, PlanError> {
        let solo = SoloSwitches::new(self.session(), self.routing());
        let strips = inputs.into_iter().enumerate();
        let order = &self.routing().order;
        let strip = |(index, input)| {
            let mut strip = self.track_strip(index, input, solo.is_audible(index), max_block)?;
            if order.is_late(index) || order.is_key(index) {
                strip.allow_keys();
            }
            strip.set_role(order.is_late(index), order.is_key(index));
            Ok(strip)
        };
        strips.map(strip).collect()
    }

    /// Builds the buses and the master's inserts.
    pub(super) fn summing(&self, max_block: usize) -> Result<Summing, PlanError> {
        let routes = self.routing().buses.iter();
        let buses = routes.map(|route| self.bus_strip(route, max_block)).collect::<Result<_, _>>()?;
        let keys = &self.routing().master_chain.keys;
        let master = Chain::build_keyed(&self.session().master.inserts, keys, &self.spec(2, max_block))
            .map_err(|error| PlanError::insert("master", &error))?;
        Ok(Summing::new(self.routing(), buses, master, max_block))
    }

    fn track_strip<I: Input>(
        &self,
        index: usize,
        input: I,
        is_audible: bool,
        max_block: usize,
    ) -> Result<TrackStrip<I>, PlanError> {
        let track = &self.session().tracks[index];
        let keys = &self.routing().tracks[index].keys;
        let chain = Chain::build_keyed(&track.inserts, keys, &self.spec(input.channels(), max_block))
            .map_err(|error| PlanError::insert(format!("track {:?}", track.title()), &error))?;
        let fader = fader(track.gain_db, track.mute || !is_audible);
        let matrix = Matrix::of_track(track, input.channels());
        let pre_fader = track.sends.iter().any(|send| send.pre_fader);
        Ok(TrackStrip::new(input, chain, matrix, fader, pre_fader, max_block))
    }

    fn bus_strip(&self, route: &BusRoute, max_block: usize) -> Result<BusStrip, PlanError> {
        let bus = &self.session().buses[route.index];
        let chain = Chain::build_keyed(&bus.inserts, &route.chain.keys, &self.spec(2, max_block))
            .map_err(|error| PlanError::insert(format!("bus {:?}", bus.name), &error))?;
        let pre_fader = bus.sends.iter().any(|send| send.pre_fader);
        Ok(BusStrip::new(chain, Matrix::of_bus(bus), fader(bus.gain_db, bus.mute), pre_fader, max_block))
    }
}
