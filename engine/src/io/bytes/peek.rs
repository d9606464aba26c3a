//! Access to bytes of a file here and there, mostly forwards, without a system call for each.

use super::patched::read_up_to;
use crate::io::bytes::stem_bytes::StemBytes;
use std::io::{self, Seek, SeekFrom};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// A file up to a position.
pub(in crate::io) struct Peek<'a> {
    file: &'a mut StemBytes,
    end: u64,
    from: u64,
    bytes: Vec<u8>,
}

impl<'a> Peek<'a> {
    /// Gives access to the bytes of `file` before `end`.
    pub(in crate::io) fn new(file: &'a mut StemBytes, end: u64) -> Self {
        Self { file, end, from: 0, bytes: Vec::new() }
    }

    /// Returns the end of the accessible part.
    pub(in crate::io) fn end(&self) -> u64 {
        self.end
    }

    /// Returns the bytes from `at` on: at least `count`, fewer only where the part ends.
    pub(in crate::io) fn at(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        let held = |from: u64, bytes: &[u8]| at >= from && at + count as u64 <= from + bytes.len() as u64;
        if !held(self.from, &self.bytes) {
            let wanted = self.end.saturating_sub(at).min(CHUNK.max(count) as u64) as usize;
            self.bytes.resize(wanted, 0);
            self.file.seek(SeekFrom::Start(at))?;
            let read = read_up_to(self.file, &mut self.bytes)?;
            self.bytes.truncate(read);
            self.from = at;
        }
        Ok(self.bytes.get((at - self.from) as usize..).unwrap_or_default())
    }

    /// Returns the first position of `needle` at or after `from`.
    pub(in crate::io) fn find(&mut self, mut from: u64, needle: &[u8]) -> io::Result<Option<u64>> {
        loop {
            let bytes = self.at(from, needle.len())?;
            if bytes.len() < needle.len() {
                return Ok(None);
            }
            if let Some(at) = memchr::memmem::find(bytes, needle) {
                return Ok(Some(from + at as u64));
            }
            from += (bytes.len() - needle.len() + 1) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_across_two_chunks_is_found() {
        let temporary = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = vec![0; 3 * CHUNK];
        for at in [10, CHUNK - 2, 2 * CHUNK - 3] {
            bytes[at..at + 4].copy_from_slice(b"OggS");
        }
        std::fs::write(temporary.path(), &bytes).unwrap();
        let mut file = StemBytes::open(temporary.path()).unwrap();
        let mut peek = Peek::new(&mut file, 3 * CHUNK as u64);
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = peek.find(from, b"OggS").unwrap() {
            found.push(at as usize);
            from = at + 1;
        }
        assert_eq!(found, [10, CHUNK - 2, 2 * CHUNK - 3]);
    }
}
