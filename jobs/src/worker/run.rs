//! One job from the queue to its end.

use super::{RunError, Runner, Sign};
use crate::jobs::{By, JobError, Record, State, place};
use crate::store::{Claim, Rescue, Store, StoreError};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two signs of life: at most four a second.
const BEAT: Duration = Duration::from_millis(250);

/// After a look at a record whose lock somebody keeps.
const REST: Duration = Duration::from_secs(2);

/// Takes jobs from a store and has a runner do them.
pub struct Worker {
    store: Arc<Store>,
    runner: Arc<dyn Runner>,
    stop: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// Why a run is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// Somebody no longer wants the job.
    Cancelled,
    /// The worker is to end; the job goes back to the queue.
    Shutdown,
    /// The job is another's now.
    Lost,
}

impl Worker {
    /// A worker that ends gracefully once `stop` says so.
    pub fn new(store: Arc<Store>, runner: Arc<dyn Runner>, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { store, runner, stop: Arc::new(stop) }
    }

    /// Where its jobs are.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether it was told to end.
    pub fn is_stopping(&self) -> bool {
        (self.stop)()
    }

    /// Takes the oldest job that waits and does it; jobs whose workers are gone are rescued on the
    /// way. `None` when none waits.
    ///
    /// # Errors
    /// The first thing that kept it from a job, when there was no other job to do.
    pub fn run_next(&self) -> Result<Option<Record>, StoreError> {
        let mut first_error = None;
        for (session, job) in self.store.active()? {
            if self.is_stopping() {
                return Ok(None);
            }
            let taken = self.store.read_in(&session, &job).and_then(|record| match record.state {
                State::Queued if self.runner.handles(record.kind) => self.store.claim(&session, &job),
                State::Queued => Ok(None),
                _ => {
                    // Whoever rescued it, it may wait now.
                    self.store.rescue(&session, &job)?;
                    if self.runner.handles(record.kind) { self.store.claim(&session, &job) } else { Ok(None) }
                }
            });
            match taken {
                Ok(Some(claim)) => return self.run(claim).map(Some),
                // A newer version's job is its own workers' to do.
                Ok(None) | Err(StoreError::Newer { .. }) => {}
                Err(error) if error.is_gone() => {
                    self.store.rescue(&session, &job)?;
                }
                Err(StoreError::Corrupt { .. }) => {
                    if self.store.set_aside(&session, &job)? {
                        self.store.count(|counters| counters.quarantined += 1);
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
        let staged = match self.store.stage(&claim) {
            Ok(staged) => staged,
            Err(error) => return self.fail(claim, JobError::new("STORAGE_FAILED", error.to_string())),
        };
        let mut stop = None;
        let mut next_beat = Instant::now() + BEAT;
        let job = claim.record.clone();
        let done = self.runner.run(&job, &staged.folder, &mut |sign| {
            stop = stop.or_else(|| self.hear(&mut claim, sign, &mut next_beat));
            if stop.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let ended = match (done, stop) {
            (_, Some(Stop::Lost)) => Err(StoreError::LeaseLost(job.job_id.clone())),
            (Ok(extra), _) => match self.store.publish(&mut claim, &staged, extra) {
                // Somebody was stopped with a lock that this needs: the job is given back, and
                // others go on.
                Err(StoreError::Busy(_)) if !claim.record.is_publishing() => self.give_back(&mut claim),
                // What is already on record is put in place by a rescue; the rest has failed.
                Err(error) if !claim.record.is_publishing() && !matches!(error, StoreError::LeaseLost(_)) => self
                    .end(&mut claim, |record, now| {
                        record.fail(JobError::new("STORAGE_FAILED", error.to_string()), By::Worker, now)
                    }),
                other => other,
            },
            (Err(RunError::Failed(error)), None) => {
                self.end(&mut claim, |record, now| record.fail(error, By::Worker, now))
            }
            (Err(_), Some(Stop::Shutdown)) => {
                self.end(&mut claim, |record, now| record.go(State::Queued, By::Worker, now))
            }
            (Err(_), _) => self.end(&mut claim, |record, now| record.go(State::Cancelled, By::Worker, now)),
        };
        if !claim.record.is_publishing() {
            let _ = self.store.disk().remove_tree(&staged.folder);
        }
        match ended {
            Ok(()) => Ok(claim.record),
            Err(StoreError::LeaseLost(_)) => self.store.read(&job.job_id),
            Err(error) if claim.record.is_publishing() => {
                // Without this worker's lease, the rescue is free to end what cannot be put in
                // place.
                drop(claim);
                match self.store.rescue(&job.session_id, &job.job_id)? {
                    Rescue::Done { after, .. } => Ok(*after),
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Records where the job is; why it is to stop, if it is.
    fn hear(&self, claim: &mut Claim, sign: Sign, next_beat: &mut Instant) -> Option<Stop> {
        let (state, percent, message) = match sign {
            Sign::At(progress) => place(progress),
            Sign::Alive => (claim.record.state, claim.record.progress, ""),
        };
        let due = Instant::now() >= *next_beat;
        // After a lock that somebody kept, a stage waits for its time, too.
        let waits = *next_beat > Instant::now() + BEAT;
        let heard = if state > claim.record.state && !waits {
            let job = claim.record.job_id.clone();
            self.store.write_briefly(claim, |record, now| {
                record.go(state, By::Worker, now).map_err(|source| StoreError::Illegal { job, source })?;
                record.advance(percent);
                message.clone_into(&mut record.message);
                Ok(())
            })
        } else if due {
            *next_beat = Instant::now() + BEAT;
            self.store.beat(claim, percent, message).map(|_| ())
        } else {
            Ok(())
        };
        if matches!(heard, Err(StoreError::Busy(_))) {
            *next_beat = Instant::now() + REST;
        }
        // A disk that is full keeps the progress from being written, not the work from going on.
        let lost = matches!(
            heard,
            Err(StoreError::LeaseLost(_)
                | StoreError::NotFound(_)
                | StoreError::Expired(_)
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

    /// Gives a job back without counting the attempt; where even that must wait, it is left to a
    /// rescue.
    fn give_back(&self, claim: &mut Claim) -> Result<(), StoreError> {
        let job = claim.record.job_id.clone();
        self.store.write_briefly(claim, |record, now| {
            record.go(State::Queued, By::Worker, now).map_err(|source| StoreError::Illegal { job, source })
        })
    }

    fn fail(&self, mut claim: Claim, error: JobError) -> Result<Record, StoreError> {
        self.end(&mut claim, |record, now| record.fail(error, By::Worker, now))?;
        Ok(claim.record)
    }

    fn end(
        &self,
        claim: &mut Claim,
        edit: impl FnOnce(&mut Record, jiff::Timestamp) -> Result<(), crate::jobs::IllegalTransition>,
    ) -> Result<(), StoreError> {
        let job = claim.record.job_id.clone();
        self.store.write(claim, |record, now| edit(record, now).map_err(|source| StoreError::Illegal { job, source }))
    }
}
