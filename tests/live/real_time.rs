//! Operations that the audio thread never performs: allocation, waiting, system calls.

use super::{bus, plan, session, track};
use crate::laws::allocation::counted;
use crate::laws::every_case;
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::audio::{AudioBuffer, BlockMut};
use mixdown_engine::dsp::Insert;
use mixdown_engine::dsp::dynamics::LimiterStyle;
use mixdown_engine::live::{
    Command, CommandError, Control, LiveEngine, LiveOptions, RenderedLevels, RingInput, StripName, Timed, open,
};
use mixdown_engine::session::{Ceiling, Polarity, Session, Target};
use mixdown_fixtures::signals;
use rtsan_standalone::nonblocking;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Processes a block. Built with `RTSAN_ENABLE` set, every system call that this makes ends the
/// test: see docs/live.md.
#[nonblocking]
fn process(engine: &mut LiveEngine<RingInput>, out: &mut BlockMut<'_>) {
    engine.process(out);
}

/// Numbers from 0 up to 1.
struct Random(Box<dyn Iterator<Item = f32>>);

impl Random {
    fn new(seed: u64) -> Self {
        Self(Box::new(signals::white_noise(seed, 1.0, 100_000).into_iter().cycle()))
    }

    fn next(&mut self) -> f64 {
        f64::from(self.0.next().unwrap().abs()).min(0.999)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() * count as f64) as usize
    }

    fn one_of<T: Clone>(&mut self, choice: &[T]) -> T {
        choice[self.below(choice.len())].clone()
    }
}

fn inserts(session: &Session, place: &StripName) -> Vec<Insert> {
    match place {
        StripName::Track(name) => session.tracks.iter().find(|track| track.title() == *name).unwrap().inserts.clone(),
        StripName::Bus(name) => session.buses.iter().find(|bus| bus.name == *name).unwrap().inserts.clone(),
        StripName::Master => session.master.inserts.clone(),
    }
}

/// Returns another setting of an insert, from the settings in the laws.
fn parameter(random: &mut Random, insert: &Insert) -> (String, serde_json::Value) {
    let same = |other: &Insert| other.type_name() == insert.type_name();
    let others: Vec<Insert> = every_case().into_iter().map(|case| case.insert).filter(same).collect();
    let other = serde_json::to_value(random.one_of(&others)).unwrap();
    let fields: Vec<_> = other.as_object().unwrap().iter().filter(|(name, _)| *name != "type").collect();
    let (name, value) = random.one_of(&fields);
    (name.clone(), value.clone())
}

/// Returns a command of any kind, with any ramp, now or soon.
fn command(random: &mut Random, control: &Control) -> Timed {
    let names = ["a", "b", "c"];
    let name = random.one_of(&names).to_owned();
    let fader = if random.next() < 0.3 { bus(random.one_of(&["group", "echo"])) } else { track(&name) };
    let place = random.one_of(&[fader.clone(), fader.clone(), StripName::Master]);
    let chain = inserts(control.full_session(), &place);
    let insert = random.below(chain.len().max(1));
    let command = match random.below(20) {
        0 => Command::Gain { place: fader, gain_db: -30.0 * random.next() },
        1 => Command::Pan { place: fader, pan: 2.0 * random.next() - 1.0 },
        2 => Command::Width { place: fader, width: 2.0 * random.next() },
        3 => Command::Mute { place: fader, mute: random.next() < 0.3 },
        4 => Command::Solo { place: fader, solo: random.next() < 0.2 },
        5 => Command::Polarity { place: fader, polarity: random.one_of(&[Polarity::Normal, Polarity::Inverted]) },
        6 | 7 if !chain.is_empty() => {
            let (field, value) = parameter(random, &chain[insert]);
            Command::Parameter { place, insert, field, value }
        }
        8 if !chain.is_empty() => Command::Bypass { place, insert, bypass: random.next() < 0.5 },
        9 if chain.len() > 4 => Command::Remove { place, insert },
        8..=10 => {
            let settings = random.one_of(&every_case()).insert;
            Command::Insert { place, before: insert.min(chain.len()), settings }
        }
        11 => Command::Target { target: random.one_of(&[Target::None, Target::Lufs(-30.0), Target::Lufs(-14.0)]) },
        12 => Command::Ceiling { ceiling: random.one_of(&[Ceiling::Off, Ceiling::Dbtp(-12.0), Ceiling::Dbtp(-1.0)]) },
        13 if random.next() < 0.3 => Command::Seek { position: (random.next() * 90_000.0) as u64 },
        14 if random.next() < 0.3 => {
            let start = (random.next() * 60_000.0) as u64;
            Command::Loop { range: random.one_of(&[None, Some((start, start + 20_000)), Some((0, 90_000))]) }
        }
        15 if random.next() < 0.2 => Command::Stop,
        15 => Command::Pause,
        16 => Command::LimiterStyle {
            style: random.one_of(&[LimiterStyle::Clean, LimiterStyle::Balanced, LimiterStyle::Loud]),
        },
        17 => Command::LimiterLink { stereo_link_percent: random.one_of(&[0.0, 40.0, 100.0]) },
        _ => Command::Play,
    };
    let is_of_a_chain = matches!(
        command,
        Command::Parameter { .. }
            | Command::Bypass { .. }
            | Command::Insert { .. }
            | Command::Remove { .. }
            | Command::Ceiling { .. }
            | Command::LimiterStyle { .. }
            | Command::LimiterLink { .. }
    );
    // Chains are changed in the order of the requests.
    let later = random.next() < 0.3 && !is_of_a_chain;
    let at = later.then(|| control.counters().frame() + (random.next() * 5_000.0) as u64);
    let ramp_ms = (random.next() < 0.3).then(|| random.next() * 100.0);
    Timed { at, ramp_ms, command }
}

