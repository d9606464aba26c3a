//! A worker as a service: several jobs at once, repair at the start, scheduled cleanups.

use super::Worker;
use crate::cleanup;
use crate::job::Record;
use crate::store::{Repaired, Scope, StoreError};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Pause before an empty queue is checked again.
const PAUSE: Duration = Duration::from_millis(200);

/// Interval between two checks for expired jobs that are kept for seconds.
const TICK: Duration = Duration::from_secs(1);

/// Event of a service.
#[derive(Debug)]
pub enum Event {
    /// The repair at the start is complete.
    Repaired(Repaired),
    /// A job left this worker: it ended, or returned to the queue.
    Left(Box<Record>),
    /// A scheduled cleanup ran.
    Cleaned(Value),
    /// An error occurred; the service continues.
    Failed(StoreError),
}

/// Several workers in one process.
pub struct Service {
    /// Worker that runs each job.
    pub worker: Worker,
    /// Number of jobs at once.
    pub concurrency: usize,
    /// True if it ends once the queue is empty.
    pub once: bool,
}

impl Service {
    /// Works until it is stopped or the queue is empty. Returns the error that kept it from a job,
    /// if it ended for lack of other jobs.
    pub fn run(&self, report: impl Fn(Event) + Sync) -> Option<StoreError> {
        report(Event::Repaired(self.worker.store().recovery.repair(&Scope::ALL)));
        let (busy, done) = (AtomicUsize::new(0), AtomicBool::new(false));
        let stuck = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..self.concurrency.max(1) {
                scope.spawn(|| self.work(&busy, &done, &stuck, &report));
            }
            let mut last: Option<Instant> = None;
            while !done.load(Ordering::SeqCst) && !self.worker.is_stopping() {
                match cleanup::run_if_due(self.worker.store(), &|| self.worker.is_stopping()) {
                    Ok(Some(document)) => report(Event::Cleaned(document)),
                    Ok(None) => {}
                    Err(error) => report(Event::Failed(error)),
                }
                if last.is_none_or(|last| last.elapsed() >= TICK) {
                    last = Some(Instant::now());
                    if let Err(error) = self.worker.store().deletions.delete_expired() {
                        report(Event::Failed(error));
                    }
                }
                std::thread::sleep(PAUSE);
            }
        });
        stuck.into_inner().unwrap_or(None)
    }

    fn work(
        &self,
        busy: &AtomicUsize,
        done: &AtomicBool,
        stuck: &Mutex<Option<StoreError>>,
        report: &(impl Fn(Event) + Sync),
    ) {
        let mut empty_before = false;
        while !self.worker.is_stopping() && !done.load(Ordering::SeqCst) {
            busy.fetch_add(1, Ordering::SeqCst);
            let next = self.worker.run_next();
            // Empty twice: at the first check, a rescue may just have held a job.
            let idle = busy.fetch_sub(1, Ordering::SeqCst) == 1 && empty_before;
            empty_before = !matches!(next, Ok(Some(_)));
            match next {
                Ok(Some(record)) => {
                    report(Event::Left(Box::new(record)));
                    continue;
                }
                Ok(None) if self.once && idle => done.store(true, Ordering::SeqCst),
                Ok(None) => {}
                Err(error) if self.once && idle => {
                    done.store(true, Ordering::SeqCst);
                    if let Ok(mut place) = stuck.lock() {
                        *place = Some(error);
                    }
                }
                Err(error) => report(Event::Failed(error)),
            }
            std::thread::sleep(PAUSE);
        }
    }
}
