//! File seen with a few of its bytes replaced. A header with wrong sizes is corrected this way
//! before the decoder reads it.

use crate::io::bytes::stem_bytes::StemBytes;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Bytes that replace those in the file, and their positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::io) struct HeaderPatches(Vec<(u64, Vec<u8>)>);

impl HeaderPatches {
    pub(in crate::io) fn add(&mut self, at: u64, bytes: &[u8]) {
        self.0.push((at, bytes.to_vec()));
    }

    /// Adds all of `others`.
    pub(in crate::io) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }
}

/// A part of a file with edits; the file itself is never written.
pub(in crate::io) struct PatchedReader {
    file: StemBytes,
    /// Range of the file that is shown; its first byte is shown as byte 0.
    span: Range<u64>,
    /// Position of the next byte in the file.
    at: u64,
    edits: HeaderPatches,
}

impl PatchedReader {
    /// Shows the bytes `span` of a file, from their start. Edits are placed by bytes of the file.
    pub(in crate::io) fn new(mut file: StemBytes, span: Range<u64>, edits: HeaderPatches) -> io::Result<Self> {
        file.seek(SeekFrom::Start(span.start))?;
        Ok(Self { file, at: span.start, span, edits })
    }
}

impl Read for PatchedReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.span.end.saturating_sub(self.at).min(out.len() as u64) as usize;
        let count = self.file.read(&mut out[..left])?;
        for (edit_at, bytes) in &self.edits.0 {
            for (at, &byte) in (*edit_at..).zip(bytes) {
                if let Some(slot) = at.checked_sub(self.at).and_then(|at| out[..count].get_mut(at as usize)) {
                    *slot = byte;
                }
            }
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for PatchedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => self.span.start.checked_add(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.span.end.checked_add_signed(by),
        };
        let to = to.filter(|&at| at >= self.span.start).ok_or(io::ErrorKind::InvalidInput)?;
        self.at = self.file.seek(SeekFrom::Start(to))?;
        Ok(self.at - self.span.start)
    }
}

/// Fills `out` as far as the file lasts. Returns the number of bytes.
pub(in crate::io) fn read_up_to(reader: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < out.len() {
        match reader.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patched_file_shows_its_edits_however_it_is_read() {
        let temporary = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(temporary.path(), b"RF64....WAVE").unwrap();
        let mut edits = HeaderPatches::default();
        edits.add(0, b"RIFF");
        edits.add(6, b"1234");
        for block in 1..12 {
            let mut patched =
                PatchedReader::new(StemBytes::open(temporary.path()).unwrap(), 0..12, edits.clone()).unwrap();
            let mut all = Vec::new();
            let mut buffer = vec![0; block];
            while let Ok(count @ 1..) = patched.read(&mut buffer) {
                all.extend_from_slice(&buffer[..count]);
            }
            assert_eq!(all, b"RIFF..1234VE");
            patched.seek(SeekFrom::Start(2)).unwrap();
            let mut rest = Vec::new();
            patched.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, b"FF..1234VE");
        }
    }
}
