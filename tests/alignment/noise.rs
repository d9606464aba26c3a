//! White noise over one of two copies, as loud as the stem and ten decibels louder, for all real stems: found, or left, never moved
//! elsewhere.

use super::{aligned, mono};
use mixdown_engine::align::Decision;
use mixdown_fixtures::{alignment as make, stems};

/// Of twelve seconds of every stem, under noise at `snr_db`: how many are found within `tolerance` frames. None may be moved elsewhere.
fn found(snr_db: f64, tolerance: f64) -> usize {
    const LATE: f64 = 1_234.37;
    let found = stems::all().filter(|name| {
        let (source, hz) = (mono(name), stems::rate_hz(name));
        let source = &source[..source.len().min(12 * hz as usize)];
        let copy = make::with_noise(&make::late(source, LATE), snr_db, 9);
        let answer = aligned(&[source, &copy], hz);
        let stem = &answer.stems[1];
        println!("{snr_db} dB, {name}: {}", stem.reason);
        let moved = stem.late_samples.filter(|_| stem.decision == Decision::Moved);
        assert!(moved.is_none_or(|late| (late - LATE).abs() <= tolerance && stem.polarity == 1), "{name}: {stem:?}");
        moved.is_some()
    });
    found.count()
}

#[test]
fn under_white_noise_all_but_a_few_dull_stems_are_found_and_none_is_moved_elsewhere() {
    let (as_loud, louder) = (found(0.0, 0.5), found(-10.0, 1.0));
    assert!(as_loud >= 16 && louder >= 14, "{as_loud}, {louder}");
}
