//! Onsets of bursts, and of nothing.

use super::*;
use crate::SAMPLE_RATE;
use std::f32::consts::TAU;

/// Returns decaying bursts of a tone at the given times, two seconds long in all.
fn bursts(hertz: f32, times_s: &[f64]) -> Vec<f32> {
    let mut samples = vec![0.0; 2 * SAMPLE_RATE as usize];
    for &time_s in times_s {
        let start = (time_s * SAMPLE_RATE as f64) as usize;
        for (sample, age) in samples[start..].iter_mut().zip(0..3_000) {
            let age = age as f32 / SAMPLE_RATE as f32;
            *sample += 0.5 * (-age / 0.02).exp() * (TAU * hertz * age).sin();
        }
    }
    samples
}

fn onsets(samples: &[f32]) -> Onsets {
    let mut extractor = OnsetsExtractor::new();
    extractor.push(samples);
    extractor.finish()
}

#[test]
fn bursts_are_found_in_their_band_at_their_times() {
    let times = [0.2, 0.7, 0.95, 1.5];
    for (hertz, part) in [(60.0, 0), (900.0, 1), (7_000.0, 2)] {
        let onsets = onsets(&bursts(hertz, &times));
        let curves = [&onsets.low, &onsets.middle, &onsets.high];
        let sums = curves.map(|curve| curve.iter().sum::<f32>());
        assert!((0..3).all(|other| sums[other] <= sums[part]), "{hertz} {sums:?}");
        let peaks = find_peaks(curves[part]);
        assert_eq!(peaks.len(), times.len(), "{hertz} {peaks:?}");
        for (peak, time) in peaks.iter().zip(times) {
            assert!((peak.time_s - time).abs() < 0.015, "{hertz} {peak:?} {time}");
        }
        assert!((onset_rate(curves[part]) - 2.0).abs() < 0.05);
    }
}

#[test]
fn steady_sound_and_silence_have_no_onsets() {
    let silence = onsets(&vec![0.0; 40_000]);
    assert!(find_peaks(&silence.all()).is_empty());
    assert_eq!((onset_rate(&silence.all()), onset_rate(&[])), (0.0, 0.0));
    let tone: Vec<f32> = (0..44_100).map(|index| 0.5 * (TAU * 440.0 * index as f32 / 22_050.0).sin()).collect();
    let peaks = find_peaks(&onsets(&tone).all());
    assert!(peaks.iter().all(|peak| peak.time_s < 0.05 || peak.time_s > 1.9), "{peaks:?}");
}

#[test]
fn blocks_of_any_length_give_the_same_bits() {
    let samples = bursts(300.0, &[0.1, 0.8, 1.3]);
    let mut extractor = OnsetsExtractor::new();
    let mut rest = &samples[..];
    for length in [1, 219, 220, 0, 4_001].into_iter().cycle() {
        let (block, after) = rest.split_at(length.min(rest.len()));
        extractor.push(block);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    let parts = extractor.finish();
    assert_eq!(parts, onsets(&samples));
    assert_eq!(parts.low.len(), samples.len().div_ceil(HOP));
}

#[test]
fn bad_samples_count_as_silence() {
    assert_eq!(onsets(&vec![f32::NAN; 5_000]), onsets(&vec![0.0; 5_000]));
    assert!(onsets(&vec![f32::MAX; 5_000]).all().iter().all(|flux| flux.is_finite()));
}
