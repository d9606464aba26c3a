//! The jobs that clients follow.

use super::view::View;
use crate::error::{ApiError, Code};
use mixdown_shell::job::JobId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A job as its task last saw it; an error once it is no longer there.
pub(crate) type Seen = Result<Arc<View>, Code>;

/// The jobs that are followed.
#[derive(Default)]
pub(crate) struct Watchers(Mutex<HashMap<JobId, watch::Sender<Seen>>>);

impl Watchers {
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<JobId, watch::Sender<Seen>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a view on; returns true if the job is to be followed further.
    pub(super) fn pass(&self, job: &JobId, seen: Result<Arc<View>, ApiError>) -> bool {
        let mut jobs = self.lock();
        let Some(sender) = jobs.get(job) else { return false };
        let seen = match seen {
            // The store is busy, or the disk fails: the next look may succeed.
            Err(error) if !error.is_gone() && sender.receiver_count() > 0 => return true,
            Err(error) => Err(error.code()),
            Ok(view) => Ok(view),
        };
        let goes_on = seen.as_ref().is_ok_and(|view| !view.is_ended()) && sender.receiver_count() > 0;
        sender.send_if_modified(|last| {
            let same = match (&*last, &seen) {
                (Ok(last), Ok(seen)) => last.marker() == seen.marker(),
                (Err(last), Err(seen)) => last == seen,
                _ => false,
            };
            *last = seen;
            !same
        });
        if !goes_on {
            jobs.remove(job);
        }
        goes_on
    }
}
