//! One task per followed job looks at it for all of its listeners.

use super::view::View;
use super::watchers::Seen;
use crate::app::App;
use mixdown_shell::job::JobId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Interval between two looks at a job.
const LOOK: Duration = Duration::from_millis(200);

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
