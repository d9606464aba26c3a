//! The mirrored session against a model: any sequence of commands changes it as plain edits change
//! a session, and a refused command changes nothing.

use crate::audio::AudioBuffer;
use crate::dsp::Insert;
use crate::dsp::dynamics::LimiterStyle;
use crate::live::control::command::{Command, StripId, Timed};
use crate::live::control::config::RenderedLevels;
use crate::live::control::strip_name::StripName;
use crate::live::open::LiveOptions;
use crate::live::test_engine::{MAX_BLOCK, engine, options, session};
use crate::render::plan::Plan;
use crate::session::{Ceiling, Polarity, Session, Target};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::new(session()).unwrap());
const STRIPS: [StripId; 4] = [StripId::Track(0), StripId::Track(1), StripId::Bus(0), StripId::Master];

/// A model of the mirror: the session, the bypassed inserts of each of [`STRIPS`], and the frame of
/// the last change of a chain.
#[derive(Clone)]
struct Model {
    session: Session,
    bypassed: [Vec<bool>; 4],
    last_change: u64,
    is_measured: bool,
}

fn strip(place: &StripName) -> Option<usize> {
    match place {
        StripName::Track(name) => ["a", "b"].iter().position(|track| track == name),
        StripName::Bus(name) => (name == "group").then_some(2),
        StripName::Master => Some(3),
    }
}

fn inserts(session: &mut Session, strip: usize) -> &mut Vec<Insert> {
    match strip {
        0 | 1 => &mut session.tracks[strip].inserts,
        2 => &mut session.buses[0].inserts,
        _ => &mut session.master.inserts,
    }
}

/// Returns a number within a range, both ends included.
fn within(value: f64, min: f64, max: f64) -> Option<f64> {
    (min..=max).contains(&value).then_some(value)
}

/// Returns an insert whose settings are within their ranges at 48 kHz.
fn checked(insert: &Insert) -> Option<Insert> {
    match insert {
        Insert::Gain(gain) => within(gain.gain_db, -120.0, 60.0)?,
        Insert::HighPass(filter) => within(filter.cutoff_hz, 1.0, 23_999.0)?,
        Insert::Limiter(limiter) => within(limiter.look_ahead_ms, 0.5, 20.0)?,
        other => panic!("{other:?} is not generated"),
    };
    Some(insert.clone())
}

impl Model {
    /// Carries out a command; `None` if it is to be refused.
    fn edited(&self, timed: &Timed) -> Option<Self> {
        within(timed.ramp_ms.unwrap_or(0.0), 0.0, 60_000.0)?;
        let mut after = self.clone();
        let changes_chain = match &timed.command {
            Command::Parameter { place, insert, .. }
            | Command::Bypass { place, insert, .. }
            | Command::Insert { place, before: insert, .. }
            | Command::Remove { place, insert } => {
                after.edit_chain(strip(place)?, *insert, &timed.command)?;
                true
            }
            Command::Ceiling { ceiling } => {
                if let Ceiling::Dbtp(ceiling_dbtp) = ceiling {
                    within(*ceiling_dbtp, -20.0, 0.0)?;
                }
                after.session.master.ceiling_dbtp = Some(*ceiling);
                true
            }
            Command::LimiterStyle { style } => {
                after.session.master.limiter_style = *style;
                true
            }
            Command::LimiterLink { stereo_link_percent } => {
                within(*stereo_link_percent, 0.0, 100.0)?;
                after.session.master.limiter_stereo_link_percent = *stereo_link_percent;
                true
            }
            command => {
                after.edit_strip(command)?;
                false
            }
        };
        if changes_chain {
            let frame = timed.at.unwrap_or(0);
            after.last_change = (frame >= self.last_change).then_some(frame)?;
        }
        Some(after)
    }

    fn edit_chain(&mut self, strip: usize, index: usize, command: &Command) -> Option<()> {
        let (inserts, bypassed) = (inserts(&mut self.session, strip), &mut self.bypassed[strip]);
        if let Command::Insert { settings, .. } = command {
            if index > inserts.len() {
                return None;
            }
            inserts.insert(index, checked(settings)?);
            bypassed.insert(index, false);
            return Some(());
        }
        let insert = inserts.get_mut(index)?;
        match command {
            Command::Bypass { bypass, .. } => bypassed[index] = *bypass,
            Command::Parameter { field, value, .. } => {
                let setting = match (&mut *insert, field.as_str()) {
                    (Insert::Gain(gain), "gain_db") => &mut gain.gain_db,
                    (Insert::HighPass(filter), "cutoff_hz") => &mut filter.cutoff_hz,
                    (Insert::Limiter(limiter), "look_ahead_ms") => &mut limiter.look_ahead_ms,
                    _ => return None,
                };
                *setting = value.as_f64()?;
                checked(insert)?;
            }
            _ => {
                inserts.remove(index);
                bypassed.remove(index);
            }
        }
        Some(())
    }

