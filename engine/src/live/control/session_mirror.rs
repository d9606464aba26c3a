//! The session as it will be after all commands. Each command is checked here, and its parts are
//! built.

use super::chain_states::{ChainState, Chains, InsertState};
use super::command::{Command, CommandError, StripId, find_strip, inserts_mut, with_field};
use super::config::LiveConfig;
use super::strip_name::StripName;
use crate::live::audio_thread::engine::every_strip;
use crate::live::audio_thread::message::{Action, ChainChange, ChainSlot, ChainSwap, DelayChange};
use crate::live::audio_thread::strip_params::StripParam;
use crate::master::MasterTarget;
use crate::mix::{
    BusRoute, Chain, CompensationDelay, ConnectionPlan, Destination, IncomingChain, InsertId, KeyPlan, Routing,
    RoutingError, StripOrder,
};
use crate::process::Processor;
use crate::session::{Ceiling, Session, Target};
use crate::units::SampleRate;

/// The control thread's copy of the session and of the state of its chains.
pub(crate) struct SessionMirror {
    pub(crate) session: Session,
    pub(crate) chains: Chains,
    pub(crate) config: LiveConfig,
    next_id: InsertId,
}

/// A prepared command and its changes.
pub(crate) struct PreparedCommand {
    pub(crate) action: Action,
    pub(crate) session: Session,
    /// Chains after the command, if it exchanges any: later commands build on them.
    pub(crate) chains: Option<Chains>,
    /// Largest number of parts that will come back because of it.
    pub(crate) parts: usize,
}

impl SessionMirror {
    /// Creates the state in which the engine starts.
    pub(crate) fn new(session: Session, chains: Chains, config: LiveConfig) -> Self {
        let count = |chain: &ChainState| chain.inserts.len() as InsertId;
        let next_id = chains.tracks.iter().chain(&chains.buses).chain([&chains.master]).map(count).max().unwrap_or(0);
        Self { session, chains, config, next_id }
    }

    /// Returns the audible session: without bypassed inserts.
    pub(crate) fn audible_session(&self) -> Session {
        let mut session = self.session.clone();
        let strips = every_strip(session.tracks.len(), 0..session.buses.len());
        for strip in strips {
            let mut states = self.chains.of(strip).into_iter().flat_map(|chain| &chain.inserts);
            inserts_mut(&mut session, strip).retain(|_| states.next().is_none_or(|state| !state.bypassed));
        }
        session
    }

    /// Adopts the changes of a command, once it has been sent.
    pub(crate) fn commit(&mut self, session: Session, chains: Option<Chains>) {
        self.session = session;
        if let Some(chains) = chains {
            self.chains = chains;
        }
    }

