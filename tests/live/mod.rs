//! The live engine: the same bits as the offline render, and its behaviour while it plays. This
//! module contains the material of its tests.

mod faults;
mod latency;
mod loudness;
mod meters;
mod ramps;
mod real_time;
mod same_bits;
mod transport;

use crate::laws::every_case;
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::dsp::Insert;
use mixdown_engine::dsp::gain::GainSettings;
use mixdown_engine::live::{Command, Event, Live, LiveInput, Motion, StripName, Timed};
use mixdown_engine::render::Plan;
use mixdown_engine::session::{AlignMode, AuxSend, Bus, Ceiling, OutputFormat, Polarity, Session, Target, Track};
use mixdown_fixtures::signals;
use serde_json::json;
use std::time::{Duration, Instant};

/// Returns one insert of every kind, with settings from the middle of those in the laws.
fn one_of_every_kind() -> Vec<Insert> {
    let mut kinds: Vec<Vec<Insert>> = Vec::new();
    for case in every_case() {
        let same = |kind: &&mut Vec<Insert>| kind[0].type_name() == case.insert.type_name();
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.push(case.insert),
            None => kinds.push(vec![case.insert]),
        }
    }
    kinds.into_iter().map(|kind| kind[kind.len() / 2].clone()).collect()
}

/// Writes three seconds of three tracks and two buses, with every kind of insert in use, and sends
/// before and after the fader.
fn session(folder: &Folder) -> Session {
    for (seed, name) in [(1, "a"), (2, "b"), (3, "c")] {
        let noise = signals::pink_noise(seed, 0.1, 100_000 + 7_000 * seed as usize);
        let tone = signals::sine(48_000.0, 220.0 * seed as f64, 0.2, 0.0, noise.len());
        let sum: Vec<f32> = noise.iter().zip(&tone).map(|(a, b)| a + b).collect();
        let stereo: [&[f32]; 2] = [&sum, &noise];
        folder.write_wav(&format!("{name}.wav"), 48_000, if seed == 2 { &stereo[..1] } else { &stereo });
    }
    let mut tracks: Vec<Track> = ["a", "b", "c"].map(|name| Track::new(folder.path(&format!("{name}.wav")))).into();
    let mut buses = vec![Bus::new("group"), Bus::new("echo")];
    let mut inserts = one_of_every_kind();
    let mut take = |count: usize| inserts.drain(..count.min(inserts.len())).collect::<Vec<_>>();
    tracks[0].inserts = take(3);
    tracks[1].inserts = take(3);
    tracks[2].inserts = take(3);
    buses[0].inserts = take(2);
    buses[1].inserts = take(1);
    let mut session = Session { tracks, buses, ..Session::default() };
    session.master.inserts = take(100);
    // Filters and gates leave little of the stems.
    session.master.inserts.push(Insert::Gain(GainSettings::new(20.0)));
    session.tracks[0].output = "group".into();
    session.tracks[0].pan = -0.4;
    session.tracks[1].sends.push(AuxSend { pre_fader: true, gain_db: -6.0, ..AuxSend::new("echo") });
    session.tracks[2].sends.push(AuxSend::new("echo"));
    session.tracks[2].start_s = 0.3;
    untouched(session)
}

fn untouched(mut session: Session) -> Session {
    session.align.mode = AlignMode::Off;
    session.master.target = Target::None;
    session.master.ceiling_dbtp = Some(Ceiling::Off);
    session.output.format = OutputFormat::Wav32f;
    session
}

fn at(frame: u64, command: Command) -> Timed {
    Timed::at(frame, command)
}

fn track(name: &str) -> StripName {
    StripName::Track(name.into())
}

fn bus(name: &str) -> StripName {
    StripName::Bus(name.into())
}

fn set(place: StripName, insert: usize, field: &str, value: serde_json::Value) -> Command {
    Command::Parameter { place, insert, field: field.into(), value }
}

