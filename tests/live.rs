//! The live engine: the same bits as the offline render, whatever the blocks; and what may go wrong while it plays.

use crate::laws::allocation::counted;
use crate::laws::every_case;
use crate::program_runs::Place as Folder;
use mixdown_engine::audio::{AudioBuffer, SampleFormat};
use mixdown_engine::dsp::Insert;
use mixdown_engine::render::live::{
    Command, CommandError, Event, Live, LiveInput, LiveOptions, Motion, Place, Strip, Timed, open, open_replay, replay,
};
use mixdown_engine::render::{Plan, RenderOptions, render_to_memory};
use mixdown_engine::session::{AlignMode, AuxSend, Bus, Ceiling, Polarity, Session, Target, Track};
use mixdown_fixtures::signals;
use serde_json::json;
use std::f64::consts::TAU;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// One insert of every kind, with settings from the middle of what the laws are held with.
fn one_of_every_kind() -> Vec<Insert> {
    let mut kinds: Vec<Vec<Insert>> = Vec::new();
    for case in every_case() {
        let same = |kind: &&mut Vec<Insert>| std::mem::discriminant(&kind[0]) == std::mem::discriminant(&case.insert);
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.push(case.insert),
            None => kinds.push(vec![case.insert]),
        }
    }
    kinds.into_iter().map(|kind| kind[kind.len() / 2].clone()).collect()
}

/// Three seconds of three tracks and two buses, every kind of insert in use, sends before and after the fader.
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
    session.output.format = SampleFormat::Float32;
    session
}

fn at(frame: u64, command: Command) -> Timed {
    Timed::at(frame, command)
}

fn track(name: &str) -> Place {
    Place::Track(name.into())
}

fn set(place: Place, insert: usize, field: &str, value: serde_json::Value) -> Command {
    Command::Parameter { place, insert, field: field.into(), value }
}

/// Every kind of command.
fn commands() -> Vec<Timed> {
    let limiter: Insert = serde_json::from_value(json!({ "type": "limiter", "ceiling_dbtp": -9.0 })).unwrap();
    vec![
        at(0, Command::Play),
        at(4_801, Command::Gain { place: track("a"), gain_db: -12.0 }),
        at(5_000, Command::Gain { place: track("a"), gain_db: 3.0 }),
        at(9_001, Command::Pan { place: track("b"), pan: 0.9 }),
        at(9_001, Command::Width { place: track("c"), width: 0.2 }),
        at(12_345, Command::Solo { track: "b".into(), solo: true }),
        at(14_000, Command::Bypass { place: track("a"), insert: 1, bypass: true }),
        at(14_100, Command::Bypass { place: track("a"), insert: 1, bypass: false }),
        at(16_000, Command::Solo { track: "b".into(), solo: false }),
        at(20_000, set(track("a"), 0, "cutoff_hz", json!(333.0))),
        at(20_000, Command::Insert { place: track("c"), before: 0, settings: limiter }),
        at(24_000, Command::Polarity { track: "a".into(), polarity: Polarity::Inverted }),
        at(26_000, Command::Mute { place: Place::Bus("echo".into()), mute: true }),
        at(28_000, Command::Ceiling { ceiling: Ceiling::Dbtp(-6.0) }),
        at(33_333, Command::Pause),
        // The clock stands still once the sound has faded out, 960 frames later.
        at(34_293, Command::Play),
        at(38_000, Command::Remove { place: track("c"), insert: 0 }),
        at(40_000, Command::Seek { position: 10_000 }),
        at(45_000, Command::Ceiling { ceiling: Ceiling::Dbtp(-12.0) }),
        at(50_000, Command::Loop { range: Some((20_000, 26_000)) }),
        at(75_000, Command::Loop { range: None }),
        at(80_000, Command::Ceiling { ceiling: Ceiling::Off }),
    ]
}

