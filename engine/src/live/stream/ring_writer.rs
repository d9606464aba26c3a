//! The reader's end of a ring: frames go in, with marks that say what they are; cues come out.

use super::input::Cue;
use crate::audio::Block;
use rtrb::{Consumer, Producer};

/// What the reader says about the frames of the ring.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    /// From here on they are those of this cue.
    Begin { epoch: u64, at: u64 },
    /// Here they end; in the middle of the sound if it broke off.
    End { epoch: u64, at: u64, broken: bool },
}

/// The reader's end.
pub(crate) struct RingWriter {
    pub(crate) frames: Vec<Producer<f32>>,
    pub(crate) marks: Producer<Mark>,
    pub(crate) cues: Consumer<Cue>,
    pub(crate) written: u64,
}

impl RingWriter {
    /// The last cue that has come in, if any has.
    pub(crate) fn take_cue(&mut self) -> Option<Cue> {
        std::iter::from_fn(|| self.cues.pop().ok()).last()
    }

    /// Whether the track is gone.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.marks.is_abandoned()
    }

    /// Room, in frames.
    pub(crate) fn room(&self) -> usize {
        self.frames.iter().map(Producer::slots).min().unwrap_or(0)
    }

    /// Says that what is written from now on belongs to a cue; `false` while there is no room to
    /// say so.
    pub(crate) fn begin(&mut self, epoch: u64) -> bool {
        self.marks.push(Mark::Begin { epoch, at: self.written }).is_ok()
    }

    /// Says that nothing more comes; `false` while there is no room to say so.
    pub(crate) fn end(&mut self, epoch: u64, broken: bool) -> bool {
        self.marks.push(Mark::End { epoch, at: self.written, broken }).is_ok()
    }

    /// Writes frames for which there is room.
    pub(crate) fn write(&mut self, block: &Block<'_>) {
        for (channel, ring) in self.frames.iter_mut().enumerate() {
            // There is room: `room` said so, and only this end takes it.
            let _ = ring.push_entire_slice(block.channel(channel));
        }
        self.written += block.frames() as u64;
    }
}
