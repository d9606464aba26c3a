//! Guard against faulty tracks: samples that are not finite never enter the mix.

use crate::audio::BlockMut;
use crate::mix::{Input, Ramp};

/// Larger magnitudes (+180 dBFS) are invalid, too.
const LARGEST: f32 = 1e9;
/// Frames over which the last good sample dies away.
const FADE: u64 = 128;

/// An input and its guard.
pub struct FiniteInput<I> {
    /// The guarded input.
    pub(crate) input: I,
    last: [f32; 2],
    /// Fade-out of the last good sample, once the input has been cut off.
    cut: Option<Ramp>,
    news: bool,
}

impl<I> FiniteInput<I> {
    /// Guards an input.
    pub(crate) fn new(input: I) -> Self {
        Self { input, last: [0.0; 2], cut: None, news: false }
    }

    /// Reopens the input. Audio thread.
    pub(crate) fn clear_fault(&mut self) {
        (self.last, self.cut, self.news) = ([0.0; 2], None, false);
    }

    /// Returns true if the input has been cut off since the last call. Audio thread.
    pub(crate) fn take_fault(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }
}

/// Returns true if every sample is valid.
fn check(samples: &[f32]) -> bool {
    samples.iter().fold(true, |sound, sample| sound & is_sound(*sample))
}

/// Returns true if a sample is valid; false for NaN.
fn is_sound(sample: f32) -> bool {
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
        if self.cut.is_none() {
            let good = (0..channels).all(|channel| check(block.channel(channel)));
            from = frames;
            if !good {
                let first = |samples: &[f32]| samples.iter().position(|x| !is_sound(*x)).unwrap_or(frames);
                from = (0..channels).map(|channel| first(block.channel(channel))).min().unwrap_or(frames);
                (self.cut, self.news) = (Some(Ramp::new(0, FADE)), true);
            }
            if from > 0 {
                self.last = std::array::from_fn(|channel| block.channel(channel.min(channels - 1))[from - 1]);
            }
        }
        if let Some(cut) = &mut self.cut {
            for channel in 0..channels {
                for (ahead, sample) in block.channel_mut(channel)[from..].iter_mut().enumerate() {
                    *sample = (f64::from(self.last[channel]) * (1.0 - cut.weight(ahead))) as f32;
                }
            }
            cut.advance(frames - from);
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
    fn an_input_that_goes_mad_dies_away_and_is_told_once() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e12] {
            let mut guarded = FiniteInput::new(Bad(bad, 130));
            let (mut out, mut observed, mut news) = (AudioBuffer::new(2, 50), [Vec::new(), Vec::new()], 0);
            for _ in 0..10 {
                guarded.fill(&mut out.block_mut());
                news += usize::from(guarded.take_fault());
                observed
                    .iter_mut()
                    .enumerate()
                    .for_each(|(channel, observed)| observed.extend_from_slice(out.channel(channel)));
            }
            assert_eq!(news, 1);
            for observed in observed {
                assert!(observed[..130].iter().all(|x| *x == 0.5));
                // Half a full scale over 128 frames along the smooth step, whose steepest slope is
                // 15/8.
                assert!(observed.windows(2).all(|two| (two[1] - two[0]).abs() < 0.5 * 1.875 / 128.0 + 1e-6));
                assert!(observed[130 + 128..].iter().all(|x| *x == 0.0));
            }
            guarded.clear_fault();
            guarded.fill(&mut out.block_mut());
            assert_eq!(out.channel(0), [0.5; 50]);
        }
    }
}
