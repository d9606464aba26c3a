//! Tests of the linear-phase equaliser: curves of the bands, symmetry, edits.

use super::*;
use crate::audio::AudioBuffer;
use crate::dsp::biquad::{BellBand, PassFilter, ShelfBand};
use crate::units::SampleRate;
use mixdown_fixtures::signals::{pink_noise, sine};
use std::f64::consts::TAU;

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn build(settings: &LinearPhaseSettings, rate_hz: u32) -> LinearPhase {
    LinearPhase::new(settings, &ProcessSpec { sample_rate: rate(rate_hz), max_block: 1 << 20, channels: 1 }).unwrap()
}

/// Returns the response to an impulse, with the place of its middle.
fn impulse_response(settings: &LinearPhaseSettings, rate_hz: u32) -> (Vec<f32>, usize) {
    let mut processor = build(settings, rate_hz);
    let middle = processor.latency() as usize;
    let mut audio = AudioBuffer::new(1, 2 * middle + 1);
    audio.channel_mut(0)[0] = 1.0;
    processor.process(&mut audio.block_mut());
    (audio.channel(0).to_vec(), middle)
}

/// Returns the gain of a response at a frequency, in decibels.
fn gain_db(response: &[f32], cycles: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in response.iter().enumerate() {
        let (sin, cos) = (TAU * cycles * n as f64).sin_cos();
        (re, im) = (re + f64::from(*sample) * cos, im - f64::from(*sample) * sin);
    }
    10.0 * (re * re + im * im).log10()
}

#[test]
fn the_linear_phase_bands_have_the_curves_of_the_inserts() {
    let plain = LinearPhaseSettings::default();
    let bell = |hz: f64, q: f64| LinearPhaseSettings { bell_1_hz: hz, bell_1_gain_db: 6.0, bell_1_q: q, ..plain };
    let high_pass = |hz: f64| LinearPhaseSettings { high_pass: true, high_pass_hz: hz, ..plain };
    let shelf = |hz: f64| LinearPhaseSettings { low_shelf_hz: hz, low_shelf_gain_db: 6.0, ..plain };
    // Largest distance above −40 dB, for the short, medium and long filter.
    let cases = [
        ("bell 40 Hz +6 dB q 1", bell(40.0, 1.0), [3.5, 0.15, 0.01]),
        ("bell 150 Hz +6 dB q 1", bell(150.0, 1.0), [0.5, 0.01, 0.01]),
        ("bell 1000 Hz +6 dB q 1", bell(1_000.0, 1.0), [0.01, 0.01, 0.01]),
        ("bell 1000 Hz +6 dB q 10", bell(1_000.0, 10.0), [1.2, 0.03, 0.01]),
        ("bell 10000 Hz +6 dB q 1", bell(10_000.0, 1.0), [0.01, 0.01, 0.01]),
        ("low shelf 100 Hz +6 dB", shelf(100.0), [0.6, 0.02, 0.01]),
        ("high-pass 30 Hz, 12 dB/oct", high_pass(30.0), [25.0, 4.0, 0.3]),
        ("high-pass 200 Hz, 12 dB/oct", high_pass(200.0), [6.0, 0.4, 0.1]),
    ];
    println!("| band, 48 kHz: largest distance, dB | short | medium | long |");
    for (name, settings, most) in cases {
        let sections = settings.sections(rate(48_000)).unwrap();
        let lengths = [FilterLength::Short, FilterLength::Medium, FilterLength::Long];
        let worst = lengths.map(|length| {
            let (response, _) = impulse_response(&LinearPhaseSettings { length, ..settings }, 48_000);
            let mut worst: f64 = 0.0;
            for step in 0..60 {
                let hz = 20.0 * 1_000.0_f64.powf(f64::from(step) / 59.0);
                let expected = 20.0 * sections.iter().map(|s| s.magnitude(hz, rate(48_000))).product::<f64>().log10();
                if expected > -40.0 {
                    worst = worst.max((gain_db(&response, hz / 48_000.0) - expected).abs());
                }
            }
            worst
        });
        println!("| {name} | {:.3} | {:.3} | {:.3} |", worst[0], worst[1], worst[2]);
        for (worst, most) in worst.into_iter().zip(most) {
            assert!(worst < most, "{name}: {worst} dB, {most} allowed");
        }
    }
}

#[test]
fn several_bands_are_the_product_of_theirs() {
    let settings = LinearPhaseSettings {
        high_pass: true,
        high_pass_hz: 300.0,
        bell_2_gain_db: -5.0,
        high_shelf_gain_db: 4.0,
        low_pass: true,
        ..LinearPhaseSettings::default()
    };
    for rate_hz in [44_100, 96_000] {
        let rate = rate(rate_hz);
        let mut sections = PassFilter::new(300.0).design_high_pass(rate).unwrap();
        sections.extend(BellBand::new(1_000.0, -5.0).design(rate).unwrap());
        sections.extend(ShelfBand::new(10_000.0, 4.0).design_high(rate).unwrap());
        sections.extend(PassFilter::new(18_000.0).design_low_pass(rate).unwrap());
        let (response, _) = impulse_response(&settings, rate_hz);
        for hz in [200.0, 300.0, 1_000.0, 4_000.0, 10_000.0, 18_000.0] {
            let expected = 20.0 * sections.iter().map(|s| s.magnitude(hz, rate)).product::<f64>().log10();
            let found = gain_db(&response, hz / rate.as_f64());
            assert!((found - expected).abs() < 0.1, "{hz} Hz at {rate_hz}: {found} for {expected}");
        }
    }
}

