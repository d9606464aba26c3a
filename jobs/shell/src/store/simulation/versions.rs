//! Records of a newer version, and numbers and dates at their limits.

use super::harness::Simulation;
use crate::cleanup::{CleanupOptions, CleanupStatus, clean_as_job};
use crate::job::{JobId, Life, Lookup};
use crate::store::{Disk, Scope};
use jiff::Timestamp;
use serde_json::Value;
use std::io::Read;
use std::path::PathBuf;

fn bytes_at(scene: &Simulation, path: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    scene.disk.open(path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Rewrites a job's record as an outside program would.
fn edit(scene: &Simulation, job: &JobId, edit: impl FnOnce(&mut Value)) -> (PathBuf, Vec<u8>) {
    let record = scene.store.records.read(job).unwrap();
    let path = scene.store.layout().record(&record.session_id, job);
    let mut value: Value = serde_json::from_slice(&bytes_at(scene, &path)).unwrap();
    edit(&mut value);
    let bytes = value.to_string().into_bytes();
    scene.disk.remove_file(&path).unwrap();
    scene.disk.write_new(&path, &bytes).unwrap();
    (path, bytes)
}

#[test]
fn a_record_of_a_newer_version_is_kept_and_reported() {
    for (key, newer) in [("schema", Value::from(2)), ("type", "remix".into()), ("state", "uploading".into())] {
        let mut scene = Simulation::new();
        let theirs = scene.submit("song", None).unwrap();
        let (path, bytes) = edit(&scene, &theirs, |record| record[key] = newer);
        let ours = scene.submit("other", None).unwrap();
        let repaired = scene.store.recovery.repair(&Scope::ALL);
        assert_eq!((repaired.newer, repaired.quarantined, repaired.errors.len()), (1, 0, 0), "{key}");
        assert_eq!(scene.run_next().unwrap().unwrap().job_id, ours, "{key}");
        assert!(scene.run_next().unwrap().is_none());
        scene.clock.forward(400 * 86_400);
        let document = clean_as_job(&scene.store, &CleanupOptions::default(), &mut |_| false).unwrap();
        assert_eq!(document.status, CleanupStatus::Completed, "{key} {document:?}");
        assert_eq!(bytes_at(&scene, &path), bytes, "{key}");
        assert!(matches!(scene.store.look_up(theirs.as_str()), Lookup::Newer(_)), "{key}");
    }
}

#[test]
fn counters_and_dates_at_their_limits_stay_readable() {
    let mut scene = Simulation::new();
    let last = Timestamp::MAX;
    let first = scene.submit("song", None).unwrap();
    scene.run_next().unwrap();
    edit(&scene, &first, |record| record["finished_at"] = last.to_string().into());
    let second = scene.submit("song", None).unwrap();
    edit(&scene, &second, |record| {
        for (key, value) in [("rev", u64::MAX), ("attempt", u32::MAX.into()), ("max_attempts", u32::MAX.into())] {
            record[key] = value.into();
        }
    });
    assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
    assert!(scene.store.records.read(&second).unwrap().finished_at.is_some());
}

/// Counters and a line of the history as version 0.1.0 wrote them.
const COUNTERS: &str = r#"{"jobs_deleted":1,"results_deleted":0,"bytes_freed":0,"rescues":0,"quarantined":0,"ended":{"mix":{"complete":[2,24.063572],"error":[1,0.030456]},"cleanup":{"complete":[2,0.087147]}},"completed":{"mix":[2,89.424031],"cleanup":[2,0.107118]},"deleted_by_day":{"2026-11-27":{"complete":1}}}"#;
const LINE: &str = r#"{"job_id":"01a21eba-abe3-7581-9b9c-30efabd67eba","session_id":"bad","type":"mix","state":"error","at":"2026-11-27T20:37:59.984394Z","elapsed_s":0.030456,"attempts":1,"error":"SESSION_INVALID"}"#;

#[test]
fn the_journal_of_the_first_version_is_read_and_its_lines_are_written_as_they_were() {
    let mut scene = Simulation::new();
    scene.submit("song", None).unwrap();
    let shell = |name: &str| scene.store.layout().shell(name);
    scene.disk.write_new(&shell("counters.json"), COUNTERS.as_bytes()).unwrap();
    scene.disk.write_new(&shell("history").join("2026-11-27.jsonl"), LINE.as_bytes()).unwrap();
    let counters = scene.store.journal.counters().unwrap();
    assert_eq!((counters.ended["mix"][&Life::Error].0, counters.completed["cleanup"].0), (1, 2));
    assert_eq!(counters.deleted_by_day.values().map(|day| day[&Life::Complete]).collect::<Vec<_>>(), [1]);
    let history = scene.store.journal.history().unwrap();
    assert_eq!((history[0].kind.as_str(), history[0].life), ("mix", Life::Error));
    assert_eq!(serde_json::to_string(&history[0]).unwrap(), LINE);
    let gone = scene.store.look_up("01a21eba-abe3-7581-9b9c-30efabd67eba");
    assert!(matches!(gone, Lookup::Expired));
}
