//! The job that owns each session's result, found once for many requests.

use super::stamp::Stamp;
use mixdown_shell::job::{JobId, SessionId};
use mixdown_shell::store::Store;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Age up to which a finding is not checked, in a session whose records just changed.
const FRESH: Duration = Duration::from_millis(250);
/// Largest number of sessions; above it all are forgotten.
const MOST: usize = 16_384;

/// The jobs that own results.
#[derive(Default)]
pub(super) struct Owners(Mutex<HashMap<SessionId, Finding>>);

/// The owner of one session's result.
#[derive(Clone)]
struct Finding {
    at: Instant,
    /// The folder of the session's records: each change of a record changes it.
    folder: Option<Stamp>,
    owner: Option<JobId>,
}

impl Owners {
    /// Returns the job that owns the result of a session. Blocks.
    pub(super) fn find(&self, store: &Store, session: &SessionId) -> Option<JobId> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(session).cloned();
        let is_young = |finding: &Finding| finding.at.elapsed() < FRESH;
        if let Some(finding) = known.as_ref().filter(|finding| is_young(finding)) {
            return finding.owner.clone();
        }
        let folder = Stamp::settled(store, &store.layout().jobs(session));
        if let Some(finding) = known.filter(|finding| folder.is_some() && finding.folder == folder) {
            return finding.owner;
        }
        let owner = store.results.owner(session).ok().flatten().map(|(_, owner)| owner);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(session.clone(), Finding { at: Instant::now(), folder, owner: owner.clone() });
        owner
    }

    /// Forgets all findings.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
