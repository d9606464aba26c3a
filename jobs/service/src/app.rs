//! State that all routes share.

use crate::error::{ApiError, Code};
use crate::live::Engines;
use crate::sessions::Sessions;
use crate::settings::ServiceSettings;
use mixdown_shell::store::Store;
use std::sync::Arc;
use tokio::sync::watch;

/// State that all routes share.
pub struct App {
    /// The jobs.
    pub store: Arc<Store>,
    /// The session documents and stems.
    pub sessions: Sessions,
    /// The settings.
    pub settings: ServiceSettings,
    /// The live engines that run.
    pub live: Arc<Engines>,
    /// True once the service stops: endless answers end then.
    stopping: watch::Sender<bool>,
}

impl App {
    /// Creates the state of a service.
    pub fn new(store: Arc<Store>, settings: ServiceSettings) -> Arc<Self> {
        let sessions = Sessions::new(store.layout().media(), &settings);
        let live = Engines::new(settings.live_engines);
        Arc::new(Self { store, sessions, settings, live, stopping: watch::Sender::new(false) })
    }

    /// Begins the end: [`App::stopped`] returns, streams and sockets close.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns true once the service stops.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until the service stops.
    pub async fn stopped(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Runs work that blocks on a thread for such work.
    ///
    /// # Errors
    /// Those of the work; `INTERNAL` when it panics.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let app = Arc::clone(self);
        let panicked = |_| ApiError::new(Code::Internal, "the request could not be carried out");
        tokio::task::spawn_blocking(move || work(&app)).await.unwrap_or_else(|error| Err(panicked(error)))
    }
}
