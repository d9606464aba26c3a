//! Cleanup, its own jobs and other jobs; a clock that jumped.

use super::harness::Simulation;
use crate::cleanup::{CleanupOptions, CleanupStatus, clean_as_job, clean_session};
use crate::job::{Life, NewJob, SessionId};
use crate::store::{Disk, Rescue, StoreError};
use serde_json::{Map, Value, json};
use std::path::Path;

const HOUR: i64 = 3_600;

fn clean(scene: &Simulation) -> crate::cleanup::CleanupDocument {
    clean_as_job(&scene.store, &CleanupOptions::default(), &mut |_| false).unwrap()
}

#[test]
fn nobody_submits_to_the_session_of_cleanups() {
    let mut scene = Simulation::new();
    assert!(matches!(scene.submit(SessionId::CLEANUP, None), Err(StoreError::Reserved(_))));
}

#[test]
fn a_mix_in_the_cleanup_session_stays_a_mix() {
    let mut scene = Simulation::new();
    // As left by a version that did not refuse the name.
    let mix = scene.submit("song", None).unwrap();
    let mut record = scene.store.records.read(&mix).unwrap();
    let old = scene.store.layout().record(&record.session_id, &mix);
    record.session_id = SessionId::CLEANUP.parse().unwrap();
    scene.disk.make_folder(Path::new("/media/mixdown-cleanup")).unwrap();
    scene.disk.make_folder(Path::new("/media/mixdown-cleanup/jobs")).unwrap();
    scene.disk.remove_file(&old).unwrap();
    scene.disk.write_new(&scene.store.layout().record(&record.session_id, &mix), &record.to_bytes()).unwrap();
    scene.disk.remove_file(&scene.store.layout().index_entry(&mix)).unwrap();
    scene.store.recovery.rescue(&"song".parse().unwrap(), &mix).unwrap();
    scene.store.recovery.repair(&crate::store::Scope::ALL);
    assert_eq!(scene.store.index.active().unwrap(), [(record.session_id, mix.clone())]);
    assert_eq!(clean(&scene).status, CleanupStatus::Completed);
    assert_eq!(scene.store.records.read(&mix).unwrap().life, Life::Queued);
    assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
}

#[test]
fn a_job_whose_type_no_code_runs_is_refused() {
    let scene = Simulation::new();
    for kind in ["analysis", "export", "import", "dance"] {
        let job = NewJob { session_id: "song".parse().unwrap(), kind, key: None, extra: Map::new() };
        assert!(matches!(scene.store.submit(job, &[]), Err(StoreError::NoRunner(_))), "{kind}");
    }
}

fn two_hundred_complete(scene: &mut Simulation) {
    for number in 0..200 {
        scene.submit(&format!("session-{}", number % 5), None).unwrap();
        scene.run_next().unwrap();
    }
}

#[test]
fn a_clock_jump_deletes_nothing_at_a_submission() {
    let mut scene = Simulation::new();
    two_hundred_complete(&mut scene);
    scene.clock.jump(49 * HOUR);
    for number in 0..5 {
        let document = clean_session(&scene.store, &format!("session-{number}").parse().unwrap());
        assert_eq!((document.status, document.old_jobs_deleted), (CleanupStatus::Failed, 0));
    }
}

#[test]
fn a_refused_expiry_fails_its_job_alone() {
    let mut scene = Simulation::new();
    two_hundred_complete(&mut scene);
    let left = Path::new("/storage/mix_outputs/session-0/.gone.1");
    scene.disk.make_folder(left).unwrap();
    scene.clock.jump(49 * HOUR);
    let document = clean(&scene);
    assert_eq!((document.status, document.old_jobs_deleted), (CleanupStatus::Failed, 0));
    assert!(scene.disk.stat(left).is_err(), "{document:?}");
    let session: SessionId = SessionId::CLEANUP.parse().unwrap();
    let job = scene.store.index.jobs_of(&session).unwrap().pop().unwrap();
    let record = scene.store.records.read(&job).unwrap();
    assert_eq!((record.life, record.error.unwrap().code.as_str()), (Life::Error, "CLEANUP_FAILED"));
}

#[test]
fn a_cleanup_that_works_completes_its_job() {
    let mut scene = Simulation::new();
    scene.submit("song", None).unwrap();
    clean(&scene);
    let job = scene.store.index.jobs_of(&SessionId::CLEANUP.parse().unwrap()).unwrap().pop().unwrap();
    let record = scene.store.records.read(&job).unwrap();
    assert_eq!(record.life, Life::Complete);
    assert_eq!(record.extra["cleanup"]["status"], json!("completed") as Value);
}

#[test]
fn a_clock_jump_takes_no_job_from_a_live_worker() {
    const MINUTE: i64 = 60;
    let mut scene = Simulation::new();
    let (job, session) = (scene.submit("song", None).unwrap(), "song".parse().unwrap());
    let mut claim = scene.store.leases.claim(&session, &job).unwrap().unwrap();
    for jump in [31 * MINUTE, 49 * HOUR, 365 * 24 * HOUR] {
        for seconds in [jump, -jump, -jump, jump] {
            scene.clock.jump(seconds);
            assert!(matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Alive), "{seconds} s");
            scene.store.leases.beat(&mut claim, 1, "here").unwrap();
            assert!(matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Alive), "{seconds} s");
        }
    }
    scene.clock.jump(-365 * 24 * HOUR);
    scene.clock.forward(31 * MINUTE);
    assert!(
        matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Done { .. }),
        "it gave no sign of life"
    );
}

#[test]
fn a_held_record_lock_blocks_no_other_job() {
    let mut scene = Simulation::new();
    let first = scene.submit("song", None).unwrap();
    let second = scene.submit("other", None).unwrap();
    let digits = |job: &crate::job::JobId| crate::job::hex_digest(job.as_str().as_bytes())[..3].to_owned();
    assert_ne!(digits(&first), digits(&second));
    let path = scene.store.layout().shell("locks").join(format!("record-{}", digits(&first)));
    let stopped = scene.disk.lock(&path, false).unwrap().unwrap();
    let begin = std::time::Instant::now();
    assert_eq!(scene.run_next().unwrap().unwrap().job_id, second);
    assert!(begin.elapsed().as_secs() < 2);
    assert!(matches!(scene.store.cancel(&first), Err(StoreError::Busy(_))));
    assert_ne!(clean(&scene).status, CleanupStatus::Failed);
    drop(stopped);
    assert_eq!(scene.run_next().unwrap().unwrap().job_id, first);
}
