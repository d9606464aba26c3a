//! Building a live engine from a plan.

use super::audio_thread::engine::{LiveEngine, every_strip};
use super::audio_thread::event::Event;
use super::audio_thread::finite_input::FiniteInput;
use super::audio_thread::message::{MAX_COMMANDS, MAX_RETIRED};
use super::audio_thread::meters::{LiveStripMeter, Reading};
use super::audio_thread::schedule::Schedule;
use super::audio_thread::stats::Counters;
use super::audio_thread::strip_params::StripParams;
use super::audio_thread::transport::Transport;
use super::control::chain_states::{ChainState, Chains};
use super::control::command::CommandError;
use super::control::config::{LiveConfig, RenderedLevels};
use super::control::handle::Control;
use super::control::session_mirror::SessionMirror;
use super::stream::cued_clip::CuedClip;
use super::stream::input::{FileInput, LiveInput};
use super::stream::loop_range::LoopRange;
use super::stream::prefetcher::{self, Prefetcher};
use super::stream::ring::{RingInput, ring};
use crate::mix::{Ramped, SwappableChain};
use crate::process::{Processor, Tail};
use crate::render::clip::ClipError;
use crate::render::plan::{Plan, PlanError};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use thiserror::Error;

/// Longest tail after the last stem, in seconds.
const MAX_TAIL_S: f64 = 10.0;
/// Capacity of the event queue.
const EVENTS: usize = 1_024;

/// Options of a live engine.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveOptions {
    /// Largest number of frames rendered at a time; a longer block is rendered in parts.
    pub max_block: usize,
    /// Length of every change of gain, pan, width, polarity, inserts and transport, in
    /// milliseconds.
    pub ramp_ms: f64,
    /// Measurement of an earlier render before its master gain; without it the loudness target is
    /// not applied.
    pub measured: Option<RenderedLevels>,
    /// Look-ahead of the limiter under the ceiling, in milliseconds.
    pub look_ahead_ms: f64,
    /// Audio read ahead of the engine, in seconds.
    pub read_ahead_s: f64,
    /// Meter readings per strip and second; 0 for none.
    pub readings_a_second: f64,
    /// Session frame at which the engine stands at first.
    pub start: u64,
    /// Loop range.
    pub loop_range: Option<LoopRange>,
}

impl Default for LiveOptions {
    /// Blocks of up to 4096 frames, ramps of 20 ms, 1.5 ms of look-ahead, 2 s read ahead, 30
    /// readings per second.
    fn default() -> Self {
        Self {
            max_block: 4_096,
            ramp_ms: 20.0,
            measured: None,
            look_ahead_ms: 1.5,
            read_ahead_s: 2.0,
            readings_a_second: 30.0,
            start: 0,
            loop_range: None,
        }
    }
}

