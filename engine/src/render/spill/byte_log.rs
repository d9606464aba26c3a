//! A byte log: the last page in memory, all pages before it in an unnamed temporary file.

use crate::spool::Spool;
use std::io;
use std::path::Path;

/// Bytes per page: a multiple of the size of any value.
pub(crate) const PAGE_BYTES: usize = 1 << 16;

/// Bytes appended in small pieces during a render, and read page by page afterwards.
#[derive(Debug)]
pub(crate) struct ByteLog {
    page_bytes: usize,
    file: Spool,
    /// Bytes after those in the file.
    held: Vec<u8>,
    page: Vec<u8>,
}

impl ByteLog {
    /// Creates an empty log with pages of `page_bytes`, whose [`Spool`] is in `folder`.
    /// Allocates.
    pub(crate) fn new(page_bytes: usize, folder: Option<&Path>) -> Self {
        let room = page_bytes + page_bytes / 8;
        Self { page_bytes, file: Spool::new(0, folder), held: Vec::with_capacity(room), page: Vec::new() }
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub(crate) fn extend(&mut self, bytes: impl IntoIterator<Item = u8>) -> io::Result<()> {
        self.held.extend(bytes);
        if self.held.len() >= self.page_bytes {
            self.file.append(&self.held)?;
            self.held.clear();
        }
        Ok(())
    }

    /// Returns the number of bytes.
    pub(crate) fn length(&self) -> u64 {
        self.file.length() + self.held.len() as u64
    }

    /// Returns the number of pages: 1 or more, the last of which may be empty.
    pub(crate) fn pages(&self) -> usize {
        self.file.length().div_ceil(self.page_bytes as u64) as usize + 1
    }

    /// Returns the bytes of a page.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(crate) fn page(&mut self, page: usize) -> io::Result<&[u8]> {
        let start = (page * self.page_bytes) as u64;
        if start >= self.file.length() {
            return Ok(&self.held);
        }
        let length = (self.file.length() - start).min(self.page_bytes as u64) as usize;
        self.page.resize(length, 0);
        self.file.read(start, &mut self.page)?;
        Ok(&self.page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_are_read_back_in_order() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for page_bytes in [1, 8, 96, 999, 1_000, 2_000] {
            for piece in [1, 7, 200, 1_000] {
                let mut log = ByteLog::new(page_bytes, None);
                assert_eq!((log.pages(), log.page(0).unwrap().len()), (1, 0));
                bytes.chunks(piece).for_each(|piece| log.extend(piece.iter().copied()).unwrap());
                assert_eq!(log.length(), 1_000);
                assert!(log.held.len() < page_bytes, "memory holds no more than a page");
                let back: Vec<u8> = (0..log.pages()).flat_map(|page| log.page(page).unwrap().to_vec()).collect();
                assert_eq!(back, bytes, "pages of {page_bytes}, pieces of {piece}");
            }
        }
    }

    impl ByteLog {
        /// Truncates the temporary file.
        pub(crate) fn break_file(&mut self) {
            self.file.cut(0);
        }
    }
}
