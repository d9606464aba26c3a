//! The samples of a WAVE file straight from the file, past the demuxer: no packet, no copy but the kernel's.

use super::pcm::Pcm;
use crate::audio::BlockMut;
use crate::io::patch::read_up_to;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};

/// Bytes asked of the system at once: they stay in the cache until they are converted.
const AT_ONCE: usize = 32 * 1024;

/// Interleaved PCM from a place in a file on.
pub(in crate::io) struct PlainPcm {
    file: File,
    coding: Pcm,
    frame_bytes: usize,
    /// Bytes of audio that the file has not been asked for yet.
    left: u64,
    bytes: Vec<u8>,
    /// Of `bytes`, those that wait.
    start: usize,
    end: usize,
    /// Whether the file gave fewer bytes than were left.
    short: bool,
}

/// What [`PlainPcm::fill`] came to.
pub(in crate::io) enum Filled {
    /// As many frames as there was room for, or all up to the end.
    Frames(usize),
    /// The file ends before the audio does.
    Short,
}

impl PlainPcm {
    /// `len` bytes of audio from byte `at` on.
    pub(in crate::io) fn new(mut file: File, at: u64, len: u64, coding: Pcm, channels: usize) -> io::Result<Self> {
        file.seek(SeekFrom::Start(at))?;
        let frame_bytes = coding.bytes() * channels;
        let bytes = vec![0; AT_ONCE.max(frame_bytes)];
        Ok(Self { file, coding, frame_bytes, left: len, bytes, start: 0, end: 0, short: false })
    }

    /// Says that the file has become longer by some bytes of audio.
    pub(in crate::io) fn lengthen(&mut self, bytes: u64) {
        self.left += bytes;
    }

    /// Fills the start of `out`.
    pub(in crate::io) fn fill(&mut self, out: &mut BlockMut<'_>) -> io::Result<Filled> {
        let mut done = 0;
        while done < out.frames() {
            let mut ready = (self.end - self.start) / self.frame_bytes;
            if ready == 0 {
                self.read_on()?;
                ready = self.end / self.frame_bytes;
                if ready == 0 {
                    return Ok(if done == 0 && self.short { Filled::Short } else { Filled::Frames(done) });
                }
            }
            let count = ready.min(out.frames() - done);
            let bytes = &self.bytes[self.start..self.start + count * self.frame_bytes];
            self.coding.fill(bytes, &mut out.slice_mut(done..done + count));
            self.start += bytes.len();
            done += count;
        }
        Ok(Filled::Frames(done))
    }

    fn read_on(&mut self) -> io::Result<()> {
        let whole = self.bytes.len() / self.frame_bytes * self.frame_bytes;
        let wanted = self.left.min(whole as u64) as usize;
        self.end = read_up_to(&mut self.file, &mut self.bytes[..wanted])?;
        self.start = 0;
        self.short |= self.end < wanted;
        self.left = if self.short { 0 } else { self.left - wanted as u64 };
        Ok(())
    }
}
