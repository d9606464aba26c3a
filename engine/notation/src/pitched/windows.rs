//! Windows of a stream of samples.

use super::net::{FIRST_KEPT, Frame, HOP, KEPT, Network, WINDOW};

/// Magnitude up to which samples count; full scale is 1.
const LIMIT: f32 = 100.0;

/// Largest magnitude of windows that count as silence: -80 dB of full scale.
const SILENCE: f32 = 1e-4;

/// Cuts a stream into windows for the network.
#[derive(Debug)]
pub(super) struct Windows {
    network: Network,
    /// Samples of the next window.
    pending: Vec<f32>,
    samples: usize,
    frames: usize,
}

impl Windows {
    pub(super) fn new() -> Self {
        // The first kept frame is centred on the first sample.
        let mut pending = Vec::with_capacity(WINDOW);
        pending.resize(FIRST_KEPT * HOP, 0.0);
        Self { network: Network::new(), pending, samples: 0, frames: 0 }
    }

    /// Adds samples. Reports each frame once its window is full; `None` is a frame of silence.
    pub(super) fn push(&mut self, mut samples: &[f32], mut report: impl FnMut(Option<Frame<'_>>)) {
        self.samples += samples.len();
        while !samples.is_empty() {
            let (block, rest) = samples.split_at(samples.len().min(WINDOW - self.pending.len()));
            self.pending.extend(block.iter().map(|&sample| bound(sample)));
            samples = rest;
            if self.pending.len() == WINDOW {
                self.run(usize::MAX, &mut report);
            }
        }
    }

    /// Reports the frames that remain: in all, as many as hops begun.
    pub(super) fn finish(mut self, mut report: impl FnMut(Option<Frame<'_>>)) {
        let total = self.samples.div_ceil(HOP);
        while self.frames < total {
            self.pending.resize(WINDOW, 0.0);
            self.run(total - self.frames, &mut report);
        }
    }

    fn run(&mut self, most: usize, report: &mut impl FnMut(Option<Frame<'_>>)) {
        let count = most.min(KEPT);
        if self.pending.iter().all(|sample| sample.abs() <= SILENCE) {
            (0..count).for_each(|_| report(None));
        } else {
            let mut left = count;
            self.network.run(&self.pending, |frame| {
                if left > 0 {
                    report(Some(frame));
                    left -= 1;
                }
            });
        }
        self.frames += count;
        self.pending.drain(..KEPT * HOP);
    }
}

/// Returns a sample within the limits. Values that are not finite count as silence.
fn bound(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LIMIT, LIMIT) } else { 0.0 }
}
