//! What the limiter promises, measured by a meter that shares nothing with its detector.

use super::*;
use crate::audio::AudioBuffer;
use crate::units::SampleRate;
use mixdown_fixtures::signals::{impulse, pink_noise, sine, square, white_noise};
use std::f64::consts::{PI, TAU};

const RATE: u32 = 48_000;
const CEILING_DB: f64 = -1.0;

fn spec(channels: usize) -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(RATE).unwrap(), max_block: 48_000, channels }
}

fn limiter(channels: usize) -> Limiter {
    Limiter::new(&LimiterSettings::default(), &spec(channels)).unwrap()
}

/// The limited signal and the silence after it: cut off earlier, its end would be a step that no limiter has seen.
fn limited(input: &[f32]) -> Vec<f32> {
    let mut limiter = limiter(1);
    let mut out = input.to_vec();
    out.resize(input.len() + limiter.latency() as usize + 100, 0.0);
    limiter.process(&mut BlockMut::mono(&mut out));
    out
}

/// The highest point of the curve through the samples, in dBTP: sixteen points a frame, each the sum of 192 samples under a
/// Blackman-windowed sinc, in f64.
fn true_peak_db(samples: &[f32]) -> f64 {
    const HALF: usize = 96;
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
        // Far from any peak there is nothing to find: a peak of this curve is never six times what surrounds it.
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

/// Material that other limiters let through. Half a second each.
fn torture() -> Vec<(String, Vec<f32>)> {
    let rate = f64::from(RATE);
    let frames = 24_000;
    let mut cases = vec![
        ("tone at fs/4, 45 degrees, +3 dBTP".to_owned(), sine(rate, rate / 4.0, 2.0_f64.sqrt(), TAU / 8.0, frames)),
        ("square, 100 Hz".to_owned(), square(rate, 100.0, 1.0, frames)),
        ("square, 1009 Hz".to_owned(), square(rate, 1_009.0, 1.0, frames)),
        ("pink noise, 12 dB over".to_owned(), with_gain_db(&pink_noise(1, 0.25, frames), 12.0)),
        ("pink noise, clipped hard".to_owned(), clipped(&with_gain_db(&pink_noise(2, 0.25, frames), 12.0))),
        ("white noise".to_owned(), white_noise(3, 2.0, frames)),
        ("white noise, clipped hard".to_owned(), clipped(&white_noise(4, 8.0, frames))),
        ("one sample".to_owned(), impulse(9_000, 4.0, frames)),
    ];
    for step in 0..8 {
        let offset = f64::from(step) / 8.0 + 0.0625;
        let pulse = (0..frames).map(|n| {
            let t = PI * (n as f64 - 9_000.0 - offset);
            (2.0 * t.sin() / t) as f32
        });
        cases.push((format!("impulse {offset} frames off the grid"), pulse.collect()));
    }
    cases
}

#[test]
fn the_ceiling_holds_on_a_meter_of_its_own() {
    let mut failures = Vec::new();
    for (name, input) in torture() {
        let before = true_peak_db(&input);
        let over = true_peak_db(&limited(&input)) - CEILING_DB;
        println!("{name}: {before:.2} dBTP in, {over:+.4} dB over the ceiling");
        if over > 0.02 {
            failures.push(format!("{name}: {over:+.4} dB over the ceiling"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
