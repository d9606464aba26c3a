//! The control thread's end of a live engine: commands are checked and everything they need is built here, and what they have replaced
//! is dropped here.

use super::command::{Command, CommandError, Place, RAMP_MS, Strip, Timed, find, inserts_mut, with_field};
use super::dials::Dial;
use super::event::Event;
use super::order::{Exchange, ORDERS, Order, RETURNS, Redelay, Return, Seat, What};
use super::stats::Counters;
use crate::dsp::Insert;
use crate::dsp::dynamics::LimiterSettings;
use crate::master::GainPlan;
use crate::mix::{BusRoute, Chain, Destination, FeedDelay, FeedPlan, InsertId, Replacement, Routing};
use crate::process::{ProcessSpec, Processor};
use crate::render::offline::aim;
use crate::session::{Session, Target};
use crate::units::{Decibels, SampleRate};
use crossbeam_channel::{Receiver, Sender};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an earlier render of the same mix has measured before its master gain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Integrated loudness, in LUFS.
    pub integrated_lufs: f64,
    /// In dBTP.
    pub true_peak_dbtp: f64,
}

/// What is known of a chain that plays.
#[derive(Clone, Debug)]
pub(super) struct ChainState {
    /// An entry an insert, bypassed ones included.
    slots: Vec<Slot>,
    latency: u64,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    id: InsertId,
    bypassed: bool,
}

impl ChainState {
    /// As [`Chain::build`] has numbered it.
    pub(super) fn new(inserts: usize, latency: u64) -> Self {
        let slots = (0..inserts as InsertId).map(|id| Slot { id, bypassed: false });
        Self { slots: slots.collect(), latency }
    }
}

/// The chains of all strips, and what follows from their latencies.
#[derive(Clone, Debug)]
pub(super) struct Chains {
    pub(super) tracks: Vec<ChainState>,
    pub(super) buses: Vec<ChainState>,
    pub(super) master: ChainState,
    pub(super) limiter_latency: u64,
    pub(super) routing: Routing,
}

impl Chains {
    fn of(&mut self, strip: Strip) -> &mut ChainState {
        match strip {
            Strip::Track(index) => &mut self.tracks[index],
            Strip::Bus(index) => &mut self.buses[index],
            Strip::Master => &mut self.master,
        }
    }

    pub(super) fn latency(&self) -> u64 {
        self.routing.latency + self.master.latency + self.limiter_latency
    }
}

/// What stays as it was made.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    pub(super) rate: SampleRate,
    pub(super) max_block: usize,
    /// A track's.
    pub(super) channels: Vec<usize>,
    pub(super) measured: Option<Measured>,
    pub(super) look_ahead_ms: f64,
}

impl Fixed {
    fn spec(&self, channels: usize) -> ProcessSpec {
        ProcessSpec { sample_rate: self.rate, max_block: self.max_block, channels }
    }

    /// A ramp in frames.
    fn ramp(&self, ramp_ms: f64) -> Result<u64, CommandError> {
        if !(RAMP_MS.0..=RAMP_MS.1).contains(&ramp_ms) {
            let (min, max) = RAMP_MS;
            return Err(CommandError::Invalid(format!("ramp_ms = {ramp_ms} is out of range ({min} to {max})")));
        }
        Ok(self.rate.frames(ramp_ms / 1_000.0).max(1))
    }

    /// The master's static gain, as a factor: 1 where nothing has been measured.
    pub(super) fn master_gain(&self, session: &Session) -> f64 {
        let Some(measured) = self.measured else { return 1.0 };
        let plan = GainPlan::first(&aim(session), Some(measured.integrated_lufs), Some(measured.true_peak_dbtp));
        Decibels(plan.gain_db).to_amplitude()
    }

    /// The limiter's chain, as the ceiling asks: empty without one.
    pub(super) fn limiter(&self, session: &Session) -> Result<Chain, CommandError> {
        let limiter = aim(session).ceiling_dbtp.map(|ceiling_dbtp| {
            let look_ahead_ms = self.look_ahead_ms;
            Insert::Limiter(LimiterSettings { ceiling_dbtp, look_ahead_ms, ..LimiterSettings::default() })
        });
        Chain::build(limiter.as_slice(), &self.spec(2)).map_err(|error| CommandError::Invalid(error.to_string()))
    }
}

