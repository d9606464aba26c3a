//! The reader's end of a ring: writes frames, with marks that describe them, and receives cues.

use super::input::Cue;
use crate::audio::Block;
use rtrb::{Consumer, Producer};

/// A mark of the reader about the frames of the ring.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    /// From here on the frames belong to this cue.
    Begin { epoch: u64, at: u64 },
    /// The frames end here; in the middle of the sound if it broke off.
    End { epoch: u64, at: u64, broken: bool },
}

/// The reader's end of a ring.
pub(crate) struct RingWriter {
    pub(crate) frames: Vec<Producer<f32>>,
    pub(crate) marks: Producer<Mark>,
    pub(crate) cues: Consumer<Cue>,
    pub(crate) written: u64,
}

impl RingWriter {
    /// Returns the last cue received, if any.
    pub(crate) fn take_cue(&mut self) -> Option<Cue> {
        std::iter::from_fn(|| self.cues.pop().ok()).last()
    }

    /// Returns true if the track's end has been dropped.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.marks.is_abandoned()
    }

    /// Returns the free space, in frames.
    pub(crate) fn room(&self) -> usize {
        self.frames.iter().map(Producer::slots).min().unwrap_or(0)
    }

    /// Marks the frames written from now on as those of a cue; returns false while there is no room
    /// for the mark.
    pub(crate) fn begin(&mut self, epoch: u64) -> bool {
        self.marks.push(Mark::Begin { epoch, at: self.written }).is_ok()
    }

    /// Marks the end of the frames; returns false while there is no room for the mark.
    pub(crate) fn end(&mut self, epoch: u64, broken: bool) -> bool {
        self.marks.push(Mark::End { epoch, at: self.written, broken }).is_ok()
    }

    /// Writes frames for which there is room.
    pub(crate) fn write(&mut self, block: &Block<'_>) {
        for (channel, ring) in self.frames.iter_mut().enumerate() {
            // There is room: `room` has counted it, and only this end takes it.
            let _ = ring.push_entire_slice(block.channel(channel));
        }
        self.written += block.frames() as u64;
    }
}
