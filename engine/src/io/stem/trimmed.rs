//! A source with its ends cut off.

use crate::audio::{AudioBuffer, BlockMut};
use crate::process::Source;
use crate::units::SampleRate;

/// Source without the first frames of another, and without all frames after a number of them.
pub struct Trimmed<S> {
    source: S,
    skip: u64,
    left: Option<u64>,
    discard: AudioBuffer,
}

impl<S: Source> Trimmed<S> {
    /// Skips `skip` frames, then returns at most `length` frames, or all if `None`. Control thread;
    /// allocates.
    pub fn new(source: S, skip: u64, length: Option<u64>) -> Self {
        const DISCARD_FRAMES: usize = 4_096;
        let frames = if skip > 0 { DISCARD_FRAMES } else { 0 };
        let discard = AudioBuffer::new(source.channels(), frames);
        Self { source, skip, left: length, discard }
    }

    /// Returns the source itself.
    pub fn source(&self) -> &S {
        &self.source
    }
}

impl<S: Source> Source for Trimmed<S> {
    type Error = S::Error;

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.source.sample_rate()
    }

    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, S::Error> {
        while self.skip > 0 {
            let want = self.skip.min(self.discard.frames() as u64) as usize;
            let got = self.source.read(&mut self.discard.first_mut(want))?;
            if got < want {
                (self.skip, self.left) = (0, Some(0));
                return Ok(0);
            }
            self.skip -= got as u64;
        }
        let want = self.left.map_or(out.frames(), |left| left.min(out.frames() as u64) as usize);
        let got = self.source.read(&mut out.slice_mut(0..want))?;
        if let Some(left) = &mut self.left {
            *left = if got < want { 0 } else { *left - got as u64 };
        }
        Ok(got)
    }
}
