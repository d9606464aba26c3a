use super::*;
use crate::SAMPLE_RATE;
use std::f64::consts::TAU;

/// Returns two tones, silence, and a rising tone with bursts of noise.
fn signal() -> Vec<f32> {
    let mut state: u32 = 12_345;
    let sample = |index: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = f64::from(state >> 8) / 8_388_608.0 - 1.0;
        let time = index as f64 / f64::from(SAMPLE_RATE);
        let sine = |hz: f64| (TAU * hz * time).sin();
        let burst = if (index / 4000) % 2 == 1 { 1.0 } else { 0.05 };
        let value = match index {
            0..15_000 => 0.3 * sine(440.0) + 0.1 * sine(3000.0),
            15_000..30_000 => 0.0,
            _ => 0.2 * sine(110.0 * (1.0 + time)) + 0.15 * noise * burst,
        };
        value as f32
    };
    (0..3 * SAMPLE_RATE as usize + 217).map(sample).collect()
}

/// Returns the descriptors of `samples`, given in blocks of `block` samples.
fn describe(samples: &[f32], block: usize) -> Descriptors {
    let mut extractor = DescriptorExtractor::new();
    for block in samples.chunks(block) {
        extractor.push(block);
    }
    extractor.finish()
}

#[test]
fn means_are_those_of_librosa() {
    // librosa 0.11: feature.spectral_centroid, spectral_bandwidth, spectral_rolloff,
    // zero_crossing_rate and rms of the same samples with n_fft 2048 and hop_length 512; means over
    // the frames whose rms is at least 1e-3, of which there are 105 of 130.
    let found = describe(&signal(), 1000);
    let pairs = [
        (found.spectral_centroid_hz, 3_113.630_846_88),
        (found.spectral_bandwidth_hz, 2_633.235_174_22),
        (found.spectral_rolloff_hz, 6_512.871_093_75),
        (found.zero_crossing_rate, 0.094_773_065_476_2),
        (found.rms, 0.168_929_219_246),
        (found.silence_share, 25.0 / 130.0),
    ];
    for (found, expected) in pairs {
        assert!((found / expected - 1.0).abs() < 1e-4, "{found} instead of {expected}");
    }
}

#[test]
fn blocks_do_not_change_the_descriptors() {
    let samples = signal();
    let whole = describe(&samples, samples.len());
    for block in [1, 511, 2048, 4097] {
        assert_eq!(describe(&samples, block), whole);
    }
}

#[test]
fn a_sine_has_its_frequency_level_and_crossings() {
    let samples: Vec<f32> =
        (0..44_100).map(|index| (TAU * 1000.0 * f64::from(index) / 22_050.0).sin() as f32).collect();
    let found = describe(&samples, 44_100);
    // The frames at both ends hold silence too: their share of the mean is at most 4 of 87 frames.
    assert!((found.spectral_centroid_hz / 1000.0 - 1.0).abs() < 0.05, "{found:?}");
    assert!((found.rms - 0.5_f64.sqrt()).abs() < 0.02, "{found:?}");
    assert!((found.zero_crossing_rate / (2000.0 / 22_050.0) - 1.0).abs() < 0.03, "{found:?}");
    assert_eq!(found.silence_share, 0.0);
}

#[test]
fn silence_and_nothing_have_no_sounding_frame() {
    for length in [0, 1, 50_000] {
        let expected = Descriptors { silence_share: 1.0, ..Descriptors::default() };
        assert_eq!(describe(&vec![0.0; length], 777), expected);
    }
}

#[test]
fn samples_that_are_not_finite_leave_finite_descriptors() {
    let mut samples = signal();
    samples[2000] = f32::NAN;
    samples[9000] = f32::INFINITY;
    samples[40_000] = f32::MAX;
    let Descriptors {
        spectral_centroid_hz,
        spectral_bandwidth_hz,
        spectral_rolloff_hz,
        zero_crossing_rate,
        rms,
        silence_share,
    } = describe(&samples, 333);
    let all =
        [spectral_centroid_hz, spectral_bandwidth_hz, spectral_rolloff_hz, zero_crossing_rate, rms, silence_share];
    assert!(all.iter().all(|value| value.is_finite()), "{all:?}");
}
