//! Life cycle of a job from its user's view: lines of the log, location of its result, deletion,
//! expiry.

use super::test_folders::TestFolders;
use mixdown_fixtures::path;
use serde_json::Value;
use std::fs;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn run(folders: &TestFolders, arguments: &[&str]) -> Output {
    folders.mixdown(arguments).output().unwrap()
}

fn submit(folders: &TestFolders, more: &[&str]) -> (String, String) {
    let bass = path("stems/band/bass.flac").display().to_string();
    let output = run(folders, &[&["submit", &bass, "--session-id", "song"], more].concat());
    let id = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    (id, String::from_utf8(output.stderr).unwrap())
}

fn reported(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_log_records_jobs_at_its_level() {
    let folders = TestFolders::new();
    let (id, quiet) = submit(&folders, &[]);
    assert_eq!(quiet, "");
    let (second, loud) = submit(&folders, &["-v"]);
    assert!(loud.contains("INFO job created") && loud.contains(&second), "{loud}");
    let done = reported(&run(&folders, &["run", "--once"]));
    assert!(done.contains("INFO job completed") && done.contains(&id) && !done.contains('\u{1b}'), "{done}");
    let deleted = folders.mixdown(&["delete", &id]).env("MIXDOWN_LOG", "mixdown::jobs=info").output().unwrap();
    assert!(reported(&deleted).contains("INFO job deleted"), "{}", reported(&deleted));

    fs::copy(path("stems/band/bass.flac"), folders.path("stem.flac")).unwrap();
    for (arguments, colour, shown) in [
        (vec!["run", "--once"], false, true),
        (vec!["run", "--once", "--color", "always"], true, true),
        (vec!["run", "--once", "-q"], false, false),
    ] {
        assert!(run(&folders, &["submit", "stem.flac", "--session-id", "failing"]).status.success());
        fs::write(folders.path("stem.flac"), "no sound").unwrap();
        let failed = reported(&run(&folders, &arguments));
        assert_eq!(failed.contains("WARN") && failed.contains("job failed"), shown, "{failed}");
        assert_eq!(failed.contains('\u{1b}'), colour, "{failed}");
        fs::copy(path("stems/band/bass.flac"), folders.path("stem.flac")).unwrap();
    }
    let silent =
        folders.mixdown(&["submit", "stem.flac", "--session-id", "x", "-v"]).env("MIXDOWN_LOG", "off").output();
    assert_eq!(reported(&silent.unwrap()), "");
}

#[test]
fn a_result_is_located_and_deleted_with_its_job() {
    let folders = TestFolders::new();
    let (id, _) = submit(&folders, &["--idempotency-key", "k"]);
    assert!(run(&folders, &["run", "--once"]).status.success());
    let master = folders.path("storage/mix_outputs/song/final_mix.wav");
    let status = json(&run(&folders, &["status", &id, "--json"]));
    let found = fs::canonicalize(status["data"]["result_path"].as_str().unwrap()).unwrap();
    assert_eq!(found, fs::canonicalize(&master).unwrap());
    let text = String::from_utf8(run(&folders, &["status", &id]).stdout).unwrap();
    assert!(text.contains("final_mix.wav") && text.contains(found.to_str().unwrap()), "{text}");
    for arguments in [&["list", "--json"][..], &["list", "--json", "--state", "complete"]] {
        let listed = json(&run(&folders, arguments));
        let job = listed["jobs"].as_array().unwrap().iter().find(|job| job["job_id"] == id.as_str()).unwrap();
        assert_eq!(job["result_path"], status["data"]["result_path"]);
        assert!(job.get("extra").is_none() && job["result"]["sha256"].is_string());
    }
    let deleted = json(&run(&folders, &["delete", &id, "--json"]));
    assert_eq!((&deleted["ok"], &deleted["results_deleted"]), (&true.into(), &1.into()), "{deleted:#}");
    assert!(!master.exists());
    assert_eq!(json(&run(&folders, &["status", &id, "--json"]))["error"], "JOB_EXPIRED");
    assert_ne!(submit(&folders, &["--idempotency-key", "k"]).0, id);
    assert_eq!(run(&folders, &["delete", &id]).status.code(), Some(1));
    let stats = json(&run(&folders, &["stats", "--json"]));
    let days = stats["deleted_by_day"].as_object().unwrap();
    assert_eq!(days.values().map(|day| day["complete"].as_u64().unwrap_or(0)).sum::<u64>(), 1, "{stats:#}");
    assert!(stats["mean_completion_s"]["mix"].as_f64().unwrap() > 0.0, "{stats:#}");
}

#[test]
fn a_short_lived_job_expires_while_the_worker_runs() {
    let folders = TestFolders::new();
    fs::write(
        folders.path("mixdown.toml"),
        "[jobs]\nkeep.mix = { complete = \"3s\", error = \"24h\", cancelled = \"24h\" }\n",
    )
    .unwrap();
    let (id, _) = submit(&folders, &[]);
    let mut worker = folders.mixdown(&["run"]).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    let (mut completed, mut missing) = (None, None);
    while missing.is_none() && begin.elapsed() < Duration::from_secs(30) {
        let status = json(&run(&folders, &["status", &id, "--json"]));
        if status["data"]["state"] == "complete" {
            completed.get_or_insert_with(Instant::now);
        }
        missing = (status["error"] == "JOB_EXPIRED").then(Instant::now);
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    let kept = missing.unwrap().duration_since(completed.unwrap());
    assert!(kept > Duration::from_secs(2) && kept < Duration::from_secs(8), "{kept:?}");
}
