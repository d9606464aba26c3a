//! The ring between a reader thread and a track: frames read ahead, and marks that say what they are.

use super::input::{Cue, LiveInput};
use crate::audio::{Block, BlockMut};
use crate::mix::{Glide, Input};
use rtrb::{Consumer, Producer, RingBuffer};

/// Frames over which a track that runs out of sound fades out, and in again. So many always stay behind in the ring.
pub(super) const FADE: usize = 128;
/// Marks and cues under way at once.
const MARKS: usize = 64;

/// What the reader says about the frames of the ring.
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// From here on they are those of this cue.
    Begin { epoch: u64, at: u64 },
    /// Here they end; in the middle of the sound if it broke off.
    End { epoch: u64, at: u64, broken: bool },
}

/// The reader's end.
pub(super) struct RingWriter {
    frames: Vec<Producer<f32>>,
    marks: Producer<Mark>,
    cues: Consumer<Cue>,
    written: u64,
}

/// The track's end.
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
    /// Frames that were not there when they were due, and are thrown away when they come.
    owed: u64,
    /// Read ahead of this before it goes on after starving.
    enough: usize,
    starvations: u32,
}

/// A ring for as many channels and frames. Control thread; allocates.
pub(super) fn ring(channels: usize, frames: usize) -> (RingWriter, RingInput) {
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
        owed: 0,
        enough: frames / 4,
        starvations: 0,
    };
    (writer, input)
}

impl RingWriter {
    /// The last cue that has come in, if any has.
    pub(super) fn take_cue(&mut self) -> Option<Cue> {
        std::iter::from_fn(|| self.cues.pop().ok()).last()
    }

    /// Whether the track is gone.
    pub(super) fn is_abandoned(&self) -> bool {
        self.marks.is_abandoned()
    }

    /// Room, in frames.
    pub(super) fn room(&self) -> usize {
        self.frames.iter().map(Producer::slots).min().unwrap_or(0)
    }

    /// Says that what is written from now on belongs to a cue; `false` while there is no room to say so.
    pub(super) fn begin(&mut self, epoch: u64) -> bool {
        self.marks.push(Mark::Begin { epoch, at: self.written }).is_ok()
    }

    /// Says that nothing more comes; `false` while there is no room to say so.
    pub(super) fn end(&mut self, epoch: u64, broken: bool) -> bool {
        self.marks.push(Mark::End { epoch, at: self.written, broken }).is_ok()
    }

    /// Writes frames for which there is room.
    pub(super) fn write(&mut self, block: &Block<'_>) {
        for (channel, ring) in self.frames.iter_mut().enumerate() {
            // There is room: `room` said so, and only this end takes it.
            let _ = ring.push_entire_slice(block.channel(channel));
        }
        self.written += block.frames() as u64;
    }
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
        let late = self.owed.min(self.available() as u64);
        if self.begun && late > 0 {
            self.drop_frames(late as usize);
            self.owed -= late;
        }
    }

    /// Frames of this cue in the ring.
    fn available(&self) -> usize {
        if self.begun { self.frames.iter().map(Consumer::slots).min().unwrap_or(0) } else { 0 }
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
            // There are as many: `available` said so, and only this end takes them.
            let _ = ring.pop_entire_slice(out.channel_mut(channel));
        }
        let first = self.consumed;
        self.consumed += out.frames() as u64;
        // Sound that breaks off fades out over its last frames.
        if let Some((end, true)) = self.end
            && self.consumed + FADE as u64 > end
        {
            let begin = end.saturating_sub(FADE as u64);
            let mut glide = Glide::new(0, FADE as u64);
            glide.advance(first.saturating_sub(begin) as usize);
            let from = begin.saturating_sub(first) as usize;
            fade(&mut out.slice_mut(from..out.frames()), |frame| 1.0 - glide.weight(frame));
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
        let frames = block.frames();
        let available = self.available();
        if self.end.is_some() && self.owed == 0 {
            self.starving = false;
            let sound = available.min(frames);
            self.take(&mut block.slice_mut(0..sound));
            block.slice_mut(sound..frames).fill(0.0);
            return sound;
        }
        if self.starving {
            if self.owed > 0 || available < (frames + FADE).max(self.enough) {
                self.owed += frames as u64;
                block.fill(0.0);
                return 0;
            }
            self.starving = false;
            self.take(&mut block.reborrow());
            let length = FADE.min(frames);
            let glide = Glide::new(0, length as u64);
            fade(&mut block.slice_mut(0..length), |frame| glide.weight(frame));
            return frames;
        }
        if available >= frames + FADE {
            self.take(&mut block.reborrow());
            return frames;
        }
        if frames == 0 {
            return 0;
        }
        // Out of sound: what was kept back fades out.
        let last = available.min(FADE).min(frames);
        self.take(&mut block.slice_mut(0..last));
        let glide = Glide::new(0, last as u64);
        fade(&mut block.slice_mut(0..last), |frame| 1.0 - glide.weight(frame));
        block.slice_mut(last..frames).fill(0.0);
        self.owed += (frames - last) as u64;
        self.starving = true;
        self.starvations += 1;
        last
    }
}

impl LiveInput for RingInput {
    fn cue(&mut self, cue: Cue) {
        (self.epoch, self.begun, self.end) = (cue.epoch, false, None);
        (self.starving, self.owed) = (false, 0);
        self.unsent = Some(cue);
        self.poll();
    }

    fn is_cued(&mut self) -> bool {
        self.poll();
        self.begun && (self.end.is_some() || self.available() >= self.enough)
    }

    fn is_ready(&mut self, frames: usize) -> bool {
        self.poll();
        self.begun && !self.starving && (self.end.is_some() || self.available() >= frames + FADE)
    }

    fn has_ended(&self) -> bool {
        self.is_over()
    }

    fn take_starvations(&mut self) -> u32 {
        std::mem::take(&mut self.starvations)
    }
}
