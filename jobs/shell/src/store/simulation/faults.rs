//! Disks that fail once, or have no free byte.

use super::harness::Simulation;
use super::rng::Rng;
use crate::cleanup::{CleanupOptions, CleanupStatus, clean_as_job};
use crate::job::{Actor, Life, Lookup, NewJob};
use crate::store::{Disk, EntryKind, FINAL_MIX, Rescue, Role, Scope, StoreError};
use std::io::ErrorKind;
use std::path::Path;

#[test]
fn a_single_failure_anywhere_loses_no_job() {
    // The kind of error for an unreadable sector has no name in the standard library.
    for (round, kind) in
        [ErrorKind::Other, ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem].into_iter().enumerate()
    {
        let mut checks = 0;
        for seed in 0..400 {
            let mut dice = Rng::new(seed * 3 + round as u64);
            let mut scene = Simulation::new();
            scene.disk.fail_at(1 + seed, kind);
            for _ in 0..16 {
                let _ = scene.act(&mut dice);
            }
            let losses = scene.losses();
            checks += scene.checks;
            assert_eq!(losses, Vec::<String>::new(), "seed {seed}, {kind}");
        }
        println!("failures {kind}: 400; acknowledgements checked: {checks}; losses: 0");
    }
}

#[test]
fn cleanup_works_without_a_free_byte() {
    let mut scene = Simulation::new();
    for number in 0..30 {
        scene.submit(&format!("session-{}", number % 5), None).unwrap();
        scene.run_next().unwrap();
    }
    scene.clock.forward(49 * 3_600);
    scene.disk.set_full(true);
    assert!(matches!(scene.submit("session-0", None), Err(StoreError::Io { .. })), "no job is promised without room");
    let dry = CleanupOptions { dry_run: true, ..CleanupOptions::default() };
    let dry = clean_as_job(&scene.store, &dry, &mut |_| false).unwrap();
    let document = clean_as_job(&scene.store, &CleanupOptions::default(), &mut |_| false).unwrap();
    assert_eq!(document.status, CleanupStatus::Completed, "{document:?}");
    assert_eq!((document.old_jobs_deleted, document.results_deleted), (30, 5));
    assert_eq!((dry.old_jobs_deleted, dry.results_deleted, dry.bytes_freed), (30, 5, document.bytes_freed));
    assert_eq!(scene.disk.list(Path::new("/storage/mix_outputs")).unwrap(), vec![]);
    scene.disk.set_full(false);
    scene.submit("session-0", None).unwrap();
    assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
}

#[test]
fn nothing_is_left_behind_once_all_has_expired() {
    let mut scene = Simulation::new();
    for seed in 0..40 {
        let mut dice = Rng::new(seed);
        scene.disk.lose_power_at(1 + seed * 11);
        while scene.act(&mut dice).is_ok() {}
        scene.restart(&mut dice);
        assert_eq!(scene.losses(), Vec::<String>::new());
    }
    scene.clock.forward(60 * 86_400);
    let options = CleanupOptions { max_share: Some(1.0), ..CleanupOptions::default() };
    clean_as_job(&scene.store, &options, &mut |_| false).unwrap();
    // The cleanup's own job, and with it the counter of its end, expires in turn.
    scene.clock.forward(60 * 86_400);
    let document = clean_as_job(&scene.store, &options, &mut |_| false).unwrap();
    assert_eq!(document.errors, Vec::<String>::new());
    let mut left = Vec::new();
    let mut folders = vec![Path::new("/media").to_path_buf(), Path::new("/storage").to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in scene.disk.list(&folder).unwrap() {
            let path = folder.join(entry.name);
            if entry.kind == EntryKind::Folder { folders.push(path) } else { left.push(path.display().to_string()) }
        }
    }
    left.retain(|path| !["/locks/", "/counters.json", "/recent"].iter().any(|own| path.contains(own)));
    // The last cleanup's own job, its index entry, its expiry mark, and its line of the history.
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn the_last_completed_job_owns_the_result() {
    let mut scene = Simulation::new();
    let first = scene.submit("song", None).unwrap();
    let second = scene.submit("song", None).unwrap();
    scene.run_next().unwrap();
    scene.run_next().unwrap();
    let read = |scene: &Simulation| {
        let mut text = String::new();
        let path = Path::new("/storage/mix_outputs/song").join(FINAL_MIX);
        std::io::Read::read_to_string(&mut scene.disk.open(&path).unwrap(), &mut text).unwrap();
        text
    };
    assert!(read(&scene).contains(second.as_str()));
    let third = scene.submit("song", None).unwrap();
    let session = "song".parse().unwrap();
    let mut claim = scene.store.leases.claim(&session, &third).unwrap().unwrap();
    scene.store.results.stage(&claim).unwrap();
    scene
        .store
        .leases
        .write(&mut claim, |record, now| {
            let error = crate::job::JobError::new("X", "it broke");
            record.fail(error, Actor::Worker, now).map_err(|source| StoreError::Illegal { job: third.clone(), source })
        })
        .unwrap();
    assert!(read(&scene).contains(second.as_str()));
    // Deleting a job that does not own the result also leaves it.
    scene.store.deletions.delete(&session, &[first], &std::collections::HashSet::new(), |_| true);
    assert!(read(&scene).contains(second.as_str()));
}

#[test]
fn dead_workers_are_rescued_at_once_hung_ones_later() {
    let mut scene = Simulation::new();
    let (job, session) = (scene.submit("song", None).unwrap(), "song".parse().unwrap());
    let mut claim = scene.store.leases.claim(&session, &job).unwrap().unwrap();
    assert!(matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Alive));
    scene.clock.forward(29 * 60);
    assert!(matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Alive));
    scene.store.leases.beat(&mut claim, 5, "still here").unwrap();
    scene.clock.forward(29 * 60);
    assert!(matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Alive), "the sign of life counts");
    scene.clock.forward(2 * 60);
    assert!(matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Done { .. }));
    let next = scene.store.leases.claim(&session, &job).unwrap().expect("the hung worker's lock no longer counts");
    assert_eq!((next.record.attempt, next.record.progress), (2, 0));
    assert!(matches!(scene.store.leases.beat(&mut claim, 50, "late"), Err(StoreError::LeaseLost(_))));
    let late = scene.store.leases.write(&mut claim, |record, _| {
        record.advance(50);
        Ok(())
    });
    assert!(matches!(late, Err(StoreError::LeaseLost(_))));
    drop(next);
    assert!(
        matches!(scene.store.recovery.rescue(&session, &job).unwrap(), Rescue::Done { .. }),
        "death frees the lease"
    );
    drop(scene.store.leases.claim(&session, &job).unwrap().unwrap());
    let Rescue::Done { after, .. } = scene.store.recovery.rescue(&session, &job).unwrap() else {
        panic!("not rescued")
    };
    let error = after.error.unwrap();
    assert_eq!((after.life, error.code.as_str()), (Life::Error, "WORKER_DIED"));
    assert!(error.detail.contains("stage running, attempt 3 of 3"), "{}", error.detail);
}

