//! `mixdown play`: the mix live, against a device, the clock, or as fast as the machine goes.

mod draw;
mod driver;
mod mixer;
mod outlet;
mod screen;
#[cfg(feature = "device")]
mod sound;
#[cfg(not(feature = "device"))]
#[path = "no_sound.rs"]
mod sound;

use super::Failure;
use super::interrupt;
use super::outcome::{check_place, print, print_json, write_file};
use super::progress::ProgressDisplay;
use super::render::{AlignChoice, session_of};
use clap::Args;
use crossbeam_channel::Receiver;
use driver::{Driven, Pace};
use mixdown_engine::render::live::{
    Command, Control, Event, Live, LiveOptions, Measured, Reading, RingInput, Stats, Timed, open,
};
use mixdown_engine::render::{Plan, prepare};
use mixdown_engine::session::{Session, Track};
use mixdown_engine::units::SampleRate;
use outlet::WavOutlet;
use std::io::{IsTerminal, stdin, stdout};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Play a mix live, with faders to move.
///
/// The same mix as `mixdown render` writes, block by block. On a terminal it shows a mixer: press ? there for its keys. The loudness
/// target is heard when --report names the report.json of an earlier render; without it the mix plays at its own level, under the
/// ceiling.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown play drums.wav bass.flac vox.mp3 --null
  mixdown play --session mix.toml --report mix/report.json --record changed.toml --null
  mixdown play --session mix.toml --freewheel --wav heard.wav --json")]
pub(super) struct PlayArguments {
    /// The stems, summed at unity.
    #[arg(value_name = "STEM", required_unless_present_any = ["session", "list_devices"], conflicts_with = "session")]
    stems: Vec<PathBuf>,
    /// A session file, TOML or JSON.
    #[arg(short, long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// Play in real time to nowhere, and print how it went.
    #[arg(long, conflicts_with_all = ["freewheel", "device"])]
    null: bool,
    /// Play as fast as the machine goes, to nowhere or to --wav.
    #[arg(long, conflicts_with = "device")]
    freewheel: bool,
    /// The device to play on; without it, the system's default.
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Print the names of the devices, and end.
    #[arg(long)]
    list_devices: bool,
    /// Frames of a block.
    #[arg(long, value_name = "FRAMES", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    block: u32,
    /// Session time at which it begins, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    start: f64,
    /// A range to play again and again, in seconds.
    #[arg(long = "loop", value_name = "FROM-TO", value_parser = seconds_range)]
    loop_range: Option<(f64, f64)>,
    /// End after so many seconds of sound; without it, when the mix has ended.
    #[arg(long, value_name = "SECONDS")]
    duration: Option<f64>,
    /// report.json of an earlier render: its loudness says which gain the target needs.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Whether stems that share a source are moved into time with each other.
    #[arg(short, long, value_enum, value_name = "MODE")]
    align: Option<AlignChoice>,
    /// Write the session with the moved faders to this file at the end.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Write every command with its frame to this file at the end, as JSON.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Carry out the commands of such a file at their frames.
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// With --freewheel: write what is heard to this file, as 32-bit float WAV, from the session's first frame on.
    #[arg(long, value_name = "FILE")]
    wav: Option<PathBuf>,
    /// Print one JSON document, and show nothing else.
    #[arg(long)]
    pub(super) json: bool,
    /// Show nothing but errors.
    #[arg(short, long)]
    quiet: bool,
}

fn seconds_range(text: &str) -> Result<(f64, f64), String> {
    let (from, to) = text.split_once('-').ok_or("two times in seconds, as in 10-20.5")?;
    let second = |text: &str| text.trim().parse::<f64>().map_err(|_| format!("{text:?} is not a number of seconds"));
    let (from, to) = (second(from)?, second(to)?);
    if (0.0..to).contains(&from) && to.is_finite() { Ok((from, to)) } else { Err("a loop ends after it begins".into()) }
}

