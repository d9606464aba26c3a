//! Behaviour on drums that are synthesised here, and on input without drums.

use super::*;
use crate::{Drum, SAMPLE_RATE};
use std::f64::consts::TAU;

const RATE: f64 = SAMPLE_RATE as f64;

/// Returns white noise from -1 to 1, the same at each call.
fn noise(length: usize) -> impl Iterator<Item = f64> {
    let mut state = 1u32;
    let next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 23) - 1.0
    };
    std::iter::repeat_with(next).take(length)
}

fn kick() -> Vec<f32> {
    let decay = |seconds: f64| (-seconds / 0.09).exp();
    let sample = |seconds: f64| (TAU * (50.0 * seconds + 2.5 * (1.0 - (-seconds / 0.02).exp()))).sin() * decay(seconds);
    (0..8_000).map(|index| sample(index as f64 / RATE) as f32).collect()
}

fn snare() -> Vec<f32> {
    let sample = |(index, noise): (usize, f64)| {
        let seconds = index as f64 / RATE;
        let skin = 0.6 * (TAU * 190.0 * seconds).sin() * (-seconds / 0.05).exp();
        (skin + 0.5 * noise * (-seconds / 0.07).exp()) as f32
    };
    noise(8_000).enumerate().map(sample).collect()
}

/// Returns bright noise, its second difference, that decays in `seconds`.
fn hat(seconds: f64) -> Vec<f32> {
    let noise: Vec<f64> = noise(10_000).collect();
    let bright = noise.windows(3).map(|three| three[0] - 2.0 * three[1] + three[2]);
    bright.enumerate().map(|(index, value)| (0.08 * value * (-(index as f64) / RATE / seconds).exp()) as f32).collect()
}

/// Returns a stem of `seconds` with each sound at its times.
fn stem(seconds: f64, sounds: &[(Vec<f32>, Vec<f64>)]) -> Vec<f32> {
    let mut stem = vec![0.0; (seconds * RATE) as usize];
    for (sound, times) in sounds {
        for time in times {
            let start = (time * RATE).round() as usize;
            stem[start..].iter_mut().zip(sound).for_each(|(sum, sample)| *sum += sample);
        }
    }
    stem
}

fn steps(first: f64, step: f64, count: usize) -> Vec<f64> {
    (0..count).map(|index| first + step * index as f64).collect()
}

fn transcribe(samples: &[f32]) -> Vec<Hit> {
    let mut transcriber = DrumTranscriber::new();
    transcriber.push(samples);
    transcriber.finish()
}

/// Asserts that the hits of `drums` are at `times`, and nowhere else.
fn assert_times(hits: &[Hit], drums: &[Drum], times: &[f64]) {
    let given: Vec<f64> = hits.iter().filter(|hit| drums.contains(&hit.drum)).map(|hit| hit.time_s).collect();
    let near = given.len() == times.len() && given.iter().zip(times).all(|(given, time)| (given - time).abs() < 0.012);
    assert!(near, "{drums:?}: {given:?}\nexpected {times:?}");
}

fn beat() -> ([Vec<f64>; 3], Vec<f32>) {
    let times = [steps(0.213, 1.0, 6), steps(0.713, 1.0, 6), steps(0.213, 0.25, 23)];
    let sounds = [kick(), snare(), hat(0.03)].into_iter().zip(times.clone());
    (times, stem(6.5, &sounds.collect::<Vec<_>>()))
}

#[test]
fn a_beat_gives_its_kicks_snares_and_hats() {
    let (times, stem) = beat();
    let hits = transcribe(&stem);
    assert_times(&hits, &[Drum::Kick], &times[0]);
    assert_times(&hits, &[Drum::Snare], &times[1]);
    assert_times(&hits, &[Drum::HihatClosed, Drum::HihatOpen], &times[2]);
    assert!(hits.windows(2).all(|pair| pair[0].time_s <= pair[1].time_s));
}

#[test]
fn a_soft_stem_gives_the_same_drums() {
    let (times, stem) = beat();
    let soft: Vec<f32> = stem.iter().map(|sample| sample / 256.0).collect();
    let hits = transcribe(&soft);
    assert_times(&hits, &[Drum::Kick], &times[0]);
    assert_times(&hits, &[Drum::Snare], &times[1]);
}

#[test]
fn blocks_of_any_length_give_the_same_bits() {
    let (_, stem) = beat();
    let mut parts = DrumTranscriber::new();
    let mut rest = &stem[..];
    for length in [0, 1, 219, 7_919, 3].into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (block, after) = rest.split_at(length.min(rest.len()));
        parts.push(block);
        rest = after;
    }
    assert_eq!(parts.finish(), transcribe(&stem));
}

#[test]
fn silence_and_nothing_have_no_hits() {
    assert!(transcribe(&[]).is_empty());
    assert!(transcribe(&vec![0.0; 50_000]).is_empty());
    assert!(transcribe(&vec![f32::NAN; 5_000]).is_empty());
}

#[test]
fn short_input_and_clicks_give_few_hits() {
    assert!(transcribe(&[1.0]).len() <= 3);
    assert!(transcribe(&[0.5; 100]).len() <= 3);
    let mut click = vec![0.0; 30_000];
    click[15_000] = 1.0;
    let hits = transcribe(&click);
    assert!(hits.len() <= 3 && hits.iter().all(|hit| (hit.time_s - 15_000.0 / RATE).abs() < 0.03), "{hits:?}");
}

#[test]
fn notes_and_steady_noise_give_few_hits() {
    let note = |hertz: f64| -> Vec<f32> {
        let voice = |seconds: f64| {
            (1..12).map(|part| (TAU * hertz * f64::from(part) * seconds).sin() / f64::from(part)).sum::<f64>()
        };
        let slope = |seconds: f64| (seconds / 0.03).min((0.45 - seconds) / 0.03).min(1.0);
        (0..(0.45 * RATE) as usize)
            .map(|index| index as f64 / RATE)
            .map(|at| (0.3 * slope(at) * voice(at)) as f32)
            .collect()
    };
    let melody: Vec<(Vec<f32>, Vec<f64>)> = [220.0, 262.0, 330.0, 294.0]
        .into_iter()
        .zip([0.0, 0.5, 1.0, 1.5])
        .map(|(hertz, first)| (note(hertz), steps(first, 2.0, 5)))
        .collect();
    let melody = transcribe(&stem(10.5, &melody));
    assert!(melody.len() <= 6, "{melody:?}");
    let steady: Vec<f32> = noise(10 * SAMPLE_RATE as usize).map(|sample| (0.3 * sample) as f32).collect();
    let steady = transcribe(&steady);
    assert!(steady.len() <= 6, "{steady:?}");
}

#[test]
fn harder_hits_have_larger_velocities() {
    let softer = |sound: Vec<f32>| sound.into_iter().map(|sample| sample * 0.2).collect();
    let sounds = [(snare(), steps(0.3, 1.0, 5)), (softer(snare()), steps(0.8, 1.0, 5))];
    let hits = transcribe(&stem(6.0, &sounds));
    let snares: Vec<u8> = hits.iter().filter(|hit| hit.drum == Drum::Snare).map(|hit| hit.velocity).collect();
    assert_eq!(snares.len(), 10);
    assert!(snares.chunks(2).all(|pair| pair[0] > pair[1]), "{snares:?}");
}
