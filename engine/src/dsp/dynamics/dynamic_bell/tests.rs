//! Tests of the dynamic bell against static bells. `--nocapture` prints its curves.

use super::*;
use crate::units::SampleRate;
use mixdown_fixtures::signals::{pink_noise, sine};
use std::f64::consts::TAU;

fn spec(rate_hz: u32, channels: usize) -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(rate_hz).unwrap(), max_block: 192_000, channels }
}

fn amplitude(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

/// Returns the gain of a bell at a frequency, in decibels: the static one of [`BellBand`].
fn static_db(hz: f64, q: f64, gain_db: f64, at_hz: f64, rate: SampleRate) -> f64 {
    let sections = BellBand { q, ..BellBand::new(hz, gain_db) }.design(rate).unwrap();
    20.0 * sections.iter().map(|one| one.magnitude(at_hz, rate)).product::<f64>().log10()
}

fn level_db(samples: &[f32], hz: f64, rate_hz: f64) -> f64 {
    let (re, im) = samples.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
        let (sin, cos) = (TAU * hz * n as f64 / rate_hz).sin_cos();
        (re + f64::from(*x) * cos, im + f64::from(*x) * sin)
    });
    20.0 * (2.0 * re.hypot(im) / samples.len() as f64).log10()
}

fn run(settings: DynamicBellSettings, rate_hz: u32, samples: &[f32]) -> (Vec<f32>, f64) {
    let mut out = samples.to_vec();
    let mut bell = settings.build(&spec(rate_hz, 1)).unwrap();
    bell.process(&mut BlockMut::mono(&mut out));
    let reduction_db = bell.gain_reduction_db();
    (out, reduction_db)
}

#[test]
fn at_rest_and_active_it_is_the_static_bell_of_that_gain() {
    for (rate_hz, hz, q) in [
        (44_100, 80.0, 0.7),
        (44_100, 1_000.0, 1.0),
        (44_100, 4_000.0, 2.0),
        (44_100, 10_000.0, 1.0),
        (48_000, 15_000.0, 3.0),
    ] {
        let rate = SampleRate::new(rate_hz).unwrap();
        for (gain_db, range_db) in [(0.0, -12.0), (0.0, 9.3), (6.0, -18.0), (-4.0, 4.0)] {
            let bell = BellBand { q, ..BellBand::new(hz, gain_db) };
            let (table, _) = GainTable::new(&bell, range_db, rate).unwrap();
            let mut worst = 0.0_f64;
            for change in 0..=40 {
                let change_db = range_db.abs() * f64::from(change) / 40.0;
                let now_db = gain_db + change_db.copysign(range_db);
                // An impulse through the row of that change.
                let mut impulse = vec![0.0_f32; 1 << 14];
                impulse[0] = 1.0;
                glide(&table, &mut Memory::default(), &vec![change_db; 1 << 14], &mut impulse);
                for step in 0..24 {
                    let at_hz = (hz / 8.0).max(40.0) * (20_000.0 / (hz / 8.0).max(40.0)).powf(f64::from(step) / 23.0);
                    let (re, im) = impulse.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
                        let (sin, cos) = (TAU * at_hz * n as f64 / rate.as_f64()).sin_cos();
                        (re + f64::from(*x) * cos, im + f64::from(*x) * sin)
                    });
                    let found_db = 20.0 * re.hypot(im).log10();
                    worst = worst.max((found_db - static_db(hz, q, now_db, at_hz, rate)).abs());
                }
            }
            println!("{hz} Hz q {q} at {rate_hz} Hz, {gain_db} dB at rest, range {range_db} dB: within {worst:.4} dB");
            assert!(worst < 0.1, "{hz} Hz q {q}, {gain_db} dB, range {range_db} dB: {worst}");
        }
    }
}

