//! Tests of the de-esser against its static curve.

use super::*;
use crate::units::SampleRate;
use mixdown_fixtures::signals::{pink_noise, sine};
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;
/// Delay of the filter: two periods of 2 kHz.
const FILTER: usize = 48;

fn spec(channels: usize) -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 48_000, channels }
}

/// Returns settings whose high band holds 7 kHz whole: it begins at 6.2 kHz.
fn settings() -> DeEsserSettings {
    DeEsserSettings { frequency_hz: 4_000.0, range_db: 40.0, ..DeEsserSettings::new(-30.0) }
}

fn run(settings: &DeEsserSettings, channels: &[Vec<f32>]) -> AudioBuffer {
    let mut audio = AudioBuffer::from_channels(channels);
    DeEsser::new(settings, &spec(channels.len())).unwrap().process(&mut audio.block_mut());
    audio
}

fn amplitude(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

/// Returns the level of a tone in dBFS, over half a second of whole periods at the end.
fn level_db(samples: &[f32], hz: f64) -> f64 {
    let part = &samples[samples.len() - 24_000..];
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in part.iter().enumerate() {
        let (sin, cos) = (TAU * hz * n as f64 / RATE).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    20.0 * (2.0 * (re * re + im * im).sqrt() / part.len() as f64).log10()
}

fn tone(hz: f64, db: f64) -> Vec<f32> {
    sine(RATE, hz, amplitude(db), 0.0, 48_000)
}

#[test]
fn a_high_tone_is_turned_down_by_the_curve() {
    for (ratio, in_db) in [(4.0, -10.0), (2.0, -10.0), (100.0, -20.0), (4.0, -29.0)] {
        let out = run(&DeEsserSettings { ratio, ..settings() }, &[tone(7_000.0, in_db)]);
        let expected_db = -30.0 + (in_db + 30.0) / ratio;
        let out_db = level_db(out.channel(0), 7_000.0);
        assert!((out_db - expected_db).abs() < 0.1, "{ratio}:1 at {in_db} dBFS: {out_db} instead of {expected_db}");
    }
}

#[test]
fn a_low_tone_stays_while_a_high_one_is_turned_down() {
    let both: Vec<f32> = tone(200.0, -6.0).iter().zip(&tone(7_000.0, -10.0)).map(|(low, high)| low + high).collect();
    let out = run(&settings(), &[both]);
    assert!((level_db(out.channel(0), 200.0) + 6.0).abs() < 0.01, "{}", level_db(out.channel(0), 200.0));
    assert!((level_db(out.channel(0), 7_000.0) + 25.0).abs() < 0.1, "{}", level_db(out.channel(0), 7_000.0));
}

#[test]
fn below_the_threshold_the_delayed_input_passes_bit_for_bit() {
    let low = tone(200.0, -6.0);
    let noise = pink_noise(3, 0.002, 48_000);
    for look_ahead_ms in [0.0, 2.5] {
        let late = FILTER + (look_ahead_ms * 48.0) as usize;
        let settings = DeEsserSettings { look_ahead_ms, ..settings() };
        assert_eq!(DeEsser::new(&settings, &spec(1)).unwrap().latency(), late as u64);
        for input in [&low, &noise] {
            let out = run(&settings, std::slice::from_ref(input));
            assert!(out.channel(0)[..late].iter().all(|sample| *sample == 0.0));
            assert_eq!(out.channel(0)[late..], input[..48_000 - late]);
        }
    }
}

#[test]
fn the_range_is_the_most_that_is_taken_off() {
    let settings = DeEsserSettings { range_db: 6.0, ratio: 100.0, ..settings() };
    let mut de_esser = DeEsser::new(&settings, &spec(1)).unwrap();
    let mut samples = tone(7_000.0, -3.0);
    de_esser.process(&mut BlockMut::mono(&mut samples));
    assert!((level_db(&samples, 7_000.0) + 9.0).abs() < 0.01, "{}", level_db(&samples, 7_000.0));
    // It releases a little between two peaks.
    assert!((de_esser.gain_reduction_db() - 6.0).abs() < 1e-3);
}

#[test]
fn no_frequency_is_raised_and_the_crossover_loses_half_of_the_amplitude() {
    // A loud tone far above holds the gain at the bottom of the range; a soft one is measured. The
    // ripple of the filter, 4e-4, is 0.03 dB of what is left.
    let settings = DeEsserSettings { range_db: 20.0, ratio: 100.0, ..settings() };
    let mut above_db = 0.0;
    for hz in (500..=12_000).step_by(100) {
        let measured = tone(f64::from(hz), -40.0);
        let sum: Vec<f32> = measured.iter().zip(&tone(18_000.0, -1.0)).map(|(soft, loud)| soft + loud).collect();
        let gain_db = level_db(run(&settings, &[sum]).channel(0), f64::from(hz)) + 40.0;
        assert!((-20.05..0.01).contains(&gain_db), "{hz} Hz: {gain_db} dB");
        assert!(gain_db < above_db + 0.05, "{hz} Hz: {gain_db} dB after {above_db}");
        above_db = gain_db;
        if hz == 4_000 {
            // 1 + (0.1 − 1)/2.
            assert!((gain_db - 20.0 * 0.55_f64.log10()).abs() < 0.2, "{gain_db}");
        }
    }
}

#[test]
fn both_channels_take_the_gain_of_the_louder_one() {
    let out = run(&settings(), &[tone(7_000.0, -10.0), tone(7_000.0, -50.0)]);
    assert!((level_db(out.channel(0), 7_000.0) + 25.0).abs() < 0.1);
    assert!((level_db(out.channel(1), 7_000.0) + 65.0).abs() < 0.1);
    let alone = run(&settings(), &[tone(7_000.0, -50.0)]);
    assert!((level_db(alone.channel(0), 7_000.0) + 50.0).abs() < 0.01);
}

#[test]
fn look_ahead_lowers_the_gain_before_the_sibilant() {
    let mut burst = vec![0.0; 24_000];
    burst.extend(sine(RATE, 7_000.0, amplitude(-10.0), 0.0, 24_000));
    let peak = |look_ahead_ms: f64| {
        let out = run(&DeEsserSettings { look_ahead_ms, ..settings() }, &[burst.clone()]);
        20.0 * out.channel(0).iter().fold(0.0_f64, |peak, sample| peak.max(f64::from(sample.abs()))).log10()
    };
    // The onset itself is not confined to the high band: it stays 5 dB above the steady −25 dBFS.
    assert!(peak(5.0) < -20.0, "{}", peak(5.0));
    assert!(peak(0.0) > -12.0, "{}", peak(0.0));
}

#[test]
fn a_rate_that_cannot_carry_the_crossover_is_refused() {
    let spec = ProcessSpec { sample_rate: SampleRate::new(8_000).unwrap(), ..spec(1) };
    let error = DeEsser::new(&DeEsserSettings::new(-30.0), &spec).unwrap_err();
    assert_eq!(error.to_string(), "frequency_hz = 5500 is above Nyquist (4000 Hz at 8000 Hz)");
}
