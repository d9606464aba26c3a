//! The live engines that run.

use crate::error::{ApiError, Code};
use mixdown_shell::job::SessionId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// The live engines that run, by session.
#[derive(Debug)]
pub struct Engines {
    most: usize,
    open: Mutex<BTreeMap<SessionId, usize>>,
    count: watch::Sender<usize>,
}

/// The place of an engine; dropping it frees the place.
#[derive(Debug)]
pub struct EnginePlace {
    engines: Arc<Engines>,
    session: SessionId,
}

impl Engines {
    /// Creates room for so many engines.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, open: Mutex::default(), count: watch::Sender::new(0) })
    }

    /// Takes a place for an engine.
    ///
    /// # Errors
    /// `TOO_MANY_ENGINES` when all are taken.
    pub fn enter(self: &Arc<Self>, session: &SessionId) -> Result<EnginePlace, ApiError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.values().sum::<usize>();
        if count >= self.most {
            let message = format!("{count} live engines run, and no more are allowed; close one, or try again later");
            return Err(ApiError::new(Code::TooManyEngines, message));
        }
        *open.entry(session.clone()).or_default() += 1;
        self.count.send_replace(count + 1);
        Ok(EnginePlace { engines: Arc::clone(self), session: session.clone() })
    }

    /// Returns true if an engine of a session runs.
    pub fn is_open(&self, session: &SessionId) -> bool {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).contains_key(session)
    }

    /// Returns the number of engines that run.
    pub fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Waits until no engine runs.
    pub async fn closed(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for EnginePlace {
    fn drop(&mut self) {
        let mut open = self.engines.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.session) {
            *count -= 1;
        }
        open.retain(|_, count| *count > 0);
        self.engines.count.send_replace(open.values().sum());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_dropped() {
        let engines = Engines::new(2);
        let [a, b] = ["a", "b"].map(|name| name.parse::<SessionId>().unwrap());
        let first = engines.enter(&a).unwrap();
        let second = engines.enter(&a).unwrap();
        assert_eq!(engines.enter(&b).unwrap_err().code(), Code::TooManyEngines);
        drop(first);
        assert!(engines.is_open(&a) && !engines.is_open(&b));
        let _third = engines.enter(&b).unwrap();
        drop(second);
        assert!(!engines.is_open(&a) && engines.is_open(&b) && engines.count() == 1);
    }
}