/// A plan that cannot be played.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LiveError {
    /// An insert cannot be built.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A stem cannot be opened.
    #[error(transparent)]
    Clip(#[from] ClipError),
    /// The limiter cannot be built.
    #[error("the master's limiter: {0}")]
    Limiter(CommandError),
    /// The system cannot start another thread for the readers.
    #[error("no thread for reading stems could be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// A live engine with its handles.
pub struct Live<I> {
    /// Engine, for the audio thread.
    pub engine: LiveEngine<I>,
    /// Handle for the control thread.
    pub control: Control,
    /// Meter readings; dropped, and counted, if they are not received.
    pub readings: Receiver<Reading>,
    /// Events; dropped, and counted, if they are not received.
    pub events: Receiver<Event>,
}

/// Builds an engine whose stems are read ahead by separate threads, standing still at its start.
/// Control thread; opens files.
///
/// # Errors
/// See [`LiveError`].
pub fn open(plan: &Plan, options: &LiveOptions) -> Result<Live<RingInput>, LiveError> {
    let (events, event_receiver) = bounded(EVENTS);
    let rate = plan.sample_rate();
    let frames = (rate.frames(options.read_ahead_s) as usize).max(4 * (options.max_block + 4_096));
    let (mut inputs, mut prefetchers) = (Vec::new(), Vec::new());
    for index in 0..plan.stems().len() {
        let clip = CuedClip::open(plan.placement(index), rate)?;
        let (writer, input) = ring(crate::mix::Input::channels(&clip), frames);
        prefetchers.push(Prefetcher::new(index, clip, writer, events.clone()));
        inputs.push(input);
    }
    let live = assemble(plan, inputs, options, events, event_receiver)?;
    prefetcher::start(prefetchers)?;
    Ok(live)
}

/// Builds an engine that reads its stems on demand, for offline use. Control thread; opens files.
///
/// # Errors
/// See [`LiveError`].
pub fn open_replay(plan: &Plan, options: &LiveOptions) -> Result<Live<impl LiveInput + use<>>, LiveError> {
    let clips = (0..plan.stems().len())
        .map(|index| CuedClip::open(plan.placement(index), plan.sample_rate()).map(FileInput))
        .collect::<Result<Vec<_>, _>>()?;
    open_with(plan, clips, options)
}

/// Builds an engine over inputs of any kind, one per track, in session order. Control thread;
/// allocates.
///
/// # Errors
/// See [`LiveError`].
pub fn open_with<I: LiveInput>(plan: &Plan, inputs: Vec<I>, options: &LiveOptions) -> Result<Live<I>, LiveError> {
    let (events, event_receiver) = bounded(EVENTS);
    assemble(plan, inputs, options, events, event_receiver)
}

fn assemble<I: LiveInput>(
    plan: &Plan,
    inputs: Vec<I>,
    options: &LiveOptions,
    events: Sender<Event>,
    event_receiver: Receiver<Event>,
) -> Result<Live<I>, LiveError> {
    let (session, rate) = (plan.session(), plan.sample_rate());
    let max_block = options.max_block.max(1);
    let channels: Vec<usize> = inputs.iter().map(crate::mix::Input::channels).collect();
    let config = LiveConfig {
        rate,
        max_block,
        channels: channels.clone(),
        measured: options.measured,
        look_ahead_ms: options.look_ahead_ms,
    };
    let renderer = plan.mixer(inputs.into_iter().map(FiniteInput::new).collect(), max_block)?;
    let limiter = config.limiter(session).map_err(LiveError::Limiter)?;

    let routing = plan.routing().clone();
    let outline = |chain: &SwappableChain| chain.current().outline();
    let mut buses: Vec<(usize, ChainState)> = Vec::new();
    for (route, strip) in routing.buses.iter().zip(renderer.summing().bus_strips()) {
        let inserts = session.buses[route.index].inserts.len();
        buses.push((route.index, ChainState::new(inserts, outline(strip.chain()))));
    }
    buses.sort_by_key(|(index, _)| *index);
    let tracks = renderer.tracks().iter().zip(&session.tracks);
    let chains = Chains {
        tracks: tracks
            .map(|(strip, track)| ChainState::new(track.inserts.len(), outline(strip.strip().chain())))
            .collect(),
        buses: buses.into_iter().map(|(_, chain)| chain).collect(),
        master: ChainState::new(session.master.inserts.len(), outline(renderer.summing().master())),
        limiter_latency: limiter.latency(),
        routing,
    };

    let (command_sender, command_receiver) = bounded(MAX_COMMANDS);
    // No edit moves more than every connection and every chain: with nothing else under way, its
    // parts have room.
    let connections = chains.routing.buses.iter().map(|bus| bus.connections.len()).sum::<usize>();
    let strips = session.tracks.len() + session.buses.len() + 1;
    let (returns, returned) = bounded(MAX_RETIRED + connections + chains.routing.master.len() + strips);
    // Half a second of readings.
    let capacity = ((options.readings_a_second * 0.5 * strips as f64).ceil() as usize).max(2 * strips);
    let (readings, reading_receiver) = bounded(capacity);
    let counters = Arc::new(Counters::default());
    counters.latency.store(chains.latency(), Relaxed);
    let bus_order: Vec<usize> = chains.routing.buses.iter().map(|bus| bus.index).collect();
    let strip_ids = every_strip(session.tracks.len(), bus_order.into_iter());
    let meters = if options.readings_a_second > 0.0 {
        let interval = ((rate.as_f64() / options.readings_a_second).round() as u64).max(1);
        strip_ids.enumerate().map(|(turn, strip)| LiveStripMeter::new(strip, rate, interval, turn, strips)).collect()
    } else {
        Vec::new()
    };
    let longest_tail = match plan.tail() {
        Tail::Frames(frames) => frames.min(rate.frames(MAX_TAIL_S)),
        Tail::Infinite => rate.frames(MAX_TAIL_S),
    };
    let (transport, cue) = Transport::new(options.start, options.loop_range);
    counters.position.store(transport.position(), Relaxed);
    let mut engine = LiveEngine {
        renderer,
        params: StripParams::new(session, &channels, plan.routing()),
        gain: Ramped::at([config.master_gain(session)]),
        limiter: SwappableChain::new(limiter),
        transport,
        schedule: Schedule::new(),
        pending_swaps: VecDeque::with_capacity(MAX_COMMANDS),
        swapping: false,
        meters,
        ramp: rate.frames(options.ramp_ms / 1_000.0).max(1),
        max_block,
        frame: 0,
        tail_frames: None,
        longest_tail,
        commands: command_receiver,
        returns,
        _returned: returned.clone(),
        readings,
        events: events.clone(),
        counters: Arc::clone(&counters),
    };
    engine.cue(cue);
    let control =
        Control::new(SessionMirror::new(session.clone(), chains, config), command_sender, returned, events, counters);
    Ok(Live { engine, control, readings: reading_receiver, events: event_receiver })
}
