//! The track's end of the ring between it and a reader thread: frames read ahead, and silence with
//! fades on underrun.

use super::input::{Cue, LiveInput};
use super::ring_writer::{Mark, RingWriter};
use crate::audio::BlockMut;
use crate::mix::{Input, Ramp, Ramped};
use rtrb::{Consumer, Producer, RingBuffer};

/// Frames over which a track fades out on underrun, and in again. This many always stay behind in
/// the ring.
pub(crate) const FADE: usize = 128;
/// Capacity of the queues of marks and cues.
const MARKS: usize = 64;

/// The track's end of a ring.
pub struct RingInput {
    frames: Vec<Consumer<f32>>,
    marks: Consumer<Mark>,
    cues: Producer<Cue>,
    unsent: Option<Cue>,
    epoch: u64,
    begun: bool,
    consumed: u64,
    end: Option<(u64, bool)>,
    starving: bool,
    /// 1 during normal playback; moves to 0 and back on underrun.
    gain: Ramped<1>,
    /// Frames that were missing when they were due, and are discarded when they arrive.
    overdue: u64,
    /// Frames that must be read ahead before playback resumes after an underrun.
    resume_frames: usize,
    starvations: u32,
}

/// Creates a ring of this many channels and frames. Control thread; allocates.
pub(crate) fn ring(channels: usize, frames: usize) -> (RingWriter, RingInput) {
    let (producers, consumers) = (0..channels).map(|_| RingBuffer::new(frames)).unzip();
    let (mark_in, mark_out) = RingBuffer::new(MARKS);
    let (cue_in, cue_out) = RingBuffer::new(MARKS);
    let writer = RingWriter { frames: producers, marks: mark_in, cues: cue_out, written: 0 };
    let input = RingInput {
        frames: consumers,
        marks: mark_out,
        cues: cue_in,
        unsent: None,
        epoch: 0,
        begun: false,
        consumed: 0,
        end: None,
        starving: false,
        gain: Ramped::at([1.0]),
        overdue: 0,
        resume_frames: frames / 4,
        starvations: 0,
    };
    (writer, input)
}

impl RingInput {
    fn poll(&mut self) {
        if let Some(cue) = self.unsent.take()
            && self.cues.push(cue).is_err()
        {
            self.unsent = Some(cue);
        }
        while let Ok(mark) = self.marks.pop() {
            match mark {
                Mark::Begin { epoch, at } if epoch == self.epoch => {
                    self.begun = true;
                    self.drop_frames((at - self.consumed) as usize);
                }
                Mark::End { epoch, at, broken } if epoch == self.epoch => self.end = Some((at, broken)),
                Mark::Begin { .. } | Mark::End { .. } => {}
            }
        }
        let arrived = self.overdue.min(self.available() as u64);
        if self.begun && arrived > 0 {
            self.drop_frames(arrived as usize);
            self.overdue -= arrived;
        }
        if self.is_over() {
            self.overdue = 0;
        }
    }

    /// Returns the number of frames of this cue in the ring.
    fn available(&self) -> usize {
        if self.begun { self.frames.iter().map(Consumer::slots).min().unwrap_or(0) } else { 0 }
    }

    /// Returns the number of frames that may be taken while enough stay behind for a fade-out.
    fn playable(&self) -> usize {
        match self.end {
            _ if self.overdue > 0 => 0,
            Some(_) => usize::MAX,
            None => self.available().saturating_sub(FADE),
        }
    }

    /// Starts to fade out when no more frames may be taken, and in again once there are enough.
    fn update_underrun(&mut self, frames: usize) {
        if !self.starving && self.playable() == 0 {
            self.starving = true;
            self.starvations += 1;
            self.gain.ramp_to([0.0], 0, FADE as u64);
        } else if self.starving && self.gain.remaining() == 0 && self.playable() >= frames.max(self.resume_frames) {
            self.starving = false;
            self.gain.ramp_to([1.0], 0, FADE as u64);
        }
    }

