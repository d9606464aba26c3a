//! Every change is gradual, and causes no other sound.

use super::{at, bus, plan, play, set, track, untouched};
use crate::laws::every_case;
use crate::program_runs::{TestFolder as Folder, rounds};
use mixdown_engine::live::{Command, LiveOptions, RenderedLevels, StripName, Timed, open_replay};
use mixdown_engine::session::{Bus, Ceiling, Polarity, Session, Target, Track};
use mixdown_fixtures::signals;
use serde_json::{Value, json};
use std::f64::consts::TAU;

/// Frame at which the change begins.
const AT: usize = 48_000;
const WINDOW: usize = 8_192;

/// Returns the levels of a stereo signal's louder side in dB at some frequencies, through a Hann
/// window around a frame.
fn levels(observed: &[Vec<f32>], centre: usize, frequencies_hz: impl Iterator<Item = usize>) -> Vec<f64> {
    let window: Vec<f64> = (0..WINDOW).map(|n| 0.5 - 0.5 * (TAU * n as f64 / WINDOW as f64).cos()).collect();
    let part = |channel: &Vec<f32>| {
        let samples = channel[centre - WINDOW / 2..][..WINDOW].iter().zip(&window);
        samples.map(|(x, window)| f64::from(*x) * window).collect::<Vec<_>>()
    };
    let parts: Vec<Vec<f64>> = observed.iter().map(part).collect();
    let level = |part: &Vec<f64>, hz: usize| {
        let (sin, cos) = (TAU * hz as f64 / 48_000.0).sin_cos();
        // Goertzel's recurrence.
        let (mut last, mut before) = (0.0, 0.0);
        for x in part {
            (last, before) = (x + 2.0 * cos * last - before, last);
        }
        let (re, im) = (last - before * cos, before * sin);
        10.0 * (re * re + im * im).max(1e-30).log10()
    };
    frequencies_hz.map(|hz| parts.iter().map(|part| level(part, hz)).fold(-300.0, f64::max)).collect()
}

/// Writes a tone of 1 kHz with different sides, through a filter, a gain and a bus; a silent track;
/// and an unused bus.
fn tone_session(folder: &Folder) -> Session {
    let tone = |phase| signals::sine(48_000.0, 1_000.0, 0.5, phase, 96_000);
    folder.write_wav("tone.wav", 48_000, &[&tone(0.0), &tone(0.7)]);
    folder.write_wav("other.wav", 48_000, &[&vec![0.0; 96_000]]);
    let mut session = untouched(Session::default());
    session.tracks = ["tone.wav", "other.wav"].map(|name| Track::new(folder.path(name))).into();
    session.buses = vec![Bus::new("group"), Bus::new("unused")];
    session.tracks[0].output = "group".into();
    let insert = |settings: Value| serde_json::from_value(settings).unwrap();
    session.tracks[0].inserts =
        vec![insert(json!({ "type": "bell", "frequency_hz": 900.0, "gain_db": 0.0, "q": 1.0 }))];
    session.buses[0].inserts = vec![insert(json!({ "type": "delay", "time_ms": 2.0, "feedback": 0.5, "mix": 0.3 }))];
    session.master.inserts = vec![insert(json!({ "type": "gain", "gain_db": -3.0 }))];
    session
}

/// A change and its way back: its name, both commands, and `true` where the change itself bends the
/// wave.
type Jump = (String, Command, Command, bool);

/// Returns the addition and removal of every insert, on a track, a bus and the master in turn. What
/// is not linear bends the wave.
fn exchanges() -> impl Iterator<Item = Jump> {
    let places = [track("tone"), bus("group"), StripName::Master].into_iter().cycle();
    every_case().into_iter().filter(|case| case.exchanged).zip(places).map(|(case, place)| {
        let add = Command::Insert { place: place.clone(), before: 0, settings: case.insert };
        (format!("insert of {}", case.name), add, Command::Remove { place, insert: 0 }, case.response.is_none())
    })
}