#[test]
fn a_tone_at_the_centre_moves_the_gain_by_the_curve() {
    println!("gain in dB by the level of a tone at the centre, threshold -40 dBFS, range 12 dB");
    for (range_db, ratio, gain_db) in [(-12.0, 2.0, 0.0), (-12.0, 100.0, 0.0), (12.0, 2.0, 0.0), (12.0, 4.0, -6.0)] {
        let mut line = format!("range {range_db} dB, {ratio} : 1, {gain_db} dB at rest:");
        for in_db in [-60.0, -41.0, -36.0, -30.0, -20.0, -10.0] {
            let settings = DynamicBellSettings { gain_db, range_db, ratio, ..DynamicBellSettings::new(1_000.0, -40.0) };
            let (out, reduction_db) = run(settings, 48_000, &sine(48_000.0, 1_000.0, amplitude(in_db), 0.0, 96_000));
            let found_db = level_db(&out[48_000..], 1_000.0, 48_000.0) - in_db;
            let moved_db = ((in_db + 40.0).max(0.0) * (1.0 - 1.0 / ratio)).min(12.0);
            let expected_db = gain_db + moved_db.copysign(range_db);
            line += &format!(" {in_db} → {found_db:.2}");
            // Between two peaks, half a millisecond apart, a release of 100 ms gives way.
            assert!((found_db - expected_db).abs() < 0.1, "{settings:?} at {in_db} dBFS: {found_db} for {expected_db}");
            assert!((reduction_db - if range_db < 0.0 { moved_db } else { 0.0 }).abs() < 0.1);
        }
        println!("{line}");
    }
}

#[test]
fn what_is_far_from_the_centre_does_not_move_the_gain() {
    let settings = DynamicBellSettings { q: 4.0, ..DynamicBellSettings::new(4_000.0, -40.0) };
    let far = sine(48_000.0, 100.0, amplitude(-6.0), 0.0, 48_000);
    assert_eq!(run(settings, 48_000, &far).0, far);
}

#[test]
fn at_rest_without_a_gain_the_input_passes_bit_for_bit() {
    let noise = pink_noise(3, 0.001, 48_000);
    for settings in [
        DynamicBellSettings::new(1_000.0, -20.0),
        DynamicBellSettings { ratio: 1.0, ..DynamicBellSettings::new(1_000.0, -80.0) },
        DynamicBellSettings { range_db: 0.0, ..DynamicBellSettings::new(1_000.0, -80.0) },
    ] {
        assert_eq!(run(settings, 48_000, &noise).0, noise);
    }
}

#[test]
fn attack_and_release_take_their_time() {
    let burst = [(-60.0, 24_000), (-10.0, 48_000), (-60.0, 48_000)];
    let samples: Vec<f32> =
        burst.iter().flat_map(|(db, frames)| sine(48_000.0, 1_000.0, amplitude(*db), 0.0, *frames)).collect();
    let settings = DynamicBellSettings {
        ratio: 100.0,
        range_db: -10.0,
        attack_ms: 20.0,
        release_ms: 200.0,
        ..DynamicBellSettings::new(1_000.0, -60.0)
    };
    let (out, _) = run(settings, 48_000, &samples);
    let gain_db = |ms: usize| {
        let at = 48 * ms - 480..48 * ms + 480;
        level_db(&out[at.clone()], 1_000.0, 48_000.0) - level_db(&samples[at], 1_000.0, 48_000.0)
    };
    // After one time constant, 63 % of the way there. The way back also passes the attack: 10 dB ×
    // (200·e⁻¹ − 20·e⁻¹⁰) / 180 are left after 200 ms.
    assert!((gain_db(520) + 6.1).abs() < 0.3, "{}", gain_db(520));
    assert!((gain_db(1_400) + 10.0).abs() < 0.1, "{}", gain_db(1_400));
    assert!((gain_db(1_700) + 4.09).abs() < 0.1, "{}", gain_db(1_700));
}

#[test]
fn both_channels_have_the_gain_of_the_louder_one() {
    let tone = |db| sine(48_000.0, 1_000.0, amplitude(db), 0.0, 96_000);
    let mut audio = AudioBuffer::from_channels(&[tone(-10.0), tone(-50.0)]);
    DynamicBellSettings::new(1_000.0, -30.0).build(&spec(48_000, 2)).unwrap().process(&mut audio.block_mut());
    let gain = |channel: usize, db: f64| level_db(&audio.channel(channel)[48_000..], 1_000.0, 48_000.0) - db;
    assert!((gain(0, -10.0) + 10.0).abs() < 0.1, "{}", gain(0, -10.0));
    assert!((gain(0, -10.0) - gain(1, -50.0)).abs() < 1e-3);
}
