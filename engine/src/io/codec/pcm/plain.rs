//! Uncompressed samples directly from the file, without a demuxer, packets or copies other than the
//! kernel's.

use super::Pcm;
use crate::audio::BlockMut;
use crate::io::bytes::patched::read_up_to;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::stem::PartialHash;
use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

/// Bytes requested from the system at once: they stay in the cache until they are converted.
/// Requests end at its multiples, as a hash takes whole chunks several times as fast as parts of
/// them.
const AT_ONCE: usize = 32 * 1024;

/// Interleaved PCM from a position in a file on.
pub(in crate::io) struct PlainPcm {
    file: Arc<StemBytes>,
    /// Position in the file of the next byte to read.
    at: u64,
    /// Hash of all bytes read, where the file is to be hashed.
    hash: Option<blake3::Hasher>,
    coding: Pcm,
    frame_bytes: usize,
    /// Bytes of audio not yet read in this part of the file.
    left: u64,
    /// Parts that come after this one.
    later: VecDeque<Range<u64>>,
    bytes: Vec<u8>,
    /// Range of `bytes` that waits to be converted.
    start: usize,
    end: usize,
    /// True if the file gave fewer bytes than were left.
    short: bool,
}

/// Result of [`PlainPcm::fill`].
pub(in crate::io) enum Filled {
    /// As many frames as there was room for, or all up to the end.
    Frames(usize),
    /// The file ends before the audio does.
    Short,
}

impl PlainPcm {
    /// Reads `len` bytes of audio from byte `at` on.
    pub(in crate::io) fn new(mut file: StemBytes, at: u64, len: u64, coding: Pcm, channels: usize) -> io::Result<Self> {
        file.seek(SeekFrom::Start(at))?;
        let frame_bytes = coding.bytes() * channels;
        let bytes = vec![0; AT_ONCE + frame_bytes];
        let file = Arc::new(file);
        let later = VecDeque::new();
        Ok(Self { file, at, hash: None, coding, frame_bytes, left: len, later, bytes, start: 0, end: 0, short: false })
    }

    /// Reads audio that lies in such parts of the file, one after the other.
    pub(in crate::io) fn in_parts(
        file: StemBytes,
        parts: &[Range<u64>],
        coding: Pcm,
        channels: usize,
    ) -> io::Result<Self> {
        let mut later: VecDeque<Range<u64>> = parts.iter().filter(|part| !part.is_empty()).cloned().collect();
        let first = later.pop_front().unwrap_or(0..0);
        let mut plain = Self::new(file, first.start, first.end - first.start, coding, channels)?;
        plain.later = later;
        Ok(plain)
    }

    /// Starts hashing, including the bytes before the audio. Does nothing where the audio lies in
    /// several parts.
    pub(in crate::io) fn hash_while_reading(&mut self) -> io::Result<()> {
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

    /// Returns the hash so far and the state to continue it; `None` where none is taken.
    pub(in crate::io) fn along(&self) -> Option<PartialHash> {
        Some(PartialHash { hash: self.hash.clone()?, file: Arc::clone(&self.file), at: self.at })
    }

    /// Adds bytes of audio by which the file has become longer.
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

    /// Reads up to the next multiple of [`AT_ONCE`], after the rest of a frame.
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
