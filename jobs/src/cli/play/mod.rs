//! `mixdown play`: the mix live, on a device, by the clock, or as fast as the machine can.

mod arguments;
mod documents;
mod driver;
mod engine_watch;
mod mixer;
mod mixer_view;
mod output_file;
mod run_loop;
mod screen;
#[cfg(any(feature = "device", target_os = "macos", windows))]
mod sound;
#[cfg(not(any(feature = "device", target_os = "macos", windows)))]
#[path = "no_sound.rs"]
mod sound;

use super::destination::write_file;
use super::outcome::{print_json, show};
use super::outputs::Outputs;
use super::progress::ProgressDisplay;
use super::render::session_of;
use super::{Failure, interrupt, plan_text, terminal};
pub(super) use arguments::PlayArguments;
use documents::{read_commands, read_report};
use driver::{Driven, Pace};
use engine_watch::{EngineWatch, Script};
use mixdown_engine::dsp::dynamics::LimiterSettings;
use mixdown_engine::io::OutputKind;
use mixdown_engine::live::{Command, Live, LiveOptions, LoopRange, RingInput, Stats, Timed, open};
use mixdown_engine::render::{Plan, prepare};
use mixdown_engine::session::Session;
use mixdown_engine::units::SampleRate;
use output_file::WavOutlet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub(super) fn run(arguments: &PlayArguments) -> Result<(), Failure> {
    if arguments.list_devices {
        return show(&sound::list()?);
    }
    if arguments.wav.is_some() && !arguments.freewheel {
        return Err(Failure::Usage(
            "--wav requires --freewheel: writing a file may hold up what plays in real time".into(),
        ));
    }
    if !(arguments.null || arguments.freewheel) {
        sound::check()?;
    }
    interrupt::install();
    let session = session_of(
        &arguments.stems,
        arguments.session.as_deref(),
        arguments.align,
        arguments.timecode,
        arguments.quiet,
    )?;
    outputs(arguments, &session).check()?;
    let commands = arguments.replay.as_deref().map(read_commands).transpose()?;
    let report = arguments.report.as_deref().map(|path| read_report(path, &session)).transpose()?;
    let (measured, doubt) = report.map_or((None, None), |report| (Some(report.measured), report.doubt));
    if let Some(doubt) = doubt.as_ref().filter(|_| !arguments.json) {
        terminal::warn(doubt);
    }
    let plan = plan(session, arguments.quiet || arguments.json)?;
    let rate = plan.sample_rate();
    begins_within(arguments, &plan)?;
    let default = LiveOptions::default();
    // Freewheeling does not need a short latency: the limiter has the look-ahead of a render.
    let look_ahead_ms =
        if arguments.freewheel { LimiterSettings::default().look_ahead_ms } else { default.look_ahead_ms };
    let options = LiveOptions {
        max_block: arguments.block as usize,
        measured,
        look_ahead_ms,
        start: frames(arguments.start, rate),
        loop_range: loop_frames(arguments, rate),
        ..default
    };
    let live = open(&plan, &options).map_err(|error| Failure::Other(error.to_string()))?;
    let outlet =
        arguments.wav.as_deref().map(|path| WavOutlet::create(path, rate, live.engine.latency())).transpose()?;
    let mut played = play(arguments, &plan, live, commands, outlet)?;
    played.warnings.splice(0..0, doubt);
    // Hours may have passed since the first look.
    outputs(arguments, &played.session).check()?;
    if let Some(path) = &arguments.record {
        write_file(path, "--record", with_whole_paths(played.session.clone()).to_toml().as_bytes())?;
    }
    if let Some(path) = &arguments.log {
        let mut text =
            serde_json::to_vec_pretty(&played.recording).map_err(|error| Failure::Other(error.to_string()))?;
        text.push(b'\n');
        write_file(path, "--log", &text)?;
    }
    if let Some(lost) = played.lost {
        return Err(lost);
    }
    if arguments.json {
        let seconds = rate.seconds(played.frames);
        return print_json(&serde_json::json!({
            "ok": true,
            "sample_rate": rate.hz(),
            "block_frames": arguments.block,
            "frames": played.frames,
            "duration_s": seconds,
            "elapsed_s": played.elapsed.as_secs_f64(),
            "latency_frames": played.latency,
            "stats": played.stats,
            "warnings": played.warnings,
        }));
    }
    if !arguments.quiet {
        show(&reported(&played, rate, arguments.block, arguments.freewheel))?;
    }
    // All files are written; the exit code reports the interruption.
    if interrupt::requested() { Err(Failure::Reported) } else { Ok(()) }
}

/// Returns the files that are written and those that are read.
fn outputs<'a>(arguments: &'a PlayArguments, session: &Session) -> Outputs<'a> {
    let PlayArguments { session: document, replay, report, wav, record, log, force, .. } = arguments;
    Outputs::new(*force)
        .reading(session.tracks.iter().map(|track| &track.file))
        .reading(document.iter().chain(replay).chain(report))
        .writing("--wav", wav.as_deref(), OutputKind::WAVE)
        .writing("--record", record.as_deref(), OutputKind::SESSION)
        .writing("--log", log.as_deref(), documents::COMMAND_LIST)
}

fn frames(seconds: f64, rate: SampleRate) -> u64 {
    rate.frames(seconds.clamp(0.0, 1e6))
}