    fn edit_strip(&mut self, command: &Command) -> Option<()> {
        let Session { tracks, buses, master, .. } = &mut self.session;
        match command {
            Command::Solo { place, solo } => match strip(place)? {
                3 => return None,
                2 => buses[0].solo = *solo,
                index => tracks[index].solo = *solo,
            },
            Command::Polarity { place, polarity } => match strip(place)? {
                3 => return None,
                2 => buses[0].polarity = *polarity,
                index => tracks[index].polarity = *polarity,
            },
            Command::Gain { place, gain_db } => {
                let gain_db = within(*gain_db, -120.0, 60.0)?;
                match strip(place)? {
                    3 => return None,
                    2 => buses[0].gain_db = gain_db,
                    index => tracks[index].gain_db = gain_db,
                }
            }
            Command::Pan { place, pan } => {
                let pan = within(*pan, -1.0, 1.0)?;
                match strip(place)? {
                    3 => return None,
                    2 => buses[0].pan = pan,
                    index => tracks[index].pan = pan,
                }
            }
            Command::Width { place, width } => {
                let width = within(*width, 0.0, 2.0)?;
                match strip(place)? {
                    3 => return None,
                    2 => buses[0].width = width,
                    index => tracks[index].width = width,
                }
            }
            Command::Mute { place, mute } => match strip(place)? {
                3 => return None,
                2 => buses[0].mute = *mute,
                index => tracks[index].mute = *mute,
            },
            Command::Target { target } => {
                if let Target::Lufs(target_lufs) = target {
                    within(*target_lufs, -40.0, -5.0).filter(|_| self.is_measured)?;
                    // Floats without a target have no ceiling, and a target leaves the limiter off.
                    master.ceiling_dbtp.get_or_insert(Ceiling::Off);
                }
                master.target = *target;
            }
            Command::Loop { range: Some((start, end)) } if start >= end => return None,
            Command::Play | Command::Pause | Command::Stop | Command::Seek { .. } | Command::Loop { .. } => {}
            other => panic!("{other:?} changes a chain"),
        }
        Some(())
    }

    /// Returns the session without its bypassed inserts.
    fn audible(&self) -> Session {
        let mut session = self.session.clone();
        for (strip, bypassed) in self.bypassed.iter().enumerate() {
            let mut index = 0;
            inserts(&mut session, strip).retain(|_| {
                index += 1;
                !bypassed[index - 1]
            });
        }
        session
    }
}

fn command_for(place: StripName) -> impl Strategy<Value = Command> {
    let new = prop::sample::select(vec![
        json!({ "type": "gain", "gain_db": 3.0 }),
        json!({ "type": "gain", "gain_db": 61.0 }),
        json!({ "type": "high_pass", "cutoff_hz": 80.0 }),
        json!({ "type": "high_pass", "cutoff_hz": 24_000.0 }),
        json!({ "type": "limiter", "look_ahead_ms": 1.0 }),
        json!({ "type": "limiter", "look_ahead_ms": 21.0 }),
    ]);
    let new = new.prop_map(|settings| serde_json::from_value::<Insert>(settings).unwrap());
    let field = prop::sample::select(vec!["gain_db", "cutoff_hz", "look_ahead_ms", "type", "colour"]);
    let value = prop::sample::select(vec![json!(-6.0), json!(5.5), json!(70.0), json!("loud"), Value::Null]);
    let of = move || place.clone();
    let (gain, pan, width, mute) = (of(), of(), of(), of());
    let (parameter, bypassed, inserted, removed) = (of(), of(), of(), of());
    let (solo, polarity) = (of(), of());
    prop_oneof![
        1 => prop_oneof![-130.0..70.0, Just(f64::NAN)].prop_map(move |db| Command::Gain { place: gain.clone(), gain_db: db }),
        1 => (-1.3..1.3).prop_map(move |pan_position| Command::Pan { place: pan.clone(), pan: pan_position }),
        1 => (-0.5..2.5).prop_map(move |factor| Command::Width { place: width.clone(), width: factor }),
        1 => any::<bool>().prop_map(move |is_mute| Command::Mute { place: mute.clone(), mute: is_mute }),
        1 => any::<bool>().prop_map(move |is_solo| Command::Solo { place: solo.clone(), solo: is_solo }),
        1 => prop::sample::select(vec![Polarity::Normal, Polarity::Inverted])
            .prop_map(move |to| Command::Polarity { place: polarity.clone(), polarity: to }),
        4 => (0_usize..4, field, value).prop_map(move |(insert, field, value)| {
            Command::Parameter { place: parameter.clone(), insert, field: field.into(), value }
        }),
        2 => (0_usize..4, any::<bool>())
            .prop_map(move |(insert, bypass)| Command::Bypass { place: bypassed.clone(), insert, bypass }),
        5 => (0_usize..4, new)
            .prop_map(move |(before, settings)| Command::Insert { place: inserted.clone(), before, settings }),
        1 => (0_usize..4).prop_map(move |insert| Command::Remove { place: removed.clone(), insert }),
    ]
}

