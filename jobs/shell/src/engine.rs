//! Engines of jobs: what carries jobs out, and how a request reaches it.

use crate::job::{JobId, NewJob, Record};
use crate::store::{Deleted, ImportLine, Store, StoreError, Submitted};
use crate::worker::{Event, Service, Worker};
use std::sync::Arc;

/// An engine of jobs: what the service and the commands need from it.
///
/// Whatever the engine, records in a [`Store`] state what becomes of each job. Lists, pages,
/// events, counts and cleanups read them there, and have no method here. Engines differ in what
/// works on a job, and so in the steps that must reach it. The default methods are those of an
/// engine whose workers share the folders of the store: [`LocalEngine`].
pub trait JobEngine: Send + Sync {
    /// Returns the records of its jobs.
    fn store(&self) -> &Arc<Store>;

    /// Returns the number of jobs at once where its user states none.
    fn at_once(&self) -> usize {
        1
    }

    /// Queues a job, once per idempotency key. On return, the job is durable. Blocks.
    ///
    /// # Errors
    /// Those of [`Store::submit`].
    fn submit(&self, job: NewJob, stems: &[ImportLine]) -> Result<Submitted, StoreError> {
        self.store().submit(job, stems)
    }

    /// Cancels a job: at once while it waits, otherwise as soon as its work has stopped. Blocks.
    ///
    /// # Errors
    /// Those of [`Store::cancel`].
    fn cancel(&self, job: &JobId) -> Result<Record, StoreError> {
        self.store().cancel(job)
    }

    /// Queues a failed or cancelled job for another attempt. Blocks.
    ///
    /// # Errors
    /// Those of [`Store::retry`].
    fn retry(&self, job: &JobId) -> Result<Record, StoreError> {
        self.store().retry(job)
    }

    /// Deletes a job that nothing works on, with its result. Blocks.
    ///
    /// # Errors
    /// Those of [`Store::delete_one`].
    fn delete(&self, job: &JobId) -> Result<Deleted, StoreError> {
        self.store().delete_one(job)
    }

    /// Carries out jobs, and clears up at intervals, until it is stopped; with
    /// [`Duty::once`], until none waits. Returns the error that kept it from a job, if it ended for
    /// lack of other jobs. Blocks.
    fn work(&self, duty: Duty, report: &(dyn Fn(Event) + Sync)) -> Option<StoreError> {
        let Duty { concurrency, once, stop } = duty;
        let worker = Worker::new(Arc::clone(self.store()), move || stop());
        Service { worker, concurrency, once }.run(report)
    }
}

/// The extent of an engine's work.
pub struct Duty {
    /// Jobs at once, at least 1.
    pub concurrency: usize,
    /// True if it ends as soon as no job waits.
    pub once: bool,
    /// Returns true as soon as it is to end.
    pub stop: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// The engine of one machine: workers of this and other processes share the folders of its store.
pub struct LocalEngine(Arc<Store>);

impl LocalEngine {
    /// Returns the engine over a store.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(store))
    }
}

impl JobEngine for LocalEngine {
    fn store(&self) -> &Arc<Store> {
        &self.0
    }
}

/// Jobs at once of a [`DelegatedEngine`], which only follows them.
const FOLLOWED_AT_ONCE: usize = 16;

/// An engine that hands work over: the processes of its jobs let it be done elsewhere, and report
/// to this one. See [`Program::following`](crate::kinds::child::Program::following).
pub struct DelegatedEngine(Arc<Store>);

impl DelegatedEngine {
    /// Returns the engine over a store, whose types of jobs have such programs.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(store))
    }
}

impl JobEngine for DelegatedEngine {
    fn store(&self) -> &Arc<Store> {
        &self.0
    }

    fn at_once(&self) -> usize {
        FOLLOWED_AT_ONCE
    }
}
