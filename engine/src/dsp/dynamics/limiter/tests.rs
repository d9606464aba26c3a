//! Tests of the limiter, measured by a meter that shares nothing with its detector.

use super::*;
use crate::audio::AudioBuffer;
use crate::io::{Fold, StemReader, Trimmed};
use crate::process::Source;
use crate::units::SampleRate;
use mixdown_fixtures::signals::{impulse, pink_noise, sine, square, white_noise};
use std::f64::consts::{PI, TAU};

mod styles;

const RATE: u32 = 48_000;
const CEILING_DB: f64 = -1.0;

fn spec(channels: usize) -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(RATE).unwrap(), max_block: 48_000, channels }
}

fn limiter(channels: usize) -> Limiter {
    Limiter::new(&LimiterSettings::default(), &spec(channels)).unwrap()
}

fn limited(input: &[f32]) -> Vec<f32> {
    limited_in(LimiterStyle::Clean, input)
}

/// Returns the limited signal and the silence after it. Cut off earlier, its end would be a step
/// that no limiter has processed.
fn limited_in(style: LimiterStyle, input: &[f32]) -> Vec<f32> {
    let mut limiter = Limiter::new(&LimiterSettings { style, ..LimiterSettings::default() }, &spec(1)).unwrap();
    let mut out = input.to_vec();
    out.resize(input.len() + limiter.latency() as usize + 100, 0.0);
    limiter.process(&mut BlockMut::mono(&mut out));
    out
}

/// Returns the highest point of the curve through the samples, in dBTP. It has sixteen points per
/// frame, each the sum of 512 samples under a Blackman-windowed sinc, in f64.
fn true_peak_db(samples: &[f32]) -> f64 {
    const HALF: usize = 256;
    let taps: Vec<Vec<f64>> = (0..16)
        .map(|phase| {
            (0..2 * HALF)
                .map(|tap| {
                    let t = (HALF - 1) as f64 + f64::from(phase) / 16.0 - tap as f64;
                    let place = PI * t / HALF as f64;
                    let window = 0.42 + 0.5 * place.cos() + 0.08 * (2.0 * place).cos();
                    if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) * window }
                })
                .collect()
        })
        .collect();
    let padded: Vec<f64> = std::iter::repeat_n(0.0, HALF)
        .chain(samples.iter().map(|sample| f64::from(*sample)))
        .chain(std::iter::repeat_n(0.0, HALF))
        .collect();
    let mut highest: f64 = 0.0;
    for window in padded.windows(2 * HALF) {
        // Far from any peak there is nothing to find: a peak of this curve is never six times as
        // high as the samples around it.
        let near = window[HALF - 6..HALF + 6].iter().fold(0.0_f64, |near, sample| near.max(sample.abs()));
        if near * 6.0 < highest {
            continue;
        }
        for phase in &taps {
            let mut lanes = [0.0; 8];
            for (x, h) in window.chunks_exact(8).zip(phase.chunks_exact(8)) {
                for lane in 0..8 {
                    lanes[lane] += x[lane] * h[lane];
                }
            }
            highest = highest.max(lanes.iter().sum::<f64>().abs());
        }
    }
    20.0 * highest.log10()
}

fn with_gain_db(samples: &[f32], gain_db: f64) -> Vec<f32> {
    let gain = 10.0_f64.powf(gain_db / 20.0);
    samples.iter().map(|sample| (f64::from(*sample) * gain) as f32).collect()
}

fn clipped(samples: &[f32]) -> Vec<f32> {
    samples.iter().map(|sample| sample.clamp(-1.0, 1.0)).collect()
}

/// Returns the signal below 0.45 fs: 511 taps of a windowed sinc, 80 dB down above 0.456 fs.
fn up_to_0_45_fs(samples: &[f32]) -> Vec<f32> {
    let taps: Vec<f64> = (-255..=255)
        .map(|n| {
            let (t, place) = (PI * f64::from(n), PI * f64::from(n) / 256.0);
            let sinc = if n == 0 { 0.9 } else { (0.9 * t).sin() / t };
            sinc * (0.42 + 0.5 * place.cos() + 0.08 * (2.0 * place).cos())
        })
        .collect();
    let padded: Vec<f64> = std::iter::repeat_n(0.0, 510)
        .chain(samples.iter().map(|sample| f64::from(*sample)))
        .chain(std::iter::repeat_n(0.0, 510))
        .collect();
    padded.windows(511).map(|window| window.iter().zip(&taps).map(|(x, h)| x * h).sum::<f64>() as f32).collect()
}