/// Plays commands, all sent beforehand, in blocks of the sizes that `next_size` gives, until the mix has ended.
fn play<I: LiveInput>(live: &mut Live<I>, commands: &[Timed], mut next_size: impl FnMut() -> usize) -> Vec<Vec<f32>> {
    for command in commands {
        live.control.send(command.clone()).unwrap();
    }
    let (mut heard, mut out) = (vec![Vec::new(); 2], AudioBuffer::new(2, 4_096));
    loop {
        let frames = next_size();
        // Faster than real time: wait for the readers as a device would.
        let patience = Instant::now();
        while !live.engine.is_ready(frames) && patience.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_micros(200));
        }
        let before = live.engine.counters().frame();
        live.engine.process(&mut out.first_mut(frames));
        let rendered = (live.engine.counters().frame() - before) as usize;
        // What is silent because the engine waits for its readers is no part of the mix; it only comes before or after sound.
        let first = if live.engine.motion() == Motion::Rolling { frames - rendered } else { 0 };
        for (channel, heard) in heard.iter_mut().enumerate() {
            heard.extend_from_slice(&out.channel(channel)[first..first + rendered]);
        }
        if live.engine.motion() == Motion::Cueing {
            std::thread::sleep(Duration::from_millis(1));
        }
        if live.events.try_iter().any(|event| matches!(event, Event::Ended { .. })) {
            return heard;
        }
        assert!(rendered > 0 || frames == 0 || live.engine.motion() != Motion::Still, "it stands still before its end");
        assert!(heard[0].len() < 2_000_000, "it never ends");
    }
}

fn plan(session: &Session) -> Plan {
    Plan::new(session.clone()).unwrap()
}

/// A generator of block sizes, 0 and 4096 included.
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

#[test]
fn live_and_offline_give_the_same_bits_for_every_block_size() {
    let folder = Folder::new();
    let mut session = session(&folder);
    let mut limited = 0;
    for ceiling in [Ceiling::Off, Ceiling::Dbtp(-6.0)] {
        if ceiling != Ceiling::Off {
            // Offline, a ceiling that a meter reads as missed by more than 0.02 dB is lowered and the master made again: with tones the
            // first pass holds.
            let tones = [220.0, 331.0, 997.0].map(|hz| {
                let name = format!("{hz}.wav");
                folder.write_wav(&name, 48_000, &[&signals::sine(48_000.0, hz, 0.5, 0.3, 120_000)]);
                Track::new(folder.path(&name))
            });
            session = untouched(Session { tracks: tones.into(), ..Session::default() });
            session.master.ceiling_dbtp = Some(ceiling);
        }
        session.master.ceiling_dbtp = Some(ceiling);
        let options = RenderOptions { mix_only: true, ..RenderOptions::default() };
        let (offline, report) =
            render_to_memory(session.clone(), &options, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(report.master.passes, 1, "{ceiling:?}");
        limited += usize::from(report.master.limiter.is_some_and(|limiter| limiter.max_reduction_db > 1.0));
        let offline = vec![offline.channel(0).to_vec(), offline.channel(1).to_vec()];
        let loud = offline[0].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!(loud > 0.05, "too soft to tell anything: {loud}");
        // The offline limiter looks 5 ms ahead.
        let options = LiveOptions { look_ahead_ms: 5.0, ..LiveOptions::default() };
        let plan = plan(&session);
        let compare = |what: &str, latency: usize, live: &[Vec<f32>]| {
            let live: Vec<Vec<f32>> = live.iter().map(|channel| channel[latency..].to_vec()).collect();
            assert!(live[0].len() >= offline[0].len(), "{what}: {} of {}", live[0].len(), offline[0].len());
            assert_eq!(difference(&offline, &live, offline[0].len()), None, "{what}");
        };
        for size in [1, 17, 64, 441, 512, 4_096] {
            let mut live = open_replay(&plan, &options).unwrap();
            let heard = play(&mut live, &[at(0, Command::Play)], || size);
            compare(&format!("blocks of {size}"), live.engine.latency() as usize, &heard);
        }
        let mut live = open_replay(&plan, &options).unwrap();
        compare(
            "random blocks",
            live.engine.latency() as usize,
            &play(&mut live, &[at(0, Command::Play)], random_sizes(7)),
        );
        let mut live = open(&plan, &options).unwrap();
        compare(
            "read ahead",
            live.engine.latency() as usize,
            &play(&mut live, &[at(0, Command::Play)], random_sizes(8)),
        );
    }
    assert!(limited > 0, "no limiter has been compared");
}

#[test]
fn commands_at_their_frames_give_the_same_bits_for_every_block_size() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let options = LiveOptions::default();
    let mut first = open_replay(&plan, &options).unwrap();
    let expected = play(&mut first, &commands(), || 512);
    let plain = play(&mut open_replay(&plan, &options).unwrap(), &commands()[..1], || 512);
    assert!(difference(&expected, &plain, 60_000).is_some(), "the commands change nothing");
    for size in [1, 17, 64, 441, 4_096] {
        let heard = play(&mut open_replay(&plan, &options).unwrap(), &commands(), || size);
        assert_eq!(difference(&expected, &heard, expected[0].len().min(heard[0].len())), None, "blocks of {size}");
    }
    let heard = play(&mut open_replay(&plan, &options).unwrap(), &commands(), random_sizes(3));
    assert_eq!(difference(&expected, &heard, expected[0].len().min(heard[0].len())), None, "random blocks");
    let heard = play(&mut open(&plan, &options).unwrap(), &commands(), random_sizes(4));
    assert_eq!(difference(&expected, &heard, expected[0].len().min(heard[0].len())), None, "read ahead");
}

