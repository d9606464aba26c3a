//! Obstacles for a job: a wrong entry of the index, a damaged record, a folder in a result's place,
//! leftovers.

use super::harness::Simulation;
use crate::job::{JobId, Life, Lookup};
use crate::store::{Disk, FINAL_MIX, Scope, StoreError};
use std::path::Path;

fn overwrite(scene: &Simulation, path: &Path, bytes: &[u8]) {
    let _ = scene.disk.remove_file(path);
    scene.disk.write_new(path, bytes).unwrap();
}

#[test]
fn a_wrong_index_entry_is_repaired_from_the_record() {
    let mut scene = Simulation::new();
    let (job, _) = (scene.submit("song", None).unwrap(), scene.submit("other", None).unwrap());
    let entry = scene.store.layout().index_entry(&job);
    let wrong = format!("{{\"job_id\":\"{job}\",\"session_id\":\"other\"}}");
    overwrite(&scene, &entry, wrong.as_bytes());
    assert!(matches!(scene.store.look_up(job.as_str()), Lookup::Found { .. }));
    assert_eq!(scene.store.recovery.repair(&Scope::ALL).indexed, 1);
    assert_eq!(scene.store.index.indexed_session(&entry).unwrap(), Some("song".parse().unwrap()));
    overwrite(&scene, &entry, wrong.as_bytes());
    assert_eq!(scene.store.cancel(&job).unwrap().life, Life::Cancelled);
}

#[test]
fn a_quarantined_record_frees_its_key() {
    let mut scene = Simulation::new();
    let job = scene.submit("song", Some("key".into())).unwrap();
    let path = scene.store.layout().record(&"song".parse().unwrap(), &job);
    overwrite(&scene, &path, b"{\"sch");
    let Lookup::Corrupt(why) = scene.store.look_up(job.as_str()) else { panic!("not told to be damaged") };
    assert!(why.contains("--only quarantine"), "{why}");
    assert!(matches!(scene.submit("song", Some("key".into())), Err(StoreError::Corrupt { .. })));
    assert_eq!(scene.store.recovery.repair(&Scope::ALL).quarantined, 1);
    let again = scene.submit("song", Some("key".into())).unwrap();
    assert_ne!(again, job);
    assert_eq!(scene.run_next().unwrap().unwrap().job_id, again);
    scene.store.recovery.repair(&Scope::ALL);
    for _ in 0..2 {
        let Lookup::Corrupt(why) = scene.store.look_up(job.as_str()) else { panic!("not told to be damaged") };
        assert!(why.contains(".quarantine") && why.contains("submit it again"), "{why}");
        let _ = scene.disk.remove_file(&scene.store.layout().index_entry(&job));
    }
}

#[test]
fn a_folder_in_place_of_a_result_fails_its_job_alone() {
    for name in [FINAL_MIX, "waveform.dat"] {
        let mut scene = Simulation::new();
        let first = scene.submit("song", None).unwrap();
        assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
        let path = scene.store.layout().results(&"song".parse().unwrap()).join(name);
        scene.disk.remove_file(&path).unwrap();
        scene.disk.make_folder(&path).unwrap();
        scene.submit("song", None).unwrap();
        let failed = scene.run_next().unwrap().unwrap();
        assert_eq!((failed.life, failed.error.unwrap().code.as_str()), (Life::Error, "STORAGE_FAILED"), "{name}");
        assert!(failed.message.contains(name), "{}", failed.message);
        scene.disk.remove_folder(&path).unwrap();
        scene.submit("song", None).unwrap();
        assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
        assert_eq!(scene.store.records.read(&first).unwrap().life, Life::Complete);
    }
}

/// Creates a job whose worker died while its result was to be put in place.
fn half_published(scene: &mut Simulation) -> JobId {
    let (job, session) = (scene.submit("song", None).unwrap(), "song".parse().unwrap());
    let mut claim = scene.store.leases.claim(&session, &job).unwrap().unwrap();
    let staged = scene.store.results.stage(&claim).unwrap();
    let master = staged.folder.join(FINAL_MIX);
    scene.disk.write_new(&master, b"sound").unwrap();
    let sha256 = crate::job::hex_digest(b"sound");
    let publishing = |record: &mut crate::job::Record, _| {
        record.enter("exporting").map_err(StoreError::illegal(&job))?;
        record.result = Some(crate::job::JobResult::new(format!("mix_outputs/song/{FINAL_MIX}"), 5, sha256));
        Ok(())
    };
    scene.store.leases.write(&mut claim, publishing).unwrap();
    job
}

#[test]
fn a_job_with_a_blocked_result_can_be_cancelled() {
    let mut scene = Simulation::new();
    let (job, session) = (half_published(&mut scene), "song".parse().unwrap());
    let staged = scene.store.layout().staging(&session, &job, 1).join(FINAL_MIX);
    scene.disk.remove_file(&staged).unwrap();
    scene.disk.make_folder(&staged).unwrap();
    // A folder cannot be read as the master was.
    assert!(matches!(scene.store.recovery.rescue(&session, &job), Err(StoreError::Io { .. })));
    assert_eq!(scene.store.cancel(&job).unwrap().life, Life::Cancelled);
}

#[test]
fn cancelling_a_stale_job_ends_it_at_once() {
    let mut scene = Simulation::new();
    let (job, session) = (scene.submit("song", None).unwrap(), "song".parse().unwrap());
    drop(scene.store.leases.claim(&session, &job).unwrap().unwrap());
    assert_eq!(scene.store.cancel(&job).unwrap().life, Life::Cancelled);
}

#[test]
fn partial_files_of_ended_jobs_are_deleted() {
    let mut scene = Simulation::new();
    let job = scene.submit("song", Some("key".into())).unwrap();
    scene.run_next().unwrap();
    let layout = scene.store.layout();
    let key = crate::job::hex_digest(b"key");
    let left = [
        layout.beside(&"song".parse().unwrap(), &job, "progress"),
        layout.index().join(format!(".{job}.json.1-1.tmp")),
        layout.shell("keys").join(format!(".{key}.json.1-1.tmp")),
    ];
    for path in &left {
        scene.disk.write_new(path, b"{}").unwrap();
    }
    assert_eq!(scene.store.recovery.repair(&Scope::ALL).orphans, 3);
    assert!(left.iter().all(|path| scene.disk.stat(path).is_err()));
}
