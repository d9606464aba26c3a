//! A small band: drums, bass and chords on given beats.

use crate::SAMPLE_RATE;
use crate::beats::{Blocks, Rhythm, RhythmFeatures, analyse};
use std::f64::consts::TAU;

/// Stems of a song, of one length.
pub(super) struct Band {
    pub(super) drums: Vec<f32>,
    pub(super) bass: Vec<f32>,
    pub(super) chords: Vec<f32>,
}

/// Roots of the chords of successive bars, in semitones above A.
const ROOTS: [i32; 4] = [0, 5, 10, 7];

impl Band {
    pub(super) fn silent(seconds: f64) -> Self {
        let silence = vec![0.0; (seconds * f64::from(SAMPLE_RATE)) as usize];
        Self { drums: silence.clone(), bass: silence.clone(), chords: silence }
    }

    /// Plays bars on beats. Each bar has kicks and snares on the given parts of it, in beats, a hat
    /// on each half beat, and one chord.
    pub(super) fn play(beats: &[f64], per_bar: usize, first: usize, kicks: &[f64], snares: &[f64]) -> Self {
        let mut band = Self::silent(beats.last().unwrap() + 1.5);
        let time = |beat: f64| -> Option<f64> {
            let index = beat.floor() as usize;
            let next = beats.get(index + 1)?;
            Some(beats[index] + beat.fract() * (next - beats[index]))
        };
        for start in (first..beats.len()).step_by(per_bar) {
            let bar = (start - first) / per_bar;
            let root = ROOTS[bar % ROOTS.len()];
            let end = time((start + per_bar) as f64).unwrap_or(beats.last().unwrap() + 1.0);
            band.add_chord(beats[start], end, root);
            for kick in kicks.iter().filter_map(|kick| time(start as f64 + kick)) {
                band.add_drum(kick, 0.7, 0.05, |age| (TAU * (45.0 + 60.0 * (-age / 0.02).exp()) * age).sin());
                band.add_bass(kick, root);
            }
            for snare in snares.iter().filter_map(|snare| time(start as f64 + snare)) {
                band.add_drum(snare, 0.5, 0.04, |age| 0.7 * hiss(age) + 0.5 * (TAU * 190.0 * age).sin());
            }
        }
        for half in 0..2 * beats.len() {
            let loudness = if half % 2 == 0 { 0.12 } else { 0.08 };
            if let Some(hat) = time(half as f64 / 2.0) {
                band.add_drum(hat, loudness, 0.015, |age| hiss(age) - hiss(age + 1.0 / f64::from(SAMPLE_RATE)));
            }
        }
        band
    }

    fn add_drum(&mut self, time: f64, loudness: f64, decay: f64, sound: impl Fn(f64) -> f64) {
        add(&mut self.drums, time, 6.0 * decay, |age| loudness * (-age / decay).exp() * sound(age));
    }

    fn add_bass(&mut self, time: f64, root: i32) {
        let hertz = 55.0 * (f64::from(root) / 12.0).exp2();
        add(&mut self.bass, time, 0.3, |age| {
            let edge = (age / 0.005).min(1.0) * ((0.3 - age) / 0.02).clamp(0.0, 1.0);
            0.2 * edge
                * (1..6).map(|partial| (TAU * hertz * f64::from(partial) * age).sin() / f64::from(partial)).sum::<f64>()
        });
    }

    fn add_chord(&mut self, start: f64, end: f64, root: i32) {
        let length = end - start;
        for interval in [0, 4, 7] {
            let hertz = 220.0 * (f64::from((root + interval) % 12) / 12.0).exp2();
            add(&mut self.chords, start, length, |age| {
                let edge = (age / 0.01).min(1.0) * ((length - age) / 0.02).clamp(0.0, 1.0);
                0.05 * edge
                    * (1..5)
                        .map(|partial| (TAU * hertz * f64::from(partial) * age).sin() / f64::from(partial))
                        .sum::<f64>()
            });
        }
    }

    pub(super) fn mix(&self) -> Vec<f32> {
        let stems = self.drums.iter().zip(&self.bass).zip(&self.chords);
        stems.map(|((drums, bass), chords)| drums + bass + chords).collect()
    }

    /// Analyses all stems, in blocks of a length.
    pub(super) fn analyse(&self, block: usize) -> Rhythm {
        let mix = self.mix();
        let mut features = RhythmFeatures::new();
        for start in (0..mix.len()).step_by(block) {
            let part = start..(start + block).min(mix.len());
            features.push(&Blocks {
                mix: &mix[part.clone()],
                drums: Some(&self.drums[part.clone()]),
                bass: Some(&self.bass[part.clone()]),
                rest: Some(&self.chords[part]),
            });
        }
        analyse(&features.finish())
    }
}

/// Analyses a mix without stems.
pub(super) fn analyse_mix(mix: &[f32]) -> Rhythm {
    let mut features = RhythmFeatures::new();
    features.push(&Blocks { mix, ..Blocks::default() });
    analyse(&features.finish())
}

fn add(stem: &mut [f32], start: f64, seconds: f64, sound: impl Fn(f64) -> f64) {
    let rate = f64::from(SAMPLE_RATE);
    let first = (start * rate).round() as usize;
    let end = (first + (seconds * rate) as usize).min(stem.len());
    for (index, sample) in stem[first.min(end)..end].iter_mut().enumerate() {
        *sample += sound(index as f64 / rate) as f32;
    }
}

/// Returns noise that depends on the age in samples alone.
pub(super) fn hiss(age: f64) -> f64 {
    let mut state = (age * f64::from(SAMPLE_RATE)).round() as u32;
    state = state.wrapping_mul(0x9E37_79B9) ^ 0x85EB_CA6B;
    state ^= state >> 15;
    state = state.wrapping_mul(0x2C1B_3C6D);
    state ^= state >> 12;
    f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0
}

/// Returns beats of a constant tempo.
pub(super) fn steady(bpm: f64, start: f64, count: usize) -> Vec<f64> {
    (0..count).map(|beat| start + beat as f64 * 60.0 / bpm).collect()
}

/// Returns the share of true beats with a found one within a distance in seconds, and of found ones
/// with a true one, whichever is less.
pub(super) fn agreement(found: &[f64], truth: &[f64], distance: f64) -> f64 {
    let near = |one: &[f64], others: &[f64]| {
        let hit = |time: &&f64| others.iter().any(|other| (other - **time).abs() <= distance);
        one.iter().filter(hit).count() as f64 / one.len().max(1) as f64
    };
    near(found, truth).min(near(truth, found))
}