#[test]
fn what_was_played_by_hand_is_recorded_and_replays_to_the_same_bits() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let mut live = open(&plan, &LiveOptions::default()).unwrap();
    let (mut sizes, mut turn) = (random_sizes(5), 0);
    let deadline = Instant::now() + Duration::from_secs(60);
    live.control.now(Command::Play).unwrap();
    let mut by_hand = commands().into_iter().skip(1).filter(|timed| !matches!(timed.command, Command::Pause));
    let (mut heard, mut out) = (vec![Vec::new(); 2], AudioBuffer::new(2, 4_096));
    while heard[0].len() < 200_000 && Instant::now() < deadline {
        turn += 1;
        if live.engine.motion() == Motion::Cueing {
            std::thread::sleep(Duration::from_millis(1));
        }
        if turn % 3 == 0
            && let Some(timed) = by_hand.next()
        {
            live.control.now(timed.command).unwrap();
        }
        let frames = sizes();
        let patience = Instant::now();
        while !live.engine.is_ready(frames) && patience.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_micros(200));
        }
        let before = live.engine.counters().frame();
        live.engine.process(&mut out.first_mut(frames));
        let rendered = (live.engine.counters().frame() - before) as usize;
        let first = if live.engine.motion() == Motion::Rolling { frames - rendered } else { 0 };
        for (channel, heard) in heard.iter_mut().enumerate() {
            heard.extend_from_slice(&out.channel(channel)[first..first + rendered]);
        }
    }
    assert_eq!(live.engine.counters().stats().starvations, 0);
    let recording = live.control.recording().to_vec();
    assert!(recording.len() >= commands().len() - 2, "{}", recording.len());
    // It survives being written and read.
    let recording: Vec<Timed> = serde_json::from_str(&serde_json::to_string(&recording).unwrap()).unwrap();
    let mut again = vec![Vec::new(); 2];
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    replay(&mut live, &recording, 333, |block| {
        for (channel, again) in again.iter_mut().enumerate() {
            again.extend_from_slice(block.channel(channel));
        }
        if again[0].len() >= heard[0].len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    let frames = heard[0].len().min(again[0].len());
    assert!(frames > 100_000, "{frames}");
    assert_eq!(difference(&heard, &again, frames), None);
}

#[test]
fn sixty_seconds_of_random_commands_ask_the_allocator_for_nothing() {
    let folder = Folder::new();
    let session = session(&folder);
    let plan = plan(&session);
    let options = LiveOptions { loop_range: Some((0, 90_000)), ..LiveOptions::default() };
    let mut live = open(&plan, &options).unwrap();
    live.control.now(Command::Play).unwrap();
    let mut random = signals::white_noise(11, 1.0, 100_000).into_iter().map(f64::from);
    let mut next = move || random.next().unwrap_or(0.0);
    let (mut out, mut allocations, mut sent, mut refused) = (AudioBuffer::new(2, 512), 0, 0, 0);
    let names = ["a", "b", "c"];
    while live.engine.counters().frame() < 60 * 48_000 {
        if live.engine.counters().frame() / 1_000 > sent {
            let name = names[(next().abs() * 2.99) as usize];
            let command = match (next().abs() * 10.0) as usize {
                0 => Command::Pan { place: track(name), pan: next() },
                1 => Command::Mute { place: track(name), mute: next() > 0.0 },
                2 => Command::Solo { track: name.into(), solo: next() > 0.8 },
                3 => Command::Bypass { place: track(name), insert: 1, bypass: next() > 0.0 },
                4 => set(track("a"), 0, "cutoff_hz", json!(100.0 + 1_000.0 * next().abs())),
                5 => Command::Ceiling { ceiling: Ceiling::Dbtp(-12.0 * next().abs()) },
                6 if next() > 0.8 => Command::Seek { position: (next().abs() * 80_000.0) as u64 },
                _ => Command::Gain { place: track(name), gain_db: -20.0 * next().abs() },
            };
            refused += usize::from(live.control.now(command).is_err());
            sent += 1;
        }
        let frames = 1 + (next().abs() * 500.0) as usize;
        let patience = Instant::now();
        while !live.engine.is_ready(frames) && patience.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_micros(100));
        }
        let ((), count) = counted(|| live.engine.process(&mut out.first_mut(frames)));
        allocations += count;
        live.readings.try_iter().for_each(drop);
        live.events.try_iter().for_each(drop);
    }
    assert_eq!((allocations, refused), (0, 0));
    assert!(sent > 2_000, "{sent}");
}

