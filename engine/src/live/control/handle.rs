//! The control thread's end of a live engine: commands go out from here, and what they have
//! replaced is dropped here.

use super::command::{Command, CommandError, Strip, Timed};
use super::session_mirror::{Desk, Prepared};
use crate::live::audio_thread::event::Event;
use crate::live::audio_thread::message::{ORDERS, Order, RETURNS, Return, What};
use crate::live::audio_thread::stats::Counters;
use crate::session::Session;
use crossbeam_channel::{Receiver, Sender};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sends commands to a live engine, and knows the session as it will be when they have been carried
/// out.
pub struct Control {
    desk: Desk,
    orders: Sender<Order>,
    returned: Receiver<Return>,
    events: Sender<Event>,
    counters: Arc<Counters>,
    next_number: u64,
    /// Things that have not come back yet.
    out: usize,
    commands_out: usize,
    last_exchange: u64,
    sent: BTreeMap<u64, Timed>,
    recording: Vec<Timed>,
}

impl Control {
    pub(crate) fn new(
        desk: Desk,
        orders: Sender<Order>,
        returned: Receiver<Return>,
        events: Sender<Event>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            desk,
            orders,
            returned,
            events,
            counters,
            next_number: 0,
            out: 0,
            commands_out: 0,
            last_exchange: 0,
            sent: BTreeMap::new(),
            recording: Vec::new(),
        }
    }

    /// Sends a command; returns its number. Control thread; allocates, and may build processors.
    ///
    /// # Errors
    /// When it cannot be carried out; nothing has changed then, and the engine's events tell of it
    /// too.
    pub fn send(&mut self, timed: Timed) -> Result<u64, CommandError> {
        let number = self.next_number;
        let result = self.try_send(number, timed);
        if let Err(error) = &result {
            // Whoever does not listen is not told.
            let _ = self.events.try_send(Event::Refused { number, message: error.to_string() });
        }
        result
    }

    /// As [`Control::send`], as soon as it arrives.
    ///
    /// # Errors
    /// As [`Control::send`].
    pub fn now(&mut self, command: Command) -> Result<u64, CommandError> {
        self.send(Timed::now(command))
    }

    fn try_send(&mut self, number: u64, timed: Timed) -> Result<u64, CommandError> {
        self.collect();
        let given = timed.at.unwrap_or_else(|| self.counters.frame());
        let ramp = timed.ramp_ms.map(|ramp_ms| self.desk.fixed.ramp(ramp_ms)).transpose()?;
        let Prepared { mut what, session, chains, pieces } = self.desk.prepare(&timed.command)?;
        if let What::Exchange(exchange) = &mut what {
            exchange.ramp = ramp;
        }
        // Chains are built upon each other.
        let changes_chains = chains.is_some();
        if changes_chains && given < self.last_exchange {
            return Err(CommandError::OutOfOrder { given, last: self.last_exchange });
        }
        let pieces = pieces + 1;
        if self.commands_out >= ORDERS || self.out + pieces > RETURNS {
            return Err(CommandError::QueueFull);
        }
        self.orders.try_send(Order { number, at: timed.at, ramp, what }).map_err(|_| CommandError::QueueFull)?;
        self.desk.take_over(session, chains);
        if changes_chains {
            self.last_exchange = given;
        }
        (self.out, self.commands_out) = (self.out + pieces, self.commands_out + 1);
        self.sent.insert(number, timed);
        self.next_number += 1;
        Ok(number)
    }

    /// Drops what has been replaced and notes what has been carried out. [`Control::send`] does so
    /// too. Control thread.
    pub fn collect(&mut self) {
        while let Ok(thing) = self.returned.try_recv() {
            self.out -= 1;
            if let Return::Applied { number, frame } = thing {
                self.commands_out -= 1;
                if let Some(timed) = self.sent.remove(&number) {
                    self.recording.push(Timed { at: Some(frame), ..timed });
                }
            }
        }
    }

    /// Every command that has been carried out so far, with its frame: given to an engine of the
    /// same session, they play the same mix.
    pub fn recording(&mut self) -> &[Timed] {
        self.collect();
        &self.recording
    }

    /// The session as it is heard, once all commands have been carried out: what is bypassed is
    /// left out.
    pub fn session(&self) -> Session {
        self.desk.heard_session()
    }

    /// The session with what is bypassed in it, as commands count inserts.
    pub fn full_session(&self) -> &Session {
        &self.desk.session
    }

    /// Whether an insert is bypassed.
    pub fn is_bypassed(&self, strip: Strip, insert: usize) -> bool {
        self.desk.chains.of(strip).and_then(|chain| chain.slots.get(insert)).is_some_and(|slot| slot.bypassed)
    }

    /// Counters that tell how the engine fares.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }
}
