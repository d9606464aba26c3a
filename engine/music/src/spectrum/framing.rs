//! Blocks of any length cut into frames that overlap.

use super::HOP;

/// Cuts a stream into frames of a fixed length, centred on multiples of [`HOP`] samples.
///
/// Half a frame of silence precedes the first sample and follows the last. Samples that are not
/// finite count as silence.
#[derive(Debug)]
pub(crate) struct Framing {
    buffer: Vec<f32>,
    length: usize,
    samples: usize,
    frames: usize,
}

impl Framing {
    /// Creates a stream of frames of `length` samples, at least [`HOP`].
    pub(crate) fn new(length: usize) -> Self {
        Self { buffer: vec![0.0; length / 2], length, samples: 0, frames: 0 }
    }

    /// Appends a block, and calls `visit` with each frame that is complete.
    pub(crate) fn push(&mut self, block: &[f32], mut visit: impl FnMut(&[f32])) {
        self.samples += block.len();
        for part in block.chunks(HOP) {
            self.buffer.extend(part.iter().map(|&sample| if sample.is_finite() { sample } else { 0.0 }));
            self.emit(&mut visit);
        }
    }

    /// Calls `visit` with the frames that are left: `samples / HOP + 1` frames in all, 0 for none.
    pub(crate) fn finish(mut self, mut visit: impl FnMut(&[f32])) -> usize {
        let count = if self.samples == 0 { 0 } else { self.samples / HOP + 1 };
        while self.frames < count {
            self.buffer.resize(self.buffer.len() + HOP, 0.0);
            self.emit(&mut |frame: &[f32]| visit(frame));
        }
        self.frames
    }

    fn emit(&mut self, visit: &mut impl FnMut(&[f32])) {
        while self.buffer.len() >= self.length {
            visit(&self.buffer[..self.length]);
            self.buffer.drain(..HOP);
            self.frames += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(samples: &[f32], block: usize, length: usize) -> Vec<Vec<f32>> {
        let (mut framing, mut found) = (Framing::new(length), Vec::new());
        for block in samples.chunks(block) {
            framing.push(block, |frame| found.push(frame.to_vec()));
        }
        let count = framing.finish(|frame| found.push(frame.to_vec()));
        assert_eq!(count, found.len());
        found
    }

    #[test]
    fn frames_are_centred_and_do_not_depend_on_blocks() {
        let samples: Vec<f32> = (1..=5000).map(|index| index as f32).collect();
        let whole = frames(&samples, 5000, 2048);
        assert_eq!(whole.len(), 5);
        for (index, frame) in whole.iter().enumerate() {
            assert_eq!(frame[1024], samples.get(index * HOP).copied().unwrap_or(0.0));
        }
        for block in [1, 7, 1024, 1025, 4999] {
            assert_eq!(frames(&samples, block, 2048), whole);
        }
    }

    #[test]
    fn nothing_gives_nothing_and_bad_samples_are_silent() {
        assert!(frames(&[], 1, 2048).is_empty());
        assert_eq!(frames(&[f32::NAN, f32::INFINITY], 2, 2048), [vec![0.0; 2048]]);
    }
}
