//! Stems that are silent for most of their length, far below others, or recorded by a clock that wanders; and pairs of the same shapes
//! that share nothing.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

use super::*;
use crate::audio::Block;
use crate::process::Tap;
use mixdown_fixtures::{alignment as make, signals};
use std::f64::consts::TAU;

const RATE_HZ: usize = 16_000;

/// The answer for the second of two stems against the first.
fn second(stems: [&[f32]; 2]) -> StemAlignment {
    let stems = stems.map(|samples| {
        let mut stem = StemFeatures::new(SampleRate::new(RATE_HZ as u32).unwrap(), StemFeatures::DEFAULT_MAX_BYTES);
        stem.observe(&Block::mono(samples));
        stem
    });
    let settings = AlignSettings { reference: Some(0), ..AlignSettings::default() };
    align(&stems, &settings, Pairs::All, &|_| false).stems[1].clone()
}

/// A stem that sounds from one second to another of so many.
#[derive(Clone, Copy, Debug)]
struct Shape {
    from_s: usize,
    to_s: usize,
    of_s: usize,
}

impl Shape {
    /// What the stem has of a recording, above a noise floor 60 dB below or above silence.
    fn of(self, recording: &[f32], floor: Option<u64>) -> Vec<f32> {
        let mut stem =
            floor.map_or(vec![0.0; self.of_s * RATE_HZ], |seed| signals::pink_noise(seed, 1e-4, self.of_s * RATE_HZ));
        let sounds = self.from_s * RATE_HZ..self.to_s * RATE_HZ;
        stem[sounds.clone()].iter_mut().zip(&recording[sounds]).for_each(|(to, x)| *to += x);
        stem
    }
}

const fn shape(from_s: usize, to_s: usize, of_s: usize) -> Shape {
    Shape { from_s, to_s, of_s }
}

/// Both stems of pairs that sound together for a while.
const SPARSE: [[Shape; 2]; 8] = [
    [shape(42, 60, 60), shape(42, 60, 60)],
    [shape(20, 32, 60), shape(20, 32, 60)],
    [shape(0, 6, 60), shape(0, 6, 60)],
    [shape(57, 60, 60), shape(57, 60, 60)],
    // One begins halfway through the other.
    [shape(20, 32, 80), shape(26, 38, 80)],
    // Minutes of silence first.
    [shape(180, 200, 200), shape(180, 200, 200)],
    // One enters in the last chorus.
    [shape(0, 100, 100), shape(90, 98, 100)],
    [shape(60, 80, 150), shape(60, 80, 150)],
];

#[test]
fn stems_that_are_silent_for_most_of_their_length_are_found() {
    const LATE: f64 = 528.0;
    let recording = signals::pink_noise(1, 0.1, 200 * RATE_HZ);
    for [first, other] in SPARSE {
        for floor in [None, Some(7)] {
            let stems = [first.of(&recording, floor), make::late(&other.of(&recording, floor.map(|n| n + 1)), LATE)];
            let stem = second([&stems[0], &stems[1]]);
            let late = stem.late_samples.unwrap_or(f64::NAN);
            let case = format!("{first:?} {other:?} {floor:?}: {stem:?}");
            assert!(stem.decision == Decision::Moved && (late - LATE).abs() < 0.2, "{case}");
        }
    }
}

#[test]
fn unrelated_stems_that_sound_at_the_same_time_are_left() {
    let recordings = [signals::pink_noise(1, 0.1, 200 * RATE_HZ), signals::pink_noise(2, 0.1, 200 * RATE_HZ)];
    for [first, other] in SPARSE {
        for floor in [None, Some(7)] {
            let stems = [first.of(&recordings[0], floor), other.of(&recordings[1], floor.map(|n| n + 1))];
            assert_eq!(second([&stems[0], &stems[1]]).decision, Decision::Left, "{first:?} {other:?} {floor:?}");
        }
    }
}

#[test]
fn windows_that_are_few_do_not_carry_a_drift_to_the_start() {
    let recording = signals::pink_noise(1, 0.1, 200 * RATE_HZ);
    let at = shape(195, 198, 200);
    for seed in 0..6 {
        let copy = make::late(&at.of(&recording, Some(50 + seed)), 28.0);
        let stem = second([&at.of(&recording, Some(90 + seed)), &make::with_noise(&copy, 0.0, seed)]);
        assert!(stem.decision == Decision::Left || (stem.late_samples.unwrap() - 28.0).abs() < 2.0, "{seed}: {stem:?}");
    }
}

#[test]
fn what_lies_far_below_another_stem_is_found_and_nothing_where_it_is_not() {
    let frames = 60 * RATE_HZ;
    let (source, other) = (signals::pink_noise(3, 0.1, frames), signals::pink_noise(4, 0.1, frames));
    for level_db in [-16.0, -20.0, -24.0] {
        let gain = 10.0_f64.powf(level_db / 20.0) as f32;
        let stem = second([&source, &make::mixed(&[(&other, 1.0), (&make::late(&source, 300.0), gain)])]);
        let late = stem.late_samples.unwrap_or(f64::NAN);
        assert!(stem.decision == Decision::Moved && (late - 300.0).abs() < 0.5, "{level_db} dB: {stem:?}");
    }
    assert_eq!(second([&source, &other]).decision, Decision::Left);
}

#[test]
fn the_uncertainty_of_a_clock_that_wanders_covers_where_it_goes() {
    let source = signals::pink_noise(5, 0.1, 60 * RATE_HZ);
    let mut moved = 0;
    for (depth, hz) in [(0.5, 0.11), (1.0, 0.37), (1.5, 0.07), (2.0, 0.23), (3.0, 0.31)] {
        // Pieces of a hundredth of a second, each read where the middle of it lies.
        let piece = RATE_HZ / 100;
        let wander = |n: usize| depth * (TAU * hz * (n as f64 + 0.5) / 100.0).sin();
        let read = |n: usize| {
            let start = (n * piece) as f64 - 250.0 - wander(n);
            let step = 1.0 - (wander(n + 1) - wander(n)) / piece as f64;
            make::read_along(&source, start, step, piece)
        };
        let copy: Vec<f32> = (0..source.len() / piece).flat_map(read).collect();
        let stem = second([&source, &copy]);
        let Some(late) = stem.late_samples.filter(|_| stem.decision == Decision::Moved) else { continue };
        moved += 1;
        // The root mean square of a sine; the clock is off by its depth at most.
        let deviation = depth / 2.0_f64.sqrt();
        assert!((late - 250.0).abs() <= 2.0 * stem.late_uncertainty, "{depth} {hz}: {stem:?}");
        assert!((0.5..3.0).contains(&(stem.late_uncertainty / deviation)), "{depth} {hz}: {stem:?}");
    }
    assert!(moved >= 3, "too few are moved to tell: {moved}");
}