fn loop_frames(arguments: &PlayArguments, rate: SampleRate) -> Option<LoopRange> {
    arguments.loop_range.map(|(from, to)| (frames(from, rate), frames(to, rate)))
}

/// Refuses a start or a loop after the end of the mix.
fn begins_within(arguments: &PlayArguments, plan: &Plan) -> Result<(), Failure> {
    let (rate, end) = (plan.sample_rate(), plan.expected_frames());
    let Some(end_s) = end.map(|end| rate.seconds(end)) else { return Ok(()) };
    let range = arguments.loop_range.map(|(from, _)| ("--loop", from));
    for (flag, start_s) in [("--start", arguments.start)].into_iter().chain(range) {
        if start_s > 0.0 && start_s >= end_s {
            return Err(Failure::Other(format!(
                "{flag}: there would be no sound: the session ends at {end_s:.3} s and the sound was to start at \
                 {start_s:.3} s; choose an earlier start"
            )));
        }
    }
    Ok(())
}

/// Result of playing.
struct Played {
    frames: u64,
    latency: u64,
    elapsed: Duration,
    stats: Stats,
    warnings: Vec<String>,
    session: Session,
    recording: Vec<Timed>,
    /// Failure that ended it early.
    lost: Option<Failure>,
}

fn plan(session: Session, quiet: bool) -> Result<Plan, Failure> {
    let mut display = ProgressDisplay::new(quiet);
    let prepared = prepare(session, &mut |progress| {
        display.show(progress);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if prepared.is_ok() {
        display.finished();
    }
    let (plan, alignment) = prepared?;
    plan_text::print_plan(&plan, alignment.as_ref());
    if !quiet {
        plan.warnings().iter().for_each(|warning| terminal::warn(warning));
    }
    Ok(plan)
}

/// Runs the engine, on a thread of its own or in the device's, and the mixer, or nothing, on this
/// one.
fn play(
    arguments: &PlayArguments,
    plan: &Plan,
    live: Live<RingInput>,
    commands: Option<Vec<Timed>>,
    outlet: Option<WavOutlet>,
) -> Result<Played, Failure> {
    let Live { engine, mut control, readings, events } = live;
    let counters = engine.counters().clone();
    let (rate, start) = (plan.sample_rate(), Instant::now());
    let limit = arguments.duration.map(|seconds| rate.frames(seconds.max(0.0)));
    let commands = commands.unwrap_or_else(|| vec![Timed::now(Command::Play)]);
    let mut script = Script { commands, sent: 0 };
    script.send(&mut control)?;
    let loop_range = loop_frames(arguments, rate);
    let mut watch = EngineWatch {
        arguments,
        plan,
        loop_range,
        control: &mut control,
        script,
        readings,
        events,
        warnings: Vec::new(),
        mixer: None,
    };
    let mut lost = None;
    let driven = if arguments.null || arguments.freewheel {
        let pace = if arguments.null { Pace::Clock } else { Pace::Freewheel };
        let driver = driver::Driver { engine, pace, block: arguments.block as usize, rate, limit };
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let running = scope.spawn(|| driver.run(&stop, outlet));
            let watched = run_loop::run(&mut watch, &mut || running.is_finished());
            stop.store(true, Ordering::Relaxed);
            let panicked = |_| Err(Failure::Other("the engine's thread has panicked".into()));
            let driven = running.join().unwrap_or_else(panicked);
            watched.and(driven)
        })?
    } else {
        let mut is_done = || counters.has_ended() || limit.is_some_and(|limit| counters.frame() >= limit);
        lost = sound::run(&mut watch, rate, engine, &mut is_done)?;
        Driven { frames: counters.frame(), elapsed: start.elapsed() }
    };
    watch.poll();
    let warnings = watch.warnings;
    let Driven { frames, elapsed } = driven;
    let recording = control.recording().to_vec();
    let (stats, latency) = (counters.stats(), counters.latency());
    Ok(Played { frames, latency, elapsed, stats, warnings, session: control.session(), recording, lost })
}

fn reported(played: &Played, rate: SampleRate, block: u32, freewheel: bool) -> String {
    let Stats { blocks, mean_load, p999_load, worst_load, worst_us, late_blocks, starvations, .. } = played.stats;
    let (seconds, elapsed) = (rate.seconds(played.frames), played.elapsed.as_secs_f64());
    let mut text = format!(
        "Played {seconds:.1} s in {elapsed:.1} s: {blocks} blocks of {block} frames, with a latency of {:.1} ms.\n",
        rate.seconds(played.latency) * 1e3,
    );
    // Without a clock no block is late.
    if !freewheel {
        text += &format!(
            "Load {:.1} % of a core on average; 99.9 % of blocks within {:.1} % of their time, the worst {worst_us:.0} us ({:.1} %).\n\
             {late_blocks} blocks late, {starvations} times a track ran out of sound.\n",
            mean_load * 100.0,
            p999_load * 100.0,
            worst_load * 100.0,
        );
    }
    text
}

/// Makes the paths of stems absolute: a document finds its stems from its own folder, and this one
/// may lie anywhere.
fn with_whole_paths(mut session: Session) -> Session {
    for track in &mut session.tracks {
        if let Ok(path) = std::path::absolute(&track.file) {
            track.file = path;
        }
    }
    session
}
