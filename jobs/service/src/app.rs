//! State that all routes share.

use crate::callbacks::Callbacks;
use crate::error::{ApiError, Code};
use crate::jobs::{Cache, View, Watchers};
use crate::library::Shared;
use crate::live::Engines;
use crate::metrics::Metrics;
use crate::sessions::Sessions;
use crate::settings::ServiceSettings;
use mixdown_shell::engine::JobEngine;
use mixdown_shell::job::JobId;
use mixdown_shell::store::Store;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::{oneshot, watch};

/// State that all routes share.
pub struct App {
    /// The engine of the jobs.
    pub engine: Arc<dyn JobEngine>,
    /// The records of its jobs.
    pub store: Arc<Store>,
    /// The session documents and stems.
    pub sessions: Sessions,
    /// The settings.
    pub settings: ServiceSettings,
    /// The stem library.
    pub(crate) library: Shared,
    /// The live engines that run.
    pub live: Arc<Engines>,
    /// Views of jobs.
    pub(crate) jobs: Cache,
    /// The jobs that clients follow.
    pub(crate) watchers: Watchers,
    /// The callbacks to be sent.
    pub(crate) callbacks: Callbacks,
    /// Counts and times of the service.
    pub(crate) metrics: Metrics,
    /// True while the workers of this process work.
    pub(crate) workers_run: AtomicBool,
    /// True once the service stops: endless answers end then.
    stopping: watch::Sender<bool>,
}

impl App {
    /// Creates the state of a service.
    pub fn new(engine: Arc<dyn JobEngine>, settings: ServiceSettings) -> Arc<Self> {
        let store = Arc::clone(engine.store());
        let sessions = Sessions::new(store.layout().media(), &settings);
        let library = Shared::new(sessions.media());
        let live = Engines::new(settings.live_engines);
        Arc::new(Self {
            engine,
            store,
            sessions,
            settings,
            library,
            live,
            jobs: Cache::default(),
            watchers: Watchers::default(),
            callbacks: Callbacks::default(),
            metrics: Metrics::new(),
            workers_run: AtomicBool::new(false),
            stopping: watch::Sender::new(false),
        })
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

    /// Returns a job as it is now, or was a moment ago.
    ///
    /// # Errors
    /// When there is no such job, it expired, or its record cannot be read.
    pub(crate) async fn view(self: &Arc<Self>, job: &JobId) -> Result<Arc<View>, ApiError> {
        if let Some(seen) = self.jobs.fresh(job) {
            return seen;
        }
        let job = job.clone();
        self.blocking(move |app| app.jobs.load(&app.store, &job)).await
    }

    /// Runs work that blocks on a thread for such work.
    ///
    /// # Errors
    /// Those of the work; `INTERNAL` when it panics.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (app, (answer, answered)) = (Arc::clone(self), oneshot::channel());
        start_blocking(Box::new(move || {
            // The request may have been dropped.
            let _ = answer.send(work(&app));
        }));
        let panicked = |_| Err(ApiError::new(Code::Internal, "the request could not be carried out"));
        answered.await.unwrap_or_else(panicked)
    }
}

/// Starts work on a thread for work that blocks. Boxed, the runtime's code for it is compiled once.
fn start_blocking(work: Box<dyn FnOnce() + Send>) {
    tokio::task::spawn_blocking(work);
}
