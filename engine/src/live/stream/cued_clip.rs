//! A stem that can be started anywhere and that loops without a gap.

use super::loop_cache::LoopCache;
use super::loop_range::LoopRange;
use crate::audio::{AudioBuffer, BlockMut};
use crate::mix::Input;
use crate::render::clip::{Clip, ClipError, Placement};
use crate::units::SampleRate;

/// Frames read and discarded at a time on the way to the start of the sound.
const SKIP: usize = 4_096;

/// A clip with a read position and a loop.
pub(crate) struct CuedClip {
    placement: Placement,
    rate: SampleRate,
    /// The clip; `None` once it cannot be read any further.
    clip: Option<Clip>,
    channels: usize,
    /// Session frame of the next frame returned.
    position: u64,
    /// Session frame of the next frame from the clip.
    read: u64,
    /// Loop range, and the cache of its beginning.
    looped: Option<(LoopRange, LoopCache)>,
    discarded: AudioBuffer,
    failure: Option<String>,
}

impl CuedClip {
    /// Opens a stem. Control thread; reads the file.
    pub(crate) fn open(placement: Placement, rate: SampleRate) -> Result<Self, ClipError> {
        let clip = Clip::open(&placement, rate)?;
        let channels = clip.channels();
        let discarded = AudioBuffer::new(channels, SKIP);
        let clip = Some(clip);
        Ok(Self { placement, rate, clip, channels, position: 0, read: 0, looped: None, discarded, failure: None })
    }

    /// Restarts at a session frame, which lies before the loop's end. Reads the file.
    pub(crate) fn cue(&mut self, position: u64, loop_range: Option<LoopRange>) {
        let range = loop_range.filter(|(start, end)| start < end);
        self.looped = range.map(|range| (range, LoopCache::new(range, self.rate, self.channels)));
        (self.position, self.failure) = (position, None);
        self.reopen();
    }

    fn reopen(&mut self) {
        self.read = 0;
        self.clip = match Clip::open(&self.placement, self.rate) {
            Ok(clip) if clip.channels() == self.channels => Some(clip),
            Ok(_) => {
                self.fail(format!("{}: it has other channels than before", self.placement.source.path().display()))
            }
            Err(error) => self.fail(error.to_string()),
        };
    }

    fn fail(&mut self, failure: String) -> Option<Clip> {
        self.failure = Some(failure);
        None
    }

    fn cached(&self) -> u64 {
        self.looped.as_ref().map_or(0, |(_, cache)| cache.cached_from(self.position))
    }

    /// Returns the number of frames to skip before the clip is where it is needed next.
    fn frames_to_skip(&self) -> u64 {
        match &self.looped {
            _ if self.clip.is_none() => 0,
            Some((_, cache)) if self.cached() > 0 && cache.is_whole() => 0,
            _ => (self.position + self.cached()).saturating_sub(self.read),
        }
    }

    /// Returns the number of frames available without skipping.
    pub(crate) fn available(&self) -> u64 {
        if self.frames_to_skip() > 0 { self.cached() } else { u64::MAX }
    }

    /// Skips towards the frame that is needed next; returns true if there was anything to skip.
    pub(crate) fn skip(&mut self) -> bool {
        let left = self.frames_to_skip();
        let Some(clip) = self.clip.as_mut().filter(|_| left > 0) else { return false };
        let frames = left.min(SKIP as u64) as usize;
        clip.fill(&mut self.discarded.first_mut(frames));
        if let Some((_, cache)) = &mut self.looped {
            cache.store(self.read, &self.discarded.first(frames));
        }
        // After the clip's end there is nothing to skip.
        self.read += if clip.end().is_some() { left } else { frames as u64 };
        true
    }

    /// Returns true if only silence remains.
    pub(crate) fn has_ended(&self) -> bool {
        self.clip.as_ref().is_none_or(|clip| self.looped.is_none() && clip.end().is_some())
    }

    /// Returns the error since the last call, as a sentence. After an error nothing more is read
    /// until the next cue.
    pub(crate) fn take_failure(&mut self) -> Option<String> {
        let failure = self.clip.as_mut().and_then(Clip::take_error).map(|error| error.to_string());
        let truncated = || {
            let clip = self.clip.as_ref().filter(|clip| clip.end().is_some())?;
            let what = clip.outcome().truncated.as_ref()?;
            Some(format!("{}: {what}", self.placement.source.path().display()))
        };
        let found = failure.or_else(|| self.failure.take()).or_else(truncated)?;
        self.clip = None;
        Some(found)
    }

