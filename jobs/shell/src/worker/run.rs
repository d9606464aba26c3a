//! One job from the queue to its end.

use crate::job::{Actor, JobError, Life, Record};
use crate::kinds::{Kind, QueuedBy, Run, RunError, Signal};
use crate::store::{Claim, LOG, Rescue, Store, StoreError};
use serde_json::Map;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::info;

/// Interval between two heartbeats: at most four per second.
const BEAT: Duration = Duration::from_millis(250);

/// Pause after an access to a record that was locked.
const REST: Duration = Duration::from_secs(2);

/// Takes jobs from a store and runs them by their types.
pub struct Worker {
    store: Arc<Store>,
    stop: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// Reason to stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// Cancellation was requested.
    Cancelled,
    /// The worker is to end; the job returns to the queue.
    Shutdown,
    /// The job belongs to another worker now.
    Lost,
}

impl Worker {
    /// Creates a worker that ends gracefully once `stop` returns true.
    pub fn new(store: Arc<Store>, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { store, stop: Arc::new(stop) }
    }

    /// Returns the store of its jobs.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns true if the worker is to end.
    pub fn is_stopping(&self) -> bool {
        (self.stop)()
    }

    /// Claims and runs the oldest waiting job; rescues jobs of dead workers on the way. `None` when
    /// no job waits.
    ///
    /// # Errors
    /// The first error that kept it from a job, when there was no other job to run.
    pub fn run_next(&self) -> Result<Option<Record>, StoreError> {
        let mut first_error = None;
        for (session, job) in self.store.index.active()? {
            if self.is_stopping() {
                return Ok(None);
            }
            let taken = self.store.records.read_in(&session, &job).and_then(|record| match record.life {
                Life::Queued if runs(&record.kind) => self.store.leases.claim(&session, &job),
                Life::Queued => Ok(None),
                _ => {
                    // After a rescue by any process, it may wait now.
                    self.store.recovery.rescue(&session, &job)?;
                    if runs(&record.kind) { self.store.leases.claim(&session, &job) } else { Ok(None) }
                }
            });
            match taken {
                Ok(Some(claim)) => return self.run(claim).map(Some),
                // A newer version's job is left to workers of that version.
                Ok(None) | Err(StoreError::Newer { .. }) => {}
                Err(error) if error.is_missing() => {
                    self.store.recovery.rescue(&session, &job)?;
                }
                Err(StoreError::Corrupt { .. }) => {
                    if self.store.recovery.set_aside(&session, &job)? {
                        self.store.journal.count(|counters| counters.quarantined += 1);
                    }
                }
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(None), Err)
    }

    fn run(&self, mut claim: Claim) -> Result<Record, StoreError> {
        let staged = match claim.record.kind.has_result().then(|| self.store.results.stage(&claim)).transpose() {
            Ok(staged) => staged,
            Err(error) => return self.fail(claim, JobError::new("STORAGE_FAILED", error.to_string())),
        };
        let (mut stop, mut extra) = (None, Map::new());
        let mut next_beat = Instant::now() + BEAT;
        let job = claim.record.clone();
        let mut watch = |signal| {
            stop = stop.or_else(|| self.on_signal(&mut claim, signal, &mut next_beat));
            if stop.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let done = job.kind.run(&mut Run {
            job_id: &job.job_id,
            session_id: &job.session_id,
            attempt: job.attempt,
            request: &job.extra,
            limits: self.store.settings().limits(),
            staging: staged.as_ref().map_or(Path::new(""), |staged| &staged.folder),
            extra: &mut extra,
            watch: &mut watch,
        });
        let ended = match (done, stop) {
            (_, Some(Stop::Lost)) => Err(StoreError::LeaseLost(job.job_id.clone())),
            (Ok(()), _) => match self.store.publish(&mut claim, staged.as_ref(), extra) {
                // A process was suspended while holding a lock needed here: the job is given back,
                // and others continue.
                Err(StoreError::Busy(_)) if !claim.record.is_publishing() => self.give_back(&mut claim),
                // A result already on record is put in place by a rescue; otherwise the job has
                // failed.
                Err(error) if !claim.record.is_publishing() && !matches!(error, StoreError::LeaseLost(_)) => self
                    .end(&mut claim, |record, now| {
                        record.fail(JobError::new("STORAGE_FAILED", error.to_string()), Actor::Worker, now)
                    }),
                other => other,
            },
            (Err(RunError::Failed(error)), None) => self.end(&mut claim, |record, now| {
                record.extra.extend(extra);
                record.fail(error, Actor::Worker, now)
            }),
            (Err(_), Some(Stop::Shutdown)) => {
                let ended = self.end(&mut claim, |record, now| record.transition(Life::Queued, Actor::Worker, now));
                ended.inspect(|()| log_given_back(&job, "the worker stops"))
            }
            (Err(_), _) => self.end(&mut claim, |record, now| {
                record.extra.extend(extra);
                record.transition(Life::Cancelled, Actor::Worker, now)
            }),
        };
        if let Some(staged) = staged.filter(|_| !claim.record.is_publishing()) {
            let _ = self.store.disk().remove_tree(&staged.folder);
        }
        match ended {
            Ok(()) => Ok(claim.record),
            Err(StoreError::LeaseLost(_)) => self.store.records.read(&job.job_id),
            Err(error) if claim.record.is_publishing() => {
                // Without this worker's lease, the rescue can end a job whose result cannot be put
                // in place.
                drop(claim);
                match self.store.recovery.rescue(&job.session_id, &job.job_id)? {
                    Rescue::Done { after, .. } => Ok(*after),
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Records the progress of the job; returns the reason to stop, if any.
    fn on_signal(&self, claim: &mut Claim, signal: Signal, next_beat: &mut Instant) -> Option<Stop> {
        let (stage, percent, message) = match signal {
            Signal::Progress { stage, percent, message } => (stage, percent, message),
            Signal::Heartbeat => (None, claim.record.progress, ""),
        };
        let rank = claim.record.kind.rank(claim.record.stage);
        let next_stage = stage.filter(|stage| claim.record.kind.rank(Some(stage)) > rank);
        let due = Instant::now() >= *next_beat;
        // After a record was locked, a new stage also waits for the next heartbeat.
        let waits = *next_beat > Instant::now() + BEAT;
        let observed = if let Some(stage) = next_stage.filter(|_| !waits) {
            let job = claim.record.job_id.clone();
            self.store.leases.write_briefly(claim, |record, _| {
                record.enter(stage).map_err(|source| StoreError::Illegal { job, source })?;
                record.advance(percent);
                message.clone_into(&mut record.message);
                Ok(())
            })
        } else if due {
            *next_beat = Instant::now() + BEAT;
            self.store.leases.beat(claim, percent, message).map(|_| ())
        } else {
            Ok(())
        };
        if matches!(observed, Err(StoreError::Busy(_))) {
            *next_beat = Instant::now() + REST;
        }
        // A full disk prevents writing the progress, but not the work.
        let lost = matches!(
            observed,
            Err(StoreError::LeaseLost(_)
                | StoreError::NotFound(_)
                | StoreError::Expired(_)
                | StoreError::Deleted(_)
                | StoreError::SetAside { .. }
                | StoreError::Ended { .. })
        );
        if lost {
            Some(Stop::Lost)
        } else if claim.record.cancel_requested_at.is_some() {
            Some(Stop::Cancelled)
        } else {
            self.is_stopping().then_some(Stop::Shutdown)
        }
    }

    /// Returns a job to the queue without counting the attempt; if even that must wait, it is left
    /// to a rescue.
    fn give_back(&self, claim: &mut Claim) -> Result<(), StoreError> {
        let job = claim.record.job_id.clone();
        self.store.leases.write_briefly(claim, |record, now| {
            record.transition(Life::Queued, Actor::Worker, now).map_err(|source| StoreError::Illegal { job, source })
        })?;
        log_given_back(&claim.record, "another process holds its lock");
        Ok(())
    }

    fn fail(&self, mut claim: Claim, error: JobError) -> Result<Record, StoreError> {
        self.end(&mut claim, |record, now| record.fail(error, Actor::Worker, now))?;
        Ok(claim.record)
    }

    fn end(
        &self,
        claim: &mut Claim,
        edit: impl FnOnce(&mut Record, jiff::Timestamp) -> Result<(), crate::job::IllegalTransition>,
    ) -> Result<(), StoreError> {
        let job = claim.record.job_id.clone();
        self.store
            .leases
            .write(claim, |record, now| edit(record, now).map_err(|source| StoreError::Illegal { job, source }))
    }
}

/// Returns true if workers run jobs of this type.
fn runs(kind: &Kind) -> bool {
    kind.queued_by() == QueuedBy::Users
}

/// Logs that a job is back in the queue.
fn log_given_back(record: &Record, why: &str) {
    let (job, session, kind) = (&record.job_id, &record.session_id, &record.kind);
    info!(target: LOG, job_id = %job, session_id = %session, job_type = %kind, "job given back to the queue: {why}");
}
