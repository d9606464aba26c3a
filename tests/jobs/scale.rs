//! A hundred thousand jobs: the figures are printed, and checked when `MIXDOWN_HEAVY` is set.

use super::test_folders::TestFolders;
use crate::program_runs::rounds;
use mixdown_shell::cleanup::{CleanupOptions, Part, clean_as_job};
use mixdown_shell::job::{Actor, JobId, JobResult, Life, Lookup, NewJob};
use mixdown_shell::store::{Filter, Scope};
use serde_json::json;
use std::fs;
use std::time::{Duration, Instant};

#[test]
fn many_jobs_start_list_and_clean_quickly() {
    let folders = TestFolders::new();
    let (store, count) = (folders.store(), rounds(5_000, 100_000));
    let now = store.now();
    let mix = store.settings().kinds.get("mix").unwrap();
    let mut last = None;
    for number in 0..count {
        let session = format!("session-{}", number / 50).parse().unwrap();
        let at = now.checked_sub(Duration::from_millis(count - number)).unwrap();
        let job = NewJob::mix(session, json!({ "tracks": [{ "file": "/stems/a.wav" }] }));
        let mut record = job.into_record(mix, JobId::new(at), at, 3);
        record.transition(Life::Running, Actor::Worker, at).unwrap();
        record.enter("exporting").unwrap();
        record.result = Some(JobResult::new("mix_outputs/x/final_mix.wav".into(), 4, "0".repeat(64)));
        record.transition(Life::Complete, Actor::Worker, at).unwrap();
        let (folder, results) = (store.layout().jobs(&record.session_id), store.layout().results(&record.session_id));
        if number % 50 == 0 {
            fs::create_dir_all(&folder).unwrap();
            fs::create_dir_all(&results).unwrap();
            fs::write(results.join("final_mix.wav"), "RIFF").unwrap();
        }
        fs::write(store.layout().record(&record.session_id, &record.job_id), record.to_bytes()).unwrap();
        last = Some(record.job_id);
    }
    let last = last.unwrap();
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    // The first start rebuilds the whole index; later ones find it.
    let rebuild = timed(&mut || assert_eq!(store.recovery.repair(&Scope::ALL).indexed, count));
    let start = timed(&mut || assert_eq!(store.recovery.repair(&Scope::ALL).indexed, 0));
    let list = timed(&mut || assert_eq!(store.listing.list(&Filter::default(), 50).unwrap()[0].job_id, last));
    let status = timed(&mut || assert!(matches!(store.look_up(last.as_str()), Lookup::Found { .. })));
    let page = |state| {
        timed(&mut || {
            drop(store.listing.list_outlines(&Filter { state, ..Filter::default() }, count as usize).unwrap());
        })
    };
    let (cold, all, none) = (page(None), page(None), page(Some(Life::Error.into())));
    let stats = timed(&mut || assert_eq!(store.listing.overview().unwrap().jobs.len(), 1));
    println!(
        "{count} jobs: all, without a summary {cold:.2?}, with it {all:.2?}; in state error {none:.2?}; stats {stats:.2?}"
    );
    let options = CleanupOptions {
        only: vec![Part::Expired],
        older_than: Some(Duration::ZERO),
        max_share: Some(1.0),
        ..CleanupOptions::default()
    };
    let mut deleted = 0;
    let clean = timed(&mut || deleted = clean_as_job(&store, &options, &mut |_| false).unwrap().old_jobs_deleted);
    assert_eq!(deleted, count);
    let rate = count as f64 / clean.as_secs_f64();
    println!(
        "{count} jobs: index rebuilt {rebuild:.2?}, start {start:.2?}, list page {list:.2?}, status {status:.2?}, cleanup {rate:.0} jobs/s"
    );
    if rounds(0, 1) == 1 {
        assert!(
            start <= Duration::from_secs(5) && list <= Duration::from_millis(50) && status <= Duration::from_millis(5)
        );
        assert!(rate >= 1_000.0, "{rate}");
    }
}
