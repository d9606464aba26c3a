//! Input that silences faulty tracks: samples that are not finite never enter the mix.

use crate::audio::BlockMut;
use crate::mix::{Input, Ramp};

/// Larger magnitudes (+180 dBFS) are invalid, too.
const LARGEST: f32 = 1e9;
/// Frames over which the last good sample dies away.
const FADE: u64 = 128;

/// An input, checked for invalid samples.
pub struct FiniteInput<I> {
    /// The checked input.
    pub(crate) input: I,
    last: [f32; 2],
    /// Fade-out of the last good sample, once the input has been cut off.
    fade_out: Option<Ramp>,
    /// True if the input has been cut off since the last [`FiniteInput::take_fault`].
    has_new_fault: bool,
}

impl<I> FiniteInput<I> {
    /// Wraps an input.
    pub(crate) fn new(input: I) -> Self {
        Self { input, last: [0.0; 2], fade_out: None, has_new_fault: false }
    }

    /// Lets the input through again. Audio thread.
    pub(crate) fn clear_fault(&mut self) {
        (self.last, self.fade_out, self.has_new_fault) = ([0.0; 2], None, false);
    }

    /// Returns true if the input has been cut off since the last call. Audio thread.
    pub(crate) fn take_fault(&mut self) -> bool {
        std::mem::take(&mut self.has_new_fault)
    }
}

/// Returns true if every sample is valid.
fn are_valid(samples: &[f32]) -> bool {
    samples.iter().fold(true, |valid, sample| valid & is_valid(*sample))
}

/// Returns true if a sample is valid; false for NaN.
fn is_valid(sample: f32) -> bool {
    sample.abs() <= LARGEST
}

impl<I: Input> Input for FiniteInput<I> {
    fn channels(&self) -> usize {
        self.input.channels()
    }

    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
        let mut sound = self.input.fill(block);
        let (channels, frames) = (block.channels().min(2), block.frames());
        let mut from = 0;
        if self.fade_out.is_none() {
            let good = (0..channels).all(|channel| are_valid(block.channel(channel)));
            from = frames;
            if !good {
                let first = |samples: &[f32]| samples.iter().position(|x| !is_valid(*x)).unwrap_or(frames);
                from = (0..channels).map(|channel| first(block.channel(channel))).min().unwrap_or(frames);
                (self.fade_out, self.has_new_fault) = (Some(Ramp::new(0, FADE)), true);
            }
            if from > 0 {
                self.last = std::array::from_fn(|channel| block.channel(channel.min(channels - 1))[from - 1]);
            }
        }
        if let Some(fade_out) = &mut self.fade_out {
            for channel in 0..channels {
                for (ahead, sample) in block.channel_mut(channel)[from..].iter_mut().enumerate() {
                    *sample = (f64::from(self.last[channel]) * (1.0 - fade_out.weight(ahead))) as f32;
                }
            }
            fade_out.advance(frames - from);
            sound = sound.min(from);
        }
        sound
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;

    /// A steady level with one bad sample.
    struct Bad(f32, usize);

    impl Input for Bad {
        fn channels(&self) -> usize {
            2
        }

        fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
            block.fill(0.5);
            if (0..block.frames()).contains(&self.1) {
                block.channel_mut(1)[self.1] = self.0;
            }
            self.1 = self.1.wrapping_sub(block.frames());
            block.frames()
        }
    }

    #[test]
    fn an_invalid_input_fades_out_and_is_reported_once() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e12] {
            let mut input = FiniteInput::new(Bad(bad, 130));
            let (mut out, mut observed, mut faults) = (AudioBuffer::new(2, 50), [Vec::new(), Vec::new()], 0);
            for _ in 0..10 {
                input.fill(&mut out.block_mut());
                faults += usize::from(input.take_fault());
                observed
                    .iter_mut()
                    .enumerate()
                    .for_each(|(channel, observed)| observed.extend_from_slice(out.channel(channel)));
            }
            assert_eq!(faults, 1);
            for observed in observed {
                assert!(observed[..130].iter().all(|x| *x == 0.5));
                // Half a full scale over 128 frames along the smooth step, whose steepest slope is
                // 15/8.
                assert!(observed.windows(2).all(|two| (two[1] - two[0]).abs() < 0.5 * 1.875 / 128.0 + 1e-6));
                assert!(observed[130 + 128..].iter().all(|x| *x == 0.0));
            }
            input.clear_fault();
            input.fill(&mut out.block_mut());
            assert_eq!(out.channel(0), [0.5; 50]);
        }
    }
}