/// Returns every command, from one end of its range to the other, and back.
fn jumps() -> Vec<Jump> {
    let tone = || track("tone");
    let gain = |place: StripName, gain_db| Command::Gain { place, gain_db };
    let mute = |place: StripName, mute| Command::Mute { place, mute };
    let master = || StripName::Master;
    let named = vec![
        ("gain", gain(tone(), -120.0), gain(tone(), 0.0), false),
        ("gain of a bus", gain(bus("group"), -120.0), gain(bus("group"), 0.0), false),
        ("pan", Command::Pan { place: tone(), pan: -1.0 }, Command::Pan { place: tone(), pan: 1.0 }, false),
        ("width", Command::Width { place: tone(), width: 0.0 }, Command::Width { place: tone(), width: 2.0 }, false),
        ("mute", mute(tone(), true), mute(tone(), false), false),
        ("mute of a bus", mute(bus("group"), true), mute(bus("group"), false), false),
        (
            "solo",
            Command::Solo { place: track("other"), solo: true },
            Command::Solo { place: track("other"), solo: false },
            false,
        ),
        (
            "solo of a bus",
            Command::Solo { place: bus("unused"), solo: true },
            Command::Solo { place: bus("unused"), solo: false },
            false,
        ),
        (
            "polarity",
            Command::Polarity { place: tone(), polarity: Polarity::Inverted },
            Command::Polarity { place: tone(), polarity: Polarity::Normal },
            false,
        ),
        (
            "polarity of a bus",
            Command::Polarity { place: bus("group"), polarity: Polarity::Inverted },
            Command::Polarity { place: bus("group"), polarity: Polarity::Normal },
            false,
        ),
        ("bell", set(tone(), 0, "gain_db", json!(24.0)), set(tone(), 0, "gain_db", json!(-24.0)), false),
        (
            "bell's place",
            set(tone(), 0, "frequency_hz", json!(100.0)),
            set(tone(), 0, "frequency_hz", json!(9e3)),
            false,
        ),
        ("gain insert", set(master(), 0, "gain_db", json!(-60.0)), set(master(), 0, "gain_db", json!(0.0)), false),
        (
            "bypass",
            Command::Bypass { place: StripName::Master, insert: 0, bypass: true },
            Command::Bypass { place: StripName::Master, insert: 0, bypass: false },
            false,
        ),
        (
            "delay's time",
            set(bus("group"), 0, "time_ms", json!(61.3)),
            set(bus("group"), 0, "time_ms", json!(3.0)),
            false,
        ),
        ("delay's mix", set(bus("group"), 0, "mix", json!(0.0)), set(bus("group"), 0, "mix", json!(1.0)), false),
        (
            "target",
            Command::Target { target: Target::Lufs(-40.0) },
            Command::Target { target: Target::Lufs(-12.0) },
            false,
        ),
        (
            "ceiling",
            Command::Ceiling { ceiling: Ceiling::Dbtp(-20.0) },
            Command::Ceiling { ceiling: Ceiling::Off },
            true,
        ),
        ("pause", Command::Pause, Command::Play, false),
    ];
    let named = named.into_iter().map(|(name, there, back, bends)| (name.to_owned(), there, back, bends));
    named.chain(exchanges()).collect()
}

/// Returns options with measured loudness, so that a target takes effect.
fn options() -> LiveOptions {
    let measured = Some(RenderedLevels { integrated_lufs: -12.0, true_peak_dbtp: -9.0, found: None });
    LiveOptions { measured, ..LiveOptions::default() }
}

