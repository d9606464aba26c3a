//! The session as it will be after all commands. Each command is checked here, and its parts are
//! built.

use super::chain_states::{ChainState, Chains, Slot};
use super::command::{Command, CommandError, StripId, StripName, find, inserts_mut, with_field};
use super::config::LiveConfig;
use crate::live::audio_thread::message::{Action, ChainSlot, ChainSwap, DelayChange};
use crate::live::audio_thread::strip_params::StripParam;
use crate::master::MasterTarget;
use crate::mix::{BusRoute, Chain, CompensationDelay, ConnectionPlan, Destination, IncomingChain, InsertId, Routing};
use crate::process::Processor;
use crate::session::{Ceiling, Session, Target};
use crate::units::SampleRate;

/// The control thread's copy of the session and of the state of its chains.
pub(crate) struct SessionMirror {
    pub(crate) session: Session,
    pub(crate) chains: Chains,
    pub(crate) fixed: LiveConfig,
    next_id: InsertId,
}

/// A prepared command and its changes.
pub(crate) struct PreparedCommand {
    pub(crate) what: Action,
    pub(crate) session: Session,
    /// Chains after the command, if it exchanges any: later commands build on them.
    pub(crate) chains: Option<Chains>,
    /// Number of parts that will come back because of it.
    pub(crate) pieces: usize,
}

impl SessionMirror {
    /// Creates the state in which the engine starts.
    pub(crate) fn new(session: Session, chains: Chains, fixed: LiveConfig) -> Self {
        let most = |chain: &ChainState| chain.slots.len() as InsertId;
        let next_id = chains.tracks.iter().chain(&chains.buses).chain([&chains.master]).map(most).max().unwrap_or(0);
        Self { session, chains, fixed, next_id }
    }

    /// Returns the audible session: without bypassed inserts.
    pub(crate) fn audible_session(&self) -> Session {
        let mut session = self.session.clone();
        let strips = crate::live::audio_thread::engine::every_strip(session.tracks.len(), 0..session.buses.len());
        for strip in strips {
            let mut slots = self.chains.of(strip).into_iter().flat_map(|chain| &chain.slots);
            inserts_mut(&mut session, strip).retain(|_| slots.next().is_none_or(|slot| !slot.bypassed));
        }
        session
    }

    /// Adopts the changes of a command, once it has been sent.
    pub(crate) fn take_over(&mut self, session: Session, chains: Option<Chains>) {
        self.session = session;
        if let Some(chains) = chains {
            self.chains = chains;
        }
    }

