//! What mode `auto` promises: nothing of one session moves, and recordings by devices of their own do.
//!
//! `MIXDOWN_HEAVY=1 cargo test -p mixdown-engine align::evidence -- --nocapture` prints the tables of docs/alignment.md.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

use super::super::calibration::{features, mono};
use super::super::{AlignSettings, Alignment, Decision, Mode, Pairs, StemFeatures, align};
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

fn aligned(session: &Stems, mode: Mode) -> Alignment {
    let stems: Vec<StemFeatures> = session.stems.iter().map(|stem| features(stem)).collect();
    align(&stems, &AlignSettings { mode, ..AlignSettings::default() }, Pairs::All, &|_| false)
}

/// Frames by which the second stem is put earlier than the first one, and whether any moved.
fn moved(alignment: &Alignment) -> Option<f64> {
    let by = |n: usize| {
        let stem: &crate::align::StemAlignment = &alignment.stems[n];
        if stem.decision == Decision::Moved { stem.late_samples.unwrap_or(0.0) } else { 0.0 }
    };
    (alignment.moved() > 0).then(|| by(1) - by(0))
}

fn cause(alignment: &Alignment) -> String {
    let causes = alignment.stems.iter().map(|stem| stem.reason.split([':', ',', ' ']).next().unwrap_or("").to_owned());
    causes.last().unwrap_or_default()
}

#[test]
fn nothing_of_one_session_moves() {
    let (returns, bleeds) = if is_heavy() { (600, 400) } else { (54, 12) };
    let stems = material();
    let made = (0..returns + bleeds).into_par_iter().map(|seed: u64| {
        let session = if seed < returns {
            return_session(seed, SECONDS, RATE_HZ, &stems)
        } else {
            bleed_session(seed, SECONDS, RATE_HZ, &stems)
        };
        let auto = aligned(&session, Mode::Auto);
        let recordings = if is_heavy() { aligned(&session, Mode::Recordings).moved() } else { 0 };
        let harmed = auto.stems.iter().any(|stem| stem.movement().warp.input(0.0).abs() > 1.0);
        (
            session.kind,
            harmed.then(|| {
                format!(
                    "{seed}: {:?}",
                    auto.stems.iter().map(|s| (s.decision, s.late_samples, s.drift_ppm, &s.reason)).collect::<Vec<_>>()
                )
            }),
            recordings > 0,
            cause(&auto),
        )
    });
    let mut table: BTreeMap<String, (usize, usize, usize, BTreeMap<String, usize>)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (kind, harmed, as_recordings, cause) in made.collect::<Vec<_>>() {
        let row = table.entry(kind).or_default();
        row.0 += 1;
        row.1 += usize::from(harmed.is_some());
        row.2 += usize::from(as_recordings);
        *row.3.entry(cause).or_default() += 1;
        wrong.extend(harmed);
    }
    for (kind, (sessions, harmed, as_recordings, causes)) in &table {
        println!("| {kind} | {sessions} | {harmed} | {as_recordings} | {causes:?} |");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn devices_that_started_on_their_own_are_moved_and_rightly() {
    let sessions = if is_heavy() { 300 } else { 24 };
    let stems = material();
    let made = (1_000..1_000 + sessions).into_par_iter().map(|seed: u64| {
        let session = device_session(seed, SECONDS, RATE_HZ, &stems);
        let (auto, recordings) = (aligned(&session, Mode::Auto), aligned(&session, Mode::Recordings));
        let off = moved(&auto).map(|late| (late - session.late.unwrap()).abs());
        (
            seed,
            session.kind.clone(),
            off,
            moved(&recordings).map(|late| (late - session.late.unwrap()).abs()),
            auto.stems.iter().map(|s| s.reason.clone()).collect::<Vec<_>>(),
            session.late,
        )
    });
    let mut table: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (seed, kind, off, of_recordings, why, late) in made.collect::<Vec<_>>() {
        let row = table.entry(kind).or_default();
        row[0] += 1;
        row[1] += usize::from(of_recordings.is_some());
        row[2] += usize::from(off.is_some());
        if off.is_some_and(|off| off > 3.0) {
            row[3] += 1;
            wrong.push((seed, off, of_recordings));
        }
        if off.is_none() && of_recordings.is_some() {
            println!("missed {seed} {late:?}: {why:?}");
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