    fn is_over(&self) -> bool {
        self.end.is_some_and(|(at, _)| self.consumed >= at)
    }

    fn drop_frames(&mut self, frames: usize) {
        for ring in &mut self.frames {
            if let Ok(chunk) = ring.read_chunk(frames) {
                chunk.commit_all();
            }
        }
        self.consumed += frames as u64;
    }

    fn take(&mut self, out: &mut BlockMut<'_>) {
        for (channel, ring) in self.frames.iter_mut().enumerate() {
            // There are as many: `available` has counted them, and only this end takes them.
            let _ = ring.pop_entire_slice(out.channel_mut(channel));
        }
        let first = self.consumed;
        self.consumed += out.frames() as u64;
        // A sound that breaks off fades out over its last frames.
        if let Some((end, true)) = self.end
            && self.consumed + FADE as u64 > end
        {
            let begin = end.saturating_sub(FADE as u64);
            let mut ramp = Ramp::new(0, FADE as u64);
            ramp.advance(first.saturating_sub(begin) as usize);
            let from = begin.saturating_sub(first) as usize;
            fade(&mut out.slice_mut(from..out.frames()), |frame| 1.0 - ramp.weight(frame));
        }
    }
}

fn fade(block: &mut BlockMut<'_>, gain: impl Fn(usize) -> f64) {
    for channel in 0..block.channels() {
        for (frame, sample) in block.channel_mut(channel).iter_mut().enumerate() {
            *sample = (f64::from(*sample) * gain(frame)) as f32;
        }
    }
}

impl Input for RingInput {
    fn channels(&self) -> usize {
        self.frames.len()
    }

    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
        self.poll();
        let (frames, mut done) = (block.frames(), 0);
        while done < frames {
            let left = frames - done;
            self.update_underrun(left);
            // The frames kept back are those that fade out.
            let part = left.min(if self.starving { self.gain.remaining() as usize } else { self.playable() });
            let sound = part.min(self.available());
            let mut out = block.slice_mut(done..done + sound);
            self.take(&mut out);
            if self.gain.remaining() > 0 {
                fade(&mut out, |frame| self.gain.ahead(frame)[0]);
            }
            self.gain.advance(sound);
            done += sound;
            if sound < part || part == 0 {
                break;
            }
        }
        block.slice_mut(done..frames).fill(0.0);
        if self.starving {
            self.overdue += (frames - done) as u64;
        }
        done
    }
}

impl LiveInput for RingInput {
    fn cue(&mut self, cue: Cue) {
        (self.epoch, self.begun, self.end) = (cue.epoch, false, None);
        (self.starving, self.overdue, self.gain) = (false, 0, Ramped::at([1.0]));
        self.unsent = Some(cue);
        self.poll();
    }

    fn is_cued(&mut self) -> bool {
        self.poll();
        self.begun && (self.end.is_some() || self.available() >= self.resume_frames)
    }

    fn is_ready(&mut self, frames: usize) -> bool {
        self.poll();
        self.begun && self.playable() >= if self.starving { frames.max(self.resume_frames) } else { frames }
    }

    fn has_ended(&self) -> bool {
        self.is_over()
    }

