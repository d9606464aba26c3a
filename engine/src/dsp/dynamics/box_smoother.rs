//! Two moving averages in a row, in whole numbers: a smooth ramp that arrives exactly, and leaves
//! exactly nothing behind.
#![allow(clippy::inline_always)] // A call for each frame of a limiter costs as much as the smoothing.

/// Fixed-point units in an octave (6.02 dB) of gain reduction: 5.6e-9 dB each.
const UNITS: f64 = (1_u64 << 30) as f64;

/// Largest reduction, in octaves: 2^7 octaves · 2^30 · two boxes of 2^13 frames stay below 2^64.
const MOST_OCTAVES: f64 = 127.0;

/// Length of the longest box, in frames.
const LONGEST: usize = 1 << 13;

/// Two box filters. Together they span `span` frames; a reduction held that long is reached in
/// full.
#[derive(Clone, Debug)]
pub(super) struct BoxSmoother {
    first: RunningSum,
    second: RunningSum,
    to_octaves: f64,
}

#[derive(Clone, Debug)]
struct RunningSum {
    ring: Box<[u64]>,
    next: usize,
    sum: u64,
}

impl RunningSum {
    fn new(frames: usize) -> Self {
        Self { ring: vec![0; frames].into(), next: 0, sum: 0 }
    }

    fn reset(&mut self) {
        self.ring.fill(0);
        (self.next, self.sum) = (0, 0);
    }

    fn inherit_state(&mut self, old: &Self) {
        if self.ring.len() == old.ring.len() {
            self.ring.copy_from_slice(&old.ring);
            (self.next, self.sum) = (old.next, old.sum);
        }
    }

    #[inline(always)]
    fn push(&mut self, value: u64) -> u64 {
        let oldest = std::mem::replace(&mut self.ring[self.next], value);
        self.sum = self.sum + value - oldest;
        self.next = if self.next + 1 == self.ring.len() { 0 } else { self.next + 1 };
        self.sum
    }
}

impl BoxSmoother {
    /// Creates a smoother that spans 1 to 2^14 − 1 frames; other values are clamped.
    pub(super) fn new(span: usize) -> Self {
        let span = span.clamp(1, 2 * LONGEST - 1);
        let first = span.div_ceil(2);
        let second = span + 1 - first;
        Self {
            first: RunningSum::new(first),
            second: RunningSum::new(second),
            to_octaves: 1.0 / (UNITS * first as f64 * second as f64),
        }
    }

    pub(super) fn reset(&mut self) {
        self.first.reset();
        self.second.reset();
    }

    /// Continues from the state of one of the same span.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.first.inherit_state(&old.first);
        self.second.inherit_state(&old.second);
    }

    /// Returns true if the memory contains only zeros.
    pub(super) fn is_idle(&self) -> bool {
        self.first.sum == 0 && self.second.sum == 0
    }

    /// Appends a reduction in octaves, 0 or more, rounded up to a unit. Returns the smoothed one,
    /// exactly 0 after `span` zeros.
    #[inline(always)]
    pub(super) fn push(&mut self, octaves: f64) -> f64 {
        let exact = octaves.min(MOST_OCTAVES) * UNITS;
        let whole = exact as u64;
        let units = whole + u64::from((whole as f64) < exact);
        let sum = self.second.push(self.first.push(units));
        sum as f64 * self.to_octaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_arrives_after_its_span_and_returns_to_exactly_zero() {
        for span in [1, 2, 5, 240, 16_383] {
            let mut smoother = BoxSmoother::new(span);
            let mut out = 0.0;
            for _ in 0..span {
                assert!(out < 2.0);
                out = smoother.push(2.0);
            }
            assert!((out - 2.0).abs() < 1e-12, "{span}: {out}");
            for _ in 0..span {
                out = smoother.push(0.0);
            }
            assert_eq!(out, 0.0);
            assert!(smoother.is_idle());
        }
    }

    #[test]
    fn the_largest_reduction_over_the_longest_span_does_not_overflow() {
        let mut smoother = BoxSmoother::new(usize::MAX);
        let last = (0..20_000).map(|_| smoother.push(1e9)).last();
        assert!((last.unwrap() - MOST_OCTAVES).abs() < 1e-9);
    }
}