#[test]
fn a_fader_jump_on_a_sine_splatters_nothing_above_minus_60_db() {
    let folder = Folder::new();
    folder.write_wav("sine.wav", 48_000, &[&signals::sine(48_000.0, 1_000.0, 1.0, 0.0, 96_000)]);
    let plan = plan(&untouched(Session { tracks: vec![Track::new(folder.path("sine.wav"))], ..Session::default() }));
    for (from_db, to_db) in [(0.0, -120.0), (-120.0, 0.0)] {
        let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
        let jump = [
            at(0, Command::Gain { place: track("sine"), gain_db: from_db }),
            at(0, Command::Play),
            at(48_000, Command::Gain { place: track("sine"), gain_db: to_db }),
        ];
        let heard = play(&mut live, &jump, || 64);
        // A Hann window of 8192 frames around the jump: the sine at half its level is the reference.
        let part = &heard[0][48_000 + 480 - 4_096..48_000 + 480 + 4_096];
        let level = |hz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in part.iter().enumerate() {
                let window = 0.5 - 0.5 * (TAU * n as f64 / 8_192.0).cos();
                let (sin, cos) = (TAU * hz / 48_000.0 * n as f64).sin_cos();
                (re, im) = (re + window * f64::from(*x) * cos, im + window * f64::from(*x) * sin);
            }
            10.0 * (re * re + im * im).log10()
        };
        let tone = level(1_000.0);
        let far = (20..24_000).step_by(20).map(f64::from).filter(|hz| (hz - 1_000.0).abs() > 250.0);
        let worst = far.map(|hz| (level(hz) - tone, hz)).fold((-300.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
        println!("{from_db} to {to_db} dB: {:.1} dB at {} Hz", worst.0, worst.1);
        assert!(worst.0 < -60.0, "{worst:?}");
    }
}

#[test]
fn a_stem_that_is_no_number_or_breaks_off_is_told_and_the_others_play_on() {
    let folder = Folder::new();
    let mut broken = signals::sine(48_000.0, 500.0, 0.3, 0.0, 200_000);
    broken[60_000] = f32::NAN;
    folder.write_wav("broken.wav", 48_000, &[&broken]);
    folder.write_wav("short.wav", 48_000, &[&signals::sine(48_000.0, 700.0, 0.3, 0.0, 400_000)]);
    folder.write_wav("whole.wav", 48_000, &[&signals::sine(48_000.0, 300.0, 0.3, 0.0, 200_000)]);
    let tracks = ["broken.wav", "short.wav", "whole.wav"].map(|name| Track::new(folder.path(name)));
    let plan = plan(&untouched(Session { tracks: tracks.into(), ..Session::default() }));
    let options = LiveOptions { read_ahead_s: 0.2, ..LiveOptions::default() };
    let mut live = open(&plan, &options).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(folder.path("short.wav")).unwrap();
    file.set_len(200_000).unwrap();
    live.control.now(Command::Play).unwrap();
    let (mut out, mut failed, mut last) = (AudioBuffer::new(2, 512), Vec::new(), 0.0_f32);
    let (mut largest_step, mut heard, mut previous) = (0.0_f32, 0_usize, None::<f32>);
    let start = Instant::now();
    while heard < 190_000 && start.elapsed() < Duration::from_secs(60) {
        if !live.engine.is_ready(512) {
            std::thread::sleep(Duration::from_micros(200));
            continue;
        }
        let before = live.engine.counters().frame();
        live.engine.process(&mut out.block_mut());
        if live.engine.counters().frame() > before {
            heard += 512;
            for x in out.channel(0) {
                largest_step = largest_step.max(previous.map_or(0.0, |previous| (x - previous).abs()));
                previous = Some(*x);
                last = x.abs().max(last * 0.999);
            }
        }
        failed.extend(live.events.try_iter().filter_map(|event| match event {
            Event::StemFailed { track, message } => Some((track, message)),
            _ => None,
        }));
    }
    failed.sort();
    assert_eq!(failed.iter().map(|(track, _)| *track).collect::<Vec<_>>(), [0, 1], "{failed:?}");
    assert!(failed[0].1.contains("broken.wav") && failed[0].1.contains("NaN"), "{failed:?}");
    assert!(failed[1].1.contains("short.wav"), "{failed:?}");
    assert!(last > 0.15, "the third one still plays: {last}");
    // Three sines of 0.21 after the centre's -3 dB: 0.21·2π·(300 + 500 + 700)/48000 = 0.042; fades of 128 frames add 0.21/128·15/8 each.
    assert!(largest_step < 0.06, "a click of {largest_step}");
}

#[test]
fn commands_that_make_no_sense_change_nothing_and_are_told() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    let before = live.control.session();
    let gain = |place, gain_db| Command::Gain { place, gain_db };
    let nonsense = [
        (gain(track("zither"), 0.0), "there is no track called \"zither\"; there are a, b, c"),
        (gain(Place::Bus("zither".into()), 0.0), "there is no bus called"),
        (gain(Place::Master, 0.0), "the master has no fader"),
        (gain(track("a"), 1e9), "gain_db"),
        (gain(track("a"), f64::NAN), "gain_db"),
        (Command::Pan { place: track("a"), pan: 2.0 }, "pan"),
        (set(track("a"), 0, "cutoff_hz", json!(90_000.0)), "Nyquist"),
        (set(track("a"), 0, "colour", json!(1)), "no setting \"colour\""),
        (set(track("a"), 0, "cutoff_hz", json!("much")), "invalid type"),
        (set(track("a"), 9, "cutoff_hz", json!(100.0)), "there is no insert 9; the chain has 3"),
        (Command::Remove { place: track("a"), insert: 3 }, "there is no insert 3"),
        (Command::Loop { range: Some((5, 5)) }, "a loop ends after it begins"),
        (Command::Target { target: Target::default() }, "render it first"),
    ];
    let count = nonsense.len();
    for (command, expected) in nonsense {
        let error = live.control.now(command.clone()).unwrap_err().to_string();
        assert!(error.contains(expected), "{command:?}: {error}");
    }
    let refused = live.events.try_iter().filter(|event| matches!(event, Event::Refused { .. })).count();
    assert_eq!(refused, count);
    assert_eq!(live.control.session(), before);
    let mut full = (0..3_000).map(|n| live.control.send(at(1_000_000 + n, gain(track("a"), 0.0))));
    assert!(full.any(|sent| sent == Err(CommandError::QueueFull)));
    // Sound goes on: what waits for later is in nobody's way.
    let mut out = AudioBuffer::new(2, 512);
    live.engine.process(&mut out.block_mut());
    assert_eq!(live.engine.motion(), Motion::Still);
}

