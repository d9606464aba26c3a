//! `mixdown jobs` as used by a person or a program.

use super::test_folders::TestFolders;
#[cfg(unix)]
use crate::program_runs::signal;
use mixdown_fixtures::path;
#[cfg(unix)]
use rustix::process::Signal;
use serde_json::Value;
use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn stem(name: &str) -> String {
    path(format!("stems/band/{name}.flac")).display().to_string()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}

fn run(folders: &TestFolders, arguments: &[&str]) -> Output {
    folders.mixdown(arguments).output().unwrap()
}

fn submit(folders: &TestFolders, session: &str, more: &[&str]) -> Value {
    let (bass, drums) = (stem("bass"), stem("drums"));
    let arguments = [&["submit", &bass, &drums, "--session-id", session, "--json"], more].concat();
    json(&run(folders, &arguments))
}

fn status(folders: &TestFolders, id: &str) -> Value {
    json(&run(folders, &["status", id, "--json"]))
}

#[test]
fn a_mix_is_submitted_completed_and_expired() {
    let folders = TestFolders::new();
    let job = submit(&folders, "song-1", &["--idempotency-key", "k"]);
    let id = job["job_id"].as_str().unwrap();
    assert_eq!(submit(&folders, "song-1", &["--idempotency-key", "k"])["job_id"], id);
    let other = submit(&folders, "song-2", &["--idempotency-key", "k"]);
    assert!(other["ok"] == false && other["error"].as_str().unwrap().contains("another one"), "{other:#}");
    assert_eq!(status(&folders, id)["data"]["state"], "queued");
    let done = json(&run(&folders, &["run", "--once", "--json"]));
    assert_eq!((&done["ok"], &done["failed"]), (&Value::Bool(true), &0.into()));

    let found = status(&folders, id);
    assert_eq!((&found["data"]["state"], &found["data"]["progress"]), (&"complete".into(), &100.into()));
    assert_eq!(found["data"]["result_url"], "/media/song-1/mix_outputs/final_mix.wav");
    let record: Value =
        serde_json::from_slice(&fs::read(folders.path(&format!("media/song-1/jobs/{id}.json"))).unwrap()).unwrap();
    for key in
        ["schema", "type", "attempt", "max_attempts", "rev", "lease", "idempotency", "result", "extra", "finished_at"]
    {
        assert!(record.get(key).is_some(), "{key}");
    }
    assert!(record["extra"]["meters"]["integrated_lufs"].is_number(), "{record:#}");
    let master = fs::read(folders.path("storage/mix_outputs/song-1/final_mix.wav")).unwrap();
    assert_eq!(record["result"]["sha256"], mixdown_shell::job::hex_digest(&master));
    assert_eq!(record["result"]["bytes"], master.len());

    let watched = run(&folders, &["watch", id]);
    assert!(watched.status.success(), "{}", String::from_utf8_lossy(&watched.stderr));
    let listed = json(&run(&folders, &["list", "--state", "complete", "--session", "song-1", "--json"]));
    assert_eq!(listed["jobs"][0]["job_id"], id);
    let stats = String::from_utf8(run(&folders, &["stats", "--prometheus"]).stdout).unwrap();
    assert!(stats.contains("mixdown_jobs{type=\"mix\",state=\"complete\"} 1"), "{stats}");

    let dry = json(&run(&folders, &["cleanup", "--older-than", "0s", "--dry-run", "--json"]));
    let cleaned =
        json(&run(&folders, &["cleanup", "--older-than", "0s", "--only", "expired", "--session", "song-1", "--json"]));
    assert_eq!((&cleaned["status"], &cleaned["results_deleted"]), (&"completed".into(), &1.into()), "{cleaned:#}");
    assert_eq!(dry["bytes_freed"], cleaned["bytes_freed"]);
    assert!(!folders.path("storage/mix_outputs/song-1").exists());
    let absent = run(&folders, &["status", id, "--json"]);
    assert_eq!((absent.status.code(), json(&absent)["error"].as_str()), (Some(1), Some("JOB_EXPIRED")));
    let missing = json(&run(&folders, &["status", "nobody", "--json"]));
    assert_eq!(
        missing,
        serde_json::json!({ "ok": false, "data": {}, "error": "JOB_NOT_FOUND", "message": "Job not found" })
    );
}

