//! An output folder in an object store.

use super::Out;
use crate::error::OrderError;
use crate::place::escaped;
use crate::remote::{KeepOn, Remote};
use crate::result::RESULT_FILE;
use std::path::Path;

/// Objects below a URL.
pub(super) struct Store<'a> {
    /// Without a slash at its end.
    url: String,
    remote: &'a dyn Remote,
}

impl<'a> Store<'a> {
    pub(super) fn new(url: &str, remote: &'a dyn Remote) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), remote }
    }

    fn object(&self, attempt: &str, name: &str) -> String {
        object(&self.url, attempt, name)
    }
}

/// Returns the URL of a file of an attempt, below the URL of the output folder.
pub(crate) fn object(out: &str, attempt: &str, name: &str) -> String {
    format!("{out}/{attempt}/{}", escaped(name))
}

impl Out for Store<'_> {
    fn read_result(&self, keep_on: &mut KeepOn<'_>) -> Result<Option<Vec<u8>>, OrderError> {
        let mut bytes = Vec::new();
        match self.remote.read(&format!("{}/{RESULT_FILE}", self.url), None, &mut bytes, keep_on) {
            Ok(_) => Ok(Some(bytes)),
            Err(OrderError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn deliver(&self, attempt: &str, name: &str, file: &Path, keep_on: &mut KeepOn<'_>) -> Result<String, OrderError> {
        let url = self.object(attempt, name);
        self.remote.send(&url, file, keep_on)?;
        Ok(url)
    }

    fn create_result(&self, bytes: &[u8], keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        self.remote.create(&format!("{}/{RESULT_FILE}", self.url), bytes, keep_on)
    }

    fn discard(&self, attempt: &str, names: &[String]) {
        for name in names {
            // What stays is not part of any result.
            let _ = self.remote.remove(&self.object(attempt, name));
        }
    }
}