    /// Checks a command and builds its parts; nothing changes before it is committed. Allocates.
    ///
    /// # Errors
    /// When the command cannot be carried out.
    pub(crate) fn prepare(&mut self, command: &Command) -> Result<PreparedCommand, CommandError> {
        let mut session = self.session.clone();
        let action = match command {
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
                let param = StripParam::Gain(*gain_db);
                set_param(&mut session, place, "fader", param, |t| t.gain_db = *gain_db, |b| b.gain_db = *gain_db)?
            }
            Command::Pan { place, pan } => {
                set_param(&mut session, place, "pan", StripParam::Pan(*pan), |t| t.pan = *pan, |b| b.pan = *pan)?
            }
            Command::Width { place, width } => set_param(
                &mut session,
                place,
                "width",
                StripParam::Width(*width),
                |t| t.width = *width,
                |b| b.width = *width,
            )?,
            Command::Mute { place, mute } => {
                set_param(&mut session, place, "mute", StripParam::Mute(*mute), |t| t.mute = *mute, |b| b.mute = *mute)?
            }
            Command::Solo { place, solo } => {
                set_param(&mut session, place, "solo", StripParam::Solo(*solo), |t| t.solo = *solo, |b| b.solo = *solo)?
            }
            Command::Polarity { place, polarity } => set_param(
                &mut session,
                place,
                "polarity",
                StripParam::Polarity(*polarity),
                |t| t.polarity = *polarity,
                |b| b.polarity = *polarity,
            )?,
            Command::Target { target } => {
                if self.config.measured.is_none() && *target != Target::None {
                    return Err(CommandError::NotMeasured);
                }
                let ceiling_dbtp = MasterTarget::of_session(&session).ceiling_dbtp;
                session.master.target = *target;
                if MasterTarget::of_session(&session).ceiling_dbtp != ceiling_dbtp {
                    // The limiter keeps its setting, and a render of this session has the same.
                    session.master.ceiling_dbtp = Some(ceiling_dbtp.map_or(Ceiling::Off, Ceiling::Dbtp));
                }
                Action::MasterGain(self.config.master_gain(&session))
            }
            Command::Ceiling { ceiling } => {
                session.master.ceiling_dbtp = Some(*ceiling);
                return self.prepare_limiter(session);
            }
            Command::LimiterStyle { style } => {
                session.master.limiter_style = *style;
                return self.prepare_limiter(session);
            }
            Command::LimiterLink { stereo_link_percent } => {
                session.master.limiter_stereo_link_percent = *stereo_link_percent;
                return self.prepare_limiter(session);
            }
            Command::Parameter { place, insert, .. }
            | Command::Bypass { place, insert, .. }
            | Command::Insert { place, before: insert, .. }
            | Command::Remove { place, insert } => return self.prepare_chain(session, place, *insert, command),
        };
        check(&session, self.config.rate)?;
        Ok(PreparedCommand { action, session, chains: None, parts: 0 })
    }

    fn prepare_limiter(&self, session: Session) -> Result<PreparedCommand, CommandError> {
        check(&session, self.config.rate)?;
        let chain = self.config.limiter(&session)?;
        let mut chains = self.chains.clone();
        let wait = chains.limiter_latency.max(chain.latency());
        chains.limiter_latency = chain.latency();
        let change = (ChainSlot::Limiter, Some(Box::new(self.incoming(chain, 2))));
        Ok(prepare_swap(session, chains, vec![change], None, Vec::new(), wait))
    }

    fn prepare_chain(
        &mut self,
        mut session: Session,
        place: &StripName,
        insert: usize,
        command: &Command,
    ) -> Result<PreparedCommand, CommandError> {
        let strip = find_strip(&session, place)?;
        let mut chains = self.chains.clone();
        let inserts = inserts_mut(&mut session, strip);
        let states = &mut chains.of_mut(strip).inserts;
        let count = inserts.len();
        let adds = matches!(command, Command::Insert { .. });
        if insert > count || (insert == count && !adds) {
            return Err(CommandError::NoSuchInsert { index: insert, count });
        }
        match command {
            Command::Parameter { field, value, .. } => inserts[insert] = with_field(&inserts[insert], field, value)?,
            Command::Bypass { bypass, .. } => states[insert].bypassed = *bypass,
            Command::Insert { settings, .. } => {
                inserts.insert(insert, settings.clone());
                states.insert(insert, InsertState { id: self.next_id, bypassed: false });
                self.next_id += 1;
            }
            _ => {
                inserts.remove(insert);
                states.remove(insert);
            }
        }
        let outline = self.build(&mut session, &chains, strip, &[])?.outline();
        check(&session, self.config.rate)?;

        chains.of_mut(strip).outline = outline;
        let outlines = |chains: &[ChainState]| chains.iter().map(|chain| chain.outline.clone()).collect::<Vec<_>>();
        let (tracks, buses) = (outlines(&chains.tracks), outlines(&chains.buses));
        chains.routing = Routing::new(&session, &tracks, &buses, &chains.master.outline)
            .map_err(|error| CommandError::Invalid(error.to_string()))?;
        // Another latency may also move the keys of other strips.
        let moved = every_strip(tracks.len(), 0..buses.len())
            .filter(|other| *other == strip || self.chains.keys(*other) != chains.keys(*other))
            .collect::<Vec<_>>();
        let mut changes = Vec::with_capacity(moved.len());
        for other in &moved {
            let chain = self.build(&mut session, &chains, *other, chains.keys(*other))?;
            changes.push((slot(*other, &chains.routing), Some(Box::new(self.incoming(chain, self.channels(*other))))));
        }
        let delays = self.changed_delays(&chains.routing);
        let filled = moved.iter().map(|other| self.chains.filled_after(*other).max(chains.filled_after(*other)));
        let wait = delays.iter().map(|(.., frames)| *frames).chain(filled).max().unwrap_or(0);
        let delays = delays
            .into_iter()
            .map(|(to, index, frames)| {
                (to, index, Some(Box::new(CompensationDelay::new(frames, self.config.max_block))))
            })
            .collect();
        let order = self.order_between(&chains.routing)?;
        Ok(prepare_swap(session, chains, changes, order, delays, wait))
    }

    /// Builds the audible inserts of a strip.
    fn build(
        &self,
        session: &mut Session,
        chains: &Chains,
        strip: StripId,
        keys: &[KeyPlan],
    ) -> Result<Chain, CommandError> {
        let states = chains.of(strip).into_iter().flat_map(|chain| &chain.inserts);
        let audible = states.zip(&*inserts_mut(session, strip)).filter(|(state, _)| !state.bypassed);
        let inserts = audible.map(|(state, insert)| (state.id, insert));
        Chain::build_with_ids(inserts, keys, &self.config.spec(self.channels(strip)))
            .map_err(|error| CommandError::Invalid(error.to_string()))
    }

    fn channels(&self, strip: StripId) -> usize {
        match strip {
            StripId::Track(index) => self.config.channels[index],
            StripId::Bus(_) | StripId::Master => 2,
        }
    }

    fn incoming(&self, chain: Chain, channels: usize) -> IncomingChain {
        IncomingChain::new(chain, channels, self.config.max_block)
    }

    /// Returns an order of the strips for the old and the new keys together; `None` if they are the
    /// same. One edit changes the keys of one strip, so that both together make no circle.
    fn order_between(&self, new: &Routing) -> Result<Option<Box<StripOrder>>, CommandError> {
        let (old, mut inputs) = (self.chains.routing.inputs(), new.inputs());
        if inputs.has_keys_of(&old) {
            return Ok(None);
        }
        inputs.join(old);
        let order = StripOrder::new(&inputs).ok_or(RoutingError::KeyCycle);
        order.map(|order| Some(Box::new(order))).map_err(|error| CommandError::Invalid(error.to_string()))
    }

    /// Returns the connections whose delay changes under a new routing: sum, index, and delay in
    /// frames.
    fn changed_delays(&self, new: &Routing) -> Vec<(Destination, usize, u64)> {
        let old = &self.chains.routing;
        let changed_in = |to: Destination, old: &[ConnectionPlan], new: &[ConnectionPlan]| {
            let pairs = old.iter().zip(new).enumerate();
            let changed = pairs.filter(|(_, (old, new))| old.delay != new.delay);
            changed.map(|(index, (_, new))| (to, index, new.delay)).collect::<Vec<_>>()
        };
        let buses = old.buses.iter().zip(&new.buses).enumerate();
        let of_bus = |(position, (old, new)): (usize, (&BusRoute, &BusRoute))| {
            changed_in(Destination::Bus(position), &old.connections, &new.connections)
        };
        buses.flat_map(of_bus).chain(changed_in(Destination::Master, &old.master, &new.master)).collect()
    }
}

