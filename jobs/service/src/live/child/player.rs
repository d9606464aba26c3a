//! The engine, driven as far as the client's credit reaches.

use super::super::message::{ClientMessage, ClientRequest, ReadingsRequest};
use super::super::request::{EngineRequest, SampleForm};
use super::super::warning::warning;
use super::levels::{Levels, Moment};
use super::output::Output;
use super::pace::{BLOCK, MAX_AHEAD_S};
use super::paths::HiddenFolders;
use super::positions::Positions;
use super::prepare::Prepared;
use super::ready::{ready, strips};
use super::sound::encode;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::live::{Command, Event, Live, Motion, RingInput};
use mixdown_engine::render::Plan;
use serde_json::{Value, json};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

/// Longest wait for a message while nothing can be rendered.
const IDLE: Duration = Duration::from_millis(50);
/// Wait for the readers of stems.
const READERS: Duration = Duration::from_micros(500);
/// Interval between two texts while nothing plays.
const STILL: Duration = Duration::from_secs(1);
/// Messages that are taken up between two blocks at most.
const MESSAGES: usize = 256;

/// A live engine with its client.
pub(super) struct Player {
    live: Live<RingInput>,
    plan: Plan,
    folders: HiddenFolders,
    output: Output,
    form: SampleForm,
    ready: Value,
    block: AudioBuffer,
    bytes: Vec<u8>,
    credit: u64,
    max_credit: u64,
    /// Latency at the beginning: sound is numbered without it.
    latency: u64,
    /// True if a command to play waits for credit.
    play_waits: bool,
    positions: Positions,
    levels: Levels,
    next_still: Instant,
}

impl Player {
    /// Creates a player that stands at the beginning.
    pub(super) fn new(prepared: Prepared, request: &EngineRequest, output: Output) -> Self {
        let ready = ready(&prepared, request);
        let Prepared { live, plan, folders, rate_hz, .. } = prepared;
        let rate = plan.sample_rate();
        let wanted = ReadingsRequest { rate_hz: request.rate_hz, spectrum: false, scope: false };
        Self {
            latency: live.engine.latency(),
            levels: Levels::new(strips(plan.session()), rate, rate_hz, wanted),
            live,
            plan,
            folders,
            output,
            form: request.form,
            ready,
            block: AudioBuffer::new(2, BLOCK),
            bytes: Vec::new(),
            credit: 0,
            max_credit: rate.frames(MAX_AHEAD_S),
            play_waits: false,
            positions: Positions::default(),
            next_still: Instant::now(),
        }
    }

    /// Plays until the channel closes.
    ///
    /// # Errors
    /// When the output fails.
    pub(super) fn run(mut self, messages: &Receiver<ClientMessage>) -> io::Result<()> {
        self.output.text(&self.ready)?;
        loop {
            let wait = self.step()?;
            let first = if wait.is_zero() {
                messages.try_recv().map_err(|error| error == TryRecvError::Disconnected)
            } else {
                messages.recv_timeout(wait).map_err(|error| error == RecvTimeoutError::Disconnected)
            };
            if first == Err(true) {
                return Ok(());
            }
            for message in first.into_iter().chain(messages.try_iter().take(MESSAGES)) {
                self.receive(message)?;
            }
        }
    }

    /// Renders the next block if it may; returns how long to wait for a message.
    fn step(&mut self) -> io::Result<Duration> {
        let motion = self.live.engine.motion();
        let frames = self.frames_due(motion);
        if frames == 0 || !self.live.engine.is_ready(frames) {
            self.report()?;
            return Ok(if frames == 0 { IDLE } else { READERS });
        }
        let counters = self.live.engine.counters();
        let before = counters.frame();
        self.positions.note(before, counters.position());
        self.live.engine.process(&mut self.block.first_mut(frames));
        self.play_waits = false;
        // Sound comes first in the block: after silence nothing more is rendered in it.
        let rendered = (self.live.engine.counters().frame() - before) as usize;
        self.send_sound(before, rendered)?;
        self.report()?;
        Ok(match self.live.engine.motion() {
            _ if rendered > 0 => Duration::ZERO,
            Motion::Still => IDLE,
            _ => READERS,
        })
    }