#[test]
fn a_write_with_an_old_revision_is_refused() {
    let mut scene = Simulation::new();
    let job = scene.submit("song", None).unwrap();
    let known = scene.store.records.read(&job).unwrap();
    let note = |record: &mut crate::job::Record, _| {
        record.extra.insert("note".into(), 1.into());
        Ok(())
    };
    scene.store.records.update(&known, Role::Anyone, note).unwrap();
    let found = scene.store.records.update(&known, Role::Anyone, note);
    assert!(matches!(found, Err(StoreError::Conflict { expected: 1, found: 2, .. })));
}

#[test]
fn a_clock_jump_deletes_nothing() {
    let mut scene = Simulation::new();
    for number in 0..210 {
        scene.submit(&format!("session-{number}"), None).unwrap();
        scene.run_next().unwrap();
    }
    scene.clock.forward(-100 * 86_400);
    let clean = |scene: &Simulation| {
        let only = vec![crate::cleanup::Part::Expired];
        clean_as_job(&scene.store, &CleanupOptions { only, ..CleanupOptions::default() }, &mut |_| false).unwrap()
    };
    assert_eq!(clean(&scene).old_jobs_deleted, 0);
    scene.clock.forward(500 * 86_400);
    let document = clean(&scene);
    assert_eq!((document.status, document.old_jobs_deleted), (CleanupStatus::Failed, 0));
    assert!(document.errors[0].contains("--max-share"), "{:?}", document.errors);
}

#[test]
fn ages_count_from_the_last_change() {
    let mut scene = Simulation::new();
    let session: crate::job::SessionId = "song".parse().unwrap();
    let complete = scene.submit("song", None).unwrap();
    scene.run_next().unwrap();
    let mixing = scene.submit("song", None).unwrap();
    let mut claim = scene.store.leases.claim(&session, &mixing).unwrap().unwrap();
    let go = |record: &mut crate::job::Record, _| record.enter("mixing").map_err(StoreError::illegal(&mixing));
    scene.store.leases.write(&mut claim, go).unwrap();
    let options = CleanupOptions { only: vec![crate::cleanup::Part::Expired], ..CleanupOptions::default() };
    scene.clock.forward(48 * 3_600 - 2);
    assert_eq!(clean_as_job(&scene.store, &options, &mut |_| false).unwrap().old_jobs_deleted, 0);
    scene.clock.forward(52 * 3_600);
    let document = clean_as_job(&scene.store, &options, &mut |_| false).unwrap();
    assert!(document.old_jobs_deleted >= 1);
    assert!(matches!(scene.store.look_up(complete.as_str()), Lookup::Expired));
    assert!(matches!(scene.store.look_up(mixing.as_str()), Lookup::Found { .. }), "mixing for 100 hours");
}

/// One day, in seconds.
const DAY: i64 = 86_400;

#[test]
fn logs_are_deleted_by_the_age_of_their_last_line() {
    let mut scene = Simulation::new();
    let job = NewJob::mix("song".parse().unwrap(), serde_json::Value::Null);
    let at = crate::clock::Clock::now(&scene.clock);
    let stem = crate::store::ImportLine { path: "/stems/a.wav".into(), blake3: "0".into(), at };
    let id = scene.store.submit(job, &[stem]).unwrap().record.job_id;
    scene.store.cancel(&id).unwrap();
    let clean = |scene: &mut Simulation, seconds| {
        scene.clock.forward(seconds);
        let only = vec![crate::cleanup::Part::History, crate::cleanup::Part::Imports];
        let document =
            crate::cleanup::clean(&scene.store, &CleanupOptions { only, ..CleanupOptions::default() }, &mut |_| false);
        (document.history_deleted, document.imports_deleted)
    };
    assert_eq!(clean(&mut scene, 14 * DAY - 1), (0, 0));
    assert_eq!(clean(&mut scene, 2), (0, 1));
    assert_eq!(clean(&mut scene, 16 * DAY - 3), (0, 0));
    assert_eq!(clean(&mut scene, 3), (1, 0));
    scene.store.recovery.repair(&Scope::ALL);
}
