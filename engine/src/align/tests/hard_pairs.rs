//! Pairs that are hard to find, and are found: mostly silence, under other instruments, in rooms,
//! by clocks that wander.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

use super::calibration::{features, mono};
use crate::align::features::stem::StemFeatures;
use crate::align::pipeline::align;
use crate::align::result::{Decision, StemAlignment};
use crate::align::settings::{AlignmentSettings, Mode, PairSelection};
use mixdown_fixtures::alignment::{Swing, late, mixed, rms, wandering};
use mixdown_fixtures::sessions::{Dice, Room, factor, room_session, with_floor};
use rayon::prelude::*;

const RATE_HZ: f64 = 44_100.0;

fn seconds(seconds: f64) -> usize {
    (seconds * RATE_HZ) as usize
}

fn short(name: &str) -> Vec<f32> {
    let mut stem = mono(name);
    stem.truncate(seconds(12.0));
    stem
}

/// Returns the result for the second stem against the first.
fn second(first: &[f32], other: &[f32]) -> StemAlignment {
    let stems: Vec<StemFeatures> = [first, other].map(features).into();
    let settings = AlignmentSettings { mode: Mode::Recordings, reference: Some(0), ..AlignmentSettings::default() };
    align(&stems, &settings, PairSelection::All, &|_| false).stems.remove(1)
}

fn is_found(stem: &StemAlignment, delay: f64, tolerance: f64) -> bool {
    stem.decision == Decision::Moved && stem.late_samples.is_some_and(|found| (found - delay).abs() <= tolerance)
}

fn silence(frames: usize) -> Vec<f32> {
    vec![0.0; frames]
}

#[test]
fn stems_that_are_silent_together_are_found_whatever_the_share() {
    for (name, silent) in
        [("band/vocals.flac", 0.7), ("band/drums.flac", 0.8), ("band/guitar.flac", 0.9), ("feelings/guitar.ogg", 0.95)]
    {
        let sound = short(name);
        let all = (sound.len() as f64 / (1.0 - silent)) as usize;
        let stem = [silence(all / 3), sound.clone(), silence(all - all / 3 - sound.len())].concat();
        let found = second(&stem, &late(&stem, 1_584.0));
        assert!(is_found(&found, 1_584.0, 0.02), "{name} {silent}: {found:?}");
    }
}

#[test]
fn one_half_that_sounds_then_the_other_and_minutes_of_silence_first_are_found() {
    let sound = short("band/guitar.flac");
    let (first, other) =
        ([sound.clone(), silence(sound.len())].concat(), [silence(sound.len()), sound.clone()].concat());
    let found = second(&first, &other);
    assert!(is_found(&found, sound.len() as f64, 0.02), "{found:?}");
    let after = [silence(seconds(180.0)), sound.clone()].concat();
    let found = second(&sound, &after);
    assert!(is_found(&found, seconds(180.0) as f64, 0.02), "{found:?}");
}

#[test]
fn a_bleed_under_other_instruments_is_found() {
    let (guitar, drums) = (short("band/guitar.flac"), short("band/drums.flac"));
    let others: Vec<f32> = mixed(&[(&short("band/vocals.flac"), 1.0), (&short("band/keys.flac"), 1.0)]);
    for (source, level_db) in [(&guitar, -16.0), (&drums, -24.0), (&drums, -30.0)] {
        let gain = factor(level_db) * rms(&others) / rms(source);
        let backing = mixed(&[(&others, 1.0), (&late(source, 443.0), gain as f32)]);
        let found = second(source, &backing);
        assert!(is_found(&found, 443.0, 0.5), "{level_db} dB: {found:?}");
    }
}

#[test]
fn of_microphones_far_off_in_a_room_most_are_found_and_none_elsewhere() {
    let stems: Vec<Vec<f32>> =
        ["unheard/guitar.flac", "unheard/drums.flac", "unheard/vocals.flac", "unheard/pad.flac"].map(mono).into();
    let rooms = [(-6.0, 0.3), (-6.0, 0.8), (-6.0, 1.4), (-12.0, 0.4), (-12.0, 0.9), (-12.0, 1.5)];
    let cases: Vec<_> = rooms.iter().flat_map(|room| (0..stems.len()).map(move |stem| (*room, stem))).collect();
    let found = |(n, ((direct_to_reverberant_db, reverb_s), stem)): (usize, ((f64, f64), usize))| {
        let room = Room { direct_to_reverberant_db, reverb_s };
        let session = room_session(70 + n as u64, 12.0, RATE_HZ, &stems[stem..=stem], room);
        let reported = second(&session.stems[0], &session.stems[1]);
        let truth = session.late.unwrap().0;
        let elsewhere = reported.decision == Decision::Moved && !is_found(&reported, truth, 3.0);
        assert!(!elsewhere, "{} {stem}, {truth}: {reported:?}", session.kind);
        is_found(&reported, truth, 3.0)
    };
    let found = cases.into_par_iter().enumerate().map(found).filter(|found| *found).count();
    assert!(found >= 16, "{found} of 24");
}

#[test]
fn of_clocks_that_wander_nine_tenths_are_within_two_deviations() {
    let stems: Vec<Vec<f32>> =
        ["unheard/guitar.flac", "unheard/drums.flac", "unheard/war-song.ogg", "unheard/vocals.flac"].map(short).into();
    let clocks = [(0.5, 1.0), (0.8, 3.8), (1.5, 2.0), (3.0, 4.0), (4.5, 1.5), (6.0, 3.0)];
    let cases: Vec<_> = clocks.iter().flat_map(|clock| (0..stems.len()).map(move |stem| (*clock, stem))).collect();
    let reported = |(n, ((hz, depth), stem)): (usize, ((f64, f64), usize))| {
        let phase = Dice::new(n as u64).within(0.0, std::f64::consts::TAU);
        let copy = wandering(&stems[stem], 1_200.3, 0.0, &[Swing { depth, hz, phase }], RATE_HZ);
        let reported = second(&stems[stem], &with_floor(&copy, -70.0, n as u64));
        let off = reported.late_samples.filter(|_| reported.decision == Decision::Moved)? - 1_200.3;
        Some(off.abs() <= 2.0 * reported.late_uncertainty)
    };
    let reported: Vec<bool> = cases.into_par_iter().enumerate().filter_map(reported).collect();
    let within = reported.iter().filter(|within| **within).count();
    assert!(reported.len() >= 16 && 10 * within >= 9 * reported.len(), "{within} of {}", reported.len());
}

#[test]
fn the_uncertainty_of_a_steady_clock_stays_small() {
    for name in ["band/vocals.flac", "feelings/band.ogg", "unheard/guitar.flac"] {
        let reported = second(&short(name), &late(&short(name), 1_200.3));
        assert!(reported.late_uncertainty <= 0.02, "{name}: {reported:?}");
    }
}

#[test]
fn what_is_shared_but_cannot_be_placed_is_not_called_unrelated() {
    // A clock that swings by 60 frames: segments find too little of one delay.
    let source = short("feelings/band.ogg");
    let reported =
        second(&source, &wandering(&source, 10.0, 0.0, &[Swing { depth: 60.0, hz: 0.5, phase: 1.0 }], RATE_HZ));
    assert!(
        reported.decision == Decision::Left && reported.reason.starts_with("unsure: it shares something"),
        "{reported:?}"
    );
}
