//! Faults during playback: they are reported, and the sound continues.

use super::{at, difference, one_of_every_kind, plan, play, play_frames, render, session, set, track, untouched};
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::live::{Command, CommandError, Event, Live, LiveOptions, StripName, open, open_replay};
use mixdown_engine::render::Plan;
use mixdown_engine::session::{Session, Target, Track};
use mixdown_fixtures::signals;
use serde_json::json;
use std::time::{Duration, Instant};

/// Returns the reported failures of stems: the track and the reason.
fn failures<I>(live: &Live<I>) -> Vec<(usize, String)> {
    let failed = live.events.try_iter().filter_map(|event| match event {
        Event::StemFailed { track, message } => Some((track, message)),
        _ => None,
    });
    failed.collect()
}

fn tones(folder: &Folder, names: &[(&str, f64)], frames: usize) -> Plan {
    let tracks = names.iter().map(|(name, hz)| {
        folder.write_wav(name, 48_000, &[&signals::sine(48_000.0, *hz, 0.3, 0.0, frames)]);
        Track::new(folder.path(name))
    });
    plan(&untouched(Session { tracks: tracks.collect(), ..Session::default() }))
}

fn largest_step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max)
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

#[test]
fn a_stem_damaged_during_playback_is_silenced_alone() {
    let folder = Folder::new();
    let plan = tones(&folder, &[("broken.wav", 500.0), ("short.wav", 700.0), ("whole.wav", 300.0)], 200_000);
    let mut broken = signals::sine(48_000.0, 500.0, 0.3, 0.0, 200_000);
    broken[60_000] = f32::NAN;
    folder.write_wav("broken.wav", 48_000, &[&broken]);
    for loop_range in [None, Some((20_000, 150_000))] {
        folder.write_wav("short.wav", 48_000, &[&signals::sine(48_000.0, 700.0, 0.3, 0.0, 200_000)]);
        let options = LiveOptions { read_ahead_s: 0.2, loop_range, ..LiveOptions::default() };
        let mut live = open(&plan, &options).unwrap();
        live.control.now(Command::Play).unwrap();
        let mut observed = play_frames(&mut live, 30_000, 512).swap_remove(0);
        let file = std::fs::OpenOptions::new().write(true).open(folder.path("short.wav")).unwrap();
        // Four bytes per frame: 90,000 of them are left.
        file.set_len(4 * 90_000).unwrap();
        observed.extend(play_frames(&mut live, 110_000, 512).swap_remove(0));
        let mut failed = failures(&live);
        failed.sort();
        assert_eq!(failed.iter().map(|(track, _)| *track).collect::<Vec<_>>(), [0, 1], "{failed:?}");
        assert!(failed[0].1.contains("broken.wav") && failed[0].1.contains("NaN"), "{failed:?}");
        assert!(failed[1].1.contains("short.wav"), "{failed:?}");
        let last = peak(&observed[observed.len() - 10_000..]);
        assert!((last - 0.3).abs() < 0.01, "the third one alone still plays: {last}");
        // Three sines of 0.3: 0.3·2π·(300 + 500 + 700)/48000 = 0.059; fades of 128 frames add
        // 0.3/128·15/8 each.
        let step = largest_step(&observed);
        assert!(step < 0.08, "a click of {step}");
    }
}

#[test]
fn a_stem_deleted_during_playback_is_silenced_alone() {
    let folder = Folder::new();
    let plan = tones(&folder, &[("gone.wav", 500.0), ("swapped.wav", 700.0), ("whole.wav", 300.0)], 200_000);
    let mut live = open(&plan, &LiveOptions::default()).unwrap();
    live.control.now(Command::Play).unwrap();
    play_frames(&mut live, 30_000, 512);
    std::fs::remove_file(folder.path("gone.wav")).unwrap();
    // Another file in its place, with other channels.
    folder.write_wav("other.wav", 48_000, &[&[0.5; 1_000], &[0.5; 1_000]]);
    std::fs::rename(folder.path("other.wav"), folder.path("swapped.wav")).unwrap();
    live.control.now(Command::Seek { position: 10_000 }).unwrap();
    let observed = play_frames(&mut live, 60_000, 512).swap_remove(0);
    let mut failed = failures(&live);
    failed.sort();
    assert_eq!(failed.iter().map(|(track, _)| *track).collect::<Vec<_>>(), [0, 1], "{failed:?}");
    assert!(failed[0].1.contains("gone.wav") && failed[1].1.contains("swapped.wav"), "{failed:?}");
    let last = peak(&observed[50_000..]);
    assert!((last - 0.3).abs() < 0.01, "the third one alone still plays: {last}");
}

#[test]
fn invalid_commands_are_refused_with_a_reason() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    let before = live.control.session();
    let gain = |place, gain_db| Command::Gain { place, gain_db };
    let nonsense = [
        (gain(track("zither"), 0.0), "there is no track called \"zither\"; there are a, b, c"),
        (gain(StripName::Bus("zither".into()), 0.0), "there is no bus called"),
        (gain(StripName::Master, 0.0), "the master has no fader"),
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
}

