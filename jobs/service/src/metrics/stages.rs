//! Times of jobs' stages, seen from outside: whoever runs a job, its record shows them.

use super::Metrics;
use crate::app::App;
use crate::jobs::View;
use mixdown_shell::job::{JobId, Life};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Interval between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// Looks between two sweeps of what the service keeps in memory.
const SWEEP: u32 = 10;

/// A job as it was last seen.
struct Known {
    view: Arc<View>,
    /// Begin of its stage.
    since: Instant,
}

/// Starts the observation of jobs.
pub(crate) fn start(app: &Arc<App>) {
    tokio::spawn(observe(Arc::clone(app)));
}

async fn observe(app: Arc<App>) {
    let mut known = HashMap::new();
    let mut looks = 0_u32;
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopped() => return,
        }
        looks = looks.wrapping_add(1);
        let sweeps = looks.is_multiple_of(SWEEP);
        let mut jobs = std::mem::take(&mut known);
        let looked = app.blocking(move |app| {
            if sweeps {
                app.jobs.sweep();
            }
            look(app, &mut jobs);
            Ok(jobs)
        });
        // A panic was logged; the next look begins anew.
        known = looked.await.unwrap_or_default();
    }
}

/// Looks at the jobs that wait or run, and at those that did at the last look. Blocks.
fn look(app: &App, known: &mut HashMap<JobId, Known>) {
    let active = app.store.index.active().unwrap_or_default();
    let jobs: HashSet<JobId> = active.into_iter().map(|(_, job)| job).chain(known.keys().cloned()).collect();
    for job in jobs {
        let Ok(view) = app.jobs.load(&app.store, &job) else {
            known.remove(&job);
            continue;
        };
        if let Some(before) = known.get_mut(&job) {
            app.metrics.add_step(&before.view, &view, before.since);
            if before.view.data.stage != view.data.stage || before.view.life != view.life {
                before.since = Instant::now();
            }
            before.view = view;
        } else {
            known.insert(job.clone(), Known { view, since: Instant::now() });
        }
        if known.get(&job).is_some_and(|known| known.view.is_ended()) {
            known.remove(&job);
        }
    }
}

impl Metrics {
    /// Adds the times that a job's change from one view to the next shows.
    fn add_step(&self, before: &View, now: &View, since: Instant) {
        let kind = now.data.kind;
        if let (Life::Queued, Some(start)) = (before.life, now.data.started_at)
            && now.life != Life::Queued
            && now.data.attempt == 1
        {
            let waited = start.duration_since(now.data.created_at).as_secs_f64().max(0.0);
            self.queue_seconds.with_label_values(&[kind]).observe(waited);
        }
        if let Some(stage) = before.data.stage.filter(|stage| now.data.stage != Some(stage)) {
            self.stage_seconds.with_label_values(&[kind, stage]).observe(since.elapsed().as_secs_f64());
        }
    }
}
