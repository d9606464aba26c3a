//! White noise over one of two copies, as loud as the stem and ten decibels louder, for all real
//! stems. Every stem is found or left, and never moved elsewhere.

use super::{aligned, mono};
use crate::program_runs::rounds;
use mixdown_engine::align::Decision;
use mixdown_fixtures::{alignment as make, stems};

/// Aligns the first seconds of a stem under noise at `snr_db`. Returns the error of the delay in
/// frames, or `None` where the stem is left. The error must not exceed `elsewhere` frames.
fn off(name: &str, seconds: usize, (snr_db, seed): (f64, u64), polarity: i8, elsewhere: f64) -> Option<f64> {
    const LATE: f64 = 1_234.37;
    let (source, hz) = (mono(name), stems::rate_hz(name));
    let source = &source[..source.len().min(seconds * hz as usize)];
    let late: Vec<f32> = make::late(source, LATE).into_iter().map(|x| x * f32::from(polarity)).collect();
    let answer = aligned(&[source, &make::with_noise(&late, snr_db, seed)], hz);
    let stem = &answer.stems[1];
    println!("{snr_db} dB, {name}, noise {seed}: {}", stem.reason);
    let off = stem.late_samples.filter(|_| stem.decision == Decision::Moved).map(|late| (late - LATE).abs());
    assert!(off.is_none_or(|off| off <= elsewhere && stem.polarity == polarity), "{name}: {stem:?}");
    off
}

/// Returns how many stems are found, of twelve seconds each.
fn found(snr_db: f64, tolerance: f64) -> usize {
    stems::all().filter(|name| off(name, 12, (snr_db, 9), 1, tolerance).is_some()).count()
}

#[test]
fn dull_stems_are_found_under_white_noise() {
    let (as_loud, louder) = (found(0.0, 0.5), found(-10.0, 1.0));
    assert!(as_loud >= 19 && louder >= 16, "{as_loud}, {louder}");
}

#[test]
fn the_dullest_stems_are_found_10_db_below_noise() {
    for (seed, name) in (9..9 + rounds(1, 5)).flat_map(|seed| stems::DULL.map(|name| (seed, name))) {
        for polarity in [1, -1] {
            let off = off(name, 60, (-10.0, seed), polarity, 1.0);
            assert!(off.is_some(), "{name}, noise {seed}, polarity {polarity}");
        }
    }
}

#[test]
fn sparse_and_looped_stems_are_found_under_noise() {
    for (snr_db, tolerance) in [(0.0, 0.5), (-10.0, 1.0)] {
        for (seed, name) in (9..9 + rounds(1, 3)).flat_map(|seed| stems::MINUTES.map(|name| (seed, name))) {
            for polarity in [1, -1] {
                let off = off(name, 60, (snr_db, seed), polarity, tolerance);
                assert!(off.is_some(), "{snr_db} dB, {name}, noise {seed}, polarity {polarity}");
            }
        }
    }
}
