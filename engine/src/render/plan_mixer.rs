//! Signal path of a plan: strips and sums, built for its rate.

use super::plan::{Plan, PlanError};
use crate::mix::{BusStrip, Chain, Input, Matrix, Renderer, SoloSwitches, Summing, TrackStrip, fader};

impl Plan {
    /// Builds the mixer of the plan; one input per track, in session order. Control thread;
    /// allocates.
    ///
    /// # Errors
    /// When an insert cannot be built. A checked plan has no such insert.
    pub fn mixer<I: Input>(&self, inputs: Vec<I>, max_block: usize) -> Result<Renderer<I>, PlanError> {
        Ok(Renderer::new(self.track_strips(inputs, max_block)?, self.summing(max_block)?))
    }

    /// Builds the strips of the tracks, in session order.
    pub(super) fn track_strips<I: Input>(
        &self,
        inputs: Vec<I>,
        max_block: usize,
    ) -> Result<Vec<TrackStrip<I>>, PlanError> {
        let solo = SoloSwitches::new(self.session(), self.routing());
        let strips = inputs.into_iter().enumerate();
        strips.map(|(index, input)| self.track_strip(index, input, solo.is_audible(index), max_block)).collect()
    }

    /// Builds the buses and the master's inserts.
    pub(super) fn summing(&self, max_block: usize) -> Result<Summing, PlanError> {
        let routes = self.routing().buses.iter();
        let buses = routes.map(|route| self.bus_strip(route.index, max_block)).collect::<Result<_, _>>()?;
        let master = Chain::build(&self.session().master.inserts, &self.spec(2, max_block))
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
        let chain = Chain::build(&track.inserts, &self.spec(input.channels(), max_block))
            .map_err(|error| PlanError::insert(format!("track {:?}", track.title()), &error))?;
        let fader = fader(track.gain_db, track.mute || !is_audible);
        let matrix = Matrix::of_track(track, input.channels());
        let pre_fader = track.sends.iter().any(|send| send.pre_fader);
        Ok(TrackStrip::new(input, chain, matrix, fader, pre_fader, max_block))
    }

    fn bus_strip(&self, index: usize, max_block: usize) -> Result<BusStrip, PlanError> {
        let bus = &self.session().buses[index];
        let chain = Chain::build(&bus.inserts, &self.spec(2, max_block))
            .map_err(|error| PlanError::insert(format!("bus {:?}", bus.name), &error))?;
        let pre_fader = bus.sends.iter().any(|send| send.pre_fader);
        Ok(BusStrip::new(chain, Matrix::of_bus(bus), fader(bus.gain_db, bus.mute), pre_fader, max_block))
    }
}
