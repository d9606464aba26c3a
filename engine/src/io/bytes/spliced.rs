//! Ranges of a file shown as one, after bytes that are not in it. Frames in another container are
//! shown this way as the plain stream that a decoder takes.

use crate::io::bytes::stem_bytes::StemBytes;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Content of a [`SplicedFile`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::io) struct Splice {
    /// Bytes shown first.
    pub(in crate::io) lead: Vec<u8>,
    /// Ranges of the file that follow, in the order in which they are shown.
    pub(in crate::io) parts: Vec<Range<u64>>,
}

impl Splice {
    /// Returns the number of bytes that are shown.
    pub(in crate::io) fn len(&self) -> u64 {
        self.lead.len() as u64 + self.parts.iter().map(|part| part.end - part.start).sum::<u64>()
    }
}

/// A file seen through a [`Splice`]; the file itself is never written.
pub(in crate::io) struct SplicedFile {
    file: StemBytes,
    splice: Splice,
    /// Start of each part in the bytes shown.
    starts: Vec<u64>,
    len: u64,
    /// Position of the next byte in the bytes shown.
    at: u64,
}

impl SplicedFile {
    pub(in crate::io) fn new(file: StemBytes, splice: Splice) -> Self {
        let mut starts = Vec::with_capacity(splice.parts.len());
        let mut len = splice.lead.len() as u64;
        for part in &splice.parts {
            starts.push(len);
            len += part.end - part.start;
        }
        Self { file, starts, len, at: 0, splice }
    }
}

impl Read for SplicedFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(lead) = self.splice.lead.get(self.at as usize..).filter(|lead| !lead.is_empty()) {
            let count = lead.len().min(out.len());
            out[..count].copy_from_slice(&lead[..count]);
            self.at += count as u64;
            return Ok(count);
        }
        let mut filled = 0;
        while filled < out.len() {
            let index = self.starts.partition_point(|&start| start <= self.at);
            let Some((part, start)) = index.checked_sub(1).map(|i| (&self.splice.parts[i], self.starts[i])) else {
                break;
            };
            let from = part.start + (self.at - start);
            let wanted = part.end.saturating_sub(from).min((out.len() - filled) as u64) as usize;
            if wanted == 0 {
                break;
            }
            self.file.seek(SeekFrom::Start(from))?;
            let count = self.file.read(&mut out[filled..filled + wanted])?;
            if count == 0 {
                break;
            }
            filled += count;
            self.at += count as u64;
        }
        Ok(filled)
    }
}

impl Seek for SplicedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_shown_as_one_however_they_are_read() {
        let temporary = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(temporary.path(), b"..one...two.three").unwrap();
        let splice = Splice { lead: b"zero ".to_vec(), parts: vec![2..5, 8..8, 8..11, 12..17] };
        for block in 1..20 {
            let mut spliced = SplicedFile::new(StemBytes::open(temporary.path()).unwrap(), splice.clone());
            let mut all = Vec::new();
            let mut buffer = vec![0; block];
            while let Ok(count @ 1..) = spliced.read(&mut buffer) {
                all.extend_from_slice(&buffer[..count]);
            }
            assert_eq!(all, b"zero onetwothree");
            for from in 0..=16_u64 {
                assert_eq!(spliced.seek(SeekFrom::Start(from)).unwrap(), from);
                let mut rest = Vec::new();
                spliced.read_to_end(&mut rest).unwrap();
                assert_eq!(rest, b"zero onetwothree"[from as usize..]);
            }
        }
    }
}
