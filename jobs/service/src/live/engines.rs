//! The live engines that run.

use crate::error::{ApiError, Code};
use std::sync::Arc;
use tokio::sync::watch;

/// The live engines that run.
#[derive(Debug)]
pub struct Engines {
    most: usize,
    count: watch::Sender<usize>,
}

/// The place of an engine; dropping it frees the place.
#[derive(Debug)]
pub struct EnginePlace(Arc<Engines>);

impl Engines {
    /// Creates room for so many engines.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, count: watch::Sender::new(0) })
    }

    /// Takes a place for an engine.
    ///
    /// # Errors
    /// `TOO_MANY_ENGINES` when all are taken.
    pub fn enter(self: &Arc<Self>) -> Result<EnginePlace, ApiError> {
        let entered = self.count.send_if_modified(|count| {
            let free = *count < self.most;
            *count += usize::from(free);
            free
        });
        if entered {
            return Ok(EnginePlace(Arc::clone(self)));
        }
        let most = self.most;
        let message = format!("{most} live engines run, and no more are allowed; close one, or try again later");
        Err(ApiError::new(Code::TooManyEngines, message))
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
        self.0.count.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_dropped() {
        let engines = Engines::new(2);
        let first = engines.enter().unwrap();
        let _second = engines.enter().unwrap();
        assert_eq!(engines.enter().unwrap_err().code(), Code::TooManyEngines);
        drop(first);
        assert_eq!(engines.count(), 1);
        assert!(engines.enter().is_ok());
    }
}
