//! Walk through the chunks of RIFF, IFF and related formats, by headers alone. Common mistakes of
//! writers are corrected.

use super::patched::read_up_to;
use crate::io::bytes::stem_bytes::StemBytes;
use std::io::{self, BufReader, Seek, SeekFrom};

/// Most chunks read; real files have fewer than twenty.
const MAX_CHUNKS: usize = 1_000;

/// One chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) struct Chunk {
    pub(in crate::io) id: [u8; 4],
    /// Start of its header in the file.
    pub(in crate::io) at: u64,
    /// Start of its content in the file.
    pub(in crate::io) body: u64,
    /// Size of its content by its header, in bytes.
    pub(in crate::io) size: u32,
}

/// Walks from chunk to chunk.
pub(in crate::io) struct ChunkWalk<'a> {
    reader: BufReader<&'a mut StemBytes>,
    len: u64,
    big_endian: bool,
    at: u64,
    left: usize,
}

impl<'a> ChunkWalk<'a> {
    /// Starts at byte `at` of a file of `len` bytes.
    pub(in crate::io) fn new(file: &'a mut StemBytes, len: u64, at: u64, big_endian: bool) -> Self {
        Self { reader: BufReader::with_capacity(4096, file), len, big_endian, at, left: MAX_CHUNKS }
    }

    /// Returns the next chunk; `None` at the end. The walk is then before the chunk's content,
    /// which [`ChunkWalk::leave`] skips.
    pub(in crate::io) fn enter(&mut self) -> io::Result<Option<Chunk>> {
        let mut header = [0; 8];
        if self.left == 0 || self.read(self.at, &mut header)? < header.len() {
            return Ok(None);
        }
        self.left -= 1;
        let size = [header[4], header[5], header[6], header[7]];
        let size = if self.big_endian { u32::from_be_bytes(size) } else { u32::from_le_bytes(size) };
        Ok(Some(Chunk { id: [header[0], header[1], header[2], header[3]], at: self.at, body: self.at + 8, size }))
    }

    /// Skips the content of a chunk, of which `size` bytes are trusted. A list that claims more
    /// than the file holds is entered instead: the chunks after it are part of it. Some writers
    /// leave out the byte that pads an odd size.
    pub(in crate::io) fn leave(&mut self, chunk: &Chunk, size: u64) -> io::Result<()> {
        let end = chunk.body.saturating_add(size);
        if end > self.len && matches!(&chunk.id, b"LIST" | b"list") {
            self.at = chunk.body + 4;
            return Ok(());
        }
        self.at = end.saturating_add(size & 1);
        if size & 1 == 1 {
            let mut bytes = [0; 5];
            let count = self.read(end, &mut bytes)?;
            if count == bytes.len() && bytes[0] != 0 && is_id(&bytes[..4]) && !is_id(&bytes[1..]) {
                self.at = end;
            }
        }
        Ok(())
    }

    /// Returns true if a chunk may begin at this position, or if only zeros or the end follow.
    pub(in crate::io) fn may_continue(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 4096];
        let count = self.read(self.at, &mut bytes)?;
        let rest = &bytes[..count];
        Ok(count < 8 || is_id(&rest[..4]) || rest.iter().all(|&byte| byte == 0))
    }

    /// Returns the position of the walk in the file.
    pub(in crate::io) fn at(&self) -> u64 {
        self.at
    }

    /// Reads at a position of the file. Returns the number of bytes that were there.
    pub(in crate::io) fn read(&mut self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        self.reader.seek(SeekFrom::Start(at))?;
        read_up_to(&mut self.reader, out)
    }

    /// Returns the first bytes of a chunk's content, at most `N`, and their number.
    pub(in crate::io) fn content<const N: usize>(&mut self, chunk: &Chunk) -> io::Result<([u8; N], usize)> {
        let mut bytes = [0; N];
        let wanted = N.min(chunk.size as usize);
        let got = self.read(chunk.body, &mut bytes[..wanted])?;
        Ok((bytes, got))
    }
}

/// Returns true for the name of a chunk: letters, digits, spaces and a few marks.
fn is_id(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') && bytes[0].is_ascii_alphabetic()
}
