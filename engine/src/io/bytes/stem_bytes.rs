//! Bytes of a stem, on disk or in memory, read from a position of its own.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An opened stem. As with [`File`], a shared reference reads from the same position.
#[derive(Debug)]
pub(in crate::io) enum StemBytes {
    /// A file.
    Disk(File),
    /// Bytes in memory, and the position.
    Memory(Arc<[u8]>, AtomicU64),
}

impl StemBytes {
    /// Opens a file.
    pub(in crate::io) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::Disk(File::open(path)?))
    }

    /// Opens bytes in memory.
    pub(in crate::io) fn over(bytes: Arc<[u8]>) -> Self {
        Self::Memory(bytes, AtomicU64::new(0))
    }

    /// Returns the length in bytes.
    pub(in crate::io) fn length(&self) -> io::Result<u64> {
        match self {
            Self::Disk(file) => Ok(file.metadata()?.len()),
            Self::Memory(bytes, _) => Ok(bytes.len() as u64),
        }
    }
}

impl Read for &StemBytes {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            StemBytes::Disk(file) => (&mut &*file).read(out),
            StemBytes::Memory(bytes, at) => {
                let start = at.load(Ordering::Relaxed);
                let count = (&bytes[start.min(bytes.len() as u64) as usize..]).read(out)?;
                at.store(start + count as u64, Ordering::Relaxed);
                Ok(count)
            }
        }
    }
}

impl Seek for &StemBytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            StemBytes::Disk(file) => (&mut &*file).seek(to),
            StemBytes::Memory(bytes, at) => {
                let (from, by) = match to {
                    SeekFrom::Start(position) => (position, 0),
                    SeekFrom::End(by) => (bytes.len() as u64, by),
                    SeekFrom::Current(by) => (at.load(Ordering::Relaxed), by),
                };
                let before = || io::Error::new(io::ErrorKind::InvalidInput, "a position before the start");
                let position = from.checked_add_signed(by).ok_or_else(before)?;
                at.store(position, Ordering::Relaxed);
                Ok(position)
            }
        }
    }
}

impl Read for StemBytes {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        (&mut &*self).read(out)
    }
}

impl Seek for StemBytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (&mut &*self).seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_reads_and_seeks_as_a_file_does() {
        let bytes: Vec<u8> = (0..=255).collect();
        let temporary = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(temporary.path(), &bytes).unwrap();
        let mut both = [StemBytes::open(temporary.path()).unwrap(), StemBytes::over(bytes.into())];
        assert_eq!(both.each_ref().map(|file| file.length().unwrap()), [256, 256]);
        for to in [
            SeekFrom::Start(7),
            SeekFrom::Current(30),
            SeekFrom::End(-3),
            SeekFrom::Current(-300),
            SeekFrom::Start(400),
            SeekFrom::Current(-390),
        ] {
            let [disk, memory] = both.each_mut().map(|file| {
                let sought = file.seek(to).map_err(|error| error.kind());
                let mut out = [0; 20];
                let count = file.read(&mut out).unwrap();
                (sought, count, out, file.stream_position().unwrap())
            });
            assert_eq!(disk, memory, "{to:?}");
        }
    }
}
