//! The rate of zero crossings.

use super::frames::finite;
use std::collections::VecDeque;

/// The magnitude at or below which a sample counts as 0, as in librosa.
const THRESHOLD: f32 = 1e-10;

/// Counter of changes of sign in centred frames. Zero is positive; nothing crosses outside the
/// samples or from the sample before a frame to its first.
#[derive(Debug)]
pub(super) struct Crossings {
    length: usize,
    hop: usize,
    was_negative: Option<bool>,
    waiting: VecDeque<bool>,
}

impl Crossings {
    /// Creates a counter for frames of `length` samples every `hop` samples.
    pub(super) fn new(length: usize, hop: usize) -> Self {
        Self { length, hop, was_negative: None, waiting: VecDeque::from(vec![false; length / 2]) }
    }

    /// Takes the next samples.
    pub(super) fn push(&mut self, samples: &[f32]) {
        for sample in samples {
            let is_negative = finite(*sample) < -THRESHOLD;
            self.waiting.push_back(self.was_negative.is_some_and(|was| was != is_negative));
            self.was_negative = Some(is_negative);
        }
    }

    /// Ends the samples, so that frames beyond the last one can be counted.
    pub(super) fn end(&mut self) {
        self.waiting.extend(std::iter::repeat_n(false, self.length - self.length / 2));
    }

    /// Returns the crossings of the next frame divided by its length.
    pub(super) fn next_rate(&mut self) -> f64 {
        let count = self.waiting.iter().take(self.length).skip(1).filter(|crosses| **crosses).count();
        self.waiting.drain(..self.hop.min(self.waiting.len()));
        count as f64 / self.length as f64
    }
}
