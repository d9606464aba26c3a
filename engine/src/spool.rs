//! Storage for data too large for memory: in memory up to a limit, then in an unnamed temporary
//! file.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::SpooledTempFile;

/// Appended bytes that can be read anywhere. Errors name the folder.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: Option<PathBuf>,
    file: SpooledTempFile,
    length: u64,
}

impl Spool {
    /// Creates an empty spool that holds up to `max_bytes` in memory. With more, all of it moves to
    /// a file in `folder`, or in the system's folder for temporary files. The file is unlinked at
    /// once: nothing can be left behind.
    pub(crate) fn new(max_bytes: usize, folder: Option<&Path>) -> Self {
        let spooled = |folder| tempfile::spooled_tempfile_in(max_bytes, folder);
        let file = folder.map_or_else(|| tempfile::spooled_tempfile(max_bytes), spooled);
        Self { folder: folder.map(Path::to_path_buf), file, length: 0 }
    }

    /// Returns the number of appended bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Appends bytes, and returns their position.
    ///
    /// # Errors
    /// When the file cannot be created or written.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let start = self.length;
        self.try_append(bytes).map_err(|error| self.named(&error))?;
        self.length += bytes.len() as u64;
        Ok(start)
    }

    fn try_append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(bytes)
    }

    /// Fills `bytes` with those from `start` on.
    ///
    /// # Errors
    /// When there are not that many bytes, or the file cannot be read.
    pub(crate) fn read(&mut self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.try_read(start, bytes).map_err(|error| self.named(&error))
    }

    fn try_read(&mut self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(bytes)
    }

    fn named(&self, error: &io::Error) -> io::Error {
        let place = self.folder.as_deref().map_or("the folder for temporary files".into(), Path::to_string_lossy);
        io::Error::new(error.kind(), format!("{place}: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_anywhere_while_more_are_appended() {
        for max_bytes in [0, 4, 100] {
            let mut file = Spool::new(max_bytes, None);
            assert!(file.read(0, &mut [0]).is_err(), "nothing is there");
            assert_eq!([file.append(b"abc").unwrap(), file.append(b"de").unwrap()], [0, 3]);
            let mut bytes = [0; 3];
            file.read(2, &mut bytes).unwrap();
            assert_eq!(&bytes, b"cde");
            assert_eq!((file.append(b"f").unwrap(), file.length()), (5, 6));
            file.read(3, &mut bytes).unwrap();
            assert_eq!(&bytes, b"def");
            let error = file.read(4, &mut bytes).unwrap_err();
            assert!(error.to_string().starts_with("the folder for temporary files: "), "{error}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let mut file = Spool::new(0, Some(Path::new("a folder that is not there")));
        let error = file.append(b"a").unwrap_err();
        assert!(error.to_string().starts_with("a folder that is not there: "), "{error}");
        assert_eq!(file.length(), 0);
    }

    impl Spool {
        /// Truncates the file to its first bytes.
        pub(crate) fn cut(&mut self, length: u64) {
            self.file.set_len(length).unwrap();
        }
    }
}
