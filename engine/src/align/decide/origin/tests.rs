//! Tests of mode `auto`: nothing of one session moves, and recordings by independent devices do.
//!
//! `MIXDOWN_HEAVY=1 cargo test -p mixdown-engine align::decide::origin -- --nocapture` prints the
//! tables of docs/alignment.md.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

use crate::align::features::stem::StemFeatures;
use crate::align::pipeline::align;
use crate::align::result::Alignment;
use crate::align::settings::{AlignmentSettings, Mode, PairSelection};
use crate::align::tests::calibration::{features, mono};
use mixdown_fixtures::sessions::{Stems, bleed_session, device_session, return_session};
use mixdown_fixtures::stems::{FITTED, UNHEARD};
use rayon::prelude::*;
use std::collections::BTreeMap;

const RATE_HZ: f64 = 44_100.0;
const SECONDS: f64 = 11.0;

fn material() -> Vec<Vec<f32>> {
    FITTED.iter().chain(&UNHEARD).map(|name| mono(name)).collect()
}

fn is_heavy() -> bool {
    std::env::var_os("MIXDOWN_HEAVY").is_some()
}

/// Returns the seed of the first session. `MIXDOWN_SEED` selects others than those of
/// docs/alignment.md.
fn first_seed() -> u64 {
    std::env::var("MIXDOWN_SEED").map_or(0, |seed| seed.parse().unwrap())
}

fn aligned(session: &Stems, mode: Mode) -> Alignment {
    let stems: Vec<StemFeatures> = session.stems.iter().map(|stem| features(stem)).collect();
    align(&stems, &AlignmentSettings { mode, ..AlignmentSettings::default() }, PairSelection::All, &|_| false)
}

/// Returns the error in the delay of the second stem in the middle of the common part, in frames.
/// `None` where neither moved.
fn off(session: &Stems, alignment: &Alignment) -> Option<f64> {
    let (delay, ppm) = session.late.unwrap();
    let (first, second) = (session.stems[0].len() as f64, session.stems[1].len() as f64);
    let middle = f64::midpoint((-delay).max(0.0), (second - delay).min(first));
    let truth = delay + ppm * 1e-6 * middle;
    let found = if alignment.reference == Some(0) {
        alignment.stems[1].late_at(middle)
    } else {
        alignment.stems[0].late_at(middle + truth).map(|delay| -delay)
    };
    found.filter(|_| alignment.moved() > 0).map(|found| (found - truth).abs())
}

fn cause(alignment: &Alignment) -> String {
    let mut causes =
        alignment.stems.iter().map(|stem| stem.reason.split([':', ',', ' ']).next().unwrap_or("").to_owned());
    causes.next_back().unwrap_or_default()
}

