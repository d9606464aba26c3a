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
fn a_record_of_a_newer_version_is_left_alone_and_reported_as_such() {
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
fn counters_and_dates_at_their_limits_never_make_a_record_that_is_refused_later() {
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
