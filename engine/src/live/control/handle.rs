//! Control handle of a live engine: sends commands and drops the parts that they have replaced.

#[cfg(test)]
mod model;

use super::command::{Command, CommandError, StripId, Timed};
use super::session_mirror::{PreparedCommand, SessionMirror};
use crate::live::audio_thread::event::Event;
use crate::live::audio_thread::message::{Action, AudioMessage, MAX_COMMANDS, Retired};
use crate::live::audio_thread::stats::Counters;
use crate::session::Session;
use crossbeam_channel::{Receiver, Sender};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sends commands to a live engine, and mirrors the session as it will be after all of them.
pub struct Control {
    mirror: SessionMirror,
    commands: Sender<AudioMessage>,
    returned: Receiver<Retired>,
    events: Sender<Event>,
    counters: Arc<Counters>,
    next_number: u64,
    /// Largest number of parts that are still to come back.
    parts_out: usize,
    commands_out: usize,
    last_swap_frame: u64,
    sent: BTreeMap<u64, Timed>,
    recording: Vec<Timed>,
}

impl Control {
    pub(crate) fn new(
        mirror: SessionMirror,
        commands: Sender<AudioMessage>,
        returned: Receiver<Retired>,
        events: Sender<Event>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            mirror,
            commands,
            returned,
            events,
            counters,
            next_number: 0,
            parts_out: 0,
            commands_out: 0,
            last_swap_frame: 0,
            sent: BTreeMap::new(),
            recording: Vec::new(),
        }
    }

    /// Sends a command and returns its number. Control thread; allocates, and may build processors.
    ///
    /// # Errors
    /// When the command cannot be carried out. Nothing has changed then, and the engine sends an
    /// event, too.
    pub fn send(&mut self, timed: Timed) -> Result<u64, CommandError> {
        let number = self.next_number;
        let result = self.try_send(number, timed);
        if let Err(error) = &result {
            // The event is dropped if the queue is full or has no receiver.
            let _ = self.events.try_send(Event::Refused { number, message: error.to_string() });
        }
        result
    }

    /// Sends a command that takes effect on arrival; see [`Control::send`].
    ///
    /// # Errors
    /// As [`Control::send`].
    pub fn now(&mut self, command: Command) -> Result<u64, CommandError> {
        self.send(Timed::now(command))
    }

    fn try_send(&mut self, number: u64, timed: Timed) -> Result<u64, CommandError> {
        self.collect();
        let frame = timed.at.unwrap_or_else(|| self.counters.frame());
        let ramp = timed.ramp_ms.map(|ramp_ms| self.mirror.config.ramp(ramp_ms)).transpose()?;
        let PreparedCommand { mut action, session, chains, parts } = self.mirror.prepare(&timed.command)?;
        if let Action::ChainSwap(swap) = &mut action {
            swap.ramp = ramp;
        }
        // Chains are built on the ones before.
        let changes_chains = chains.is_some();
        if changes_chains && frame < self.last_swap_frame {
            return Err(CommandError::OutOfOrder { given: frame, last: self.last_swap_frame });
        }
        let parts = parts + 1;
        if self.commands_out >= MAX_COMMANDS || self.parts_out + parts > self.returned.capacity().unwrap_or(usize::MAX)
        {
            return Err(CommandError::QueueFull);
        }
        self.commands
            .try_send(AudioMessage { number, at: timed.at, ramp, action })
            .map_err(|_| CommandError::QueueFull)?;
        self.mirror.commit(session, chains);
        if changes_chains {
            self.last_swap_frame = frame;
        }
        (self.parts_out, self.commands_out) = (self.parts_out + parts, self.commands_out + 1);
        self.sent.insert(number, timed);
        self.next_number += 1;
        Ok(number)
    }

    /// Drops replaced parts and notes executed commands. [`Control::send`] does so too. Control
    /// thread.
    pub fn collect(&mut self) {
        while let Ok(part) = self.returned.try_recv() {
            self.parts_out -= 1;
            match part {
                Retired::Applied { number, frame: applied_at } => {
                    self.commands_out -= 1;
                    if let Some(timed) = self.sent.remove(&number) {
                        self.recording.push(Timed { at: Some(applied_at), ..timed });
                    }
                }
                Retired::Swap(swap) => self.parts_out -= swap.added_delays,
                Retired::Chain(_) | Retired::Delay(_) => {}
            }
        }
    }

    /// Returns every command executed so far, with its frame. Replayed by an engine of the same
    /// session, they give the same mix.
    pub fn recording(&mut self) -> &[Timed] {
        self.collect();
        &self.recording
    }

    /// Returns the audible session after all commands: without bypassed inserts.
    pub fn session(&self) -> Session {
        self.mirror.audible_session()
    }

    /// Returns the session with its bypassed inserts, as commands count them.
    pub fn full_session(&self) -> &Session {
        &self.mirror.session
    }

    /// Returns true if an insert is bypassed.
    pub fn is_bypassed(&self, strip: StripId, insert: usize) -> bool {
        self.mirror.chains.of(strip).and_then(|chain| chain.inserts.get(insert)).is_some_and(|state| state.bypassed)
    }

    /// Returns the engine's performance counters.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }
}

#[cfg(test)]
mod tests {
    use crate::audio::AudioBuffer;
    use crate::dsp::Insert;
    use crate::live::control::command::Command;
    use crate::live::control::strip_name::StripName;
    use crate::live::test_engine::{MAX_BLOCK, engine, options, session};
    use crate::render::plan::Plan;
    use crate::session::{AuxSend, Bus, Track};
    use serde_json::json;

    #[test]
    fn edits_that_move_thousands_of_delays_are_never_refused() {
        let mut session = session();
        let names: Vec<String> = (0..64).map(|index| format!("bus {index}")).collect();
        session.buses = names.iter().map(Bus::new).collect();
        let sends: Vec<AuxSend> = names.iter().map(AuxSend::new).collect();
        let stem = session.tracks[0].memory.clone().unwrap();
        session.tracks = (0..140)
            .map(|index| Track { sends: sends.clone(), ..Track::from_memory(format!("{index}"), stem.clone()) })
            .collect();
        let (mut live, _inputs) = engine(&Plan::new(session).unwrap(), &options());
        let mut out = AudioBuffer::new(2, MAX_BLOCK);
        live.control.now(Command::Play).unwrap();
        // The first limiter adds 9035 delays, and each later one replaces them.
        let limiter: Insert = serde_json::from_value(json!({ "type": "limiter", "look_ahead_ms": 0.5 })).unwrap();
        for _ in 0..2 {
            let place = StripName::Track("0".into());
            live.control.now(Command::Insert { place, before: 0, settings: limiter.clone() }).unwrap();
            for _ in 0..20 {
                live.engine.process(&mut out.block_mut());
                live.control.collect();
            }
            assert_eq!((live.control.commands_out, live.control.parts_out), (0, 0));
        }
    }
}