#[test]
fn a_missing_stem_fails_its_job_until_it_is_back() {
    let folders = TestFolders::new();
    fs::copy(stem("bass"), folders.path("bass.flac")).unwrap();
    let submitted = run(&folders, &["submit", "bass.flac", "--session-id", "a"]);
    let id = String::from_utf8(submitted.stdout).unwrap().trim().to_owned();
    let good = submit(&folders, "b", &[]);
    fs::remove_file(folders.path("bass.flac")).unwrap();
    assert!(run(&folders, &["run", "--once", "--concurrency", "2"]).status.success());
    let failed = status(&folders, &id);
    assert_eq!(failed["data"]["state"], "error");
    assert!(failed["data"]["error"].as_str().unwrap().contains("bass.flac"), "{failed:#}");
    assert_eq!(status(&folders, good["job_id"].as_str().unwrap())["data"]["state"], "complete");
    fs::copy(stem("bass"), folders.path("bass.flac")).unwrap();
    assert!(run(&folders, &["retry", &id]).status.success());
    assert!(run(&folders, &["run", "--once"]).status.success());
    assert_eq!(status(&folders, &id)["data"]["state"], "complete");
}

#[test]
fn a_render_beyond_its_limits_fails_one_job_alone() {
    for (setting, code) in [("memory_mb = 24", "RENDER_CRASHED"), ("render_time = \"0s\"", "RENDER_TIMEOUT")] {
        let folders = TestFolders::new();
        fs::write(folders.path("mixdown.toml"), format!("[jobs]\n{setting}\n")).unwrap();
        let id = submit(&folders, "a", &[])["job_id"].as_str().unwrap().to_owned();
        assert!(run(&folders, &["run", "--once"]).status.success());
        let listed = json(&run(&folders, &["list", "--json"]));
        let job = listed["jobs"].as_array().unwrap().iter().find(|job| job["job_id"] == id.as_str()).unwrap();
        assert_eq!((&job["state"], &job["error"]["code"]), (&"error".into(), &code.into()), "{job:#}");
        assert_eq!(fs::read_dir(folders.path("storage/mix_outputs/a")).unwrap().count(), 0, "left behind");
    }
}

#[cfg(unix)]
fn until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited for nothing");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Submits a session whose render takes long: an hour of silence after a short stem.
#[cfg(unix)]
fn long_job(folders: &TestFolders) -> String {
    let session = format!("[align]\nmode = \"off\"\n[time]\nend_s = 3600.0\n[[tracks]]\nfile = {:?}\n", stem("bass"));
    fs::write(folders.path("long.toml"), session).unwrap();
    let submitted = run(folders, &["submit", "--session", "long.toml", "--session-id", "long"]);
    String::from_utf8(submitted.stdout).unwrap().trim().to_owned()
}

#[cfg(unix)]
#[test]
fn sigterm_requeues_the_job_and_cancel_ends_it() {
    let folders = TestFolders::new();
    let id = long_job(&folders);
    let state = || status(&folders, &id)["data"]["state"].as_str().unwrap().to_owned();
    let start = || folders.mixdown(&["run"]).stderr(Stdio::null()).spawn().unwrap();
    for (flags, reported) in [(&["run"][..], true), (&["run", "--quiet"], false)] {
        let worker = folders.mixdown(flags).stderr(Stdio::piped()).spawn().unwrap();
        until(|| state() == "processing_tracks");
        signal(&worker, Signal::TERM);
        let ended = worker.wait_with_output().unwrap();
        assert!(ended.status.success());
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(stderr.contains("job given back to the queue"), reported, "{stderr}");
        assert_eq!(stderr.contains(&id), reported, "{stderr}");
        assert_eq!(state(), "queued");
    }
    let listed = json(&run(&folders, &["list", "--session", "long", "--json"]));
    assert_eq!((&listed["jobs"][0]["attempt"], &listed["jobs"][0]["lease"]), (&0.into(), &Value::Null));
    assert_eq!(fs::read_dir(folders.path("storage/mix_outputs/long")).unwrap().count(), 0, "left behind");

    let mut worker = start();
    until(|| state() == "processing_tracks");
    assert!(run(&folders, &["cancel", &id]).status.success());
    until(|| state() == "cancelled");
    signal(&worker, Signal::TERM);
    assert!(worker.wait().unwrap().success());
    assert_eq!(fs::read_dir(folders.path("storage/mix_outputs/long")).unwrap().count(), 0, "left behind");
}

/// A limit of zero on the size of files simulates a disk without a free byte, and needs no
/// privilege.
#[cfg(unix)]
#[test]
fn cleanup_needs_no_free_byte() {
    let folders = TestFolders::new();
    submit(&folders, "song", &[]);
    assert!(run(&folders, &["run", "--once"]).status.success());
    let limited = |arguments: &str| {
        let script = format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" jobs {arguments} | cat");
        Command::new("sh")
            .current_dir(folders.path(""))
            .args(["-c", &script, crate::program_runs::program()])
            .output()
            .unwrap()
    };
    let refused = limited(&format!("submit {} --session-id song --json", stem("bass")));
    assert_eq!(json(&refused)["ok"], false, "no job is promised without room");
    let cleaned = json(&limited("cleanup --older-than 0s --only expired --json"));
    assert_eq!((&cleaned["status"], &cleaned["results_deleted"]), (&"completed".into(), &1.into()), "{cleaned:#}");
    assert!(!folders.path("storage/mix_outputs/song").exists());
}

