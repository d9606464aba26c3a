//! Many processes on the same jobs.

use super::test_folders::{TestFolders, ids};
use mixdown_shell::job::JobId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Child;

fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn thirty_two_processes_with_one_key_make_one_job() {
    let folders = TestFolders::new();
    let children: Vec<_> = (0..32).map(|_| folders.stub_worker("submit-key").spawn().unwrap()).collect();
    let all: Vec<JobId> = children.into_iter().flat_map(|child| ids(&output(child))).collect();
    assert_eq!(all.len(), 32);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(folders.store().index.jobs_of(&"session-0".parse().unwrap()).unwrap(), all[..1]);
}

#[test]
fn concurrent_processes_lose_no_update() {
    let folders = TestFolders::new();
    let known = ids(&output(folders.stub_worker("submit").args(["0", "50"]).spawn().unwrap()));
    assert_eq!(known.len(), 50);
    let worker = folders.stub_worker("work").spawn().unwrap();
    let meddlers: Vec<_> = (1..=4)
        .map(|seed| folders.stub_worker("meddle").args([seed.to_string(), "150".into()]).spawn().unwrap())
        .collect();
    let mut reported: BTreeMap<JobId, u64> = BTreeMap::new();
    for child in meddlers {
        for line in output(child).lines() {
            let job = line.strip_prefix("updated ").unwrap().parse().unwrap();
            *reported.entry(job).or_default() += 1;
        }
    }
    let mut worker = worker;
    worker.kill().unwrap();
    worker.wait().unwrap();
    folders.work_off();
    assert_eq!(folders.losses(&known), Vec::<String>::new());
    let store = folders.store();
    let mut updates = 0;
    for (job, count) in &reported {
        // Jobs of cleanups may have been removed.
        let Ok(record) = store.records.read(job) else { continue };
        assert_eq!(record.extra.get("updates").and_then(Value::as_u64), Some(*count), "{job}");
        updates += count;
    }
    println!("updates acknowledged and found: {updates}; jobs: {}", known.len());
    assert!(updates > 20, "{updates}");
}
