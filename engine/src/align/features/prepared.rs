//! Stem prepared for comparison with others.

use super::envelope::Envelope;
use super::stem::StemFeatures;

/// Stem with its envelope and the decimated frames at its end.
pub(crate) struct PreparedStem<'a> {
    pub(crate) stem: &'a StemFeatures,
    pub(crate) envelope: Envelope,
    last: Vec<f32>,
    loud: f64,
}

impl<'a> PreparedStem<'a> {
    pub(crate) fn new(stem: &'a StemFeatures) -> Self {
        let envelope = Envelope::new(stem.levels());
        let powers = envelope.running_power().windows(2).map(|pair| pair[1] - pair[0]);
        let (sum, squares) = powers.fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
        let loud = if sum > 0.0 { squares / sum } else { 0.0 };
        Self { stem, envelope, last: stem.last_decimated(), loud }
    }

    /// Returns the frames of the stem in a decimated one.
    pub(crate) fn factor(&self) -> usize {
        self.stem.decimator().factor()
    }

    /// Returns the gain that brings the peak to 1.
    pub(crate) fn scale(&self) -> f32 {
        1.0 / self.stem.peak().max(f32::MIN_POSITIVE)
    }

    /// Returns `count` decimated frames from number `start` on; silence outside the stem.
    pub(crate) fn decimated_from(&self, start: i64, count: usize) -> Vec<f32> {
        let mut frames = vec![0.0; count];
        let settled = self.stem.decimated();
        settled.read(start, &mut frames);
        for (n, x) in (settled.len() as i64..).zip(&self.last) {
            if let Some(to) = usize::try_from(n - start).ok().and_then(|n| frames.get_mut(n)) {
                *to = *x;
            }
        }
        frames
    }

    /// Returns all decimated frames.
    pub(crate) fn decimated(&self) -> Vec<f32> {
        self.decimated_from(0, self.stem.decimated().len() + self.last.len())
    }

    /// Returns the power of one frame of the envelope; 0 outside the stem.
    pub(crate) fn power(&self, n: usize) -> f64 {
        let sums = self.envelope.running_power();
        sums.get(n + 1).map_or(0.0, |sum| sum - sums[n])
    }

    /// Returns the power where the stem is loud: the mean of the power, weighted by the power
    /// itself, which silence does not lower.
    pub(crate) fn loud(&self) -> f64 {
        self.loud
    }

    /// Returns the mean power between two frames, over the mean of the whole.
    pub(crate) fn level(&self, from: usize, to: usize) -> f64 {
        let sums = self.envelope.running_power();
        let mean = |from: usize, to: usize| (sums[to] - sums[from]) / (to - from).max(1) as f64;
        let (hop, count) = (self.envelope.hop(), sums.len() - 1);
        let end = (to / hop).clamp(1, count.max(1)).min(count);
        mean((from / hop).min(end.saturating_sub(1)), end) / mean(0, count).max(f64::MIN_POSITIVE)
    }
}
