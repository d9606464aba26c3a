//! The contract of a client of object stores and servers.

use crate::error::OrderError;
use crate::redact::redact;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

/// Called several times per second with the bytes moved so far; returns whether to continue.
pub type KeepOn<'a> = dyn FnMut(u64) -> ControlFlow<()> + Send + 'a;

/// Outcome of a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The object still has the tag that the caller knows; nothing was written.
    Unchanged,
    /// All bytes were written.
    Whole {
        /// The object's entity tag, where its server states one.
        tag: Option<String>,
    },
}

/// Objects at URLs. Each method retries what may pass; errors are redacted. A `keep_on` that breaks
/// ends a call with [`OrderError::Stopped`].
pub trait Remote: Sync {
    /// Writes the bytes of an object to `to`, unless it has the tag `known`. `to` is started anew
    /// by `restart` where a transfer broke off.
    ///
    /// # Errors
    /// [`OrderError::Missing`] without such an object, and errors of the network.
    fn read(
        &self,
        url: &str,
        known: Option<&str>,
        to: &mut dyn Sink,
        keep_on: &mut KeepOn<'_>,
    ) -> Result<Fetched, OrderError>;

    /// Stores a file as an object, whole or not at all.
    ///
    /// # Errors
    /// Errors of the network and of the file.
    fn send(&self, url: &str, file: &Path, keep_on: &mut KeepOn<'_>) -> Result<(), OrderError>;

    /// Stores an object where there is none; returns false, and stores nothing, where there is one.
    ///
    /// # Errors
    /// Errors of the network. Whether the object was stored is not certain then.
    fn create(&self, url: &str, bytes: &[u8], keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError>;

    /// Replaces an object that still has the tag `known`; returns false, and stores nothing, where
    /// it has another one or does not exist.
    ///
    /// # Errors
    /// [`OrderError::Refused`] by clients that cannot; as [`Remote::create`] otherwise.
    fn replace(&self, url: &str, known: &str, bytes: &[u8], keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        let _ = (known, bytes, keep_on);
        Err(OrderError::Refused { url: redact(url), cause: "this client cannot replace an object".into() })
    }

    /// Removes an object; one that does not exist counts as removed.
    ///
    /// # Errors
    /// Errors of the network.
    fn remove(&self, url: &str) -> Result<(), OrderError>;
}

/// Destination of a transfer, which may have to begin anew.
pub trait Sink: Write + Send {
    /// Drops all that was written.
    ///
    /// # Errors
    /// Errors of the operating system.
    fn restart(&mut self) -> std::io::Result<()>;
}

impl Sink for Vec<u8> {
    fn restart(&mut self) -> std::io::Result<()> {
        self.clear();
        Ok(())
    }
}
