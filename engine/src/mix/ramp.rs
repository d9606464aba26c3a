//! Click-free transitions between values: along a smooth step, a function of whole frames.

use crate::dsp::smooth_step;

/// A smooth step from 0 to 1. It is flat at both ends in slope and in curvature, so that its effect
/// on a tone stays near the tone.
///
/// It is a function of the number of frames since its start, so that blocks of any size give the
/// same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramp {
    at: u64,
    wait: u64,
    length: u64,
}

impl Ramp {
    /// A completed ramp.
    pub const DONE: Self = Self { at: 0, wait: 0, length: 0 };

    /// Creates a ramp that stays at 0 for `wait` frames and ends `length` frames later.
    pub fn new(wait: u64, length: u64) -> Self {
        Self { at: 0, wait, length }
    }

    /// Returns the number of frames until it ends.
    pub fn remaining(&self) -> u64 {
        self.wait + self.length - self.at
    }

    /// Returns true if it has ended.
    pub fn is_done(&self) -> bool {
        self.remaining() == 0
    }

    /// Returns its value `ahead` frames from now; exactly 1 at the end.
    #[inline]
    pub fn weight(&self, ahead: usize) -> f64 {
        let frame = self.at + ahead as u64;
        if frame >= self.wait + self.length {
            return 1.0;
        }
        if frame < self.wait {
            return 0.0;
        }
        smooth_step((frame - self.wait + 1) as f64 / (self.length + 1) as f64)
    }

    /// Returns the sample `ahead` frames from now of a crossfade from `old` to `new`.
    #[inline]
    pub(super) fn blend(&self, ahead: usize, old: f32, new: f32) -> f32 {
        let weight = self.weight(ahead);
        (f64::from(old) * (1.0 - weight) + f64::from(new) * weight) as f32
    }

    /// Advances by a number of frames.
    pub fn advance(&mut self, frames: usize) {
        self.at = (self.at + frames as u64).min(self.wait + self.length);
    }
}

/// Values at rest or in transition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramped<const N: usize> {
    from: [f64; N],
    to: [f64; N],
    ramp: Ramp,
}

impl<const N: usize> Ramped<N> {
    /// Creates values at rest.
    pub fn at(values: [f64; N]) -> Self {
        Self { from: values, to: values, ramp: Ramp::DONE }
    }

    /// Starts a transition to other values from the current ones. Audio thread.
    pub fn ramp_to(&mut self, to: [f64; N], wait: u64, length: u64) {
        *self = Self { from: self.last(), to, ramp: Ramp::new(wait, length) };
    }

    /// Returns the target, or the values at rest.
    pub fn target(&self) -> [f64; N] {
        self.to
    }

    /// Returns the number of frames until the transition ends.
    pub fn remaining(&self) -> u64 {
        self.ramp.remaining()
    }

    /// Returns the values `ahead` frames from now.
    #[inline]
    pub fn ahead(&self, ahead: usize) -> [f64; N] {
        let weight = self.ramp.weight(ahead);
        std::array::from_fn(|index| self.from[index] + (self.to[index] - self.from[index]) * weight)
    }

    /// Advances by a number of frames.
    pub fn advance(&mut self, frames: usize) {
        self.ramp.advance(frames);
        if self.ramp.is_done() {
            self.from = self.to;
        }
    }

    /// Returns the values of the previous frame.
    fn last(&self) -> [f64; N] {
        if self.ramp.is_done() {
            return self.to;
        }
        if self.ramp.at == 0 {
            return self.from;
        }
        Self { ramp: Ramp { at: self.ramp.at - 1, ..self.ramp }, ..*self }.ahead(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_never_steeper_than_its_smooth_step() {
        let mut ramped = Ramped::at([1.0]);
        ramped.ramp_to([0.0], 3, 100);
        let mut last = 1.0;
        for frame in 0..103 {
            let [now] = ramped.ahead(0);
            // The steepest slope of the smooth step is 15/8 of a straight line's.
            assert!(last - now <= 1.875 / 101.0 + 1e-12 && now <= last, "frame {frame}: {last} to {now}");
            last = now;
            ramped.advance(1);
        }
        assert_eq!((ramped.ahead(0), ramped.remaining()), ([0.0], 0));
    }

    #[test]
    fn a_new_target_during_a_ramp_causes_no_step() {
        let mut ramped = Ramped::at([0.0]);
        ramped.ramp_to([1.0], 0, 100);
        ramped.advance(50);
        let [before] = Ramped { ramp: Ramp { at: 49, ..ramped.ramp }, ..ramped }.ahead(0);
        ramped.ramp_to([-1.0], 0, 100);
        let [after] = ramped.ahead(0);
        assert!((after - before).abs() < 1e-4, "{before} to {after}"); // The first frame of a step of 1.5 over 100.
    }
}
