//! Locks of sessions within this process.

use mixdown_shell::job::SessionId;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Number of locks; sessions share them, so that they take no memory each.
const LOCKS: usize = 256;

/// The lock of a session, held until it is dropped.
#[derive(Debug)]
pub struct SessionLock<'a> {
    _guard: MutexGuard<'a, ()>,
}

/// The locks of all sessions.
pub(super) struct Locks([Mutex<()>; LOCKS]);

impl Default for Locks {
    fn default() -> Self {
        Self([const { Mutex::new(()) }; LOCKS])
    }
}

impl Locks {
    /// Returns the lock of a session once it is free.
    pub(super) fn lock(&self, session: &SessionId) -> SessionLock<'_> {
        let mut hasher = DefaultHasher::new();
        session.hash(&mut hasher);
        let lock = &self.0[hasher.finish() as usize % LOCKS];
        // It guards no data in memory: after a panic the disk has the state.
        SessionLock { _guard: lock.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}