#[test]
fn command_artefacts_on_a_sine_are_below_minus_60_db() {
    let folder = Folder::new();
    let plan = plan(&tone_session(&folder));
    let mut broken = Vec::new();
    for (name, there, back, bends) in jumps() {
        for (way, before, after) in [("there", None, &there), ("back", Some(&there), &back)] {
            let mut live = open_replay(&plan, &options()).unwrap();
            let mut commands = vec![at(0, Command::Play)];
            if name == "pause" && way == "back" {
                // Playback resumes audibly right after the fade out.
                commands.push(at(AT as u64 - 960, there.clone()));
            } else {
                commands.extend(before.map(|before| at(1_000, before.clone())));
            }
            commands.push(at(AT as u64, after.clone()));
            if name == "pause" && way == "there" {
                commands.push(at(AT as u64 + 960, back.clone()));
            }
            let observed = play(&mut live, &commands, || 64);
            // A change waits until delays are filled: the delay of its middle is up to that of the
            // output.
            let middle = AT + 480 + live.engine.latency() as usize / 2;
            let tone = |centre: usize| levels(&observed, centre, std::iter::once(1_000))[0];
            let (first, last) = (tone(AT - WINDOW), tone(AT + 3 * WINDOW));
            let far = (20..24_000).step_by(rounds(40, 20) as usize).filter(|hz: &usize| {
                let from_tone = if bends { (hz + 500) % 1_000 } else { (*hz).clamp(500, 1_500) - 500 };
                !(250..=750).contains(&from_tone)
            });
            // Echoes of the change come later.
            let mut worst = (-300.0, 0);
            for centre in [middle, middle + 2_000, middle + 4_000] {
                for (level, hz) in levels(&observed, centre, far.clone()).into_iter().zip(far.clone()) {
                    worst = if level - first.max(last) > worst.0 { (level - first.max(last), hz) } else { worst };
                }
            }
            let change = (first - last).abs();
            println!("{name}, {way}: {:.1} dB at {} Hz; {change:.1} dB between", worst.0, worst.1);
            if worst.0 > -60.0 {
                broken.push(format!("{name}, {way}: {:.1} dB at {} Hz", worst.0, worst.1));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Returns the first and the last frame of a change, and its largest step.
fn course(samples: &[f32]) -> (usize, usize, f32) {
    let first = samples.iter().position(|x| *x != samples[0]).unwrap();
    let last = samples.iter().rposition(|x| *x != samples[samples.len() - 1]).unwrap();
    (first, last, samples.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max))
}

#[test]
fn every_change_is_ramped_for_its_length() {
    let folder = Folder::new();
    let mut session = tone_session(&folder);
    // Levels instead of tones, and no echo that lasts longer than the change.
    session.buses[0].inserts.clear();
    folder.write_wav("tone.wav", 48_000, &[&vec![0.25; 96_000], &vec![-0.125; 96_000]]);
    let plan = plan(&session);
    let steady = ["gain", "pan", "width", "mute", "solo", "polarity", "gain insert", "bypass", "target"];
    let jumps = jumps().into_iter().filter(|(name, ..)| steady.iter().any(|steady| name.starts_with(steady)));
    let mut reported = 0;
    for (name, there, back, _) in jumps {
        for (ramp_ms, ramp) in [(None, 960), (Some(100.0), 4_800), (Some(1.0), 48)] {
            let mut live = open_replay(&plan, &options()).unwrap();
            let change = |at: u64, command: &Command| Timed { at: Some(at), ramp_ms, command: command.clone() };
            let commands = [at(0, Command::Play), change(20_000, &there), change(40_000, &back)];
            let observed = play(&mut live, &commands, || 64);
            for from in [20_000, 40_000] {
                let part: Vec<&[f32]> = observed.iter().map(|channel| &channel[from - 100..from + 10_000]).collect();
                let differs = |channel: &&&[f32]| channel[0] != channel[10_099];
                assert!(part.iter().any(|channel| differs(&channel)), "{name} changes nothing");
                for channel in part.iter().filter(differs) {
                    let (first, last, step) = course(channel);
                    assert!((100..100 + ramp / 4 + 2).contains(&first), "{name}, {ramp} frames: begins at {first}");
                    assert!(
                        (100 + ramp * 3 / 4 - 2..100 + ramp).contains(&last),
                        "{name}, {ramp} frames: ends at {last}"
                    );
                    // The steepest slope of the smooth step is 15/8 of a straight line's; two f32
                    // roundings below 1.
                    let whole = (channel[0] - channel[10_099]).abs();
                    assert!(
                        step <= whole * 1.875 / (ramp + 1) as f32 + 2.4e-7,
                        "{name}, {ramp} frames: a step of {step}"
                    );
                    reported += 1;
                }
            }
        }
    }
    assert!(reported > 2 * 3 * 10, "{reported}");
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    let refused = live.control.send(Timed { at: None, ramp_ms: Some(-1.0), command: Command::Play });
    assert!(refused.unwrap_err().to_string().contains("ramp_ms = -1"));
}
