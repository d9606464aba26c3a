//! A file seen with a few of its bytes replaced: how a header that is wrong about sizes is set right before the decoder reads it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes to show in place of those in the file, and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Edits(Vec<(u64, Vec<u8>)>);

impl Edits {
    pub(super) fn add(&mut self, at: u64, bytes: &[u8]) {
        self.0.push((at, bytes.to_vec()));
    }
}

/// A file with edits; the file itself is never written.
pub(super) struct PatchedFile {
    file: File,
    at: u64,
    edits: Edits,
}

impl PatchedFile {
    /// A file from its start.
    pub(super) fn new(mut file: File, edits: Edits) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        Ok(Self { file, at: 0, edits })
    }
}

impl Read for PatchedFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(out)?;
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

impl Seek for PatchedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

/// Fills `out` as far as the file goes.
pub(super) fn read_up_to(reader: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
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
        let mut edits = Edits::default();
        edits.add(0, b"RIFF");
        edits.add(6, b"1234");
        for block in 1..12 {
            let mut patched = PatchedFile::new(File::open(temporary.path()).unwrap(), edits.clone()).unwrap();
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
