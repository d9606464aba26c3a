//! Jobs kept for seconds, deletion of one job, outlines that stay correct, and locks of suspended
//! processes.

use super::harness::{Simulation, Trivial};
use crate::job::{JobId, Life, Lookup};
use crate::settings::Settings;
use crate::store::{Disk, FINAL_MIX, Filter, Role, Store, StoreError};
use std::path::Path;
use std::sync::Arc;

/// Returns a store whose completed mixes are kept for 30 seconds.
fn impatient(scene: &Simulation) -> Arc<Store> {
    let mut settings = Settings::at("/media", "/storage");
    settings.policy.expiry.get_mut("mix").unwrap().complete = std::time::Duration::from_secs(30);
    let settings = settings.with(Trivial(scene.disk.clone()));
    Arc::new(Store::with(settings, Arc::new(scene.disk.clone()), Arc::new(scene.clock.clone())))
}

#[test]
fn a_short_retention_ignores_clock_jumps() {
    let mut scene = Simulation::new();
    scene.store = impatient(&scene);
    let job = scene.submit("song", None).unwrap();
    scene.run_next().unwrap();
    for jump in [49 * 3_600, -98 * 3_600, 49 * 3_600] {
        scene.clock.jump(jump);
        assert_eq!(scene.store.deletions.delete_expired().unwrap(), 0);
    }
    scene.clock.forward(29);
    assert_eq!(scene.store.deletions.delete_expired().unwrap(), 0);
    scene.clock.forward(2);
    assert_eq!(scene.store.deletions.delete_expired().unwrap(), 1);
    assert!(matches!(scene.store.look_up(job.as_str()), Lookup::Expired));
    assert!(scene.disk.stat(&Path::new("/storage/mix_outputs/song").join(FINAL_MIX)).is_err());
    assert!(scene.disk.list(&scene.store.layout().shell("expiring")).unwrap().is_empty());
    let counters = scene.store.journal.counters().unwrap();
    assert_eq!(counters.deleted_by_day.values().map(|day| day[&Life::Complete]).collect::<Vec<_>>(), [1]);
    assert_eq!(counters.completed["mix"].0, 1);
}

#[test]
fn a_job_is_deleted_with_its_key_and_result() {
    let mut scene = Simulation::new();
    let earlier = scene.submit("song", None).unwrap();
    scene.run_next().unwrap();
    let job = scene.submit("song", Some("key".into())).unwrap();
    let session = "song".parse().unwrap();
    let claim = scene.store.leases.claim(&session, &job).unwrap().unwrap();
    let refused = scene.store.delete_one(&job).unwrap_err();
    assert!(refused.to_string().contains("jobs cancel"), "{refused}");
    drop(claim);
    scene.store.recovery.rescue(&session, &job).unwrap();
    scene.run_next().unwrap();
    let master = Path::new("/storage/mix_outputs/song").join(FINAL_MIX);
    assert_eq!(scene.store.delete_one(&earlier).unwrap().results, 0);
    assert!(scene.disk.stat(&master).is_ok());
    assert_eq!(scene.store.delete_one(&job).unwrap().results, 1);
    assert!(scene.disk.stat(&master).is_err());
    assert!(matches!(scene.store.look_up(job.as_str()), Lookup::Expired));
    for folder in ["keys", "active", "leases", "expiring"] {
        assert!(scene.disk.list(&scene.store.layout().shell(folder)).unwrap().is_empty(), "{folder}");
    }
    assert!(matches!(scene.store.delete_one(&job), Err(StoreError::Deleted(_))));
    let waiting = scene.submit("song", None).unwrap();
    scene.store.delete_one(&waiting).unwrap();
    assert!(matches!(scene.store.records.read(&waiting), Err(StoreError::Deleted(_))));
    // The lines of deletions are no ends of jobs.
    assert_eq!(scene.store.journal.history().unwrap().iter().filter(|line| line.job_id == job).count(), 1);
    assert!(scene.run_next().unwrap().is_none());
}

#[test]
fn outlines_follow_every_change_of_a_record() {
    let mut scene = Simulation::new();
    let jobs: Vec<JobId> = (0..220).map(|n| scene.submit(&format!("s-{}", n % 7), None).unwrap()).collect();
    let states = |scene: &Simulation| {
        let filter = Filter { state: Some(Life::Cancelled.into()), ..Filter::default() };
        (
            scene.store.listing.list_outlines(&filter, 1_000).unwrap().len(),
            scene.store.listing.overview().unwrap().unreadable,
        )
    };
    assert_eq!(states(&scene), (0, 0));
    assert!(scene.disk.stat(&scene.store.layout().shell("summary")).is_ok(), "kept for the next time");
    scene.store.cancel(&jobs[3]).unwrap();
    assert_eq!(states(&scene), (1, 0));
    let path = scene.store.layout().record(&"s-4".parse().unwrap(), &jobs[4]);
    scene.disk.remove_file(&path).unwrap();
    scene.disk.write_new(&path, b"{\"sch").unwrap();
    assert_eq!(states(&scene), (1, 1));
    scene.disk.remove_file(&path).unwrap();
    assert_eq!(states(&scene), (1, 0));
    let all = scene.store.listing.list_outlines(&Filter::default(), 1_000).unwrap();
    assert_eq!(all.len(), 219);
    assert!(all.is_sorted_by(|a, b| a.job_id > b.job_id));
}

#[test]
fn an_expired_lock_is_taken_over() {
    let mut scene = Simulation::new();
    let (job, session) = (scene.submit("song", None).unwrap(), "song".parse().unwrap());
    let stopped = scene.store.base.lock_record(&job).unwrap();
    scene.clock.jump(31 * 60);
    assert!(
        matches!(scene.store.leases.claim(&session, &job), Err(StoreError::Busy(_))),
        "the time of day counts for nothing"
    );
    scene.clock.forward(31 * 60);
    let claim = scene.store.leases.claim(&session, &job).unwrap().expect("the lock is taken over");
    let late = scene.store.records.change(&session, &job, Role::Anyone, None, &stopped, |record, now| {
        record.cancel_requested_at = Some(now);
        Ok(())
    });
    assert!(matches!(late, Err(StoreError::Busy(_))), "{late:?}");
    assert_eq!(scene.store.records.read(&job).unwrap().cancel_requested_at, None);
    drop((claim, stopped));
    scene.store.recovery.rescue(&session, &job).unwrap();
    assert_eq!(scene.run_next().unwrap().unwrap().life, Life::Complete);
}