    /// Returns frames before the loop's end, from the cache or from the clip.
    fn next_frames(&mut self, out: &mut BlockMut<'_>) -> usize {
        let (frames, cached) = (out.frames(), self.cached());
        let Some(clip) = &mut self.clip else {
            out.fill(0.0);
            return 0;
        };
        if cached > 0 {
            if let Some((_, cache)) = &self.looped {
                cache.read(self.position, out);
            }
            return frames;
        }
        let sound = clip.fill(out);
        if let Some((_, cache)) = &mut self.looped {
            cache.store(self.read, &out.as_block());
        }
        self.read += frames as u64;
        sound
    }

    /// Returns to the loop's beginning once its end is reached.
    fn wrap(&mut self) {
        let Some(((start, end), cache)) = &self.looped else { return };
        if self.position < *end {
            return;
        }
        let is_whole = cache.is_whole();
        self.position = *start;
        // A failed clip is not reopened before its error has been reported.
        self.failure = self.take_failure();
        if !is_whole && self.clip.is_some() {
            self.reopen();
        }
    }
}

impl Input for CuedClip {
    fn channels(&self) -> usize {
        self.channels
    }

    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
        let (frames, mut done, mut sound) = (block.frames(), 0, 0);
        while done < frames {
            while self.available() == 0 {
                self.skip();
            }
            let end = self.looped.as_ref().map_or(u64::MAX, |((_, end), _)| *end);
            let left = end.saturating_sub(self.position).min((frames - done) as u64);
            let part = if self.cached() > 0 { left.min(self.cached()) } else { left } as usize;
            let found = self.next_frames(&mut block.slice_mut(done..done + part));
            sound = if found > 0 { done + found } else { sound };
            done += part;
            self.position += part as u64;
            self.wrap();
        }
        sound
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::{Resampler, Retiming};

    /// Returns the whole of a coded stem, and a clip of it.
    fn coded() -> (Vec<f32>, CuedClip) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/stems/coded/band.mp3");
        let source = crate::io::StemSource::new(path, None);
        let (retiming, resampler) = (Retiming::NONE, Resampler::Steep);
        let placement = Placement { source, skip: 0, length: None, start: 100, retiming, resampler };
        let rate = SampleRate::new(48_000).unwrap();
        let mut whole = Vec::new();
        let mut clip = Clip::open(&placement, rate).unwrap();
        let mut block = AudioBuffer::new(clip.channels(), 1_000);
        while clip.end().is_none() {
            clip.fill(&mut block.block_mut());
            whole.extend_from_slice(block.channel(0));
        }
        (whole, CuedClip::open(placement, rate).unwrap())
    }

    #[test]
    fn a_loop_repeats_the_same_frames_from_any_entry() {
        let (whole, mut clip) = coded();
        let frames = whole.len() as u64;
        assert!(frames > 400_000, "{frames}");
        // Loops shorter than the cache, longer than them, and past the stem's end.
        for (start, end) in [(50_000, 50_001), (60_000, 61_234), (30_000, 330_000), (frames - 5_000, frames + 5_000)] {
            for entered in [0, start, start + 700].map(|position| position.min(end - 1)) {
                clip.cue(entered, Some((start, end)));
                let mut block = AudioBuffer::new(clip.channels(), 777);
                let mut position = entered;
                while position < entered + 2 * (end - start) + start.min(70_000) {
                    clip.fill(&mut block.block_mut());
                    for x in block.channel(0) {
                        let at = if position < end { position } else { start + (position - end) % (end - start) };
                        assert_eq!(*x, whole.get(at as usize).copied().unwrap_or(0.0), "{start} to {end}: {at}");
                        position += 1;
                    }
                    assert!(!clip.has_ended());
                }
            }
        }
    }

    #[test]
    fn a_loop_wraps_without_waiting_for_the_decoder() {
        let (_, mut clip) = coded();
        clip.cue(100_000, Some((90_000, 400_000)));
        while clip.available() == 0 {
            assert!(clip.skip());
        }
        let mut block = AudioBuffer::new(clip.channels(), 1_000);
        for _ in 0..300 {
            clip.fill(&mut block.block_mut());
        }
        // At 400 000 it has turned: a quarter of a second and a thirty-second of the way are there
        // while the stem is read anew.
        assert_eq!(clip.available(), 12_000 + 90_000 / 32);
        while clip.skip() {}
        assert_eq!(clip.available(), u64::MAX);
    }
}