/// Sends commands to a live engine, and knows the session as it will be when they have been carried out.
pub struct Control {
    session: Session,
    chains: Chains,
    fixed: Fixed,
    orders: Sender<Order>,
    returned: Receiver<Return>,
    events: Sender<Event>,
    counters: Arc<Counters>,
    next_number: u64,
    next_id: InsertId,
    /// Things that have not come back yet.
    out: usize,
    commands_out: usize,
    last_exchange: u64,
    sent: BTreeMap<u64, Timed>,
    recording: Vec<Timed>,
}

/// A command made ready, and what it changes.
struct Prepared {
    what: What,
    session: Session,
    chains: Option<Chains>,
    pieces: usize,
}

impl Control {
    pub(super) fn new(
        session: Session,
        chains: Chains,
        fixed: Fixed,
        orders: Sender<Order>,
        returned: Receiver<Return>,
        events: Sender<Event>,
        counters: Arc<Counters>,
    ) -> Self {
        let most = |chain: &ChainState| chain.slots.len() as InsertId;
        let next_id = chains.tracks.iter().chain(&chains.buses).chain([&chains.master]).map(most).max().unwrap_or(0);
        Self {
            session,
            chains,
            fixed,
            orders,
            returned,
            events,
            counters,
            next_number: 0,
            next_id,
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
    /// When it cannot be carried out; nothing has changed then, and the engine's events tell of it too.
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
        let ramp = timed.ramp_ms.map(|ramp_ms| self.fixed.ramp(ramp_ms)).transpose()?;
        let mut prepared = self.prepare(&timed.command)?;
        if let What::Exchange(exchange) = &mut prepared.what {
            exchange.ramp = ramp;
        }
        if prepared.chains.is_some() && given < self.last_exchange {
            return Err(CommandError::OutOfOrder { given, last: self.last_exchange });
        }
        let pieces = prepared.pieces + 1;
        if self.commands_out >= ORDERS || self.out + pieces > RETURNS {
            return Err(CommandError::QueueFull);
        }
        let order = Order { number, at: timed.at, ramp, what: prepared.what };
        self.orders.try_send(order).map_err(|_| CommandError::QueueFull)?;
        self.session = prepared.session;
        if let Some(chains) = prepared.chains {
            (self.chains, self.last_exchange) = (chains, given);
        }
        (self.out, self.commands_out) = (self.out + pieces, self.commands_out + 1);
        self.sent.insert(number, timed);
        self.next_number += 1;
        Ok(number)
    }

    /// Drops what has been replaced and notes what has been carried out. [`Control::send`] does so too. Control thread.
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

    /// Every command that has been carried out so far, with its frame: given to an engine of the same session, they play the same mix.
    pub fn recording(&mut self) -> &[Timed] {
        self.collect();
        &self.recording
    }

    /// The session as it is heard, once all commands have been carried out: what is bypassed is left out.
    pub fn session(&self) -> Session {
        let mut session = self.session.clone();
        let strips = super::engine::every_strip(session.tracks.len(), 0..session.buses.len());
        for strip in strips {
            let mut slots = match strip {
                Strip::Track(index) => self.chains.tracks[index].slots.iter(),
                Strip::Bus(index) => self.chains.buses[index].slots.iter(),
                Strip::Master => self.chains.master.slots.iter(),
            };
            inserts_mut(&mut session, strip).retain(|_| slots.next().is_none_or(|slot| !slot.bypassed));
        }
        session
    }

    /// The session with what is bypassed in it, as commands count inserts.
    pub fn full_session(&self) -> &Session {
        &self.session
    }

    /// Whether an insert is bypassed.
    pub fn is_bypassed(&self, strip: Strip, insert: usize) -> bool {
        let chain = match strip {
            Strip::Track(index) => self.chains.tracks.get(index),
            Strip::Bus(index) => self.chains.buses.get(index),
            Strip::Master => Some(&self.chains.master),
        };
        chain.and_then(|chain| chain.slots.get(insert)).is_some_and(|slot| slot.bypassed)
    }

    /// Counters that tell how the engine fares.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    fn prepare(&mut self, command: &Command) -> Result<Prepared, CommandError> {
        let mut session = self.session.clone();
        let what = match command {
            Command::Play => What::Play,
            Command::Pause => What::Pause,
            Command::Stop => What::Stop,
            Command::Seek { position } => What::Seek(*position),
            Command::Loop { range } => {
                if range.is_some_and(|(start, end)| start >= end) {
                    return Err(CommandError::Invalid("a loop ends after it begins".into()));
                }
                What::Loop(*range)
            }
            Command::Gain { place, gain_db } => {
                let dialled = Dial::Gain(*gain_db);
                dial(&mut session, place, "fader", dialled, |t| t.gain_db = *gain_db, |b| b.gain_db = *gain_db)?
            }
            Command::Pan { place, pan } => {
                dial(&mut session, place, "pan", Dial::Pan(*pan), |t| t.pan = *pan, |b| b.pan = *pan)?
            }
            Command::Width { place, width } => {
                dial(&mut session, place, "width", Dial::Width(*width), |t| t.width = *width, |b| b.width = *width)?
            }
            Command::Mute { place, mute } => {
                dial(&mut session, place, "mute", Dial::Mute(*mute), |t| t.mute = *mute, |b| b.mute = *mute)?
            }
            Command::Solo { track, solo } => {
                let place = Place::Track(track.clone());
                dial(&mut session, &place, "solo", Dial::Solo(*solo), |t| t.solo = *solo, |_| ())?
            }
            Command::Polarity { track, polarity } => {
                let (place, dialled) = (Place::Track(track.clone()), Dial::Polarity(*polarity));
                dial(&mut session, &place, "polarity", dialled, |t| t.polarity = *polarity, |_| ())?
            }
            Command::Target { target } => {
                if self.fixed.measured.is_none() && *target != Target::None {
                    return Err(CommandError::NotMeasured);
                }
                session.master.target = *target;
                What::MasterGain(self.fixed.master_gain(&session))
            }
            Command::Ceiling { ceiling } => {
                session.master.ceiling_dbtp = Some(*ceiling);
                return self.prepare_limiter(session);
            }
            Command::Parameter { place, insert, .. }
            | Command::Bypass { place, insert, .. }
            | Command::Insert { place, before: insert, .. }
            | Command::Remove { place, insert } => return self.prepare_chain(session, place, *insert, command),
        };
        check(&session, self.fixed.rate)?;
        Ok(Prepared { what, session, chains: None, pieces: 0 })
    }

