//! White noise over one of two copies, as loud as the stem and ten decibels louder, for all real stems: found, or left, never moved
//! elsewhere.

use super::{aligned, mono};
use mixdown_engine::align::Decision;
use mixdown_fixtures::{alignment as make, stems};

/// Whether a stem, of which so many seconds are taken, is found within `tolerance` frames under noise at `snr_db`. It may not be moved elsewhere.
fn is_found(name: &str, seconds: usize, snr_db: f64, seed: u64, tolerance: f64) -> bool {
    const LATE: f64 = 1_234.37;
    let (source, hz) = (mono(name), stems::rate_hz(name));
    let source = &source[..source.len().min(seconds * hz as usize)];
    let copy = make::with_noise(&make::late(source, LATE), snr_db, seed);
    let answer = aligned(&[source, &copy], hz);
    let stem = &answer.stems[1];
    println!("{snr_db} dB, {name}, noise {seed}: {}", stem.reason);
    let moved = stem.late_samples.filter(|_| stem.decision == Decision::Moved);
    assert!(moved.is_none_or(|late| (late - LATE).abs() <= tolerance && stem.polarity == 1), "{name}: {stem:?}");
    moved.is_some()
}

/// Of twelve seconds of every stem: how many are found.
fn found(snr_db: f64, tolerance: f64) -> usize {
    stems::all().filter(|name| is_found(name, 12, snr_db, 9, tolerance)).count()
}

#[test]
fn under_white_noise_all_but_a_few_dull_stems_are_found_and_none_is_moved_elsewhere() {
    let (as_loud, louder) = (found(0.0, 0.5), found(-10.0, 1.0));
    assert!(as_loud >= 19 && louder >= 14, "{as_loud}, {louder}");
}

#[test]
fn a_minute_of_the_dullest_stems_is_found_to_the_sample_ten_decibels_below_white_noise() {
    for (seed, name) in (9..14).flat_map(|seed| stems::DULL.map(|name| (seed, name))) {
        assert!(is_found(name, 60, -10.0, seed, 1.0), "{name}, noise {seed}");
    }
}
