//! From fader, pan, width and polarity to the four gains between input and output channels.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::ramp::Ramped;
use crate::audio::{Block, BlockMut};
use crate::session::{Bus, PanLaw, Polarity, Track};
use crate::simd::vectorised;
use crate::units::Decibels;
use std::f64::consts::FRAC_PI_4;

/// Gains from the input's channels to left and right. A mono input is the left one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matrix {
    /// Left input to left output.
    pub left_to_left: f64,
    /// Right input to left output.
    pub right_to_left: f64,
    /// Left input to right output.
    pub left_to_right: f64,
    /// Right input to right output.
    pub right_to_right: f64,
}

impl Matrix {
    /// Unchanged stereo.
    pub const UNITY: Self = Self { left_to_left: 1.0, right_to_left: 0.0, left_to_right: 0.0, right_to_right: 1.0 };

    /// Returns a track's width, pan and polarity, without its fader. `channels` is the number of
    /// channels of the stem, 1 or 2.
    pub fn of_track(track: &Track, channels: usize) -> Self {
        StereoPosition::of_track(track).matrix(channels)
    }

    /// Returns a bus's width, balance and polarity, without its fader.
    pub fn of_bus(bus: &Bus) -> Self {
        StereoPosition::of_bus(bus).matrix(2)
    }

    /// Returns the gains: left to left, right to left, left to right, right to right.
    pub fn gains(&self) -> [f64; 4] {
        [self.left_to_left, self.right_to_left, self.left_to_right, self.right_to_right]
    }

    /// Returns the matrix of a width: mid stays, side times `width`; exactly [`Matrix::UNITY`] at
    /// 1.
    fn of_width(width: f64) -> Self {
        let (same, other) = (f64::midpoint(1.0, width), (1.0 - width) / 2.0);
        Self { left_to_left: same, right_to_left: other, left_to_right: other, right_to_right: same }
    }

    fn balanced(self, left: f64, right: f64) -> Self {
        Self {
            left_to_left: self.left_to_left * left,
            right_to_left: self.right_to_left * left,
            left_to_right: self.left_to_right * right,
            right_to_right: self.right_to_right * right,
        }
    }

    /// Returns all gains times a factor: the fader.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        self.balanced(factor, factor)
    }

    /// Writes `input` (mono or stereo) through the gains to `out` (stereo, same frames). Audio
    /// thread.
    pub fn apply(&self, input: &Block<'_>, out: &mut BlockMut<'_>) {
        let (left_out, right_out) = out.pair_mut();
        let left = input.channel(0);
        if input.channels() == 1 {
            for ((x, l), r) in left.iter().zip(left_out).zip(right_out) {
                *l = (f64::from(*x) * self.left_to_left) as f32;
                *r = (f64::from(*x) * self.left_to_right) as f32;
            }
            return;
        }
        let right = input.channel(1);
        if self.right_to_left == 0.0 && self.left_to_right == 0.0 {
            scale(left, self.left_to_left, left_out);
            scale(right, self.right_to_right, right_out);
            return;
        }
        for (((x, y), l), r) in left.iter().zip(right).zip(left_out).zip(right_out) {
            let (x, y) = (f64::from(*x), f64::from(*y));
            *l = (x * self.left_to_left + y * self.right_to_left) as f32;
            *r = (x * self.left_to_right + y * self.right_to_right) as f32;
        }
    }
}

vectorised! {
    fn scale(samples: &[f32], gain: f64, out: &mut [f32]) {
        for (x, y) in samples.iter().zip(out) {
            *y = (f64::from(*x) * gain) as f32;
        }
    }
}

/// Settings of a strip's matrix, besides its fader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StereoPosition {
    /// Pan position, −1 to 1.
    pub pan: f64,
    /// Pan law.
    pub law: PanLaw,
    /// Width, 0 to 2; of stereo strips.
    pub width: f64,
    /// The polarity.
    pub polarity: Polarity,
}

impl StereoPosition {
    /// Returns the settings of a track.
    pub fn of_track(track: &Track) -> Self {
        Self { pan: track.pan, law: track.pan_law, width: track.width, polarity: track.polarity }
    }

    /// Returns the settings of a bus.
    pub fn of_bus(bus: &Bus) -> Self {
        Self { pan: bus.pan, law: PanLaw::Balance, width: bus.width, polarity: bus.polarity }
    }

    /// Returns the gains for a strip of 1 or 2 channels.
    pub fn matrix(&self, channels: usize) -> Matrix {
        let law = match (self.law, channels) {
            (PanLaw::Auto, 1) => PanLaw::ConstantPower0Db,
            (PanLaw::Auto, _) => PanLaw::Balance,
            (law, _) => law,
        };
        let sign = if self.polarity == Polarity::Inverted { -1.0 } else { 1.0 };
        let (left, right) = pan_gains(law, self.pan);
        if channels == 1 {
            let mono = Matrix { left_to_left: left, right_to_left: 0.0, left_to_right: right, right_to_right: 0.0 };
            return mono.scaled(sign);
        }
        Matrix::of_width(self.width).balanced(left, right).scaled(sign)
    }
}

/// A matrix at rest or in transition to another.
#[derive(Clone, Debug)]
pub struct RampedMatrix {
    matrix: Matrix,
    gains: Ramped<4>,
}

impl RampedMatrix {
    /// Creates a matrix at rest.
    pub fn at(matrix: Matrix) -> Self {
        Self { matrix, gains: Ramped::at(matrix.gains()) }
    }

