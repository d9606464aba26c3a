//! Boxes of an MP4 or `QuickTime` file (ISO/IEC 14496-12 §4.2), by their headers.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

/// Most boxes read of one file: an ordinary file has about fifty, a fragmented one six per
/// fragment.
const MAX_BOXES: usize = 1_000_000;

/// Walks boxes by their headers alone, of 8 or 16 bytes; bodies are skipped.
pub(super) struct Mp4Walker<R> {
    reader: BufReader<R>,
    left: usize,
}

impl<R: Read + Seek> Mp4Walker<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(4096, reader), left: MAX_BOXES }
    }

    /// Returns the boxes in a range of the file. A box that claims more than its parent holds ends
    /// the list.
    pub(super) fn children(&mut self, range: Range<u64>) -> io::Result<Vec<([u8; 4], Range<u64>)>> {
        let mut found = Vec::new();
        let mut at = range.start;
        while at + 8 <= range.end && self.left > 0 {
            self.left -= 1;
            let header: [u8; 8] = self.bytes(at)?;
            let kind = [header[4], header[5], header[6], header[7]];
            let (size, body) = match u64::from(be_u32(&header)) {
                0 => (range.end - at, at + 8),
                1 => (u64::from_be_bytes(self.bytes(at + 8)?), at + 16),
                size => (size, at + 8),
            };
            let Some(end) = at.checked_add(size).filter(|&end| end >= body) else { break };
            found.push((kind, body..end.min(range.end).max(body)));
            at = end;
        }
        Ok(found)
    }

    pub(super) fn child(&mut self, range: Range<u64>, wanted: [u8; 4]) -> io::Result<Option<Range<u64>>> {
        Ok(self.children(range)?.into_iter().find(|(kind, _)| *kind == wanted).map(|(_, body)| body))
    }

    pub(super) fn path(&mut self, range: &Range<u64>, kinds: &[&[u8; 4]]) -> io::Result<Option<Range<u64>>> {
        let mut range = range.clone();
        for kind in kinds {
            match self.child(range, **kind)? {
                Some(body) => range = body,
                None => return Ok(None),
            }
        }
        Ok(Some(range))
    }

    pub(super) fn bytes<const N: usize>(&mut self, at: u64) -> io::Result<[u8; N]> {
        self.reader.seek(SeekFrom::Start(at))?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a timescale. `mvhd` and `mdhd` place it alike: after two dates of 4 bytes, or of 8 in
    /// version 1.
    pub(super) fn timescale(&mut self, body: &Range<u64>) -> io::Result<u32> {
        let [version] = self.bytes(body.start)?;
        Ok(be_u32(&self.bytes::<4>(body.start + if version == 1 { 20 } else { 12 })?))
    }

    pub(super) fn track_id(&mut self, trak: &Range<u64>) -> io::Result<Option<u32>> {
        let Some(tkhd) = self.child(trak.clone(), *b"tkhd")? else { return Ok(None) };
        let [version] = self.bytes(tkhd.start)?;
        Ok(Some(be_u32(&self.bytes::<4>(tkhd.start + if version == 1 { 20 } else { 12 })?)))
    }

    /// Reads a text, of which at most `most` bytes are taken.
    pub(super) fn text(&mut self, range: Range<u64>, most: u64) -> io::Result<String> {
        self.reader.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        self.reader.by_ref().take(range.end.saturating_sub(range.start).min(most)).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

pub(super) fn be_u32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