#[test]
fn sixty_seconds_of_random_commands_never_allocate() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let measured = Some(RenderedLevels { integrated_lufs: -20.0, true_peak_dbtp: -9.0, found: None });
    let options = LiveOptions { measured, ..LiveOptions::default() };
    let mut live = open(&plan, &options).unwrap();
    let mut random = Random::new(11);
    let (mut out, mut allocations, mut next_command) = (AudioBuffer::new(2, 4_096), 0, 0);
    let (mut sent, mut changed) = (BTreeMap::<String, u32>::new(), BTreeMap::<String, u32>::new());
    live.control.now(Command::Play).unwrap();
    // The choice of inserts to change depends on the time at which exchanges are over. The test
    // therefore runs until every kind has been changed.
    let all_changed = 2 * Insert::TYPES.len();
    let enough = |seconds: u64, changed: usize| seconds >= 60 && (changed == all_changed || seconds >= 600);
    while !enough(live.engine.counters().frame() / 48_000, changed.len()) {
        if live.engine.counters().frame() >= next_command {
            next_command += 700;
            let timed = command(&mut random, &live.control);
            let kind = serde_json::to_value(&timed.command).unwrap()["command"].as_str().unwrap().to_owned();
            let insert = match &timed.command {
                Command::Insert { settings, .. } => Some(settings.clone()),
                Command::Parameter { place, insert, .. } => {
                    Some(inserts(live.control.full_session(), place)[*insert].clone())
                }
                _ => None,
            };
            match live.control.send(timed) {
                Ok(_) => *sent.entry(kind.clone()).or_default() += 1,
                // Two settings of the table that contradict each other.
                Err(CommandError::Invalid(_)) if kind == "parameter" => {}
                Err(error) => panic!("{error}"),
            }
            if let Some(insert) = insert {
                *changed.entry(format!("{kind} {}", insert.type_name())).or_default() += 1;
            }
        } else if random.next() < 0.01 {
            live.control.now(Command::Play).unwrap();
        }
        let frames = random.one_of(&[0, 1, 17, 64, 64, 64, 441, 512, 4_096]);
        let patience = Instant::now();
        while !live.engine.is_ready(frames) && patience.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_micros(100));
        }
        let ((), count) = counted(|| process(&mut live.engine, &mut out.first_mut(frames)));
        allocations += count;
        assert!(out.first(frames).channel(0).iter().all(|x| x.is_finite()));
        if random.next() < 0.5 {
            live.readings.try_iter().for_each(drop);
            live.events.try_iter().for_each(drop);
        }
    }
    println!("{sent:?}\n{changed:?}");
    assert_eq!(allocations, 0);
    assert_eq!(sent.len(), 19, "every kind of command: {sent:?}");
    assert_eq!(changed.len(), all_changed, "every kind of insert, put in and changed: {changed:?}");
}