pub(super) fn run(arguments: &PlayArguments) -> Result<(), Failure> {
    if arguments.list_devices {
        return print(&sound::list()?);
    }
    if arguments.wav.is_some() && !arguments.freewheel {
        return Err(Failure::Usage(
            "--wav goes with --freewheel: writing a file may hold up what plays in real time".into(),
        ));
    }
    if !(arguments.null || arguments.freewheel) {
        sound::check()?;
    }
    interrupt::listen();
    let session = session_of(&arguments.stems, arguments.session.as_deref(), arguments.align)?;
    for (path, flag) in [(&arguments.record, "--record"), (&arguments.log, "--log")] {
        path.as_deref().map_or(Ok(()), |path| check_place(path, flag))?;
    }
    let commands = arguments.replay.as_deref().map(read_commands).transpose()?;
    let measured = arguments.report.as_deref().map(read_report).transpose()?;
    let plan = plan(session, arguments.quiet || arguments.json)?;
    let rate = plan.sample_rate();
    let frames = |seconds: f64| rate.frames(seconds.clamp(0.0, 1e6));
    let options = LiveOptions {
        max_block: arguments.block as usize,
        measured,
        start: frames(arguments.start),
        loop_range: arguments.loop_range.map(|(from, to)| (frames(from), frames(to))),
        ..LiveOptions::default()
    };
    let live = open(&plan, &options).map_err(|error| Failure::Other(error.to_string()))?;
    let outlet =
        arguments.wav.as_deref().map(|path| WavOutlet::create(path, rate, live.engine.latency())).transpose()?;
    let played = play(arguments, &plan, live, commands, outlet)?;
    if let Some(path) = &arguments.record {
        write_file(path, "--record", with_whole_paths(played.session.clone()).to_toml().as_bytes())?;
    }
    if let Some(path) = &arguments.log {
        let mut text =
            serde_json::to_vec_pretty(&played.recording).map_err(|error| Failure::Other(error.to_string()))?;
        text.push(b'\n');
        write_file(path, "--log", &text)?;
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
    if arguments.quiet { Ok(()) } else { print(&told(&played, rate, arguments.block)) }
}

/// What playing has come to.
struct Played {
    frames: u64,
    latency: u64,
    elapsed: Duration,
    stats: Stats,
    warnings: Vec<String>,
    session: Session,
    recording: Vec<Timed>,
}

fn plan(session: Session, quiet: bool) -> Result<Plan, Failure> {
    let mut display = ProgressDisplay::new(quiet);
    let prepared = prepare(session, &mut |progress| {
        display.show(progress);
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if prepared.is_ok() {
        display.finished();
    }
    Ok(prepared?.0)
}

/// Runs the engine, on a thread of its own or in the device's, and the mixer, or nothing, on this one.
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
    let mut watch = Watch { arguments, plan, control: &mut control, script, readings, events, warnings: Vec::new() };
    let driven = if arguments.null || arguments.freewheel {
        let pace = if arguments.null { Pace::Clock } else { Pace::Freewheel };
        let driver = driver::Driver { engine, pace, block: arguments.block as usize, rate, limit };
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let running = scope.spawn(|| driver.run(&stop, outlet));
            let watched = watch.run(&mut || running.is_finished());
            stop.store(true, Ordering::Relaxed);
            let panicked = |_| Err(Failure::Other("the engine's thread has panicked".into()));
            let driven = running.join().unwrap_or_else(panicked);
            watched.and(driven)
        })?
    } else {
        let _playing = sound::play(arguments.device.as_deref(), arguments.block, rate, engine)?;
        watch.run(&mut || counters.has_ended() || limit.is_some_and(|limit| counters.frame() >= limit))?;
        Driven { frames: counters.frame(), elapsed: start.elapsed() }
    };
    watch.listen();
    let warnings = watch.warnings;
    let Driven { frames, elapsed } = driven;
    let recording = control.recording().to_vec();
    let (stats, latency) = (counters.stats(), counters.latency());
    Ok(Played { frames, latency, elapsed, stats, warnings, session: control.session(), recording })
}

/// What goes on beside the engine.
struct Watch<'a> {
    arguments: &'a PlayArguments,
    plan: &'a Plan,
    control: &'a mut Control,
    script: Script,
    readings: Receiver<Reading>,
    events: Receiver<Event>,
    warnings: Vec<String>,
}

