//! Runs of frames that are whole steps of the output already, so that rounding and dither would
//! only do harm.

use super::Block;
use std::ops::Range;

/// Frames for which dither continues after the last frame that needed it. A computed sample may
/// fall on a whole step by chance; this many frames in a row may not.
const HOLD_FRAMES: u32 = 256;

/// Splits a stream into frames that are exact and frames that were computed. The same for every
/// size of blocks.
#[derive(Clone, Debug)]
pub(super) struct ExactRuns {
    /// Steps from 0 to full scale.
    scale: f64,
    /// Frames that count as computed, whatever their values.
    held: u32,
}

impl ExactRuns {
    /// Creates runs of samples that are stored in steps of 1/`scale`.
    pub(super) fn new(scale: f64) -> Self {
        Self { scale, held: 0 }
    }

    /// Returns the first frames of `block` from `start` on that are all exact, or all computed, and
    /// which of the two they are.
    pub(super) fn next(&mut self, block: &Block<'_>, start: usize) -> (Range<usize>, bool) {
        let exact = self.take(block, start);
        let mut end = start + 1;
        while end < block.frames() {
            let before = self.held;
            if self.take(block, end) != exact {
                self.held = before;
                break;
            }
            end += 1;
        }
        (start..end, exact)
    }

    /// Reads a frame. Returns true if it is written as it is.
    fn take(&mut self, block: &Block<'_>, frame: usize) -> bool {
        let whole = (0..block.channels()).all(|channel| {
            let steps = f64::from(block.channel(channel)[frame]) * self.scale;
            steps.floor() == steps && (-self.scale..self.scale).contains(&steps)
        });
        if whole && self.held == 0 {
            return true;
        }
        self.held = if whole { self.held - 1 } else { HOLD_FRAMES };
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(samples: &[f32], block: usize) -> Vec<(usize, bool)> {
        let mut splitter = ExactRuns::new(8.0);
        let mut all: Vec<(usize, bool)> = Vec::new();
        for part in samples.chunks(block) {
            let (part, mut start) = (Block::mono(part), 0);
            while start < part.frames() {
                let (range, exact) = splitter.next(&part, start);
                start = range.end;
                match all.last_mut().filter(|last| last.1 == exact) {
                    Some(last) => last.0 += range.len(),
                    None => all.push((range.len(), exact)),
                }
            }
        }
        all
    }

    #[test]
    fn computed_frames_are_separated_in_blocks_of_any_size() {
        let mut samples = vec![0.125; 1_000];
        samples[100] = 0.13;
        samples[200] = -0.26;
        samples[900] = 1.0; // Full scale itself is one step too high.
        let expected = [(100, true), (100 + 1 + 256, false), (443, true), (100, false)];
        for block in [1, 7, 256, 1_000] {
            assert_eq!(runs(&samples, block), expected, "{block}");
        }
    }
}