#[test]
fn a_seek_plays_what_a_start_there_plays_and_a_loop_comes_round_to_the_frame() {
    let folder = Folder::new();
    folder.write_wav(
        "noise.wav",
        48_000,
        &[&signals::white_noise(9, 0.5, 60_000), &signals::white_noise(8, 0.5, 60_000)],
    );
    let plan = plan(&untouched(Session { tracks: vec![Track::new(folder.path("noise.wav"))], ..Session::default() }));
    let noise = signals::white_noise(9, 0.5, 60_000);
    let options = LiveOptions { start: 12_345, loop_range: Some((10_000, 15_000)), ..LiveOptions::default() };
    let mut live = open(&plan, &options).unwrap();
    live.control.now(Command::Play).unwrap();
    let (mut out, mut heard) = (AudioBuffer::new(2, 441), Vec::new());
    while heard.len() < 20_000 {
        if !live.engine.is_ready(441) {
            std::thread::sleep(Duration::from_micros(200));
            continue;
        }
        let before = live.engine.counters().frame();
        live.engine.process(&mut out.block_mut());
        if live.engine.counters().frame() > before {
            heard.extend_from_slice(out.channel(0));
        }
    }
    // The first 20 ms fade in; from there on every frame is the stem's.
    for (frame, x) in heard.iter().enumerate().skip(960) {
        let position = 10_000 + (12_345 - 10_000 + frame) % 5_000;
        assert_eq!(*x, noise[position], "frame {frame}, position {position}");
    }
    assert!(heard[..960].iter().zip(&noise[12_345..]).all(|(x, y)| x.abs() <= y.abs()));
}