    fn prepare_limiter(&self, session: Session) -> Result<Prepared, CommandError> {
        check(&session, self.fixed.rate)?;
        let chain = self.fixed.limiter(&session)?;
        let mut chains = self.chains.clone();
        let wait = chains.limiter_latency.max(chain.latency());
        chains.limiter_latency = chain.latency();
        Ok(self.exchange(session, chains, Seat::Limiter, chain, 2, Vec::new(), wait))
    }

    fn prepare_chain(
        &mut self,
        mut session: Session,
        place: &Place,
        insert: usize,
        command: &Command,
    ) -> Result<Prepared, CommandError> {
        let strip = find(&session, place)?;
        let mut chains = self.chains.clone();
        let inserts = inserts_mut(&mut session, strip);
        let slots = &mut chains.of(strip).slots;
        let count = inserts.len();
        let adds = matches!(command, Command::Insert { .. });
        if insert > count || (insert == count && !adds) {
            return Err(CommandError::NoSuchInsert { index: insert, count });
        }
        match command {
            Command::Parameter { field, value, .. } => inserts[insert] = with_field(&inserts[insert], field, value)?,
            Command::Bypass { bypass, .. } => slots[insert].bypassed = *bypass,
            Command::Insert { settings, .. } => {
                inserts.insert(insert, settings.clone());
                slots.insert(insert, Slot { id: self.next_id, bypassed: false });
                self.next_id += 1;
            }
            _ => {
                inserts.remove(insert);
                slots.remove(insert);
            }
        }
        let channels = match strip {
            Strip::Track(index) => self.fixed.channels[index],
            Strip::Bus(_) | Strip::Master => 2,
        };
        let heard = slots.iter().zip(&*inserts).filter(|(slot, _)| !slot.bypassed);
        let chain = Chain::build_known(heard.map(|(slot, insert)| (slot.id, insert)), &self.fixed.spec(channels))
            .map_err(|error| CommandError::Invalid(error.to_string()))?;
        check(&session, self.fixed.rate)?;

        let old = std::mem::replace(&mut chains.of(strip).latency, chain.latency());
        let latencies = |chains: &[ChainState]| chains.iter().map(|chain| chain.latency).collect::<Vec<_>>();
        chains.routing = Routing::new(&session, &latencies(&chains.tracks), &latencies(&chains.buses))
            .map_err(|error| CommandError::Invalid(error.to_string()))?;
        let delays = self.redelays(&chains.routing);
        let longest = delays.iter().map(|(.., frames)| *frames).max().unwrap_or(0);
        let wait = longest.max(old).max(chain.latency());
        let delays = delays
            .into_iter()
            .map(|(to, index, frames)| (to, index, Some(Box::new(FeedDelay::new(frames, self.fixed.max_block)))))
            .collect();
        let seat = match strip {
            Strip::Track(index) => Seat::Track(index),
            Strip::Bus(index) => {
                let place = chains.routing.buses.iter().position(|bus| bus.index == index);
                Seat::Bus(place.unwrap_or(usize::MAX))
            }
            Strip::Master => Seat::Master,
        };
        Ok(self.exchange(session, chains, seat, chain, channels, delays, wait))
    }

