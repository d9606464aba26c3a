//! Uncompressed samples straight from the file, past any demuxer: no packet, no copy but the
//! kernel's.

use super::pcm::Pcm;
use crate::audio::BlockMut;
use crate::io::hash::Along;
use crate::io::patch::read_up_to;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

/// Bytes asked of the system at once: they stay in the cache until they are converted. Requests end
/// at multiples of it, as a hash takes in whole chunks several times as fast as parts of them.
const AT_ONCE: usize = 32 * 1024;

/// Interleaved PCM from a place in a file on.
pub(in crate::io) struct PlainPcm {
    file: Arc<File>,
    /// The byte of the file that is asked for next.
    at: u64,
    /// Takes in what is read, where the file is to be hashed.
    hash: Option<blake3::Hasher>,
    coding: Pcm,
    frame_bytes: usize,
    /// Bytes of audio that the file has not been asked for yet, in this part of it.
    left: u64,
    /// The parts that come after this one.
    later: VecDeque<Range<u64>>,
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
        let bytes = vec![0; AT_ONCE + frame_bytes];
        let file = Arc::new(file);
        let later = VecDeque::new();
        Ok(Self { file, at, hash: None, coding, frame_bytes, left: len, later, bytes, start: 0, end: 0, short: false })
    }

    /// The audio that lies in such parts of the file, one after the other.
    pub(in crate::io) fn in_parts(file: File, parts: &[Range<u64>], coding: Pcm, channels: usize) -> io::Result<Self> {
        let mut later: VecDeque<Range<u64>> = parts.iter().filter(|part| !part.is_empty()).cloned().collect();
        let first = later.pop_front().unwrap_or(0..0);
        let mut plain = Self::new(file, first.start, first.end - first.start, coding, channels)?;
        plain.later = later;
        Ok(plain)
    }

    /// From now on hashes what is read, and now what stands before it; not where the audio lies in
    /// several parts.
    pub(in crate::io) fn hash_along(&mut self) -> io::Result<()> {
        if !self.later.is_empty() {
            return Ok(());
        }
        let mut hash = blake3::Hasher::new();
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(0))?;
        hash.update_reader(file.take(self.at))?;
        file.seek(SeekFrom::Start(self.at))?;
        self.hash = Some(hash);
        Ok(())
    }

    /// The hash so far, and how to go on with it; `None` where none is taken.
    pub(in crate::io) fn along(&self) -> Option<Along> {
        Some(Along { hash: self.hash.clone()?, file: Arc::clone(&self.file), at: self.at })
    }

    /// Says that the file has become longer by some bytes of audio.
    pub(in crate::io) fn lengthen(&mut self, bytes: u64) {
        self.left += bytes;
    }

    /// Fills the start of `out`.
    pub(in crate::io) fn fill(&mut self, out: &mut BlockMut<'_>) -> io::Result<Filled> {
        let mut done = 0;
        while done < out.frames() {
            let ready = (self.end - self.start) / self.frame_bytes;
            if ready == 0 {
                if self.left == 0
                    && !self.short
                    && let Some(part) = self.later.pop_front()
                {
                    (&mut &*self.file).seek(SeekFrom::Start(part.start))?;
                    (self.at, self.left) = (part.start, part.end - part.start);
                }
                if self.left == 0 {
                    return Ok(if done == 0 && self.short { Filled::Short } else { Filled::Frames(done) });
                }
                self.read_on()?;
                continue;
            }
            let count = ready.min(out.frames() - done);
            let bytes = &self.bytes[self.start..self.start + count * self.frame_bytes];
            self.coding.fill(bytes, &mut out.slice_mut(done..done + count));
            self.start += bytes.len();
            done += count;
        }
        Ok(Filled::Frames(done))
    }

    /// Reads up to the next multiple of [`AT_ONCE`], after what is left of a frame.
    fn read_on(&mut self) -> io::Result<()> {
        self.bytes.copy_within(self.start..self.end, 0);
        let begun = self.end - self.start;
        let room = AT_ONCE - (self.at % AT_ONCE as u64) as usize;
        let wanted = self.left.min(room as u64) as usize;
        let new = &mut self.bytes[begun..begun + wanted];
        let count = read_up_to(&mut &*self.file, new)?;
        if let Some(hash) = &mut self.hash {
            hash.update(&new[..count]);
        }
        self.at += count as u64;
        (self.start, self.end) = (0, begun + count);
        self.short |= count < wanted;
        self.left = if self.short { 0 } else { self.left - wanted as u64 };
        Ok(())
    }
}