#[test]
fn nothing_of_one_session_moves() {
    let (returns, bleeds) = if is_heavy() { (600, 400) } else { (54, 12) };
    let stems = material();
    let made = (0..returns + bleeds).into_par_iter().map(|n: u64| {
        let seed = first_seed() + n;
        let session = if n < returns {
            return_session(seed, SECONDS, RATE_HZ, &stems)
        } else {
            bleed_session(seed, SECONDS, RATE_HZ, &stems)
        };
        let auto = aligned(&session, Mode::Auto);
        let harmed = auto.stems.iter().any(|stem| stem.movement().time_map.input(0.0).abs() > 1.0);
        (
            session.kind,
            harmed.then(|| {
                format!(
                    "{seed}: {:?}",
                    auto.stems.iter().map(|s| (s.decision, s.late_samples, s.drift_ppm, &s.reason)).collect::<Vec<_>>()
                )
            }),
            cause(&auto),
        )
    });
    let mut table: BTreeMap<String, (usize, usize, BTreeMap<String, usize>)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (kind, harmed, cause) in made.collect::<Vec<_>>() {
        let row = table.entry(kind).or_default();
        row.0 += 1;
        row.1 += usize::from(harmed.is_some());
        *row.2.entry(cause).or_default() += 1;
        wrong.extend(harmed);
    }
    for (kind, (sessions, harmed, causes)) in &table {
        println!("| {kind} | {sessions} | {harmed} | {causes:?} |");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn devices_that_started_on_their_own_are_moved_and_rightly() {
    let sessions = if is_heavy() { 300 } else { 12 };
    let stems = material();
    let made = (0..sessions).into_par_iter().map(|n: u64| {
        let seed = first_seed() + 1_000 + n;
        let session = device_session(seed, SECONDS, RATE_HZ, &stems);
        let (auto, recordings) = (aligned(&session, Mode::Auto), aligned(&session, Mode::Recordings));
        (
            seed,
            session.kind.clone(),
            off(&session, &auto),
            off(&session, &recordings),
            auto.stems.iter().map(|s| s.reason.clone()).collect::<Vec<_>>(),
            session.late,
        )
    });
    let mut table: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (seed, kind, off, of_recordings, why, delay) in made.collect::<Vec<_>>() {
        let row = table.entry(kind).or_default();
        row[0] += 1;
        row[1] += usize::from(of_recordings.is_some());
        row[2] += usize::from(off.is_some());
        if off.is_some_and(|off| off > 3.0) {
            row[3] += 1;
            wrong.push((seed, off, of_recordings));
        }
        if off.is_none() && of_recordings.is_some() {
            println!("missed {seed} {delay:?}: {why:?}");
        }
    }
    for (kind, [sessions, recordings, auto, wrong]) in &table {
        println!("| {kind} | {sessions} | {recordings} | {auto} | {wrong} |");
    }
    let sum = |n: usize| table.values().map(|row| row[n]).sum::<usize>();
    println!("| all | {} | {} | {} | {} |", sum(0), sum(1), sum(2), sum(3));
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(10 * sum(2) >= 9 * sum(1), "{} of {}", sum(2), sum(1));
}

fn short(name: &str) -> Vec<f32> {
    let mut stem = mono(name);
    stem.truncate(10 * RATE_HZ as usize);
    stem
}

fn later(samples: &[f32], frames: usize) -> Vec<f32> {
    [vec![0.0; frames], samples.to_vec()].concat()
}

fn of(stems: &[Vec<f32>], mode: Mode) -> Alignment {
    let stems = Stems { stems: stems.to_vec(), kind: String::new(), late: None };
    aligned(&stems, mode)
}

#[test]
fn copies_with_feedback_stay_in_every_mode_and_a_plain_copy_moves_as_a_recording() {
    let dry = short("band/vocals.flac");
    let plain = later(&dry, 15_435);
    let mut echoes = vec![0.0; dry.len() + 8 * 15_435];
    for n in 1..8 {
        for (to, x) in echoes[n * 15_435..].iter_mut().zip(&dry) {
            *to += 0.5_f32.powi(n as i32 - 1) * x;
        }
    }
    for mode in [Mode::Auto, Mode::Recordings, Mode::Microphones] {
        let answer = of(&[dry.clone(), echoes.clone()], mode);
        assert_eq!(answer.moved(), 0, "{mode:?} {answer:?}");
        assert!(answer.stems[1].reason.starts_with("effect_return: "), "{mode:?} {answer:?}");
        assert_eq!((answer.reference, answer.stems[0].late_samples), (Some(0), Some(0.0)));
    }
    let answer = of(&[dry.clone(), plain.clone()], Mode::Recordings);
    assert_eq!((answer.moved(), answer.stems[1].late_samples), (1, Some(15_435.0)), "{answer:?}");
    let answer = of(&[dry, plain], Mode::Auto);
    assert_eq!((answer.moved(), answer.stems[1].stays()), (0, true), "{answer:?}");
    assert!(answer.stems[1].reason.ends_with("; --align recordings would move it"), "{answer:?}");
}

#[test]
fn delays_a_plate_and_a_slap_back_stay_where_they_were_put() {
    let dry = short("band/vocals.flac");
    let sum = |parts: &[(&Vec<f32>, f32)]| {
        let parts: Vec<(&[f32], f32)> = parts.iter().map(|(part, gain)| (part.as_slice(), *gain)).collect();
        mixdown_fixtures::alignment::mixed(&parts)
    };
    let low_passed = mixdown_fixtures::alignment::other_microphone(&dry, RATE_HZ, 0.5, 3);
    let returns = [
        ("plain", later(&dry, 15_435)),
        ("filtered", sum(&[(&later(&low_passed, 15_435), 0.25)])),
        (
            "plate",
            sum(&[(&later(&dry, 2_646), 0.8), (&later(&low_passed, 3_900), 0.4), (&later(&low_passed, 5_100), 0.3)]),
        ),
        ("slap-back", sum(&[(&dry, 1.0), (&later(&dry, 4_900), 2.0)])),
    ];
    for (kind, wet) in returns {
        // Exported together: as long as each other, or with the tail.
        for wet in [wet[..dry.len()].to_vec(), wet] {
            let answer = of(&[dry.clone(), wet], Mode::Auto);
            assert_eq!(answer.moved(), 0, "{kind}: {answer:?}");
        }
    }
}

#[test]
fn microphones_that_take_up_each_other_stay_at_any_level_and_copies_are_none() {
    let stems = ["band/drums.flac", "band/vocals.flac", "band/keys.flac", "band/guitar.flac"].map(short);
    let level = |x: &[f32]| -> Vec<f32> {
        let gain = 0.1 / mixdown_fixtures::alignment::rms(x);
        x.iter().map(|x| x * gain as f32).collect()
    };
    let take = |a: &[f32], b: &[f32], level_db: f64| -> Vec<f32> {
        let bleed = later(b, 265);
        a.iter().zip(&bleed).map(|(a, b)| a + mixdown_fixtures::sessions::factor(level_db) as f32 * b).collect()
    };
    let pairs = [(0, 1), (2, 1), (1, 3)];
    let levels = [(-15.0, -15.0), (-20.0, -20.0), (-25.0, -25.0), (-6.0, -24.0), (-20.0, -30.0)];
    let cases: Vec<_> = pairs.iter().flat_map(|pair| levels.iter().map(move |levels| (*pair, *levels))).collect();
    // Every level of one pair, and one level of every pair, stand for the rest.
    let stands = |(pair, level): &((usize, usize), (f64, f64))| is_heavy() || *pair == pairs[0] || *level == levels[0];
    cases.into_par_iter().filter(stands).for_each(|((a, b), (to_b, to_a))| {
        let (a, b) = (level(&stems[a]), level(&stems[b]));
        let answer = of(&[take(&a, &b, to_a), take(&b, &a, to_b)], Mode::Recordings);
        assert_eq!(answer.moved(), 0, "{to_b} {to_a}: {answer:?}");
    });
    for stem in &stems {
        let answer = of(&[stem.clone(), later(stem, 265)], Mode::Recordings);
        assert_eq!(answer.moved(), 1, "{answer:?}");
    }
}

#[test]
fn mutual_bleed_is_named_and_as_microphones_follows_its_louder_path() {
    let (one, other) = (short("band/vocals.flac"), short("band/guitar.flac"));
    let take = |a: &[f32], b: &[f32], gain: f32, frames: usize| -> Vec<f32> {
        let bleed = later(b, frames);
        a.iter().zip(&bleed).map(|(a, b)| a + gain * b).collect()
    };
    let stems = [take(&one, &other, 0.1, 265), take(&other, &one, 0.4, 353)];
    for mode in [Mode::Auto, Mode::Recordings] {
        let answer = of(&stems, mode);
        assert_eq!(answer.moved(), 0, "{answer:?}");
        assert!(answer.stems.iter().any(|stem| stem.reason.starts_with("mutual_bleed: ")), "{answer:?}");
    }
    let answer = of(&stems, Mode::Microphones);
    let delay = answer.stems[1].late_samples.unwrap_or(0.0) - answer.stems[0].late_samples.unwrap_or(0.0);
    assert!(answer.moved() == 1 && (delay - 353.0).abs() < 1.0, "{answer:?}");
}

#[test]
fn stems_whose_time_references_put_them_where_they_are_stay() {
    let rate = crate::units::SampleRate::new(RATE_HZ as u32).unwrap();
    // Drums are quiet between their beats, so that the noise of a device shows.
    let event = later(&short("band/drums.flac"), 40_000);
    let noisy = |x: &[f32], seed| mixdown_fixtures::sessions::with_floor(x, -55.0, seed);
    let of = |references: [Option<u64>; 2]| {
        let mut stems = [features(&noisy(&event, 1)), features(&noisy(&event[30_000..], 2))];
        for (stem, reference) in stems.iter_mut().zip(references) {
            stem.set_time_reference(reference, rate);
        }
        align(
            &stems,
            &AlignmentSettings { mode: Mode::Auto, ..AlignmentSettings::default() },
            PairSelection::All,
            &|_| false,
        )
    };
    let answer = of([Some(36_000 * 44_100); 2]);
    assert!(answer.moved() == 0 && answer.stems[0].reason.contains("time references"), "{answer:?}");
    for apart in [[None, None], [Some(44_100), None], [Some(44_100), Some(88_200)]] {
        assert_eq!(of(apart).moved(), 1, "{apart:?}");
    }
}

#[test]
fn a_late_room_microphone_comes_to_the_close_one_however_long_it_is() {
    let close = short("band/drums.flac");
    let room = later(&close, 700);
    for stems in [[close.clone(), room.clone()], [room[..room.len() - 5_000].to_vec(), close.clone()]] {
        let answer = of(&stems, Mode::Recordings);
        let reference = usize::from(stems[1].len() == close.len());
        assert_eq!((answer.reference, answer.moved()), (Some(reference), 1), "{answer:?}");
    }
}

#[test]
fn stems_of_one_session_move_together_when_a_device_of_its_own_joins_them() {
    let dice = &mut mixdown_fixtures::sessions::Dice::new(5);
    let dry = short("band/guitar.flac");
    let mut wet = later(&dry, 15_435);
    wet.truncate(dry.len());
    let noisy = |x: &[f32], seed| mixdown_fixtures::sessions::with_floor(x, -62.0, seed);
    // A telephone that started 4 s before, by a clock of its own.
    let drifting = mixdown_fixtures::alignment::drifting(&later(&dry, 4 * RATE_HZ as usize), 0.0, 30.0);
    let phone = noisy(&drifting, dice.below(100) as u64);
    let answer = of(&[noisy(&dry, 1), noisy(&wet, 2), phone], Mode::Auto);
    let by: Vec<f64> = answer.stems.iter().map(|stem| stem.movement().time_map.input(0.0)).collect();
    assert_eq!((answer.moved(), by[0], by[1]), (1, 0.0, 0.0), "{answer:?}");
    assert!((by[2] - 4.0 * RATE_HZ).abs() < 10.0, "{by:?}");
}
