//! Candidates and periods of pulses.

use super::*;
use crate::onsets::{FRAME_RATE, Peak};

fn pulses(bpm: f64, seconds: f64) -> Vec<f32> {
    let mut values = vec![0.0; (seconds * FRAME_RATE) as usize];
    let mut time = 0.0;
    while time < seconds - 0.1 {
        values[(time * FRAME_RATE) as usize] = 1.0;
        values[(time * FRAME_RATE) as usize + 1] = 0.7;
        time += 60.0 / bpm;
    }
    values
}

#[test]
fn the_tempo_of_pulses_is_a_candidate() {
    for bpm in [48.0, 77.0, 121.3, 168.0, 213.0] {
        let repetition = Repetition::new(&pulses(bpm, 40.0));
        let found = candidates_bpm(&[(&repetition, 1.0)]);
        assert!(found.iter().any(|candidate| (candidate / bpm - 1.0).abs() < 0.02), "{bpm} {found:?}");
    }
}

#[test]
fn silence_repeats_nothing() {
    for length in [0, 1, 2, 5_000] {
        let repetition = Repetition::new(&vec![0.0; length]);
        assert!(candidates_bpm(&[(&repetition, 1.0)]).is_empty());
        assert_eq!(repetition.of_period(0.5), 0.0);
    }
}

#[test]
fn near_tempi_and_tempi_out_of_range_are_not_added() {
    let mut found = vec![100.0];
    for bpm in [103.0, 97.0, 29.0, 301.0, 105.0] {
        merge_bpm(&mut found, bpm);
    }
    assert_eq!(found, [100.0, 105.0]);
}

#[test]
fn a_period_is_exact_although_onsets_stray() {
    let period = 60.0 / 140.03;
    let stray = |index: usize| (index as f64 * 7.7).sin() * 0.006;
    let onsets: Vec<Peak> = (0..240)
        .map(|index| Peak { time_s: 0.4 + index as f64 * period / 2.0 + stray(index), strength: 1.0 })
        .collect();
    let found = find_period(&onsets, period * 1.008, 0.015).unwrap();
    assert!((60.0 / found.seconds - 140.03).abs() < 0.01, "{found:?}");
    assert!(found.coherence > 0.4, "{found:?}");
}

#[test]
fn a_few_onsets_have_no_period() {
    let onsets = [Peak { time_s: 0.0, strength: 1.0 }, Peak { time_s: 1.0, strength: 1.0 }];
    assert_eq!(find_period(&onsets, 0.5, 0.01), None);
    assert_eq!(find_period(&[], 0.5, 0.01), None);
}

#[test]
fn curves_scale_and_interpolate() {
    let curve = Curve::scaled(&[0.0, 2.0, 4.0, 4.0], 0.1);
    assert_eq!(curve.values(), [0.0, 0.5, 1.0, 1.0]);
    assert_eq!(curve.largest_near(2.0 / FRAME_RATE, 1), 1.0);
    assert_eq!(curve.largest_near(9.0, 3), 0.0);
    assert_eq!(curve.largest_near(-1.0, 3), 0.0);
    let half = Curve::resampled(&[0.0, 1.0, 0.0], FRAME_RATE / 2.0, 4);
    assert_eq!(half.values(), [0.0, 0.5, 1.0, 0.5]);
}

/// Returns a pulse at every hundredth frame.
fn hundredths(first: usize) -> Vec<f32> {
    (0..3_000).map(|frame| f32::from(u8::from(frame % 100 == first))).collect()
}

#[test]
fn curves_coincide_at_the_lag_between_them() {
    let (early, late) = (Curve::new(hundredths(0)), Curve::new(hundredths(25)));
    let after = |lag: f64| early.coincidence(&late, lag * 100.0 / FRAME_RATE);
    // A lag counts in both directions, and pulses are behind in one of them.
    assert!((after(0.25) - 0.5).abs() < 0.05, "{}", after(0.25));
    assert!((after(0.75) - 0.5).abs() < 0.05, "{}", after(0.75));
    assert!(after(0.0) < 0.05 && after(0.5) < 0.05);
    assert!((early.coincidence(&early, 0.0) - 1.0).abs() < 1e-3);
    assert_eq!(early.coincidence(&late, 60.0), 0.0);
    assert_eq!(Curve::default().coincidence(&late, 0.0), 0.0);
}

#[test]
fn the_largest_repetition_near_a_lag_is_found() {
    let repetition = Repetition::new(&hundredths(0));
    let near = |frame: f64| repetition.largest_near(frame / FRAME_RATE, 3);
    assert!(near(102.0) > 0.9 && near(98.0) > 0.9 && near(110.0) < 0.1);
    assert_eq!(repetition.largest_near(40.0, 3), 0.0);
}

#[test]
fn a_pulse_is_steady_although_its_accents_move() {
    let period = 0.43;
    // Syncopes: each part of the song leaves out other sixteenths.
    let onsets = |drift: f64| -> Vec<Peak> {
        (0..400usize)
            .filter(|index| (index * 7 + index / 90) % 5 < 3)
            .map(|index| Peak { time_s: 0.2 + period / 4.0 * index as f64, strength: 1.0 })
            .map(|peak| Peak { time_s: peak.time_s + drift * peak.time_s * peak.time_s, ..peak })
            .collect()
    };
    assert!(is_steady(&onsets(0.0), period));
    assert!(!is_steady(&onsets(0.0), period * 1.003));
    assert!(!is_steady(&onsets(1e-4), period));
    assert!(!is_steady(&onsets(0.0)[..60], period), "too short");
    assert!(!is_steady(&[], period));
}
