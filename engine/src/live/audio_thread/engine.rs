//! The live engine: the renderer, and around it the transport, commands at their frames, the
//! master's gain and limiter, meters.

use super::event::{Event, Motion};
use super::finite_input::FiniteInput;
use super::message::{Action, AudioMessage, ChainSwap, Retired};
use super::meters::{LiveStripMeter, Reading};
use super::schedule::Schedule;
use super::stats::Counters;
use super::strip_params::StripParams;
use super::transport::{Transport, TransportAction};
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
    pub(crate) params: StripParams,
    pub(crate) gain: Ramped<1>,
    pub(crate) limiter: SwappableChain,
    pub(crate) transport: Transport,
    pub(crate) schedule: Schedule,
    /// Swaps that are due but whose parts are not free yet, in order.
    pub(crate) pending_swaps: VecDeque<Box<ChainSwap>>,
    /// True if a chain or delay may be on its way out.
    pub(crate) swapping: bool,
    pub(crate) meters: Vec<LiveStripMeter>,
    pub(crate) ramp: u64,
    pub(crate) max_block: usize,
    pub(crate) frame: u64,
    /// Frames rendered since the last stem ended, once every stem has ended.
    pub(crate) tail_frames: Option<u64>,
    pub(crate) longest_tail: u64,
    pub(crate) commands: Receiver<AudioMessage>,
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
        self.receive_commands();
        let mut done = 0;
        while done < out.frames() {
            self.execute_due();
            if self.transport.motion() == Motion::Cueing && self.inputs_are_cued() {
                self.counters.ended.store(false, Relaxed);
                self.transport.start(self.renderer.summing().latency(), self.ramp);
                self.emit_motion();
            }
            if self.transport.motion() != Motion::Rolling {
                out.slice_mut(done..out.frames()).fill(0.0);
                break;
            }
            let frames = self.frames_until_next_event().min((out.frames() - done) as u64) as usize;
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
    fn receive_commands(&mut self) {
        while self.schedule.has_room()
            && let Ok(command) = self.commands.try_recv()
        {
            self.schedule.add(command, self.frame);
        }
    }

    fn execute_due(&mut self) {
        while let Some(command) = self.schedule.take_due(self.frame) {
            self.return_part(Retired::Applied { number: command.number, frame: self.frame });
            self.execute(command.action, command.ramp.unwrap_or(self.ramp));
        }
        while let Some(swap) = self.pending_swaps.front() {
            if !self.is_free(swap) {
                break;
            }
            if let Some(swap) = self.pending_swaps.pop_front() {
                self.apply_swap(swap);
            }
        }
    }

    fn execute(&mut self, action: Action, ramp: u64) {
        match action {
            Action::Play => self.request_transport(TransportAction::Play),
            Action::Pause => self.request_transport(TransportAction::Pause),
            Action::Stop => self.request_transport(self.transport.stop()),
            Action::Seek(position) => self.request_transport(self.transport.seek(position)),
            Action::Loop(range) => self.request_transport(self.transport.set_loop(range)),
            Action::StripParam(strip, param) => self.params.set(strip, param, ramp, &mut self.renderer),
            Action::MasterGain(gain) => self.gain.ramp_to([gain], 0, ramp),
            Action::ChainSwap(swap) => self.pending_swaps.push_back(swap),
        }
    }

    fn request_transport(&mut self, next: TransportAction) {
        let before = self.transport.motion();
        if let Some(next) = self.transport.request(next, self.ramp) {
            self.apply_transport(next);
        }
        if self.transport.motion() != before {
            self.emit_motion();
        }
    }

    /// Executes the action for which the sound was faded out.
    fn apply_transport(&mut self, next: TransportAction) {
        match next {
            TransportAction::Play => self.transport.resume(self.ramp),
            TransportAction::Pause => self.transport.pause(),
            TransportAction::Seek { position, loop_range, play } => {
                self.tail_frames = None;
                self.reset_signal_path();
                let cue = self.transport.cue(position, loop_range, play);
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

    fn reset_signal_path(&mut self) {
        self.renderer.reset();
        self.limiter.reset();
        self.gain = Ramped::at(self.gain.target());
        self.meters.iter_mut().for_each(LiveStripMeter::reset);
        self.collect_retired();
    }

    fn inputs_are_cued(&mut self) -> bool {
        // Every input is polled, since each poll lets that input advance.
        self.renderer.tracks_mut().iter_mut().filter_map(|track| (!track.input.input.is_cued()).then_some(())).count()
            == 0
    }

    fn frames_until_next_event(&mut self) -> u64 {
        let command = self.schedule.next_at().map_or(u64::MAX, |at| at - self.frame);
        let swap = self.pending_swaps.front().map_or(u64::MAX, |swap| self.frames_until_free(swap).max(1));
        command.min(swap).min(self.transport.fade_out_remaining()).min(self.max_block as u64)
    }

    fn render(&mut self, out: &mut BlockMut<'_>) {
        let frames = out.frames();
        self.renderer.process(out);
        self.report_input_faults();
        if self.gain.remaining() > 0 || self.gain.target() != [1.0] {
            for channel in 0..out.channels() {
                for (ahead, sample) in out.channel_mut(channel).iter_mut().enumerate() {
                    *sample = (f64::from(*sample) * self.gain.ahead(ahead)[0]) as f32;
                }
            }
            self.gain.advance(frames);
        }
        self.limiter.process(out);
        let is_finite = (0..out.channels()).all(|channel| out.channel(channel).iter().all(|x| x.is_finite()));
        if !is_finite {
            out.fill(0.0);
            self.reset_signal_path();
            self.emit(Event::Reset { frame: self.frame });
        }
        self.transport.fade(out);
        self.meter_block(out);
        self.frame += frames as u64;
        if self.swapping {
            self.collect_retired();
        }
        self.advance(frames);
    }

    /// Advances the position. A completed fade-out triggers its pending action. After the tail of
    /// the last stem the position returns to the beginning, unless a seek is pending.
    fn advance(&mut self, frames: usize) {
        let next = self.transport.advance(frames);
        let ended = self.renderer.tracks().iter().all(|track| track.input.input.has_ended());
        // The block in which the last stem ends is not counted: some of it was sound.
        self.tail_frames =
            self.tail_frames.filter(|_| ended).map_or(ended.then_some(0), |tail| Some(tail + frames as u64));
        if let Some(next) = next {
            self.apply_transport(next);
            self.emit_motion();
        } else if !self.transport.will_seek()
            && self.tail_frames.is_some_and(|tail| tail >= self.longest_tail + self.latency())
        {
            self.counters.ended.store(true, Relaxed);
            self.emit(Event::Ended { frame: self.frame });
            self.apply_transport(self.transport.stop());
            self.emit_motion();
        }
    }

    fn report_input_faults(&mut self) {
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

    fn meter_block(&mut self, out: &BlockMut<'_>) {
        let Self { meters, renderer, limiter, readings, counters, frame, .. } = self;
        if meters.is_empty() {
            return;
        }
        let mut send_reading = |reading: &Reading| {
            if readings.try_send(*reading).is_err() {
                counters.dropped_meters.fetch_add(1, Relaxed);
            }
        };
        let frames = out.frames();
        let mut meters = meters.iter_mut();
        for (track, meter) in renderer.tracks().iter().zip(&mut meters) {
            let reduction_db = track.strip().chain().current().gain_reduction_db();
            meter.observe(&track.output(false, frames), *frame, reduction_db, &mut send_reading);
        }
        for ((block, strip), meter) in
            renderer.summing().bus_outputs(frames).zip(renderer.summing().bus_strips()).zip(&mut meters)
        {
            meter.observe(&block, *frame, strip.chain().current().gain_reduction_db(), &mut send_reading);
        }
        if let Some(meter) = meters.next() {
            let reduction_db =
                renderer.summing().master().current().gain_reduction_db() + limiter.current().gain_reduction_db();
            meter.observe(&out.as_block(), *frame, reduction_db, &mut send_reading);
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