/// Returns the place of a strip's chain in the engine.
fn slot(strip: StripId, routing: &Routing) -> ChainSlot {
    match strip {
        StripId::Track(index) => ChainSlot::Track(index),
        StripId::Bus(index) => {
            let position = routing.buses.iter().position(|bus| bus.index == index);
            ChainSlot::Bus(position.unwrap_or(usize::MAX))
        }
        StripId::Master => ChainSlot::Master,
    }
}

fn prepare_swap(
    session: Session,
    next: Chains,
    chains: Vec<ChainChange>,
    order: Option<Box<StripOrder>>,
    delays: Vec<DelayChange>,
    wait: u64,
) -> PreparedCommand {
    let latency = next.latency();
    let swap = Box::new(ChainSwap { chains, order, delays, wait, ramp: None, latency, added_delays: 0 });
    let parts = swap.parts();
    PreparedCommand { action: Action::ChainSwap(swap), session, chains: Some(next), parts }
}

/// Changes a parameter of a strip in the session and in the engine.
fn set_param(
    session: &mut Session,
    place: &StripName,
    control: &'static str,
    param: StripParam,
    of_track: impl FnOnce(&mut crate::session::Track),
    of_bus: impl FnOnce(&mut crate::session::Bus),
) -> Result<Action, CommandError> {
    let strip = find_strip(session, place)?;
    match strip {
        StripId::Track(index) => of_track(&mut session.tracks[index]),
        StripId::Bus(index) => of_bus(&mut session.buses[index]),
        StripId::Master => return Err(CommandError::NotOfMaster(control)),
    }
    Ok(Action::StripParam(strip, param))
}

fn check(session: &Session, rate: SampleRate) -> Result<(), CommandError> {
    // A missing file is reported when it is read; it does not block fader changes.
    let problems = session.problems_without_files().into_iter().chain(session.check_rate(rate));
    let lines: Vec<String> = problems.map(|problem| problem.to_string()).collect();
    if lines.is_empty() { Ok(()) } else { Err(CommandError::Invalid(lines.join("; "))) }
}
