//! The live engine: the renderer, and around it the transport, commands at their frames, the
//! master's gain and limiter, meters.

use super::event::{Event, Motion};
use super::finite_input::FiniteInput;
use super::message::{Action, AudioMessage, ChainSwap, Retired};
use super::meters::{LiveStripMeter, Reading};
use super::schedule::Schedule;
use super::stats::Counters;
use super::strip_params::StripParams;
use super::transport::{Next, Transport};
use crate::audio::BlockMut;
use crate::live::control::command::StripId;
use crate::live::stream::input::{Cue, LiveInput};
use crate::mix::mixer::Renderer;
use crate::mix::{Ramped, SwappableChain};
use crate::process::Processor;
use crossbeam_channel::{Receiver, Sender};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Plays a plan block by block. Stereo. Made by [`crate::live::open`] and
/// [`crate::live::open_replay`].
///
/// Frames are counted as they are rendered. Commands are timed by this count, which stands still
/// while nothing plays. The output depends only on the stems, the session, and the commands with
/// their frames; never on block sizes.
pub struct LiveEngine<I> {
    pub(crate) renderer: Renderer<FiniteInput<I>>,
    pub(crate) dials: StripParams,
    pub(crate) gain: Ramped<1>,
    pub(crate) limiter: SwappableChain,
    pub(crate) transport: Transport,
    pub(crate) schedule: Schedule,
    /// Exchanges that are due but whose places are not free yet, in order.
    pub(crate) waiting: VecDeque<Box<ChainSwap>>,
    /// True if a chain or delay may be on its way out.
    pub(crate) exchanging: bool,
    pub(crate) meters: Vec<LiveStripMeter>,
    pub(crate) ramp: u64,
    pub(crate) max_block: usize,
    pub(crate) frame: u64,
    /// Frames rendered since the last stem ended, once every stem has ended.
    pub(crate) rung: Option<u64>,
    pub(crate) longest_tail: u64,
    pub(crate) orders: Receiver<AudioMessage>,
    pub(crate) returns: Sender<Retired>,
    /// Keeps the queue open, so that the audio thread never drops a part for lack of a receiver.
    pub(crate) _returned: Receiver<Retired>,
    pub(crate) readings: Sender<Reading>,
    pub(crate) events: Sender<Event>,
    pub(crate) counters: Arc<Counters>,
}

impl<I: LiveInput> LiveEngine<I> {
    /// Renders the next block, stereo, of any number of frames. Audio thread: no allocation, no
    /// lock, no wait, no failure.
    pub fn process(&mut self, out: &mut BlockMut<'_>) {
        self.take_orders();
        let mut done = 0;
        while done < out.frames() {
            self.carry_out_due();
            if self.transport.motion() == Motion::Cueing && self.inputs_are_cued() {
                self.counters.ended.store(false, Relaxed);
                self.transport.roll(self.renderer.summing().latency(), self.ramp);
                self.emit_motion();
            }
            if self.transport.motion() != Motion::Rolling {
                out.slice_mut(done..out.frames()).fill(0.0);
                break;
            }
            let frames = self.frames_until_something_happens().min((out.frames() - done) as u64) as usize;
            self.render(&mut out.slice_mut(done..done + frames));
            done += frames;
        }
        self.counters.position.store(self.transport.position(), Relaxed);
        self.counters.frame.store(self.frame, Relaxed);
    }

    /// Returns the counters, which any thread may read.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Returns the latency, in frames.
    pub fn latency(&self) -> u64 {
        self.counters.latency()
    }

    /// Returns whether the engine plays, stands still or seeks.
    pub fn motion(&self) -> Motion {
        self.transport.motion()
    }

    /// Returns true if every reader has the next frames. For callers that render faster than real
    /// time. Audio thread.
    pub fn is_ready(&mut self, frames: usize) -> bool {
        self.transport.motion() != Motion::Rolling
            || self.renderer.tracks_mut().iter_mut().all(|track| track.input.input.is_ready(frames))
    }

