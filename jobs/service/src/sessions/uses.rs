//! Uses of sessions within this process: uploads and live engines.

use super::stem_name::StemName;
use mixdown_shell::job::SessionId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The uses of all sessions.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    uploads: HashSet<(SessionId, StemName)>,
    sessions: HashMap<SessionId, usize>,
}

/// A use of a session: while it is held, the session cannot be deleted.
#[derive(Debug)]
pub struct SessionUse {
    uses: Uses,
    session: SessionId,
    upload: Option<StemName>,
}

impl Uses {
    /// Holds a session.
    pub(super) fn hold(&self, session: &SessionId) -> SessionUse {
        *self.held().sessions.entry(session.clone()).or_default() += 1;
        SessionUse { uses: self.clone(), session: session.clone(), upload: None }
    }

    /// Holds a session for the upload of a stem; `None` while another upload has its name.
    pub(super) fn upload(&self, session: &SessionId, name: &StemName) -> Option<SessionUse> {
        if !self.held().uploads.insert((session.clone(), name.clone())) {
            return None;
        }
        let mut held = self.hold(session);
        held.upload = Some(name.clone());
        Some(held)
    }

    /// Returns true if a session is in use.
    pub(super) fn is_held(&self, session: &SessionId) -> bool {
        self.held().sessions.contains_key(session)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Each change is one step: a panic leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SessionUse {
    fn drop(&mut self) {
        let mut held = self.uses.held();
        if let Some(name) = self.upload.take() {
            held.uploads.remove(&(self.session.clone(), name));
        }
        if let Some(count) = held.sessions.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                held.sessions.remove(&self.session);
            }
        }
    }
}
