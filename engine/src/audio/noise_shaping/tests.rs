//! The curves: gain, total noise and stability, measured on what the quantiser writes.

use super::*;
use crate::audio::{Block, NoiseShape, Quantiser, SampleFormat};
use mixdown_fixtures::signals::white_noise;

const RATES: [u32; 8] = [8_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

/// Points of the transforms below.
const POINTS: usize = 4_096;

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Returns what 16-bit rounding adds to a signal, in steps.
fn errors(shape: NoiseShape, rate: SampleRate, signal: &[f32]) -> Vec<f64> {
    let mut bytes = Vec::new();
    Quantiser::new(SampleFormat::Int16, 1, rate, Some(3), shape).write(&Block::mono(signal), &mut bytes);
    let written = bytes.chunks_exact(2).map(|sample| f64::from(i16::from_le_bytes([sample[0], sample[1]])));
    written.zip(signal).map(|(written, wanted)| written - f64::from(*wanted) * 32_768.0).collect()
}

/// Returns the total noise in dBFS of a full-scale sine's scale (0 dB is a power of 1), and the
/// noise weighted by the threshold, in decibels.
fn measured(shape: NoiseShape, rate: SampleRate) -> (f64, f64) {
    let tone = mixdown_fixtures::signals::sine(rate.as_f64(), 997.0, 3e-5, 0.0, 64 * POINTS);
    let errors = errors(shape, rate, &tone);
    let total = errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64;
    let weights = weights(rate, f64::INFINITY);
    let mut planner = mixdown_fft::RealPlanner::new();
    let forward = planner.forward(POINTS);
    let mut power = vec![0.0; POINTS / 2 + 1];
    for part in errors.windows(POINTS).step_by(POINTS / 2) {
        let window = |n: usize| 0.5 - 0.5 * (2.0 * PI * n as f64 / POINTS as f64).cos();
        let mut windowed: Vec<f32> = part.iter().enumerate().map(|(n, error)| (error * window(n)) as f32).collect();
        let mut spectrum = vec![mixdown_fft::Complex::new(0.0, 0.0); POINTS / 2 + 1];
        forward.process(&mut windowed, &mut spectrum).unwrap();
        power.iter_mut().zip(&spectrum).for_each(|(sum, bin)| *sum += f64::from(bin.norm_sqr()));
    }
    // Bins of the transform are edges of the bins of the weighting.
    let middle = |k: usize| f64::midpoint(power[k], power[k + 1]);
    let weighted: f64 = weights.iter().enumerate().map(|(k, weight)| weight * middle(k)).sum();
    (10.0 * (total / 32_768.0_f64.powi(2)).log10() + 3.01, 10.0 * weighted.log10())
}

#[test]
fn noise_shaping_gains_more_than_its_peers_at_less_noise() {
    println!("| rate | curve | weighted gain, dB | total noise, dBFS | highest point of the curve, dB |");
    for hz in RATES {
        let rate = rate(hz);
        let (plain_total, plain) = measured(NoiseShape::None, rate);
        assert!((plain_total + 93.3).abs() < 0.1, "{plain_total}");
        for (shape, taps) in [(NoiseShape::Mild, mild(rate).to_vec()), (NoiseShape::Strong, strong(rate).to_vec())] {
            let (total, weighted) = measured(shape, rate);
            let gain = plain - weighted;
            let highest = (0..BINS).map(|k| response_db(&taps, k)).fold(f64::MIN, f64::max);
            println!("| {hz} | {} | {gain:.1} | {total:.1} | {highest:.1} |", shape.name());
            let designed = gain_db(&correlation::<17>(&weights(rate, f64::INFINITY)), &taps);
            // The window spreads the highest noise over the lowest, of high rates above all.
            assert!((gain - designed).abs() < 0.4, "{hz}: {gain} for {designed}");
            assert!((total - plain_total - total_db(&taps)).abs() < 0.2, "{hz}");
            assert!(total_db(&taps) < MOST_NOISE_DB + 1e-6 && highest < 24.0 && designed < MOST_GAIN_DB + 1e-6);
            // SoX's shibata: 15.4 and 17.7 dB, with a total noise of −69.1 and −72.1 dBFS.
            let least = match (shape, hz) {
                (NoiseShape::Strong, 44_100) => 16.9,
                (NoiseShape::Strong, 48_000) => 19.1,
                (NoiseShape::Strong, 88_200..) => 29.6,
                (NoiseShape::Mild, 44_100) => 12.0,
                _ => 1.5,
            };
            assert!(gain > least, "{hz} {shape:?}: {gain}");
            assert!(total < -78.0, "{hz} {shape:?}: {total}");
        }
    }
}

/// Returns the gain of the noise at a bin, in decibels.
fn response_db(taps: &[f64], bin: usize) -> f64 {
    let omega = PI * (bin as f64 + 0.5) / BINS as f64;
    let (mut re, mut im) = (1.0, 0.0);
    for (k, tap) in taps.iter().enumerate() {
        re += tap * (omega * (k + 1) as f64).cos();
        im -= tap * (omega * (k + 1) as f64).sin();
    }
    10.0 * (re * re + im * im).log10()
}

#[test]
fn shaped_noise_is_lowest_where_hearing_is_keenest() {
    for hz in [44_100, 48_000, 96_000] {
        let rate = rate(hz);
        for (taps, top_hz) in [(mild(rate).to_vec(), 19_000.0), (strong(rate).to_vec(), 21_000.0)] {
            let level_db =
                |frequency_hz: f64| response_db(&taps, (frequency_hz / rate.nyquist_hz() * 2_048.0) as usize);
            assert!(level_db(3_500.0) < -12.0, "{hz} Hz: {:.1} dB at 3.5 kHz", level_db(3_500.0));
            assert!(level_db(top_hz) > 5.0, "{hz} Hz: {:.1} dB at {top_hz} Hz", level_db(top_hz));
            assert!((0..BINS).all(|bin| level_db(bin as f64 * rate.nyquist_hz() / 2_048.0) < 30.0));
        }
    }
}

#[test]
fn no_signal_makes_the_noise_exceed_its_bound() {
    for hz in RATES {
        for (shape, taps) in
            [(NoiseShape::Mild, mild(rate(hz)).to_vec()), (NoiseShape::Strong, strong(rate(hz)).to_vec())]
        {
            // An error is at most a step of rounding and dither of both signs: 1.5.
            let bound = 1.5 * (1.0 + taps.iter().map(|tap| tap.abs()).sum::<f64>());
            // Loud noise, a square at Nyquist, silence. None is beyond full scale, where samples
            // are cut.
            let mut signal = white_noise(5, 0.9, 20_000);
            signal.extend((0..20_000).map(|n| if n % 2 == 0 { 0.99 } else { -0.99 }));
            signal.resize(signal.len() + 20_000, 0.0);
            let worst =
                errors(shape, rate(hz), &signal).into_iter().fold(0.0, |worst: f64, error| worst.max(error.abs()));
            assert!(worst <= bound && worst > 1.0, "{hz} {shape:?}: {worst} of {bound}");
            // Cut samples do not enter the feedback: the noise after them is as before.
            let mut cut = vec![4.0; 5_000];
            cut.resize(cut.len() + 5_000, 0.0);
            let after = errors(shape, rate(hz), &cut).split_off(5_000);
            assert!(after.iter().all(|error| error.abs() <= bound), "{hz} {shape:?}");
        }
    }
}

#[test]
fn the_mild_curve_has_the_bytes_of_version_0_1() {
    let mut bytes = Vec::new();
    let signal = white_noise(11, 0.5, 4_096);
    for hz in [44_100, 48_000, 96_000] {
        Quantiser::new(SampleFormat::Int16, 1, rate(hz), Some(7), true).write(&Block::mono(&signal), &mut bytes);
    }
    // FNV-1a. Printed by the code before the strong curve.
    let hash =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!(hash, 0x2b18_23f7_0b72_fbfd_u64);
}
