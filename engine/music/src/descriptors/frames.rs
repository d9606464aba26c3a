//! Centred frames of a stream of samples.

/// The largest magnitude that a sample keeps: squares and transforms of it stay finite.
const LARGEST: f32 = 1e6;

/// Cutter of a stream into overlapping centred frames, with silence before its start and after its
/// end. The frames do not depend on the lengths of the blocks.
#[derive(Debug)]
pub(crate) struct Frames {
    length: usize,
    hop: usize,
    waiting: Vec<f32>,
}

impl Frames {
    /// Creates a cutter of frames of `length` samples every `hop` samples.
    pub(crate) fn new(length: usize, hop: usize) -> Self {
        Self { length, hop, waiting: vec![0.0; length / 2] }
    }

    /// Takes the next samples, and calls `use_frame` with each frame that is complete.
    pub(crate) fn push(&mut self, samples: &[f32], mut use_frame: impl FnMut(&[f32])) {
        self.waiting.extend(samples.iter().map(|sample| finite(*sample)));
        let mut start = 0;
        while self.waiting.len() - start >= self.length {
            use_frame(&self.waiting[start..start + self.length]);
            start += self.hop;
        }
        self.waiting.drain(..start);
    }

    /// Calls `use_frame` with the frames that reach beyond the last sample.
    pub(crate) fn end(&mut self, use_frame: impl FnMut(&[f32])) {
        let silence = vec![0.0; self.length - self.length / 2];
        self.push(&silence, use_frame);
    }
}

/// Returns the sample within range, 0 for one that is not finite.
pub(crate) fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LARGEST, LARGEST) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the frames of `samples`, given in blocks of `block` samples.
    fn cut(samples: &[f32], block: usize) -> Vec<Vec<f32>> {
        let (mut frames, mut found) = (Frames::new(8, 2), Vec::new());
        for block in samples.chunks(block) {
            frames.push(block, |frame| found.push(frame.to_vec()));
        }
        frames.end(|frame| found.push(frame.to_vec()));
        found
    }

    #[test]
    fn frames_are_centred_on_multiples_of_the_hop() {
        let samples: Vec<f32> = (1..=21_i16).map(f32::from).collect();
        let found = cut(&samples, 5);
        assert_eq!(found.len(), 1 + 21 / 2);
        for (index, frame) in found.iter().enumerate() {
            for (offset, sample) in frame.iter().enumerate() {
                let expected = (index * 2 + offset).checked_sub(4).and_then(|at| samples.get(at));
                assert_eq!(*sample, expected.copied().unwrap_or(0.0), "frame {index}, sample {offset}");
            }
        }
    }

    #[test]
    fn blocks_do_not_change_the_frames() {
        let samples: Vec<f32> = (0..100_i16).map(f32::from).collect();
        for block in [1, 3, 8, 64, 100] {
            assert_eq!(cut(&samples, block), cut(&samples, 7));
        }
    }

    #[test]
    fn samples_that_are_not_finite_are_silent() {
        assert_eq!([f32::NAN, f32::INFINITY, -1e30, 0.5].map(finite), [0.0, 0.0, -1e6, 0.5]);
    }
}
