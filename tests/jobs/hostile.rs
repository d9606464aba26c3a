//! Hostile ids and planted links: nothing outside the roots is read, written or removed.

use super::test_folders::TestFolders;
use mixdown_shell::job::NewJob;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Returns every file below a folder with its bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn hostile_ids_touch_no_path() {
    let folders = TestFolders::new();
    for id in ["../../canary", "..", "a/b", "%2e%2e", "-", ".hidden", "", "con\u{0}", "jobs_index/../x"] {
        if !id.contains('\0') {
            let run = folders.mixdown(&["status", "--json", id]).output().unwrap();
            let document: Value = serde_json::from_slice(&run.stdout).unwrap_or_default();
            assert!(document.is_null() || document["error"] == "JOB_NOT_FOUND", "{id:?}: {document}");
            assert_ne!(run.status.code(), Some(0));
            for command in ["cancel", "retry"] {
                assert_eq!(folders.mixdown(&[command, id]).output().unwrap().status.code(), Some(2), "{id:?}");
            }
            let run = folders.mixdown(&["submit", "x.wav", "--session-id", id]).output().unwrap();
            assert_eq!(run.status.code(), Some(2), "{id:?}");
        }
    }
    assert_eq!(fs::read_dir(folders.media()).unwrap().count() + fs::read_dir(folders.storage()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn planted_links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folders = TestFolders::new();
    let canary = folders.path("canary");
    fs::create_dir_all(canary.join("jobs")).unwrap();
    for name in ["final_mix.wav", "waveform.dat", "jobs/a.json", "secret.txt"] {
        fs::write(canary.join(name), "sing").unwrap();
    }
    let before = contents(&canary);
    // Whole folders that link to the outside.
    symlink(&canary, folders.media().join("linked")).unwrap();
    fs::create_dir_all(folders.media().join("half")).unwrap();
    symlink(canary.join("jobs"), folders.media().join("half/jobs")).unwrap();
    fs::create_dir_all(folders.storage().join("mix_outputs")).unwrap();
    for session in ["linked", "session-0"] {
        symlink(&canary, folders.storage().join("mix_outputs").join(session)).unwrap();
    }
    let store = folders.store();
    for session in ["linked", "half"] {
        let job = NewJob::mix(session.parse().unwrap(), json!({}));
        assert!(store.submit(job, &[]).is_err(), "{session}");
    }
    // A result folder that links to the outside fails its job, and cleanup leaves the link's
    // target.
    let job = store.submit(NewJob::mix("session-0".parse().unwrap(), json!({})), &[]).unwrap().record.job_id;
    folders.work_off();
    assert_eq!(store.records.read(&job).unwrap().error.unwrap().code, "STORAGE_FAILED");
    // Links in the place of a record, of a staging folder's files, of a master.
    let good = store.submit(NewJob::mix("good".parse().unwrap(), json!({})), &[]).unwrap().record.job_id;
    symlink(canary.join("secret.txt"), folders.media().join("good/jobs/planted.json")).unwrap();
    fs::create_dir_all(folders.storage().join("mix_outputs/good")).unwrap();
    symlink(canary.join("final_mix.wav"), folders.storage().join("mix_outputs/good/final_mix.wav")).unwrap();
    symlink(&canary, folders.storage().join(format!("mix_outputs/good/.{good}.1"))).unwrap();
    symlink(canary.join("waveform.dat"), folders.storage().join("mix_outputs/good/waveform.dat")).unwrap();
    folders.work_off();
    assert_eq!(store.records.read(&good).unwrap().life.name(), "complete");
    let run = folders.mixdown(&["cleanup", "--older-than", "0s", "--max-share", "1", "--json"]).output().unwrap();
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(document["results_deleted"], 1, "{document:#}");
    assert_eq!(document["status"], "completed_with_errors", "links are reported: {document:#}");
    assert_eq!(contents(&canary), before);
}
