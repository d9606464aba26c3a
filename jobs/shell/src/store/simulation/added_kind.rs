//! A type of job that is one file and one row: queued, run, shown, kept, rescued and counted
//! without a line elsewhere.

use super::harness::Simulation;
use crate::cleanup::{clean_session, stats_document};
use crate::job::{JobId, Life, Lookup, NewJob, Record, SessionId, status_document};
use crate::kinds::{JobKind, QueuedBy, Run, RunError, Signal};
use crate::settings::Settings;
use crate::store::{Disk, Filter, Rescue, Store};
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// Counts the letters of a text, and notes the status documents while it runs.
struct Tally {
    seen: Arc<Mutex<Vec<Value>>>,
    store: Arc<OnceLock<Arc<Store>>>,
}

impl JobKind for Tally {
    fn name(&self) -> &'static str {
        "tally"
    }
    fn stages(&self) -> &'static [&'static str] {
        &["reading", "counting"]
    }
    fn hung_after(&self) -> Duration {
        Duration::from_secs(2 * 60)
    }
    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        for (stage, percent) in [("reading", 10), ("counting", 60)] {
            if (run.watch)(Signal::Progress { stage: Some(stage), percent, message: "Counting" }).is_break() {
                return Err(RunError::Stopped);
            }
            let status = status_document(&self.store.get().unwrap().look_up(run.job_id.as_str()));
            self.seen.lock().unwrap().push(status["data"].clone());
        }
        let text = run.request["config"]["text"].as_str().unwrap_or_default();
        run.extra.insert("letters".into(), text.len().into());
        Ok(())
    }
}

fn scene() -> (Simulation, Arc<Mutex<Vec<Value>>>) {
    let (mut scene, seen, store) = (Simulation::new(), Arc::default(), Arc::new(OnceLock::new()));
    let tally = Tally { seen: Arc::clone(&seen), store: Arc::clone(&store) };
    let settings = Settings::at("/media", "/storage").with(tally);
    scene.store = Arc::new(Store::with(settings, Arc::new(scene.disk.clone()), Arc::new(scene.clock.clone())));
    // Held by the store that it holds: freed with the test process.
    assert!(store.set(Arc::clone(&scene.store)).is_ok());
    (scene, seen)
}

fn session() -> SessionId {
    "song".parse().unwrap()
}

fn submit(scene: &Simulation, text: &str) -> JobId {
    let extra = Map::from_iter([("config".to_owned(), json!({ "text": text }))]);
    let job = NewJob { session_id: session(), kind: "tally", key: Some(text.into()), extra };
    scene.store.submit(job, &[]).unwrap().record.job_id
}

fn read(scene: &Simulation, job: &JobId) -> Record {
    scene.store.records.read(job).unwrap()
}

#[test]
fn it_runs_with_its_own_stages_leaves_its_data_and_no_files() {
    let (mut scene, seen) = scene();
    let job = submit(&scene, "four");
    assert_eq!(submit(&scene, "four"), job, "known by its key");
    assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
    let shown: Vec<_> =
        seen.lock().unwrap().iter().map(|data| (data["state"].clone(), data["stage"].clone())).collect();
    assert_eq!(shown, [("running".into(), "reading".into()), ("running".into(), "counting".into())]);
    let record = read(&scene, &job);
    assert_eq!((&record.extra["letters"], record.progress), (&4.into(), 100));
    assert!(record.result.is_none());
    assert!(scene.disk.list(scene.store.layout().storage()).unwrap().is_empty());
}

#[test]
fn it_is_listed_counted_and_kept_as_its_type_says() {
    let (mut scene, _) = scene();
    let job = submit(&scene, "four");
    scene.run_next().unwrap();
    let listed = scene.store.listing.list_outlines(&Filter::default(), 10).unwrap();
    assert_eq!((listed[0].kind.name(), listed[0].state.name()), ("tally", "complete"));
    let stats = stats_document(&scene.store).unwrap();
    assert_eq!(
        (&stats["jobs"]["tally"]["complete"], &stats["ended"]["tally"]["complete"]["count"]),
        (&1.into(), &1.into())
    );
    scene.clock.forward(29);
    clean_session(&scene.store, &session());
    assert!(matches!(scene.store.look_up(job.as_str()), Lookup::Found { .. }));
    scene.clock.forward(3);
    clean_session(&scene.store, &session());
    assert!(matches!(scene.store.look_up(job.as_str()), Lookup::Expired));
}

#[test]
fn its_worker_hangs_after_its_own_time() {
    let (scene, _) = scene();
    let job = submit(&scene, "four");
    let _claim = scene.store.leases.claim(&session(), &job).unwrap().unwrap();
    scene.clock.forward(119);
    assert!(matches!(scene.store.recovery.rescue(&session(), &job).unwrap(), Rescue::Alive));
    scene.clock.forward(2);
    assert!(matches!(scene.store.recovery.rescue(&session(), &job).unwrap(), Rescue::Done { .. }));
    assert_eq!(read(&scene, &job).life, Life::Queued);
}

#[test]
fn a_version_without_it_leaves_its_records_alone() {
    let (scene, _) = scene();
    let job = submit(&scene, "four");
    let older = Simulation::on(scene.disk.clone());
    assert!(matches!(older.store.look_up(job.as_str()), Lookup::Newer(_)));
    assert_eq!(older.worker().run_next().unwrap(), None);
    assert_eq!(read(&scene, &job).life, Life::Queued);
}