    /// Checks a command and builds its parts; nothing changes before it is taken over. Allocates.
    ///
    /// # Errors
    /// When the command cannot be carried out.
    pub(crate) fn prepare(&mut self, command: &Command) -> Result<PreparedCommand, CommandError> {
        let mut session = self.session.clone();
        let what = match command {
            Command::Play => Action::Play,
            Command::Pause => Action::Pause,
            Command::Stop => Action::Stop,
            Command::Seek { position } => Action::Seek(*position),
            Command::Loop { range } => {
                if range.is_some_and(|(start, end)| start >= end) {
                    return Err(CommandError::Invalid("a loop ends after it begins".into()));
                }
                Action::Loop(*range)
            }
            Command::Gain { place, gain_db } => {
                let dialled = StripParam::Gain(*gain_db);
                dial(&mut session, place, "fader", dialled, |t| t.gain_db = *gain_db, |b| b.gain_db = *gain_db)?
            }
            Command::Pan { place, pan } => {
                dial(&mut session, place, "pan", StripParam::Pan(*pan), |t| t.pan = *pan, |b| b.pan = *pan)?
            }
            Command::Width { place, width } => dial(
                &mut session,
                place,
                "width",
                StripParam::Width(*width),
                |t| t.width = *width,
                |b| b.width = *width,
            )?,
            Command::Mute { place, mute } => {
                dial(&mut session, place, "mute", StripParam::Mute(*mute), |t| t.mute = *mute, |b| b.mute = *mute)?
            }
            Command::Solo { track, solo } => {
                let place = StripName::Track(track.clone());
                dial(&mut session, &place, "solo", StripParam::Solo(*solo), |t| t.solo = *solo, |_| ())?
            }
            Command::Polarity { track, polarity } => {
                let (place, dialled) = (StripName::Track(track.clone()), StripParam::Polarity(*polarity));
                dial(&mut session, &place, "polarity", dialled, |t| t.polarity = *polarity, |_| ())?
            }
            Command::Target { target } => {
                if self.fixed.measured.is_none() && *target != Target::None {
                    return Err(CommandError::NotMeasured);
                }
                let ceiling_dbtp = MasterTarget::of_session(&session).ceiling_dbtp;
                session.master.target = *target;
                if MasterTarget::of_session(&session).ceiling_dbtp != ceiling_dbtp {
                    // The limiter keeps its setting, and a render of this session has the same.
                    session.master.ceiling_dbtp = Some(ceiling_dbtp.map_or(Ceiling::Off, Ceiling::Dbtp));
                }
                Action::MasterGain(self.fixed.master_gain(&session))
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
        Ok(PreparedCommand { what, session, chains: None, pieces: 0 })
    }

    fn prepare_limiter(&self, session: Session) -> Result<PreparedCommand, CommandError> {
        check(&session, self.fixed.rate)?;
        let chain = self.fixed.limiter(&session)?;
        let mut chains = self.chains.clone();
        let wait = chains.limiter_latency.max(chain.latency());
        chains.limiter_latency = chain.latency();
        Ok(self.exchange(session, chains, ChainSlot::Limiter, chain, 2, Vec::new(), wait))
    }

    fn prepare_chain(
        &mut self,
        mut session: Session,
        place: &StripName,
        insert: usize,
        command: &Command,
    ) -> Result<PreparedCommand, CommandError> {
        let strip = find(&session, place)?;
        let mut chains = self.chains.clone();
        let inserts = inserts_mut(&mut session, strip);
        let slots = &mut chains.of_mut(strip).slots;
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
            StripId::Track(index) => self.fixed.channels[index],
            StripId::Bus(_) | StripId::Master => 2,
        };
        let observed = slots.iter().zip(&*inserts).filter(|(slot, _)| !slot.bypassed);
        let chain = Chain::build_known(observed.map(|(slot, insert)| (slot.id, insert)), &self.fixed.spec(channels))
            .map_err(|error| CommandError::Invalid(error.to_string()))?;
        check(&session, self.fixed.rate)?;

        let old = std::mem::replace(&mut chains.of_mut(strip).latency, chain.latency());
        let latencies = |chains: &[ChainState]| chains.iter().map(|chain| chain.latency).collect::<Vec<_>>();
        chains.routing = Routing::new(&session, &latencies(&chains.tracks), &latencies(&chains.buses))
            .map_err(|error| CommandError::Invalid(error.to_string()))?;
        let delays = self.changed_delays(&chains.routing);
        let longest = delays.iter().map(|(.., frames)| *frames).max().unwrap_or(0);
        let wait = longest.max(old).max(chain.latency());
        let delays = delays
            .into_iter()
            .map(|(to, index, frames)| {
                (to, index, Some(Box::new(CompensationDelay::new(frames, self.fixed.max_block))))
            })
            .collect();
        let seat = match strip {
            StripId::Track(index) => ChainSlot::Track(index),
            StripId::Bus(index) => {
                let place = chains.routing.buses.iter().position(|bus| bus.index == index);
                ChainSlot::Bus(place.unwrap_or(usize::MAX))
            }
            StripId::Master => ChainSlot::Master,
        };
        Ok(self.exchange(session, chains, seat, chain, channels, delays, wait))
    }

    /// Returns the feeds whose delay changes under a new routing: sum, index, and delay in frames.
    fn changed_delays(&self, new: &Routing) -> Vec<(Destination, usize, u64)> {
        let old = &self.chains.routing;
        let differ = |to: Destination, old: &[ConnectionPlan], new: &[ConnectionPlan]| {
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
        seat: ChainSlot,
        chain: Chain,
        channels: usize,
        delays: Vec<DelayChange>,
        wait: u64,
    ) -> PreparedCommand {
        let chain = Some(Box::new(IncomingChain::new(chain, channels, self.fixed.max_block)));
        let exchange = Box::new(ChainSwap { seat, chain, delays, wait, ramp: None, latency: chains.latency() });
        let pieces = exchange.pieces();
        PreparedCommand { what: Action::ChainSwap(exchange), session, chains: Some(chains), pieces }
    }
}

/// Changes a parameter of a strip in the session and in the engine.
fn dial(
    session: &mut Session,
    place: &StripName,
    knob: &'static str,
    dial: StripParam,
    of_track: impl FnOnce(&mut crate::session::Track),
    of_bus: impl FnOnce(&mut crate::session::Bus),
) -> Result<Action, CommandError> {
    let strip = find(session, place)?;
    match strip {
        StripId::Track(index) => of_track(&mut session.tracks[index]),
        StripId::Bus(index) => of_bus(&mut session.buses[index]),
        StripId::Master => return Err(CommandError::NotOfMaster(knob)),
    }
    Ok(Action::StripParam(strip, dial))
}

fn check(session: &Session, rate: SampleRate) -> Result<(), CommandError> {
    // A missing file is reported when it is read; it does not block fader changes.
    let problems = session.problems_without_files().into_iter().chain(session.check_rate(rate));
    let lines: Vec<String> = problems.map(|problem| problem.to_string()).collect();
    if lines.is_empty() { Ok(()) } else { Err(CommandError::Invalid(lines.join("; "))) }
}
