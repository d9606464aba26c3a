//! Level detectors: from samples to one level per frame for all channels, so that a stereo image
//! stays where it is.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::ballistics::smoothing_coefficient;
use crate::audio::Block;
use crate::process::ProcessSpec;
use crate::simd::vectorised;

/// Magnitudes above this count as this (+200 dBFS): an infinite sample must not stay in a memory
/// for ever.
pub(super) const LARGEST: f32 = 1e10;

/// Fall of a peak envelope and averaging of an RMS detector, in milliseconds.
pub(super) const RMS_MS: f64 = 10.0;

/// Returns the magnitude of a sample: NaN counts as silence.
#[inline]
pub(super) fn magnitude(sample: f32) -> f32 {
    let magnitude = sample.abs();
    let magnitude = if magnitude > 0.0 { magnitude } else { 0.0 };
    if magnitude < LARGEST { magnitude } else { LARGEST }
}

/// Writes the largest magnitude among the channels of each frame; returns the largest of all.
pub(super) fn peak_levels(block: &Block<'_>, levels: &mut [f64]) -> f64 {
    if block.channels() == 2 {
        return stereo_levels(block.channel(0), block.channel(1), levels);
    }
    levels.fill(0.0);
    for channel in 0..block.channels() {
        raise(levels, block.channel(channel));
    }
    largest(levels)
}

/// Lanes of independent maxima: as many as the widest register has.
const LANES: usize = 16;

vectorised! {
    fn stereo_levels(left: &[f32], right: &[f32], levels: &mut [f64]) -> f64 {
        let mut largest = [0.0_f32; LANES];
        let (rows, rest) = levels.as_chunks_mut::<LANES>();
        let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
        for ((levels, left), right) in rows.iter_mut().zip(left).zip(right) {
            for lane in 0..LANES {
                let louder = louder(left[lane], right[lane]);
                levels[lane] = f64::from(louder);
                largest[lane] = if louder > largest[lane] { louder } else { largest[lane] };
            }
        }
        for ((level, l), r) in rest.iter_mut().zip(left_rest).zip(right_rest) {
            *level = f64::from(louder(*l, *r));
        }
        rest.iter().fold(f64::from(largest.into_iter().fold(0.0, f32::max)), |largest, level| largest.max(*level))
    }
}

#[inline]
fn louder(left: f32, right: f32) -> f32 {
    let (left, right) = (magnitude(left), magnitude(right));
    if left > right { left } else { right }
}

vectorised! {
    /// Returns the largest of values that are 0 or more.
    pub(super) fn largest(values: &[f64]) -> f64 {
        let mut largest = [0.0_f64; LANES];
        for row in values.chunks(LANES) {
            for (largest, value) in largest.iter_mut().zip(row) {
                *largest = if *value > *largest { *value } else { *largest };
            }
        }
        largest.into_iter().fold(0.0, f64::max)
    }
}

vectorised! {
    fn raise(levels: &mut [f64], samples: &[f32]) {
        for (level, sample) in levels.iter_mut().zip(samples) {
            let magnitude = f64::from(magnitude(*sample));
            *level = if magnitude > *level { magnitude } else { *level };
        }
    }
}

/// Writes the mean of the channels' squares of each frame: the power of the whole, so that two
/// equal channels read as one.
pub(super) fn mean_powers(block: &Block<'_>, powers: &mut [f64]) {
    powers.fill(0.0);
    let share = 1.0 / block.channels().max(1) as f64;
    for channel in 0..block.channels() {
        for (power, sample) in powers.iter_mut().zip(block.channel(channel)) {
            let magnitude = f64::from(magnitude(*sample));
            *power += share * magnitude * magnitude;
        }
    }
}

/// Peak envelope: rises at once, falls with a time constant of [`RMS_MS`], so that a wave's zero
/// crossings do not count as silence.
#[derive(Clone, Debug)]
pub(super) struct PeakEnvelope {
    keep: f64,
    level: f64,
}

impl PeakEnvelope {
    pub(super) fn new(spec: &ProcessSpec) -> Self {
        Self { keep: smoothing_coefficient(RMS_MS, spec), level: 0.0 }
    }

    pub(super) fn reset(&mut self) {
        self.level = 0.0;
    }

    /// Continues from the state of another one.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.level = old.level;
    }

    /// Turns magnitudes into their envelope, in place.
    pub(super) fn process(&mut self, levels: &mut [f64]) {
        for level in levels {
            let fallen = self.keep * self.level + 1e-40;
            self.level = if *level > fallen { *level } else { fallen };
            *level = self.level;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_is_silence_and_infinity_is_finite() {
        let samples = [f32::NAN, f32::INFINITY, -0.5];
        let mut levels = [9.0; 3];
        peak_levels(&Block::mono(&samples), &mut levels);
        assert_eq!(levels, [0.0, f64::from(LARGEST), 0.5]);
        let largest = peak_levels(&Block::new(&[f32::NAN, 0.25, -0.5, 0.0, f32::NAN, 0.125], 3, 2, 3), &mut levels);
        assert_eq!((largest, levels), (0.5, [0.0, 0.25, 0.5]));
    }

    #[test]
    fn the_largest_is_found_wherever_it_stands() {
        for at in 0..50 {
            let mut left = [0.25_f32; 50];
            left[at] = -0.75;
            let mut levels = [0.0; 50];
            assert_eq!(peak_levels(&Block::mono(&left), &mut levels), 0.75);
            let stereo = [[0.125; 50], left].concat();
            assert_eq!(peak_levels(&Block::new(&stereo, 50, 2, 50), &mut levels), 0.75);
            assert!(levels.iter().enumerate().all(|(n, level)| *level == if n == at { 0.75 } else { 0.25 }));
        }
    }
}
