//! A stem that can be begun anywhere, and that goes round a loop without a gap.

use crate::audio::{AudioBuffer, BlockMut};
use crate::mix::Input;
use crate::render::clip::{Clip, ClipError, Placement};
use crate::units::SampleRate;

/// Frames that are read and thrown away at a time on the way to where the sound shall begin.
const SKIP: usize = 4_096;

/// A session range that is played again and again: the first frame, and the frame after the last.
pub type LoopRange = (u64, u64);

/// A clip with a place from which it is read, and a loop.
pub(super) struct CuedClip {
    placement: Placement,
    rate: SampleRate,
    clip: Option<Clip>,
    channels: usize,
    /// Session frame of the next frame given out.
    position: u64,
    /// Frames still to be thrown away before that.
    skip: u64,
    loop_range: Option<LoopRange>,
    waste: AudioBuffer,
    failure: Option<String>,
}

impl CuedClip {
    /// Opens a stem. Control thread; reads the file.
    pub(super) fn open(placement: Placement, rate: SampleRate) -> Result<Self, ClipError> {
        let clip = Clip::open(&placement, rate)?;
        let channels = clip.channels();
        let waste = AudioBuffer::new(channels, SKIP);
        let clip = Some(clip);
        Ok(Self { placement, rate, clip, channels, position: 0, skip: 0, loop_range: None, waste, failure: None })
    }

    /// Begins anew at a session frame. Reads the file.
    pub(super) fn cue(&mut self, position: u64, loop_range: Option<LoopRange>) {
        self.loop_range = loop_range.filter(|(start, end)| start < end);
        self.begin_at(position);
    }

    fn begin_at(&mut self, position: u64) {
        (self.position, self.skip) = (position, position);
        self.clip = match Clip::open(&self.placement, self.rate) {
            Ok(clip) if clip.channels() == self.channels => Some(clip),
            Ok(_) => self.fail(format!("{}: it has other channels than before", self.placement.path.display())),
            Err(error) => self.fail(error.to_string()),
        };
    }

    fn fail(&mut self, failure: String) -> Option<Clip> {
        self.failure = Some(failure);
        None
    }

    /// Goes on, for a while, to where the sound shall begin; says whether it is there.
    pub(super) fn catch_up(&mut self) -> bool {
        if let Some(clip) = self.clip.as_mut().filter(|_| self.skip > 0) {
            let frames = self.skip.min(SKIP as u64) as usize;
            clip.fill(&mut self.waste.first_mut(frames));
            self.skip = if clip.end().is_some() { 0 } else { self.skip - frames as u64 };
        } else {
            self.skip = 0;
        }
        self.skip == 0
    }

    /// Whether nothing but silence is to come.
    pub(super) fn has_ended(&self) -> bool {
        self.loop_range.is_none_or(|(_, end)| self.position >= end)
            && self.clip.as_ref().is_none_or(|clip| clip.end().is_some())
    }

    /// What went wrong since the last call, as a sentence.
    pub(super) fn take_failure(&mut self) -> Option<String> {
        let failure = self.clip.as_mut().and_then(Clip::take_error).map(|error| error.to_string());
        let truncated = || {
            let clip = self.clip.as_ref().filter(|clip| clip.end().is_some())?;
            let what = clip.outcome().truncated.as_ref()?;
            Some(format!("{}: {what}", self.placement.path.display()))
        };
        let found = failure.or_else(|| self.failure.take()).or_else(truncated)?;
        // What has been told is not told again.
        self.clip = None;
        Some(found)
    }
}

impl Input for CuedClip {
    fn channels(&self) -> usize {
        self.channels
    }

    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
        let (frames, mut done, mut sound) = (block.frames(), 0, 0);
        while done < frames {
            while !self.catch_up() {}
            let left = self.loop_range.map_or(u64::MAX, |(_, end)| end.saturating_sub(self.position));
            if left == 0 {
                let start = self.loop_range.map_or(0, |(start, _)| start);
                self.begin_at(start);
                continue;
            }
            let part = left.min((frames - done) as u64) as usize;
            let mut out = block.slice_mut(done..done + part);
            match &mut self.clip {
                Some(clip) => {
                    let found = clip.fill(&mut out);
                    sound = if found > 0 { done + found } else { sound };
                }
                None => out.fill(0.0),
            }
            done += part;
            self.position += part as u64;
        }
        sound
    }
}
