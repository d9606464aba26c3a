//! Engines of jobs: what carries jobs out, and how a request reaches it.

use crate::job::{JobId, NewJob, Record};
use crate::kinds::{Mix, QueuedBy, Refused};
use crate::settings::Settings;
use crate::store::{Deleted, ImportLine, Store, StoreError, Submitted};
use crate::worker::{Event, Service, Worker};
use std::path::PathBuf;
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

    /// Queues a job, once per idempotency key. On return, the job is durable. Blocks.
    ///
    /// # Errors
    /// Those of [`Store::submit`]; [`StoreError::NotByEngine`] for a type of job that this engine
    /// does not carry out.
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

/// Reason for which a delegated engine refuses jobs that are no mixes.
const MIXES_ALONE: &str = "this engine carries out mixes alone; mixdown serve and mixdown jobs carry out the others";

/// An engine that hands mixes over: a program carries each of them out elsewhere, and reports to
/// this process.
pub struct DelegatedEngine(Arc<Store>);

impl DelegatedEngine {
    /// Opens the engine on the folders of the settings. For each mix, `program` is called with
    /// `render-child --time-limit TIME`: see [`Mix::followed_by`].
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn open(mut settings: Settings, program: PathBuf) -> Result<Self, StoreError> {
        let others: Vec<_> =
            settings.kinds.iter().filter(|kind| kind.queued_by() == QueuedBy::Users).cloned().collect();
        for kind in others.into_iter().filter(|kind| kind.name() != Mix::NAME) {
            settings = settings.with(Refused(kind));
        }
        let limit = format!("{}s", settings.render_time.as_secs().max(1));
        let mix = Mix::followed_by(program, vec!["render-child".into(), "--time-limit".into(), limit]);
        Ok(Self(Arc::new(Store::open(settings.with(mix))?)))
    }
}

impl JobEngine for DelegatedEngine {
    fn store(&self) -> &Arc<Store> {
        &self.0
    }

    fn submit(&self, job: NewJob, stems: &[ImportLine]) -> Result<Submitted, StoreError> {
        if job.kind != Mix::NAME {
            return Err(StoreError::NotByEngine { kind: job.kind.to_owned(), why: MIXES_ALONE });
        }
        self.0.submit(job, stems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    #[test]
    fn a_delegated_engine_queues_mixes_and_refuses_others_by_name() {
        let folder = std::env::temp_dir().join(format!("mixdown-delegated-{}", std::process::id()));
        let settings = Settings::at(folder.join("media"), folder.join("storage"));
        let engine = DelegatedEngine::open(settings, "mixdown-temporal".into()).unwrap();
        let session: crate::job::SessionId = "song".parse().unwrap();
        let mix = NewJob::mix(session.clone(), json!({ "tracks": [] }));
        let queued = engine.submit(mix, &[]).unwrap();
        assert!(queued.new && engine.store().records.read(&queued.record.job_id).is_ok());
        let other = NewJob { session_id: session, kind: "analysis", key: None, extra: Map::new() };
        let refusal = engine.submit(other, &[]).unwrap_err().to_string();
        assert!(refusal.contains("analysis") && refusal.contains("mixes alone"), "{refusal}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