fn timed() -> impl Strategy<Value = Timed> {
    let track = |name: &str| StripName::Track(name.into());
    let bus = |name: &str| StripName::Bus(name.into());
    let places = vec![track("a"), track("b"), track("c"), bus("group"), bus("a"), StripName::Master];
    let target = prop_oneof![Just(Target::None), (-45.0..0.0).prop_map(Target::Lufs)];
    let ceiling = prop_oneof![Just(Ceiling::Off), (-25.0..5.0).prop_map(Ceiling::Dbtp)];
    let command = prop_oneof![
        20 => prop::sample::select(places).prop_flat_map(command_for),
        2 => target.prop_map(|target| Command::Target { target }),
        2 => ceiling.prop_map(|ceiling| Command::Ceiling { ceiling }),
        1 => prop::sample::select(vec![LimiterStyle::Clean, LimiterStyle::Balanced, LimiterStyle::Loud])
            .prop_map(|style| Command::LimiterStyle { style }),
        1 => (-10.0..110.0)
            .prop_map(|stereo_link_percent| Command::LimiterLink { stereo_link_percent }),
        1 => (0_u64..3, 0_u64..3).prop_map(|range| Command::Loop { range: Some(range) }),
        1 => Just(Command::Play),
    ];
    // Mostly in order: a change far ahead would block all later ones.
    let at = prop_oneof![6 => Just(None), 3 => Just(Some(0)), 1 => (0_u64..3).prop_map(Some)];
    let ramp_ms = prop_oneof![8 => Just(None), 1 => Just(Some(5.0)), 1 => Just(Some(60_001.0))];
    (at, ramp_ms, command).prop_map(|(at, ramp_ms, command)| Timed { at, ramp_ms, command })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_mirror_follows_the_model(commands in prop::collection::vec(timed(), 1..60), is_measured in any::<bool>()) {
        let levels = RenderedLevels { integrated_lufs: -20.0, true_peak_dbtp: -3.0, found: None };
        let options = LiveOptions { measured: is_measured.then_some(levels), ..options() };
        let (mut live, _inputs) = engine(&PLAN, &options);
        let mut model = Model {
            session: PLAN.session().clone(),
            bypassed: Default::default(),
            last_change: 0,
            is_measured,
        };
        let mut accepted = 0;
        for command in commands {
            let expected = model.edited(&command);
            let number = live.control.send(command.clone());
            prop_assert_eq!(number.is_ok(), expected.is_some(), "{:?}: {:?}", command, number);
            if let Some(edited) = expected {
                prop_assert_eq!(number.unwrap(), accepted);
                (model, accepted) = (edited, accepted + 1);
            }
            prop_assert_eq!(live.control.full_session(), &model.session);
            prop_assert_eq!(live.control.session(), model.audible());
            for (strip, bypassed) in STRIPS.into_iter().zip(&model.bypassed) {
                let seen: Vec<bool> = (0..bypassed.len()).map(|insert| live.control.is_bypassed(strip, insert)).collect();
                prop_assert_eq!(&seen, bypassed);
            }
        }
        // Once all is played, no part and no command is under way.
        live.control.now(Command::Loop { range: None }).unwrap();
        live.control.now(Command::Play).unwrap();
        let mut out = AudioBuffer::new(2, MAX_BLOCK);
        for _ in 0..2_000 {
            live.engine.process(&mut out.block_mut());
            live.control.collect();
            if live.control.commands_out == 0 && live.control.parts_out == 0 {
                break;
            }
        }
        prop_assert_eq!((live.control.commands_out, live.control.parts_out), (0, 0));
        // The latencies and delays are those of an engine built from the audible session.
        let (fresh, _inputs) = engine(&Plan::new(model.audible()).unwrap(), &options);
        let (seen, expected) = (&live.control.mirror.chains, &fresh.control.mirror.chains);
        prop_assert_eq!(&seen.routing, &expected.routing);
        prop_assert_eq!(seen.latency(), expected.latency());
    }
}