/// Returns half a second of recorded music, louder by a gain.
fn music(gain_db: f64, frames: usize) -> Vec<f32> {
    let path = mixdown_fixtures::path("stems/feelings/band.ogg");
    let mut stem = Trimmed::new(StemReader::open(&path, Fold::Keep).unwrap(), 600_000, None);
    let mut audio = AudioBuffer::new(2, frames);
    assert_eq!(stem.read(&mut audio.block_mut()).unwrap(), frames);
    with_gain_db(audio.channel(0), gain_db)
}

/// Returns material that exceeds the ceiling of other limiters. Each item has a name, half a second
/// of samples, and the tolerance above the ceiling in dB.
fn torture() -> Vec<(String, Vec<f32>, f64)> {
    let rate = f64::from(RATE);
    let frames = 24_000;
    // Detector ripple and what eight grid points and a parabola leave.
    let within_band = 0.02;
    let to_nyquist = 0.02;
    // The detector reads the last thirtieth below Nyquist in part, and noise that was clipped has
    // much of its peaks there.
    let noise_clipped_to_nyquist = 0.1;
    let pink = |seed| with_gain_db(&pink_noise(seed, 0.25, frames), 12.0);
    let mut cases = vec![
        (
            "tone at fs/4, 45 degrees, +3 dBTP".to_owned(),
            sine(rate, rate / 4.0, 2.0_f64.sqrt(), TAU / 8.0, frames),
            0.02,
        ),
        ("tone at 0.45 fs".to_owned(), up_to_0_45_fs(&sine(rate, rate * 0.445, 2.0, 0.3, frames)), within_band),
        ("square, 100 Hz".to_owned(), up_to_0_45_fs(&square(rate, 100.0, 1.0, frames)), within_band),
        ("square, 1009 Hz".to_owned(), up_to_0_45_fs(&square(rate, 1_009.0, 1.0, frames)), within_band),
        ("pink noise, 12 dB over".to_owned(), up_to_0_45_fs(&pink(1)), within_band),
        ("pink noise, clipped hard".to_owned(), up_to_0_45_fs(&clipped(&pink(2))), within_band),
        ("white noise".to_owned(), up_to_0_45_fs(&white_noise(3, 2.0, frames)), within_band),
        ("white noise, clipped hard".to_owned(), up_to_0_45_fs(&clipped(&white_noise(4, 8.0, frames))), within_band),
        ("music, clipped hard, to Nyquist".to_owned(), clipped(&music(24.0, frames)), to_nyquist),
        ("one sample".to_owned(), impulse(9_000, 4.0, frames), within_band),
        ("square, 1009 Hz, to Nyquist".to_owned(), square(rate, 1_009.0, 1.0, frames), to_nyquist),
        ("pink noise, to Nyquist".to_owned(), pink(5), to_nyquist),
        ("pink noise, clipped hard, to Nyquist".to_owned(), clipped(&pink(6)), noise_clipped_to_nyquist),
        (
            "white noise, clipped hard, to Nyquist".to_owned(),
            clipped(&white_noise(7, 8.0, frames)),
            noise_clipped_to_nyquist,
        ),
    ];
    for step in 0..8 {
        let offset = f64::from(step) / 8.0 + 0.0625;
        let pulse: Vec<f32> = (0..frames)
            .map(|n| {
                let t = PI * (n as f64 - 9_000.0 - offset);
                (2.0 * t.sin() / t) as f32
            })
            .collect();
        cases.push((format!("impulse {offset} frames off the grid"), up_to_0_45_fs(&pulse), within_band));
        cases.push((format!("impulse {offset} frames off the grid, to Nyquist"), pulse, to_nyquist));
    }
    cases
}

