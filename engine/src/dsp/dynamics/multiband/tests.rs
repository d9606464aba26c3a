//! Tests of the multiband compressor. `--nocapture` prints its flatness and the curve of each band.

use super::*;
use crate::audio::AudioBuffer;
use crate::units::SampleRate;
use mixdown_fixtures::signals::{impulse, pink_noise, sine};
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;

fn spec(channels: usize) -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 96_000, channels }
}

fn bands(count: u32) -> MultibandSettings {
    let crossovers = MultibandSettings {
        crossover_1_hz: 120.0,
        crossover_2_hz: 700.0,
        crossover_3_hz: 2_800.0,
        crossover_4_hz: 9_000.0,
        ..MultibandSettings::default()
    };
    MultibandSettings { bands: Bands::try_from(count).unwrap(), knee_db: 0.0, ..crossovers }
}

/// Returns five bands of which one is wide, and a tone in its middle: the crossovers are three and
/// a half octaves away, and take off less than 0.001 dB.
fn wide(band: usize) -> (MultibandSettings, f64) {
    let (hz, [crossover_1_hz, crossover_2_hz, crossover_3_hz, crossover_4_hz]) = [
        (300.0, [8_000.0, 10_000.0, 12_000.0, 14_000.0]),
        (640.0, [50.0, 8_000.0, 10_000.0, 14_000.0]),
        (640.0, [25.0, 50.0, 8_000.0, 14_000.0]),
        (640.0, [25.0, 35.0, 50.0, 8_000.0]),
        (3_000.0, [25.0, 35.0, 50.0, 100.0]),
    ][band];
    (MultibandSettings { crossover_1_hz, crossover_2_hz, crossover_3_hz, crossover_4_hz, ..bands(5) }, hz)
}

/// Returns settings of five bands, each with another ratio above −30 dBFS.
fn five(crossovers: MultibandSettings) -> MultibandSettings {
    MultibandSettings {
        threshold_1_db: -30.0,
        ratio_1: 2.0,
        threshold_2_db: -30.0,
        ratio_2: 3.0,
        threshold_3_db: -30.0,
        ratio_3: 4.0,
        threshold_4_db: -30.0,
        ratio_4: 8.0,
        threshold_5_db: -30.0,
        ratio_5: 100.0,
        ..crossovers
    }
}

fn run(settings: &MultibandSettings, channels: &[Vec<f32>]) -> AudioBuffer {
    let mut audio = AudioBuffer::from_channels(channels);
    settings.build(&spec(channels.len())).unwrap().process(&mut audio.block_mut());
    audio
}

fn amplitude(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

/// Returns the level of a tone in dB over a part of whole periods.
fn level_db(part: &[f32], hz: f64) -> f64 {
    let (re, im) = part.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, sample)| {
        let (sin, cos) = (TAU * hz * n as f64 / RATE).sin_cos();
        (re + f64::from(*sample) * cos, im + f64::from(*sample) * sin)
    });
    20.0 * (2.0 * re.hypot(im) / part.len() as f64).log10()
}

fn tone(hz: f64, db: f64) -> Vec<f32> {
    sine(RATE, hz, amplitude(db), 0.0, 96_000)
}

#[test]
fn bands_at_rest_sum_flat() {
    for count in 2..=5 {
        // The gain of one band makes it not neutral, by far less than what is measured.
        let settings = MultibandSettings { gain_1_db: 1e-6, ..bands(count) };
        let out = run(&settings, &[impulse(0, 1e-3, 96_000)]);
        let mut worst = 0.0_f64;
        for step in 0..=200 {
            let hz = 20.0 * 1_000.0_f64.powf(f64::from(step) / 200.0);
            let (re, im) = out.channel(0).iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
                let (sin, cos) = (TAU * hz * n as f64 / RATE).sin_cos();
                (re + f64::from(*x) * cos, im + f64::from(*x) * sin)
            });
            worst = worst.max((20.0 * (re.hypot(im) / 1e-3).log10()).abs());
        }
        println!("{count} bands: sum within {worst:.6} dB from 20 Hz to 20 kHz");
        // f32 rounding of an impulse response.
        assert!(worst < 1e-4, "{count} bands: {worst}");
    }
}

#[test]
fn each_band_follows_its_own_curve() {
    println!("level out in dBFS, threshold -30 dBFS");
    for (band, ratio) in [2.0, 3.0, 4.0, 8.0, 100.0].into_iter().enumerate() {
        let (crossovers, hz) = wide(band);
        let mut line = format!("band {}, {ratio} : 1:", band + 1);
        for in_db in [-50.0, -31.0, -20.0, -10.0, 0.0] {
            let out = run(&five(crossovers), &[tone(hz, in_db)]);
            let out_db = level_db(&out.channel(0)[48_000..], hz);
            let expected_db = if in_db < -30.0 { in_db } else { -30.0 + (in_db + 30.0) / ratio };
            line += &format!(" {in_db} → {out_db:.2}");
            // Between two peaks, up to 1.7 ms apart, a release of 80 to 200 ms gives way.
            assert!((out_db - expected_db).abs() < 0.3, "band {}: {out_db} for {expected_db}", band + 1);
        }
        println!("{line}");
    }
}

#[test]
fn a_loud_band_leaves_the_others_alone() {
    let soft = tone(5_000.0, -40.0);
    let both: Vec<f32> = tone(40.0, -6.0).iter().zip(&soft).map(|(low, high)| low + high).collect();
    let out = run(&MultibandSettings { ratio_1: 10.0, threshold_1_db: -20.0, ..bands(4) }, &[both]);
    let (low, high) = (level_db(&out.channel(0)[48_000..], 40.0), level_db(&out.channel(0)[48_000..], 5_000.0));
    // −18.6 dBFS by the curve, and what the band above has of 40 Hz.
    assert!((low + 18.6).abs() < 1.0, "{low}");
    assert!((high + 40.0).abs() < 0.02, "{high}");
}

#[test]
fn a_gain_lifts_its_band_alone() {
    for band in 0..5 {
        let (crossovers, hz) = wide(band);
        let out = run(&MultibandSettings { gain_3_db: 6.0, ..crossovers }, &[tone(hz, -40.0)]);
        let gain_db = level_db(&out.channel(0)[48_000..], hz) + 40.0;
        let expected_db = if band == 2 { 6.0 } else { 0.0 };
        assert!((gain_db - expected_db).abs() < 0.01, "band {}: {gain_db}", band + 1);
    }
}

#[test]
fn both_channels_of_a_band_have_one_gain() {
    let (crossovers, hz) = wide(2);
    let out = run(&five(crossovers), &[tone(hz, -10.0), tone(hz, -50.0)]);
    let level = |channel: usize| level_db(&out.channel(channel)[48_000..], hz);
    assert!((level(0) - level(1) - 40.0).abs() < 1e-3, "{} and {}", level(0), level(1));
    assert!((level(1) + 65.0).abs() < 0.3, "{}", level(1));
}

#[test]
fn settings_without_effect_pass_bit_for_bit() {
    let noise = pink_noise(3, 0.2, 9_600);
    let out = run(&MultibandSettings { threshold_1_db: -80.0, ..bands(5) }, std::slice::from_ref(&noise));
    assert!(out.channel(0) == noise);
}

#[test]
fn crossovers_that_are_not_in_order_are_refused() {
    let error = MultibandSettings { crossover_2_hz: 100.0, ..bands(3) }.build(&spec(1)).err().unwrap();
    assert_eq!(error.to_string(), "crossover_2_hz = 100 is not above crossover_1_hz = 120");
}