/// Returns every kind of command.
fn commands() -> Vec<Timed> {
    let limiter: Insert = serde_json::from_value(json!({ "type": "limiter", "ceiling_dbtp": -9.0 })).unwrap();
    vec![
        at(0, Command::Play),
        at(4_801, Command::Gain { place: track("a"), gain_db: -12.0 }),
        at(5_000, Command::Gain { place: track("a"), gain_db: 3.0 }),
        at(9_001, Command::Pan { place: track("b"), pan: 0.9 }),
        at(9_001, Command::Width { place: track("c"), width: 0.2 }),
        at(12_345, Command::Solo { place: track("b"), solo: true }),
        at(14_000, Command::Bypass { place: track("a"), insert: 1, bypass: true }),
        at(14_100, Command::Bypass { place: track("a"), insert: 1, bypass: false }),
        at(16_000, Command::Solo { place: track("b"), solo: false }),
        at(20_000, set(track("a"), 0, "cutoff_hz", json!(333.0))),
        at(20_000, Command::Insert { place: track("c"), before: 0, settings: limiter }),
        at(22_000, Command::Solo { place: bus("group"), solo: true }),
        at(24_000, Command::Polarity { place: track("a"), polarity: Polarity::Inverted }),
        at(25_000, Command::Polarity { place: bus("group"), polarity: Polarity::Inverted }),
        at(25_500, Command::Solo { place: bus("group"), solo: false }),
        at(26_000, Command::Mute { place: StripName::Bus("echo".into()), mute: true }),
        at(28_000, Command::Ceiling { ceiling: Ceiling::Dbtp(-6.0) }),
        at(33_333, Command::Pause),
        // The clock stops once the sound has faded out, 960 frames later.
        at(34_293, Command::Play),
        at(38_000, Command::Remove { place: track("c"), insert: 0 }),
        at(40_000, Command::Seek { position: 10_000 }),
        at(45_000, Command::Ceiling { ceiling: Ceiling::Dbtp(-12.0) }),
        at(50_000, Command::Loop { range: Some((20_000, 26_000)) }),
        at(75_000, Command::Loop { range: None }),
        at(80_000, Command::Ceiling { ceiling: Ceiling::Off }),
    ]
}

/// Renders a block when the readers have it, as a device would receive it, and appends the part
/// that belongs to the mix. Returns the length of that part.
fn render<I: LiveInput>(live: &mut Live<I>, frames: usize, observed: &mut [Vec<f32>]) -> usize {
    let mut out = AudioBuffer::new(2, frames);
    let patience = Instant::now();
    while !live.engine.is_ready(frames) && patience.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_micros(200));
    }
    let before = live.engine.counters().frame();
    live.engine.process(&mut out.block_mut());
    let rendered = (live.engine.counters().frame() - before) as usize;
    // Silence while the engine waits for its readers does not belong to the mix; it only occurs
    // before or after sound.
    let first = if live.engine.motion() == Motion::Rolling { frames - rendered } else { 0 };
    for (channel, observed) in observed.iter_mut().enumerate() {
        observed.extend_from_slice(&out.channel(channel)[first..first + rendered]);
    }
    if live.engine.motion() == Motion::Cueing {
        std::thread::sleep(Duration::from_millis(1));
    }
    rendered
}

/// Plays commands, all sent beforehand, in blocks of the sizes from `next_size`, until the mix has
/// ended.
fn play<I: LiveInput>(live: &mut Live<I>, commands: &[Timed], mut next_size: impl FnMut() -> usize) -> Vec<Vec<f32>> {
    for command in commands {
        live.control.send(command.clone()).unwrap();
    }
    let mut observed = vec![Vec::new(); 2];
    loop {
        let frames = next_size();
        let rendered = render(live, frames, &mut observed);
        if live.events.try_iter().any(|event| matches!(event, Event::Ended { .. })) {
            return observed;
        }
        assert!(rendered > 0 || frames == 0 || live.engine.motion() != Motion::Still, "it stands still before its end");
        assert!(observed[0].len() < 2_000_000, "it never ends");
    }
}

/// Continues playing until so many frames have been recorded.
fn play_frames<I: LiveInput>(live: &mut Live<I>, frames: usize, block: usize) -> Vec<Vec<f32>> {
    let mut observed = vec![Vec::new(); 2];
    let patience = Instant::now();
    while observed[0].len() < frames && patience.elapsed() < Duration::from_secs(60) {
        render(live, block, &mut observed);
    }
    assert!(observed[0].len() >= frames, "{} of {frames} frames in a minute", observed[0].len());
    observed
}

fn plan(session: &Session) -> Plan {
    Plan::new(session.clone()).unwrap()
}

/// Returns a generator of block sizes, 0 and 4096 included.
fn random_sizes(seed: u64) -> impl FnMut() -> usize {
    let mut sizes = signals::white_noise(seed, 1.0, 10_000)
        .into_iter()
        .map(|x| ((x.abs() * 4_400.0) as usize).saturating_sub(200).min(4_096))
        .cycle();
    move || sizes.next().unwrap_or(64)
}

fn difference(a: &[Vec<f32>], b: &[Vec<f32>], frames: usize) -> Option<usize> {
    (0..frames).find(|&frame| (0..2).any(|channel| a[channel][frame].to_bits() != b[channel][frame].to_bits()))
}