    /// The feeds whose delay is another one under a new routing: where, which, and how many frames.
    fn redelays(&self, new: &Routing) -> Vec<(Destination, usize, u64)> {
        let old = &self.chains.routing;
        let differ = |to: Destination, old: &[FeedPlan], new: &[FeedPlan]| {
            let pairs = old.iter().zip(new).enumerate();
            let changed = pairs.filter(|(_, (old, new))| old.delay != new.delay);
            changed.map(|(index, (_, new))| (to, index, new.delay)).collect::<Vec<_>>()
        };
        let buses = old.buses.iter().zip(&new.buses).enumerate();
        let of_bus = |(place, (old, new)): (usize, (&BusRoute, &BusRoute))| {
            differ(Destination::Bus(place), &old.feeds, &new.feeds)
        };
        buses.flat_map(of_bus).chain(differ(Destination::Master, &old.master, &new.master)).collect()
    }

    #[expect(clippy::too_many_arguments)] // A move of all that has just been built.
    fn exchange(
        &self,
        session: Session,
        chains: Chains,
        seat: Seat,
        chain: Chain,
        channels: usize,
        delays: Vec<Redelay>,
        wait: u64,
    ) -> Prepared {
        let chain = Some(Box::new(Replacement::new(chain, channels, self.fixed.max_block)));
        let exchange = Box::new(Exchange { seat, chain, delays, wait, ramp: None, latency: chains.latency() });
        let pieces = exchange.pieces();
        Prepared { what: What::Exchange(exchange), session, chains: Some(chains), pieces }
    }
}

/// A knob of a strip, turned in the session and in the engine.
fn dial(
    session: &mut Session,
    place: &Place,
    knob: &'static str,
    dial: Dial,
    of_track: impl FnOnce(&mut crate::session::Track),
    of_bus: impl FnOnce(&mut crate::session::Bus),
) -> Result<What, CommandError> {
    let strip = find(session, place)?;
    match strip {
        Strip::Track(index) => of_track(&mut session.tracks[index]),
        Strip::Bus(index) => of_bus(&mut session.buses[index]),
        Strip::Master => return Err(CommandError::NotOfMaster(knob)),
    }
    Ok(What::Dial(strip, dial))
}

fn check(session: &Session, rate: SampleRate) -> Result<(), CommandError> {
    let problems = session.problems().into_iter().chain(session.check_rate(rate));
    let lines: Vec<String> = problems.map(|problem| problem.to_string()).collect();
    if lines.is_empty() { Ok(()) } else { Err(CommandError::Invalid(lines.join("; "))) }
}
