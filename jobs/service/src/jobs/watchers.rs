//! Jobs that clients follow: one task per job looks at it for all of its listeners.

use super::view::View;
use crate::app::App;
use crate::error::{ApiError, Code};
use mixdown_shell::job::JobId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Interval between two looks at a job.
const LOOK: Duration = Duration::from_millis(200);

/// A job as its task last saw it; an error once it is no longer there.
pub(crate) type Seen = Result<Arc<View>, Code>;

/// The jobs that are followed.
#[derive(Default)]
pub(crate) struct Watchers(Mutex<HashMap<JobId, watch::Sender<Seen>>>);

impl Watchers {
    /// Follows a job from its view on. The channel closes once the job has ended, is deleted, or
    /// the service stops.
    pub(crate) fn follow(app: &Arc<App>, job: &JobId, now: Arc<View>) -> watch::Receiver<Seen> {
        let mut jobs = app.watchers.lock();
        if let Some(known) = jobs.get(job) {
            return known.subscribe();
        }
        let (sender, receiver) = watch::channel(Ok(now));
        jobs.insert(job.clone(), sender);
        tokio::spawn(look(Arc::clone(app), job.clone()));
        receiver
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, watch::Sender<Seen>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a view on; returns true if the job is to be followed further.
    fn pass(&self, job: &JobId, seen: Result<Arc<View>, ApiError>) -> bool {
        let mut jobs = self.lock();
        let Some(sender) = jobs.get(job) else { return false };
        let seen = match seen {
            // The store is busy, or the disk fails: the next look may succeed.
            Err(error) if !error.is_gone() => return true,
            Err(error) => Err(error.code()),
            Ok(view) => Ok(view),
        };
        let goes_on = seen.as_ref().is_ok_and(|view| !view.is_ended()) && sender.receiver_count() > 0;
        sender.send_if_modified(|last| {
            let same = match (&*last, &seen) {
                (Ok(last), Ok(seen)) => last.marker() == seen.marker(),
                (Err(last), Err(seen)) => last == seen,
                _ => false,
            };
            *last = seen;
            !same
        });
        if !goes_on {
            jobs.remove(job);
        }
        goes_on
    }
}

/// Looks at a job until no listener is left, it has ended, or the service stops.
async fn look(app: Arc<App>, job: JobId) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopped() => break,
        }
        let seen = app.view(&job).await;
        if !app.watchers.pass(&job, seen) {
            return;
        }
    }
    app.watchers.lock().remove(&job);
}