#[test]
fn meters_read_what_is_played_and_are_dropped_and_counted_when_nobody_takes_them() {
    let folder = Folder::new();
    let (left, right) = (
        signals::sine(48_000.0, 1_000.0, 0.5, 0.0, 192_000),
        signals::sine(48_000.0, 1_000.0, 0.5, TAU / 4.0, 192_000),
    );
    folder.write_wav("sine.wav", 48_000, &[&left, &right]);
    let mut session = untouched(Session { tracks: vec![Track::new(folder.path("sine.wav"))], ..Session::default() });
    session.tracks[0].inserts = vec![
        serde_json::from_value(json!({ "type": "compressor", "threshold_db": -16.0, "ratio": 2.0, "knee_db": 0.0 }))
            .unwrap(),
    ];
    let plan = plan(&session);
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    live.control.now(Command::Play).unwrap();
    let (mut out, mut readings) = (AudioBuffer::new(2, 64), Vec::new());
    for _ in 0..3 * 48_000 / 64 {
        live.engine.process(&mut out.block_mut());
        readings.extend(live.readings.try_iter());
    }
    for strip in [Strip::Track(0), Strip::Master] {
        let of_strip: Vec<_> = readings.iter().filter(|reading| reading.strip == strip).collect();
        assert!((89..=91).contains(&of_strip.len()), "{} readings in three seconds", of_strip.len());
        let last = of_strip.last().unwrap();
        // -6.02 dBFS is 9.98 dB above the threshold: 4.99 dB are taken away.
        let level = -6.02 - 4.99;
        let near = |value: Option<f64>, expected: f64, within: f64| {
            assert!((value.unwrap() - expected).abs() < within, "{value:?} for {expected}, {strip:?}");
        };
        near(last.peak_dbfs, level, 0.05);
        near(last.rms_dbfs, level - 3.01, 0.05);
        near(last.true_peak_dbtp, level, 0.05);
        // Two channels at 1 kHz, where the K filter has about 0.66 dB: -0.691 + 0.66 and the sum of two mean squares.
        near(last.momentary_lufs, level - 0.03, 0.1);
        near(last.correlation, 0.0, 0.01);
        let reduction_db = if strip == Strip::Master { 0.0 } else { 4.99 };
        near(Some(last.gain_reduction_db), reduction_db, 0.05);
        let loudest = (0..64).max_by(|a, b| last.spectrum_dbfs[*a].total_cmp(&last.spectrum_dbfs[*b])).unwrap();
        assert_eq!(loudest, 35, "20·1200^((35+½)/64) is 1.02 kHz");
        assert!(
            last.scope.iter().filter(|[x, y]| (x.hypot(*y) - 0.2815).abs() < 0.01).count() > 55,
            "{:?}",
            last.scope
        );
    }
    assert_eq!(live.engine.counters().stats().dropped_meters, 0);
    for _ in 0..48_000 / 64 {
        live.engine.process(&mut out.block_mut());
    }
    let dropped = live.engine.counters().stats().dropped_meters;
    assert!((20..=40).contains(&dropped), "{dropped} of 60, as half a second of them is kept");
}