    /// Takes in commands; those without a time are due at once. [`LiveEngine::process`] does so
    /// too. Audio thread.
    fn take_orders(&mut self) {
        while self.schedule.has_room()
            && let Ok(order) = self.orders.try_recv()
        {
            self.schedule.add(order, self.frame);
        }
    }

    fn carry_out_due(&mut self) {
        while let Some(order) = self.schedule.take_due(self.frame) {
            self.give_back(Retired::Applied { number: order.number, frame: self.frame });
            self.carry_out(order.what, order.ramp.unwrap_or(self.ramp));
        }
        while let Some(exchange) = self.waiting.front() {
            if !self.is_free(exchange) {
                break;
            }
            if let Some(exchange) = self.waiting.pop_front() {
                self.exchange(exchange);
            }
        }
    }

    fn carry_out(&mut self, what: Action, ramp: u64) {
        match what {
            Action::Play => self.transport_to(Next::Roll),
            Action::Pause => self.transport_to(Next::Rest),
            Action::Stop => self.transport_to(Next::Go { position: 0, roll: false }),
            Action::Seek(position) => {
                let roll = self.transport.wants_to_roll();
                self.transport_to(Next::Go { position, roll });
            }
            Action::Loop(range) => {
                self.transport.set_loop(range);
                let (position, roll) = (self.transport.position(), self.transport.wants_to_roll());
                self.transport_to(Next::Go { position, roll });
            }
            Action::StripParam(strip, dial) => self.dials.set(strip, dial, ramp, &mut self.renderer),
            Action::MasterGain(gain) => self.gain.ramp_to([gain], 0, ramp),
            Action::ChainSwap(exchange) => self.waiting.push_back(exchange),
        }
    }

    fn transport_to(&mut self, next: Next) {
        let before = self.transport.motion();
        if let Some(next) = self.transport.request(next, self.ramp) {
            self.jump_to_target(next);
        }
        if self.transport.motion() != before {
            self.emit_motion();
        }
    }

    /// Carries out the action for which the sound was faded out.
    fn jump_to_target(&mut self, next: Next) {
        match next {
            Next::Roll => self.transport.roll_on(self.ramp),
            Next::Rest => self.transport.rest(),
            Next::Go { position, roll } => {
                self.rung = None;
                self.forget();
                let cue = self.transport.cue(position, roll);
                self.cue(cue);
            }
        }
    }

    /// Sends every reader to another position.
    pub(crate) fn cue(&mut self, cue: Cue) {
        for track in self.renderer.tracks_mut() {
            track.input.clear_fault();
            track.input.input.cue(cue);
        }
    }

    fn forget(&mut self) {
        self.renderer.reset();
        self.limiter.reset();
        self.gain = Ramped::at(self.gain.target());
        self.meters.iter_mut().for_each(LiveStripMeter::reset);
        self.collect();
    }

    fn inputs_are_cued(&mut self) -> bool {
        // Every input is polled, since each poll lets that input advance.
        self.renderer.tracks_mut().iter_mut().filter_map(|track| (!track.input.input.is_cued()).then_some(())).count()
            == 0
    }

    fn frames_until_something_happens(&mut self) -> u64 {
        let order = self.schedule.next_at().map_or(u64::MAX, |at| at - self.frame);
        let exchange = self.waiting.front().map_or(u64::MAX, |exchange| self.busy_for(exchange).max(1));
        order.min(exchange).min(self.transport.left_of_fade()).min(self.max_block as u64)
    }