    /// Returns the number of frames that may be rendered now.
    fn frames_due(&self, motion: Motion) -> usize {
        // Commands are carried out while nothing plays, and nothing sounds.
        if motion == Motion::Still && !self.play_waits {
            return 1;
        }
        let unsent = self.latency.saturating_sub(self.live.engine.counters().frame());
        if self.credit == 0 { 0 } else { (self.credit + unsent).min(BLOCK as u64) as usize }
    }

    /// Sends the sound of the last block. `first` is the rendered frame at its beginning. The
    /// silence of the latency at the very beginning is left out.
    fn send_sound(&mut self, first: u64, rendered: usize) -> io::Result<()> {
        let skipped = self.latency.saturating_sub(first).min(rendered as u64);
        let block = self.block.first(rendered).slice(skipped as usize..rendered);
        if block.frames() == 0 {
            return Ok(());
        }
        self.levels.observe(&block);
        self.credit = self.credit.saturating_sub(block.frames() as u64);
        encode(first + skipped - self.latency, &block, self.form, &mut self.bytes);
        self.output.sound(&self.bytes)
    }

    /// Carries out a message and answers it.
    fn receive(&mut self, ClientMessage { id, request }: ClientMessage) -> io::Result<()> {
        match (request.and_then(|request| self.execute(request)), id) {
            (Ok(_), None) => Ok(()),
            (Ok(frame), id) => self.output.text(&json!({ "event": "accepted", "id": id, "frame": frame })),
            (Err(message), id) => {
                let message = self.folders.hide(&message);
                self.output.text(&json!({ "event": "refused", "id": id, "message": message }))
            }
        }
    }

    /// Carries out a request; returns the frame from which it holds.
    fn execute(&mut self, request: ClientRequest) -> Result<u64, String> {
        let now = self.live.engine.counters().frame();
        match request {
            ClientRequest::Credit(frames) => {
                self.credit = self.credit.saturating_add(frames).min(self.max_credit);
                Ok(now)
            }
            ClientRequest::Readings(wanted) => {
                self.levels.wanted = wanted;
                Ok(now)
            }
            ClientRequest::Engine(timed) => {
                let (plays, frame) = (timed.command == Command::Play, timed.at.unwrap_or(0).max(now));
                self.live.control.send(*timed).map_err(|error| error.to_string())?;
                self.play_waits |= plays;
                Ok(frame)
            }
        }
    }

    /// Sends texts about all that has happened since the last call.
    fn report(&mut self) -> io::Result<()> {
        self.live.control.collect();
        let events: Vec<Event> = self.live.events.try_iter().collect();
        for event in events {
            self.report_event(&event)?;
        }
        while let Ok(reading) = self.live.readings.try_recv() {
            if self.levels.add(&reading) {
                let moment = self.moment(reading.frame);
                for text in self.levels.texts(&reading, moment) {
                    self.output.reading(&text)?;
                }
            }
        }
        let still = self.live.engine.motion() == Motion::Still && self.levels.wanted.rate_hz > 0.0;
        if still && Instant::now() >= self.next_still {
            self.next_still = Instant::now() + STILL;
            let counters = self.live.engine.counters();
            let frame = counters.frame().saturating_sub(self.latency);
            let text = self.levels.still(Moment { frame, position: counters.position() });
            self.output.reading(&text)?;
        }
        Ok(())
    }

    fn report_event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            // Answered when it was sent.
            Event::Refused { .. } => Ok(()),
            Event::Moved { motion, .. } => {
                match motion {
                    Motion::Still => self.next_still = Instant::now(),
                    Motion::Cueing => self.levels.reset_loudness(),
                    Motion::Rolling => {}
                }
                Ok(())
            }
            Event::Ended { frame } => {
                let frame = frame.saturating_sub(self.latency);
                self.output.text(&json!({ "event": "ended", "frame": frame }))
            }
            Event::LatencyChanged { frame, latency } => {
                self.output.text(&json!({ "event": "latency", "frame": frame, "latency_frames": latency }))
            }
            event => match warning(event, &self.plan.session().tracks) {
                Some(message) => {
                    let message = self.folders.hide(&message);
                    self.output.text(&json!({ "event": "warning", "message": message }))
                }
                None => Ok(()),
            },
        }
    }

    /// Returns the moment of a reading that ends at a rendered frame of the engine.
    fn moment(&self, frame: u64) -> Moment {
        let frame = frame.saturating_sub(self.latency);
        Moment { frame, position: self.positions.at(frame) }
    }
}
