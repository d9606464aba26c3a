//! Views of jobs, kept as long as their files are the very ones they were taken from.

use super::owners::Owners;
use super::stamp::Stamp;
use super::view::View;
use crate::error::{ApiError, Code};
use mixdown_shell::job::{JobId, Life, Record, SessionId};
use mixdown_shell::store::Store;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Age up to which a view is not checked. An answer is never older than this and one reading.
const FRESH: Duration = Duration::from_millis(250);
/// Time without a request after which a view is forgotten.
const UNUSED: Duration = Duration::from_secs(60);
/// Largest number of views.
const MOST: usize = 16_384;

/// A view, and what it was taken from.
#[derive(Clone)]
struct Entry {
    seen: Result<Arc<View>, (Code, String)>,
    /// The record's file; `None` if the view must be taken again.
    record: Option<Stamp>,
    /// The result's master and its owner.
    master: (bool, Option<Stamp>),
    checked: Instant,
    used: Instant,
}

/// Views of jobs.
#[derive(Default)]
pub(crate) struct Cache {
    entries: Mutex<HashMap<JobId, Entry>>,
    owners: Owners,
}

impl Cache {
    /// Returns a view that was checked a moment ago, or the refusal for a job that was not there.
    pub(crate) fn fresh(&self, job: &JobId) -> Option<Result<Arc<View>, ApiError>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get_mut(job).filter(|entry| entry.checked.elapsed() < FRESH)?;
        entry.used = Instant::now();
        Some(entry.seen.clone().map_err(|(code, message)| ApiError::new(code, message)))
    }

    /// Returns the view of a job as its files are now. Blocks.
    ///
    /// # Errors
    /// When there is no such job, it expired, or its record cannot be read.
    pub(crate) fn load(&self, store: &Store, job: &JobId) -> Result<Arc<View>, ApiError> {
        // Before anything is read: what changes meanwhile is younger.
        let now = Instant::now();
        let known = self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(job).cloned();
        if let Some(view) = known.and_then(|entry| self.unchanged(store, job, entry, now)) {
            return Ok(view);
        }
        let read = self.read(store, job, now);
        let seen = read.seen.clone();
        self.keep(job, read);
        seen.map_err(|(code, message)| ApiError::new(code, message))
    }

    /// Returns the job that owns the result of a session. Blocks.
    pub(crate) fn owner(&self, store: &Store, session: &SessionId) -> Option<JobId> {
        self.owners.find(store, session)
    }

    /// Returns a known view if its files are still the same.
    fn unchanged(&self, store: &Store, job: &JobId, entry: Entry, now: Instant) -> Option<Arc<View>> {
        let (Ok(view), Some(stamp)) = (entry.seen, entry.record) else { return None };
        let record = store.layout().record(&view.session, job);
        let same = Stamp::settled(store, &record) == Some(stamp)
            && (view.life != Life::Complete || self.master(store, &view, job) == entry.master);
        if !same {
            return None;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get_mut(job) {
            (entry.checked, entry.used) = (now, now);
        }
        Some(view)
    }

    /// Returns true if the job owns its session's result, and the state of its master.
    fn master(&self, store: &Store, view: &View, job: &JobId) -> (bool, Option<Stamp>) {
        let owns = self.owner(store, &view.session).as_ref() == Some(job);
        (owns, view.master.as_ref().and_then(|master| Stamp::settled(store, master)))
    }

    fn read(&self, store: &Store, job: &JobId, now: Instant) -> Entry {
        let gone = |error: ApiError| Entry {
            seen: Err((error.code(), error.message().to_owned())),
            record: None,
            master: (false, None),
            checked: now,
            used: now,
        };
        let (record, stamp) = match read_stamped(store, job) {
            Ok(found) => found,
            Err(error) => return gone(error),
        };
        let owns = record.life == Life::Complete
            && record.kind.has_result()
            && self.owner(store, &record.session_id).as_ref() == Some(job);
        let view = Arc::new(View::of(store, &record, owns));
        let master = view.master.as_ref().map(|master| Stamp::settled(store, master));
        // A worker's heartbeat lies in another file, and a young master cannot be stamped.
        let is_stable = !record.life.is_running() && master != Some(None);
        let master = (owns, master.flatten());
        Entry { seen: Ok(view), record: stamp.filter(|_| is_stable), master, checked: now, used: now }
    }

    fn keep(&self, job: &JobId, entry: Entry) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(job.clone(), entry);
    }

    /// Forgets a job that this process has just changed.
    pub(crate) fn forget(&self, job: &JobId) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(job);
        self.owners.clear();
    }

    /// Forgets what no request has needed for a minute.
    pub(crate) fn sweep(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| entry.used.elapsed() < UNUSED);
        if entries.capacity() > 4 * entries.len() {
            entries.shrink_to_fit();
        }
    }
}

/// Reads a record, and stamps its file as it was before.
fn read_stamped(store: &Store, job: &JobId) -> Result<(Record, Option<Stamp>), ApiError> {
    let record = store.records.read(job)?;
    let Some(stamp) = Stamp::settled(store, &store.layout().record(&record.session_id, job)) else {
        return Ok((record, None));
    };
    // Read again, since it may have been replaced before the stamp.
    Ok((store.records.read_in(&record.session_id, job)?, Some(stamp)))
}