    fn render(&mut self, out: &mut BlockMut<'_>) {
        let frames = out.frames();
        self.renderer.process(out);
        self.look_after_inputs();
        if self.gain.left() > 0 || self.gain.target() != [1.0] {
            for channel in 0..out.channels() {
                for (ahead, sample) in out.channel_mut(channel).iter_mut().enumerate() {
                    *sample = (f64::from(*sample) * self.gain.ahead(ahead)[0]) as f32;
                }
            }
            self.gain.advance(frames);
        }
        self.limiter.process(out);
        let sound = (0..out.channels()).all(|channel| out.channel(channel).iter().all(|x| x.is_finite()));
        if !sound {
            out.fill(0.0);
            self.forget();
            self.emit(Event::Reset { frame: self.frame });
        }
        self.transport.fade(out);
        self.measure(out);
        self.frame += frames as u64;
        if self.exchanging {
            self.collect();
        }
        self.proceed(frames);
    }

    /// Advances the position. A completed fade-out triggers its pending action. After the tail of
    /// the last stem the position returns to the beginning.
    fn proceed(&mut self, frames: usize) {
        let next = self.transport.advance(frames);
        let ended = self.renderer.tracks().iter().all(|track| track.input.input.has_ended());
        // The block in which the last stem ends is not counted: some of it was sound.
        self.rung = self.rung.filter(|_| ended).map_or(ended.then_some(0), |rung| Some(rung + frames as u64));
        if let Some(next) = next {
            self.jump_to_target(next);
            self.emit_motion();
        } else if self.rung.is_some_and(|rung| rung >= self.longest_tail + self.latency()) {
            self.counters.ended.store(true, Relaxed);
            self.emit(Event::Ended { frame: self.frame });
            self.jump_to_target(Next::Go { position: 0, roll: false });
            self.emit_motion();
        }
    }

    fn look_after_inputs(&mut self) {
        let frame = self.frame;
        for index in 0..self.renderer.tracks().len() {
            let input = &mut self.renderer.tracks_mut()[index].input;
            let (silenced, starved) = (input.take_fault(), input.input.take_starvations());
            if silenced {
                self.emit(Event::Silenced { track: index, frame });
            }
            if starved > 0 {
                self.counters.starvations.fetch_add(u64::from(starved), Relaxed);
                self.emit(Event::Starved { track: index, frame });
            }
        }
    }

    fn measure(&mut self, out: &BlockMut<'_>) {
        let Self { meters, renderer, limiter, readings, counters, frame, .. } = self;
        if meters.is_empty() {
            return;
        }
        let mut show = |reading: &Reading| {
            if readings.try_send(*reading).is_err() {
                counters.dropped_meters.fetch_add(1, Relaxed);
            }
        };
        let frames = out.frames();
        let mut meters = meters.iter_mut();
        for (track, meter) in renderer.tracks().iter().zip(&mut meters) {
            let reduction_db = track.strip().rack().chain().gain_reduction_db();
            meter.observe(&track.output(false, frames), *frame, reduction_db, &mut show);
        }
        for ((block, strip), meter) in
            renderer.summing().bus_outputs(frames).zip(renderer.summing().bus_strips()).zip(&mut meters)
        {
            meter.observe(&block, *frame, strip.rack().chain().gain_reduction_db(), &mut show);
        }
        if let Some(meter) = meters.next() {
            let reduction_db =
                renderer.summing().master().chain().gain_reduction_db() + limiter.chain().gain_reduction_db();
            meter.observe(&out.as_block(), *frame, reduction_db, &mut show);
        }
    }

    fn emit_motion(&mut self) {
        let (motion, position) = (self.transport.motion(), self.transport.position());
        self.emit(Event::Moved { motion, frame: self.frame, position });
    }

    pub(crate) fn emit(&mut self, event: Event) {
        // No event sent from here owns memory: dropping one that does not fit never calls the
        // allocator.
        if self.events.try_send(event).is_err() {
            self.counters.dropped_events.fetch_add(1, Relaxed);
        }
    }
}

/// Returns all strips in the order of their meters.
pub(crate) fn every_strip(tracks: usize, bus_order: impl Iterator<Item = usize>) -> impl Iterator<Item = StripId> {
    (0..tracks).map(StripId::Track).chain(bus_order.map(StripId::Bus)).chain(std::iter::once(StripId::Master))
}