#[test]
fn folders_that_cannot_be_written_are_named() {
    let folders = TestFolders::new();
    fs::write(folders.path("file"), "mine").unwrap();
    let refused = json(&run(&folders, &["submit", &stem("bass"), "--session-id", "a", "--media", "file", "--json"]));
    assert!(refused["error"].as_str().unwrap().contains("file"), "{refused:#}");
    // A folder where even the superuser may not write.
    if std::path::Path::new("/proc/sys").is_dir() {
        let refused = run(&folders, &["submit", &stem("bass"), "--session-id", "a", "--media", "/proc/sys", "--json"]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(json(&refused)["error"].as_str().unwrap().contains("/proc/sys"), "{refused:?}");
    }
}

#[test]
fn flags_override_the_environment_and_then_the_file() {
    let folders = TestFolders::new();
    fs::write(folders.path("mixdown.toml"), "media_dir = 'from-file'\nstorage_dir = 'from-file'\n").unwrap();
    let bass = stem("bass");
    let submit = ["submit", &bass, "--session-id", "a"];
    assert!(run(&folders, &submit).status.success());
    assert!(folders.path("from-file/a/jobs").is_dir());
    assert!(folders.mixdown(&submit).env("MIXDOWN_MEDIA_DIR", folders.path("from-env")).status().unwrap().success());
    assert!(folders.path("from-env/a/jobs").is_dir());
    let mut flagged = folders.mixdown(&[&submit[..], &["--media", "from-flag"]].concat());
    assert!(flagged.env("MIXDOWN_MEDIA_DIR", folders.path("x")).status().unwrap().success());
    assert!(folders.path("from-flag/a/jobs").is_dir() && !folders.path("x").exists());
    fs::write(folders.path("mixdown.toml"), "medai_dir = 'x'\n").unwrap();
    let refused = run(&folders, &["list", "--json"]);
    assert!(json(&refused)["error"].as_str().unwrap().contains("medai_dir"));
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let folders = TestFolders::new();
    for command in ["submit", "run", "list", "status", "watch", "cancel", "retry", "delete", "cleanup", "stats"] {
        let help = String::from_utf8(run(&folders, &[command, "--help"]).stdout).unwrap();
        assert!(help.contains("Example") && help.contains(&format!("mixdown jobs {command}")), "{help}");
    }
}

#[test]
fn types_without_code_and_unknown_types_are_refused() {
    let folders = TestFolders::new();
    fs::write(folders.path("request.json"), "{}").unwrap();
    let submit = |kind: &str| {
        run(&folders, &["submit", "--type", kind, "--request", "request.json", "--session-id", "a", "--json"])
    };
    for kind in ["analysis", "export", "import"] {
        let refused = submit(kind);
        let error = json(&refused)["error"].as_str().unwrap().to_owned();
        assert!(error.contains(kind) && error.contains("cannot be queued"), "{error}");
        assert_eq!(refused.status.code(), Some(1));
    }
    for kind in ["dance", "cleanup"] {
        let refused = submit(kind);
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(error.contains("the types are mix"), "{error}");
        assert_eq!(refused.status.code(), Some(2));
    }
    let mix = submit("mix");
    assert_eq!(mix.status.code(), Some(2), "a mix has its session");
    assert_eq!(fs::read_dir(folders.media()).unwrap().count(), 0);
}

#[test]
fn a_submission_clears_expired_jobs_of_its_session() {
    let folders = TestFolders::new();
    let old = submit(&folders, "a", &[])["job_id"].as_str().unwrap().to_owned();
    let other = submit(&folders, "b", &[])["job_id"].as_str().unwrap().to_owned();
    for job in [&old, &other] {
        assert!(run(&folders, &["cancel", job]).status.success());
    }
    let cleanups = || json(&run(&folders, &["list", "--session", "mixdown-cleanup", "--json"]));
    submit(&folders, "a", &[]);
    assert_eq!(cleanups()["jobs"].as_array().map(Vec::len), Some(0), "nothing has expired yet");
    fs::write(
        folders.path("mixdown.toml"),
        "[jobs]\nkeep.mix = { complete = \"48h\", error = \"0s\", cancelled = \"0s\" }\n",
    )
    .unwrap();
    submit(&folders, "a", &[]);
    assert_eq!(status(&folders, &old)["error"], "JOB_EXPIRED");
    assert_eq!(status(&folders, &other)["data"]["state"], "cancelled");
    assert_eq!(cleanups()["jobs"][0]["state"], "complete");
    let types = |more: &[&str]| json(&run(&folders, &[&["list", "--json"], more].concat()))["jobs"].to_string();
    assert!(types(&["--all"]).contains("\"cleanup\"") && !types(&[]).contains("\"cleanup\""));
}