    /// Starts a transition to another matrix over `frames` frames; every gain moves on its own
    /// straight path. Audio thread.
    pub fn ramp_to(&mut self, matrix: Matrix, frames: u64) {
        if matrix.gains() != self.gains.target() {
            self.gains.ramp_to(matrix.gains(), 0, frames);
        }
        self.matrix = matrix;
    }

    /// Ends a transition at once. Audio thread.
    pub fn jump_to_target(&mut self) {
        self.gains = Ramped::at(self.matrix.gains());
    }

    /// Applies the gains as [`Matrix::apply`]; at rest exactly that. Audio thread.
    pub fn apply(&mut self, input: &Block<'_>, out: &mut BlockMut<'_>) {
        let frames = self.gains.remaining().min(out.frames() as u64) as usize;
        if frames > 0 {
            let (left_out, right_out) = out.pair_mut();
            let (left, right) = (input.channel(0), input.channel(input.channels() - 1));
            for frame in 0..frames {
                let [ll, rl, lr, rr] = self.gains.ahead(frame);
                let (x, y) = (f64::from(left[frame]), f64::from(right[frame]));
                left_out[frame] = (x * ll + y * rl) as f32;
                right_out[frame] = (x * lr + y * rr) as f32;
            }
            self.gains.advance(frames);
        }
        let rest = frames..out.frames();
        self.matrix.apply(&input.slice(rest.clone()), &mut out.slice_mut(rest));
    }
}

/// Returns the gains of left and right at a position p, −1 to 1. θ = (p + 1)·π/4.
fn pan_gains(law: PanLaw, pan: f64) -> (f64, f64) {
    let theta = (pan + 1.0) * FRAC_PI_4;
    let power = (theta.cos(), theta.sin());
    // √2·cos θ and √2·sin θ, written so that both are exactly 1 in the centre.
    let (cosine, sine) = ((pan * FRAC_PI_4).cos(), (pan * FRAC_PI_4).sin());
    let raised = (cosine - sine, cosine + sine);
    let linear = ((1.0 - pan) / 2.0, f64::midpoint(1.0, pan));
    match law {
        PanLaw::ConstantPower => power,
        PanLaw::ConstantPower0Db => raised,
        PanLaw::Linear => linear,
        PanLaw::Minus4Point5Db => ((power.0 * linear.0).max(0.0).sqrt(), (power.1 * linear.1).max(0.0).sqrt()),
        // Constant power raised by 3 dB and held at 1: the near side stays, the far side falls.
        PanLaw::Auto | PanLaw::Balance => (raised.0.min(1.0), raised.1.min(1.0)),
    }
}

/// Returns the factor of a fader that may be muted.
pub fn fader(gain_db: f64, muted: bool) -> f64 {
    if muted { 0.0 } else { Decibels(gain_db).to_amplitude() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

    #[test]
    fn pan_laws_have_their_centre_levels() {
        // (law, level of each side in the centre in dB): cos 45°, one half, the geometric mean, and
        // no change.
        for (law, centre_db) in [
            (PanLaw::ConstantPower, -3.010_3),
            (PanLaw::Linear, -6.020_6),
            (PanLaw::Minus4Point5Db, -4.515_45),
            (PanLaw::ConstantPower0Db, 0.0),
            (PanLaw::Balance, 0.0),
        ] {
            let (left, right) = pan_gains(law, 0.0);
            assert!((20.0 * left.log10() - centre_db).abs() < 1e-4, "{law:?}");
            assert!((left - right).abs() < 1e-15, "{law:?}");
            let (left, right) = pan_gains(law, 1.0);
            let near = if law == PanLaw::ConstantPower0Db { SQRT_2 } else { 1.0 };
            assert!(left.abs() < 1e-15 && (right - near).abs() < 1e-15, "{law:?}");
        }
    }

    #[test]
    fn constant_power_is_constant_at_every_position() {
        for step in -10..=10 {
            let pan = f64::from(step) / 10.0;
            let (left, right) = pan_gains(PanLaw::ConstantPower0Db, pan);
            assert!((left * left + right * right - 2.0).abs() < 1e-14, "{pan}");
            assert_eq!(pan_gains(PanLaw::Balance, pan), (left.min(1.0), right.min(1.0)), "{pan}");
        }
    }

    #[test]
    fn a_centred_mono_track_is_unity_on_both_sides() {
        let matrix = Matrix::of_track(&Track::new("a.wav"), 1);
        assert_eq!((matrix.left_to_left, matrix.left_to_right), (1.0, 1.0));
        let named = Track { pan_law: PanLaw::ConstantPower, ..Track::new("a.wav") };
        let matrix = Matrix::of_track(&named, 1);
        assert!((matrix.left_to_left - FRAC_1_SQRT_2).abs() < 1e-15, "by name it keeps −3 dB");
    }

    #[test]
    fn a_stereo_track_at_unity_is_exactly_unity() {
        assert_eq!(Matrix::of_track(&Track::new("a.wav"), 2), Matrix::UNITY);
        assert_eq!(Matrix::of_bus(&Bus::new("b")), Matrix::UNITY);
    }

    #[test]
    fn zero_width_is_mono_and_inversion_negates() {
        let mut track = Track::new("a.wav");
        track.width = 0.0;
        track.polarity = Polarity::Inverted;
        let matrix = Matrix::of_track(&track, 2);
        let mut out = crate::audio::AudioBuffer::new(2, 1);
        let input = crate::audio::AudioBuffer::from_channels(&[vec![0.5], vec![0.25]]);
        matrix.apply(&input.block(), &mut out.block_mut());
        assert_eq!((out.channel(0)[0], out.channel(1)[0]), (-0.375, -0.375));
    }
}