#[test]
fn the_ceiling_holds_on_a_meter_of_its_own() {
    let mut failures = Vec::new();
    for (name, input, tolerance_db) in torture() {
        let before = true_peak_db(&input);
        let over = true_peak_db(&limited(&input)) - CEILING_DB;
        println!("{name}: {before:.2} dBTP in, {over:+.4} dB over the ceiling");
        // Nor may it turn down for nothing.
        if !(-0.1..tolerance_db).contains(&over) {
            failures.push(format!("{name}: {over:+.4} dB over the ceiling"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn what_stays_below_the_ceiling_passes_bit_for_bit() {
    // 0.88 is -1.11 dBTP.
    let input = sine(48_000.0, 997.0, 0.88, 0.4, 48_000);
    let late = limiter(1).latency() as usize;
    let out = limited(&input);
    assert_eq!(out[..late], vec![0.0; late]);
    assert_eq!(out[late..late + input.len()], input);
}

#[test]
fn after_a_peak_the_signal_is_exactly_itself_again() {
    let mut input = sine(48_000.0, 997.0, 0.5, 0.0, 480_000);
    input[10_000..10_100].fill(3.0);
    let late = limiter(1).latency() as usize;
    let out = limited(&input);
    // Long after a release of 80 ms, and the slow one of 640 ms.
    assert_eq!(out[late + 470_000..late + 480_000], input[470_000..]);
    // Recovered to 0.1 dB within 0.4 s: the slow envelope was hardly charged.
    let gain = f64::from(out[late + 30_000]) / f64::from(input[30_000]);
    assert!(20.0 * gain.log10() > -0.5, "{gain}");
}

/// Returns the gain of each frame in dB, from a constant small tone on a second channel.
fn gain_curve_db(input: &[f32]) -> Vec<f64> {
    let pilot = 0.01_f32;
    let mut limiter = limiter(2);
    let mut both = AudioBuffer::from_channels(&[input.to_vec(), vec![pilot; input.len()]]);
    limiter.process(&mut both.block_mut());
    let late = limiter.latency() as usize;
    both.channel(1)[late..].iter().map(|out| 20.0 * f64::from(out / pilot).log10()).collect()
}

#[test]
fn gain_comes_back_smoothly() {
    let mut input = vec![0.0_f32; 96_000];
    input[10_000] = 8.0;
    input[30_000..60_000].copy_from_slice(&sine(48_000.0, 100.0, 3.0, 0.0, 30_000));
    let gain_db = gain_curve_db(&input);
    let rise = gain_db.windows(48).map(|ms| ms[47] - ms[0]).fold(0.0, f64::max);
    println!("steepest release {rise:.3} dB in a millisecond");
    assert!(rise < 0.5, "{rise} dB in a millisecond");
    // The attack is a ramp over the look-ahead, not a step: 19 dB over 5 ms, at most twice its mean
    // slope per frame.
    let fall = gain_db.windows(2).map(|pair| pair[0] - pair[1]).fold(0.0, f64::max);
    assert!(fall < 2.2 * 19.1 / 240.0, "{fall} dB in a frame");
}

#[test]
fn bass_is_turned_down_and_not_bent() {
    for frequency in [50.0, 80.0, 250.0] {
        let out = limited(&sine(48_000.0, frequency, 10.0_f64.powf((CEILING_DB + 6.0) / 20.0), 0.0, 144_000));
        // One second of the steady part: whole periods, so each harmonic is one bin.
        let steady = &out[90_000..138_000];
        let bin = |harmonic: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in steady.iter().enumerate() {
                let angle = TAU * frequency * harmonic * n as f64 / 48_000.0;
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            re * re + im * im
        };
        let distortion: f64 = (2..=20).map(|harmonic| bin(f64::from(harmonic))).sum();
        let thd_db = 10.0 * (distortion / bin(1.0)).log10();
        println!("{frequency} Hz, 6 dB into the ceiling: {thd_db:.1} dB THD");
        assert!(thd_db < -50.0, "{frequency} Hz: {thd_db} dB");
    }
}

#[test]
fn statistics_tell_what_was_done_for_any_block_size() {
    let mut input = vec![0.0_f32; 48_000];
    input[20_000] = 10.0_f32.powf((6.0 - 1.0) / 20.0);
    let stats = |block: usize| {
        let (mut limiter, mut out) = (limiter(1), input.clone());
        out.chunks_mut(block).for_each(|chunk| limiter.process(&mut BlockMut::mono(chunk)));
        limiter.stats()
    };
    let whole = stats(48_000);
    assert_eq!(whole.frames, 48_000);
    assert!((whole.max_reduction_db - 6.0).abs() < 1e-3, "{whole:?}"); // f32 taps of the detector
    assert!(whole.limited_share() > 0.03 && whole.mean_reduction_db > 0.01);
    for block in [1, 7, 64, 255, 4_096] {
        assert_eq!(stats(block), whole);
    }
    let mut limiter = limiter(1);
    limiter.process(&mut BlockMut::mono(&mut input));
    limiter.reset();
    assert_eq!(limiter.stats(), LimiterStats::default());
}