impl Watch<'_> {
    /// Sends the commands of the list and looks at what happens, in a mixer if there is a terminal, until it is done or interrupted.
    fn run(&mut self, is_done: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        let PlayArguments { quiet, json, freewheel, .. } = *self.arguments;
        if !quiet && !json && !freewheel && stdin().is_terminal() && stdout().is_terminal() {
            return screen::run(self, is_done);
        }
        while !is_done() && !interrupt::asked() {
            self.script.send(self.control)?;
            self.control.collect();
            self.readings.try_iter().for_each(drop);
            if self.listen() {
                return Err(Failure::Other(
                    "the device is gone; plug it in again, or choose another with --device".into(),
                ));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Tells what has happened; whether the device was lost.
    fn listen(&mut self) -> bool {
        let mut lost = false;
        let tracks = &self.plan.session().tracks;
        for event in self.events.try_iter() {
            lost |= matches!(event, Event::DeviceLost { .. });
            if let Some(warning) = warning(&event, tracks) {
                if !self.arguments.quiet && !self.arguments.json {
                    eprintln!("warning: {warning}");
                }
                self.warnings.push(warning);
            }
        }
        lost
    }
}

/// Commands that are sent as there is room for them.
struct Script {
    commands: Vec<Timed>,
    sent: usize,
}

impl Script {
    fn send(&mut self, control: &mut Control) -> Result<(), Failure> {
        /// On their way at once: the rest of the room is for whoever sits at the mixer.
        const AHEAD: usize = 256;
        while self.sent < self.commands.len() && self.sent < control.recording().len() + AHEAD {
            let sent = control.send(self.commands[self.sent].clone());
            sent.map_err(|error| Failure::Other(format!("command {} of the list: {error}", self.sent + 1)))?;
            self.sent += 1;
        }
        Ok(())
    }
}

/// What a person should know.
fn warning(event: &Event, tracks: &[Track]) -> Option<String> {
    let name = |track: &usize| tracks.get(*track).map_or("?".into(), Track::title);
    match event {
        Event::StemFailed { track, message } => {
            Some(format!("track {:?} is silent from here on: {message}", name(track)))
        }
        Event::Starved { track, .. } => {
            Some(format!("track {:?} was read too slowly and paused for a moment", name(track)))
        }
        Event::Silenced { track, .. } => {
            Some(format!("track {:?} gave samples that are no numbers and is silent", name(track)))
        }
        Event::Reset { .. } => Some("the mix was no number any more; everything was reset".into()),
        Event::Refused { message, .. } => Some(message.clone()),
        Event::DeviceLost { message } => Some(format!("the device is gone: {message}")),
        Event::Moved { .. } | Event::Ended { .. } | Event::LatencyChanged { .. } => None,
    }
}

fn told(played: &Played, rate: SampleRate, block: u32) -> String {
    let Stats { blocks, mean_load, p999_load, worst_load, worst_us, late_blocks, starvations, .. } = played.stats;
    let (seconds, elapsed) = (rate.seconds(played.frames), played.elapsed.as_secs_f64());
    format!(
        "Played {seconds:.1} s in {elapsed:.1} s: {blocks} blocks of {block} frames, {:.1} ms late.\n\
         Load {:.1} % of a core on average; 99.9 % of blocks within {:.1} % of their time, the worst {worst_us:.0} us ({:.1} %).\n\
         {late_blocks} blocks late, {starvations} times a track ran out of sound.\n",
        rate.seconds(played.latency) * 1e3,
        mean_load * 100.0,
        p999_load * 100.0,
        worst_load * 100.0,
    )
}

fn read(path: &Path) -> Result<serde_json::Value, Failure> {
    let fail = |error: &dyn std::fmt::Display| Failure::Other(format!("{}: {error}", path.display()));
    let text = std::fs::read(path).map_err(|error| fail(&error))?;
    serde_json::from_slice(&text).map_err(|error| fail(&error))
}

fn read_commands(path: &Path) -> Result<Vec<Timed>, Failure> {
    serde_json::from_value(read(path)?)
        .map_err(|error| Failure::Other(format!("{}: not a list of commands: {error}", path.display())))
}

fn read_report(path: &Path) -> Result<Measured, Failure> {
    let report = read(path)?;
    let before = &report["master"]["before"];
    match (before["integrated_lufs"].as_f64(), before["true_peak_dbtp"].as_f64()) {
        (Some(integrated_lufs), Some(true_peak_dbtp)) => Ok(Measured { integrated_lufs, true_peak_dbtp }),
        _ => Err(Failure::Other(format!("{}: it says nothing of the loudness of a mix", path.display()))),
    }
}

/// A session document finds its stems from its own folder; this one may lie anywhere.
fn with_whole_paths(mut session: Session) -> Session {
    for track in &mut session.tracks {
        if let Ok(path) = std::path::absolute(&track.file) {
            track.file = path;
        }
    }
    session
}
