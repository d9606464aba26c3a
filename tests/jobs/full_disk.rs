//! A disk that is really full: a small one in memory, where the machine allows mounting it.

use super::test_folders::TestFolders;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A mounted file system, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts room for the records and for one mix of twelve seconds; `None` where mounting is not
    /// allowed.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(at.into()))
    }

    /// Uses up every free byte.
    fn fill(&self) {
        let block = vec![1; 4_096];
        let mut file = fs::File::create(self.0.join("ballast")).unwrap();
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_full_disk_loses_no_job() {
    let folders = TestFolders::new();
    let Some(disk) = SmallDisk::mount(&folders.path("small")) else {
        println!("nothing may be mounted here: full disks were tried by limits and injected faults alone");
        return;
    };
    let run = |arguments: &[&str]| {
        let places = ["--media", "small/media", "--storage", "small/storage", "--json"];
        folders.mixdown(&[arguments, &places].concat()).output().unwrap()
    };
    let stem = mixdown_fixtures::path("stems/band/bass.flac").display().to_string();
    let submit = || json(&run(&["submit", &stem, "--session-id", "song"]));
    let state = |id: &str| json(&run(&["status", id]))["data"]["state"].as_str().unwrap().to_owned();
    let first = submit()["job_id"].as_str().unwrap().to_owned();

    disk.fill();
    let refused = submit();
    assert_eq!(refused["ok"], false, "no job is promised without room: {refused:#}");
    run(&["run", "--once"]);
    let after = state(&first);
    assert!(["queued", "error"].contains(&after.as_str()), "{after}: it cannot have been rendered");
    assert!(!folders.path("small/storage/mix_outputs/song/final_mix.wav").exists());

    fs::remove_file(folders.path("small/ballast")).unwrap();
    if after == "error" {
        assert!(run(&["retry", &first]).status.success());
    }
    assert!(run(&["run", "--once"]).status.success());
    assert_eq!(state(&first), "complete");

    disk.fill();
    let cleaned = json(&run(&["cleanup", "--older-than", "0s", "--only", "expired"]));
    assert_eq!((&cleaned["status"], &cleaned["results_deleted"]), (&"completed".into(), &1.into()), "{cleaned:#}");
    assert!(!folders.path("small/storage/mix_outputs/song/final_mix.wav").exists());
}