    fn take_starvations(&mut self) -> u32 {
        std::mem::take(&mut self.starvations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, Block};

    fn write(writer: &mut RingWriter, frames: usize) {
        let first = writer.written;
        let samples: Vec<f32> = (0..frames as u64).map(|frame| 1.0 + (first + frame) as f32 * 1e-6).collect();
        writer.write(&Block::mono(&samples));
    }

    /// Returns a ring that has been cued and holds 1000 frames.
    fn begun() -> (RingWriter, RingInput) {
        let (mut writer, mut input) = ring(1, 2_000);
        input.cue(Cue { epoch: 1, position: 0, loop_range: None });
        assert_eq!(writer.take_cue().map(|cue| cue.epoch), Some(1));
        assert!(!input.is_cued());
        assert!(writer.begin(1));
        write(&mut writer, 1_000);
        assert!(input.is_cued());
        (writer, input)
    }

    #[test]
    fn an_underrun_fades_out_and_resumes_in_time() {
        for size in [1, 17, 64, 100, 500] {
            let (mut writer, mut input) = begun();
            let (mut observed, mut there) = (Vec::new(), 1_000);
            let mut out = AudioBuffer::new(1, size);
            while observed.len() < 4_500 {
                // The reader stops, is 1500 frames behind, and then catches up.
                if observed.len() >= 2_500 && there < observed.len() + 1_000 {
                    let frames = writer.room().min(observed.len() + 1_000 - there);
                    write(&mut writer, frames);
                    there += frames;
                }
                input.fill(&mut out.block_mut());
                observed.extend_from_slice(out.channel(0));
            }
            assert_eq!((input.take_starvations(), input.take_starvations()), (1, 0));
            let silent = observed.iter().filter(|x| **x == 0.0).count();
            assert!((1_500..2_100).contains(&silent), "{silent} in blocks of {size}");
            // The smooth step's steepest slope is 15/8 of a straight line's: 0.0146 a frame, in
            // blocks of any size.
            let steps = observed.windows(2).map(|two| (two[1] - two[0]).abs());
            assert!(steps.fold(0.0, f32::max) < 1.875 / 128.0 + 1e-4, "blocks of {size}");
            // All frames read before are played first. Afterwards playback continues where it would
            // have been.
            assert!((observed[871] - (1.0 + 871.0 * 1e-6)).abs() < 1e-6, "{}", observed[871]);
            assert!((observed[4_400] - (1.0 + 4_400.0 * 1e-6)).abs() < 1e-6, "{}", observed[4_400]);
        }
    }

    #[test]
    fn an_underrun_up_to_the_end_ends_the_track() {
        let (mut writer, mut input) = begun();
        let mut out = AudioBuffer::new(1, 500);
        for _ in 0..6 {
            input.fill(&mut out.block_mut());
        }
        assert!(!input.has_ended() && !input.is_ready(500));
        write(&mut writer, 1_500);
        assert!(writer.end(1, false));
        input.fill(&mut out.block_mut());
        assert!(input.has_ended() && input.is_ready(500) && out.channel(0).iter().all(|x| *x == 0.0));
    }

    #[test]
    fn frames_of_an_earlier_cue_are_discarded() {
        let (mut writer, mut input) = begun();
        input.cue(Cue { epoch: 2, position: 500, loop_range: None });
        let mut out = AudioBuffer::new(1, 100);
        assert!(!input.is_cued() && !input.is_ready(100));
        assert_eq!(writer.take_cue().map(|cue| cue.epoch), Some(2));
        assert!(writer.begin(2) && writer.room() == 1_000);
        writer.write(&Block::mono(&[0.5; 600]));
        assert!(writer.end(2, false));
        input.fill(&mut out.block_mut());
        assert_eq!(out.channel(0), [0.5; 100]);
        for _ in 0..5 {
            assert_eq!(input.fill(&mut out.block_mut()), 100);
        }
        assert_eq!((input.fill(&mut out.block_mut()), input.has_ended()), (0, true));
    }

    #[test]
    fn truncated_sound_fades_out() {
        let (mut writer, mut input) = begun();
        assert!(writer.end(1, true));
        let mut out = AudioBuffer::new(1, 64);
        let mut observed = Vec::new();
        for _ in 0..20 {
            input.fill(&mut out.block_mut());
            observed.extend_from_slice(out.channel(0));
        }
        assert!(observed.windows(2).all(|two| (two[1] - two[0]).abs() < 1.875 / 128.0 + 1e-3));
        assert!(observed[870] > 0.99 && observed[1_000..].iter().all(|x| *x == 0.0));
    }
}