#[test]
fn denormals_in_a_stem_are_read_as_silence() {
    let folder = Folder::new();
    let tiny: Vec<f32> = (0..20_000).map(|n| if n % 3 == 0 { 0.25 } else { f32::MIN_POSITIVE / 3.0 }).collect();
    folder.write_wav("tiny.wav", 48_000, &[&tiny, &tiny]);
    let plan = plan(&untouched(Session { tracks: vec![Track::new(folder.path("tiny.wav"))], ..Session::default() }));
    let heard = play(&mut open_replay(&plan, &LiveOptions::default()).unwrap(), &[at(0, Command::Play)], || 512);
    assert!(heard[0][..20_000].iter().enumerate().all(|(n, x)| *x == if n % 3 == 0 { 0.25 } else { 0.0 }));
}

#[test]
fn a_change_takes_as_long_as_it_is_told_to() {
    let folder = Folder::new();
    let level = vec![0.5; 48_000];
    folder.write_wav("level.wav", 48_000, &[&level, &level]);
    let plan = plan(&untouched(Session { tracks: vec![Track::new(folder.path("level.wav"))], ..Session::default() }));
    for (ramp_ms, frames) in [(None, 960), (Some(100.0), 4_800), (Some(0.0), 1)] {
        let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
        let mute = Command::Mute { place: track("level"), mute: true };
        let heard =
            play(&mut live, &[at(0, Command::Play), Timed { at: Some(10_000), ramp_ms, command: mute }], || 512);
        let full = heard[0].iter().position(|x| *x < 0.5);
        let silent = heard[0].iter().position(|x| *x == 0.0);
        // The smooth step leaves its ends so slowly that the first and last frames may round to them.
        assert!((10_000..10_030).contains(&full.unwrap()) && silent.unwrap() <= 10_000 + frames, "{full:?} {silent:?}");
        assert!(silent.unwrap() + 30 >= 10_000 + frames && heard[0].windows(2).all(|two| two[1] <= two[0]));
    }
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    let refused = live.control.send(Timed { at: None, ramp_ms: Some(-1.0), command: Command::Play });
    assert!(refused.unwrap_err().to_string().contains("ramp_ms = -1"));
}

#[test]
fn stems_that_are_no_numbers_or_denormal_slow_no_block_down() {
    let folder = Folder::new();
    let clean = signals::pink_noise(1, 0.2, 192_000);
    let denormal: Vec<f32> = clean.iter().map(|x| x * 1e-39).collect();
    let mut broken = clean.clone();
    broken[48_000..].fill(f32::NAN);
    let mut infinite = clean.clone();
    infinite[96_000] = f32::INFINITY;
    let median_us = |name: &str, kinds: [&[f32]; 4]| {
        let mut session = untouched(Session::default());
        for (index, samples) in kinds.into_iter().enumerate() {
            let file = format!("{name}{index}.wav");
            folder.write_wav(&file, 48_000, &[samples, samples]);
            session.tracks.push(Track { inserts: one_of_every_kind(), ..Track::new(folder.path(&file)) });
        }
        let mut live = open_replay(&plan(&session), &LiveOptions::default()).unwrap();
        live.control.now(Command::Play).unwrap();
        let (mut out, mut times) = (AudioBuffer::new(2, 64), Vec::new());
        for block in 0..2_700 {
            let start = Instant::now();
            live.engine.process(&mut out.block_mut());
            if block > 800 {
                times.push(start.elapsed().as_secs_f64() * 1e6);
            }
        }
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (good, bad) = (median_us("good", [&clean; 4]), median_us("bad", [&clean, &denormal, &broken, &infinite]));
    println!("a block takes {good:.1} us, and {bad:.1} us with stems that are no numbers or denormal");
    assert!(bad < 2.0 * good, "{good} us, then {bad} us");
}
