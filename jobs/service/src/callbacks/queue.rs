//! The queue of callbacks.

use mixdown_shell::job::JobId;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The jobs whose callbacks are to be sent.
#[derive(Default)]
pub(crate) struct Callbacks {
    /// Those that may still have to be sent.
    pub(super) expected: Mutex<HashSet<JobId>>,
    /// Those of them that are being sent.
    pub(super) sending: Mutex<HashSet<JobId>>,
}

impl Callbacks {
    /// Sends the callback of a job once it has ended.
    pub(crate) fn expect(&self, job: JobId) {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).insert(job);
    }
}