#[test]
fn invalid_commands_and_a_full_queue_keep_the_sound() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let expected = play(&mut open_replay(&plan, &LiveOptions::default()).unwrap(), &[at(0, Command::Play)], || 64);
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    live.control.now(Command::Play).unwrap();
    let mut observed = play_frames(&mut live, 9_600, 64);
    assert!(live.control.now(Command::Mute { place: track("zither"), mute: true }).is_err());
    for command in
        [Command::Gain { place: track("a"), gain_db: -3.0 }, Command::Remove { place: track("a"), insert: 0 }]
    {
        let mut sent = (0..3_000).map(|n| live.control.send(at(1_000_000 + n, command.clone())));
        assert_eq!(sent.find_map(Result::err), Some(CommandError::QueueFull));
    }
    assert!(live.control.now(Command::Pause).is_err(), "the queue is full");
    let refused: Vec<String> = live
        .events
        .try_iter()
        .filter_map(|event| if let Event::Refused { message, .. } = event { Some(message) } else { None })
        .collect();
    assert!(refused[0].contains("zither") && refused[1].contains("too many commands"), "{refused:?}");
    for (observed, more) in observed.iter_mut().zip(play_frames(&mut live, 50_000, 64)) {
        observed.extend(more);
    }
    assert_eq!(difference(&expected, &observed, 59_600), None);
}

#[test]
fn denormals_in_a_stem_are_read_as_silence() {
    let folder = Folder::new();
    let tiny: Vec<f32> = (0..20_000).map(|n| if n % 3 == 0 { 0.25 } else { f32::MIN_POSITIVE / 3.0 }).collect();
    folder.write_wav("tiny.wav", 48_000, &[&tiny, &tiny]);
    let plan = plan(&untouched(Session { tracks: vec![Track::new(folder.path("tiny.wav"))], ..Session::default() }));
    let observed = play(&mut open_replay(&plan, &LiveOptions::default()).unwrap(), &[at(0, Command::Play)], || 512);
    assert!(observed[0][..20_000].iter().enumerate().all(|(n, x)| *x == if n % 3 == 0 { 0.25 } else { 0.0 }));
}

/// Returns the time of each block, undisturbed by other programs: the least of several runs, in
/// microseconds.
fn block_times(plan: &Plan) -> Vec<f64> {
    let mut least = vec![f64::INFINITY; 2_700];
    for _ in 0..7 {
        // No meters: they process many frames in one block and none in the next.
        let mut live = open(plan, &LiveOptions { readings_a_second: 0.0, ..LiveOptions::default() }).unwrap();
        live.control.now(Command::Play).unwrap();
        let mut observed = vec![Vec::new(); 2];
        while render(&mut live, 64, &mut observed) == 0 {}
        let mut out = AudioBuffer::new(2, 64);
        for least in &mut least {
            while !live.engine.is_ready(64) {
                std::thread::sleep(Duration::from_micros(100));
            }
            let start = Instant::now();
            live.engine.process(&mut out.block_mut());
            *least = least.min(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    least
}

#[test]
fn nan_and_denormal_stems_slow_no_block() {
    let folder = Folder::new();
    let clean = signals::pink_noise(1, 0.2, 192_000);
    let denormal: Vec<f32> = clean.iter().map(|x| x * 1e-39).collect();
    let mut broken = clean.clone();
    broken[48_000..].fill(f32::NAN);
    let mut infinite = clean.clone();
    infinite[96_000] = f32::INFINITY;
    let times = |name: &str, kinds: [&[f32]; 4]| {
        let mut session = untouched(Session::default());
        for (index, samples) in kinds.into_iter().enumerate() {
            let file = format!("{name}{index}.wav");
            folder.write_wav(&file, 48_000, &[samples, samples]);
            session.tracks.push(Track { inserts: one_of_every_kind(), ..Track::new(folder.path(&file)) });
        }
        block_times(&plan(&session))
    };
    let mean = |times: &[f64]| times.iter().sum::<f64>() / times.len() as f64;
    let worst = |times: &[f64]| times.iter().copied().fold(0.0, f64::max);
    let (good, bad) = (times("good", [&clean; 4]), times("bad", [&clean, &denormal, &broken, &infinite]));
    println!(
        "clean: {:.1} us, the worst {:.1}; with stems that are no numbers or denormal: {:.1}, the worst {:.1}",
        mean(&good),
        worst(&good),
        mean(&bad),
        worst(&bad)
    );
    // Transforms work in some blocks more than in others: in the same ones for any samples.
    let usual = mean(&good);
    for (bad, good) in bad.iter().zip(&good) {
        assert!(*bad < 2.0 * good.max(usual), "{bad} us, where {good} us are usual, and {usual} us the mean");
    }
}