#[test]
fn every_frequency_is_delayed_by_the_latency() {
    let settings = LinearPhaseSettings { bell_2_gain_db: 9.0, low_pass: true, ..LinearPhaseSettings::default() };
    for length in [FilterLength::Short, FilterLength::Medium, FilterLength::Long] {
        let (response, middle) = impulse_response(&LinearPhaseSettings { length, ..settings }, 48_000);
        let peak = response[middle];
        // A symmetric response has linear phase.
        for n in 1..middle {
            assert!((response[middle - n] - response[middle + n]).abs() < 1e-6 * peak, "{length:?}: {n}");
        }
    }
}

#[test]
fn the_latency_is_about_the_same_time_at_every_rate() {
    for (length, ms) in [(FilterLength::Short, 27.0), (FilterLength::Medium, 107.0), (FilterLength::Long, 427.0)] {
        let settings = LinearPhaseSettings { length, ..LinearPhaseSettings::default() };
        for rate_hz in [44_100, 48_000, 88_200, 96_000, 192_000] {
            let found = build(&settings, rate_hz).latency() as f64 / f64::from(rate_hz) * 1e3;
            assert!((found / ms - 1.0).abs() < 0.1, "{length:?} at {rate_hz} Hz: {found} ms");
        }
    }
}

#[test]
fn an_edit_continues_as_if_the_new_settings_had_been_there() {
    let [old, new] = [0.0, 6.0].map(|bell_2_gain_db| LinearPhaseSettings {
        bell_2_gain_db,
        length: FilterLength::Short,
        ..LinearPhaseSettings::default()
    });
    let signal = pink_noise(3, 0.2, 20_000);
    for (old, new) in [(old, new), (new, old)] {
        let mut whole = AudioBuffer::from_channels(std::slice::from_ref(&signal));
        build(&new, 48_000).process(&mut whole.block_mut());
        let mut edited = AudioBuffer::from_channels(std::slice::from_ref(&signal));
        let (mut before, mut after) = (build(&old, 48_000), build(&new, 48_000));
        before.process(&mut edited.block_mut().slice_mut(0..9_999));
        after.inherit_state(&before);
        after.process(&mut edited.block_mut().slice_mut(9_999..20_000));
        assert!(edited.channel(0)[9_999..] == whole.channel(0)[9_999..], "to {new:?}");
    }
}

#[test]
fn a_band_in_use_above_nyquist_is_refused_and_an_idle_one_is_not() {
    let spec = ProcessSpec { sample_rate: rate(16_000), max_block: 64, channels: 1 };
    let settings = LinearPhaseSettings::default();
    assert!(LinearPhase::new(&settings, &spec).is_ok());
    let error = LinearPhase::new(&LinearPhaseSettings { high_shelf_gain_db: 1.0, ..settings }, &spec).err().unwrap();
    assert_eq!(error.to_string(), "high_shelf_hz = 10000 is above Nyquist (8000 Hz at 16000 Hz)");
}

#[test]
fn a_tone_keeps_its_purity() {
    let settings = LinearPhaseSettings { bell_4_gain_db: 6.0, ..LinearPhaseSettings::default() };
    let mut audio = AudioBuffer::from_channels(&[sine(48_000.0, 997.0, 0.5, 0.0, 65_536)]);
    build(&settings, 48_000).process(&mut audio.block_mut());
    let part = &audio.channel(0)[16_384..];
    let step = TAU * 997.0 / 48_000.0;
    let (mut ss, mut cc, mut sc, mut ys, mut yc) = (0.0_f64, 0.0, 0.0, 0.0, 0.0);
    for (n, y) in part.iter().enumerate() {
        let (s, c) = (step * n as f64).sin_cos();
        let y = f64::from(*y);
        (ss, cc, sc, ys, yc) = (ss + s * s, cc + c * c, sc + s * c, ys + y * s, yc + y * c);
    }
    let determinant = ss * cc - sc * sc;
    let (p, q) = ((ys * cc - yc * sc) / determinant, (yc * ss - ys * sc) / determinant);
    let rest = |(n, y): (usize, &f32)| {
        let (s, c) = (step * n as f64).sin_cos();
        (f64::from(*y) - p * s - q * c).powi(2)
    };
    let noise = part.iter().enumerate().map(rest).sum::<f64>() / part.len() as f64;
    let noise_db = 10.0 * (2.0 * noise / (p * p + q * q)).log10();
    println!("linear_phase: THD+N of 997 Hz {noise_db:.1} dB");
    assert!(noise_db < -130.0, "{noise_db}");
}
