//! Files that only their owner may read, paths of links that must not be written through, and
//! processes that end in time.

use super::test_folders::TestFolders;
use mixdown_fixtures::path;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Returns every file and folder below a folder, with its permissions.
fn modes(folder: &Path) -> Vec<(PathBuf, bool, u32)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let found = fs::symlink_metadata(&path).unwrap();
        all.push((path.clone(), found.is_dir(), found.permissions().mode() & 0o777));
        if found.is_dir() {
            all.extend(modes(&path));
        }
    }
    all
}

fn one_mix(folders: &TestFolders) {
    let bass = path("stems/band/bass.flac").display().to_string();
    let script = format!(
        "umask 022; {0} jobs submit {bass} --session-id song --idempotency-key k && {0} jobs run --once",
        crate::program_runs::program()
    );
    let done = Command::new("sh").current_dir(folders.path("")).args(["-c", &script]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn records_and_logs_are_private_to_their_owner() {
    let folders = TestFolders::new();
    one_mix(&folders);
    let records = modes(&folders.media());
    assert!(records.len() > 10);
    for (path, is_folder, mode) in records {
        assert_eq!(mode, if is_folder { 0o700 } else { 0o600 }, "{} {mode:o}", path.display());
    }
    let results = modes(&folders.storage());
    assert!(results.iter().any(|(path, _, _)| path.ends_with("final_mix.wav")));
    for (path, is_folder, mode) in results {
        assert_eq!(mode, if is_folder { 0o755 } else { 0o644 }, "{} {mode:o}", path.display());
    }
}

#[test]
fn planted_hard_links_are_not_written_to() {
    let folders = TestFolders::new();
    one_mix(&folders);
    let shell = folders.media().join("jobs_index/.shell");
    fs::write(folders.path("victim"), "sing").unwrap();
    let mut planted = Vec::new();
    for name in ["recent", "counters.json", "cleanup.json"] {
        planted.push(shell.join(name));
    }
    for log in ["history", "imports"] {
        planted.extend(fs::read_dir(shell.join(log)).unwrap().map(|entry| entry.unwrap().path()));
    }
    assert!(planted.len() >= 5, "{planted:?}");
    for path in &planted {
        let _ = fs::remove_file(path);
        fs::hard_link(folders.path("victim"), path).unwrap();
    }
    one_mix(&folders);
    let bass = path("stems/band/bass.flac").display().to_string();
    assert!(folders.mixdown(&["submit", &bass, "--session-id", "more"]).output().unwrap().status.success());
    assert!(folders.mixdown(&["run", "--once"]).output().unwrap().status.success());
    assert_eq!(fs::read_to_string(folders.path("victim")).unwrap(), "sing");
}

#[test]
fn an_absurd_number_of_threads_is_refused() {
    let folders = TestFolders::new();
    let begin = Instant::now();
    let refused = folders.mixdown(&["run", "--once"]).env("RAYON_NUM_THREADS", "100000").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("RAYON_NUM_THREADS"));
    assert!(begin.elapsed() < Duration::from_secs(5));
}
