//! Stems must be unchanged since their job was submitted.

use super::test_folders::TestFolders;
use mixdown_fixtures::path;
use serde_json::Value;
use std::fs;
use std::process::Output;

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn run(folders: &TestFolders, arguments: &[&str]) -> Output {
    folders.mixdown(arguments).output().unwrap()
}

#[test]
fn a_changed_stem_fails_its_job() {
    let folders = TestFolders::new();
    let (bass, drums) = (path("stems/band/bass.flac"), path("stems/band/drums.flac"));
    let truncated = fs::read(&bass).unwrap();
    for (session, bytes) in [("other", fs::read(drums).unwrap()), ("torn", truncated[..truncated.len() / 2].to_vec())] {
        fs::copy(&bass, folders.path("stem.flac")).unwrap();
        let submitted = json(&run(&folders, &["submit", "stem.flac", "--session-id", session, "--json"]));
        fs::write(folders.path("stem.flac"), bytes).unwrap();
        assert!(run(&folders, &["run", "--once"]).status.success());
        let listed = json(&run(&folders, &["list", "--session", session, "--json"]));
        let job = &listed["jobs"][0];
        assert_eq!((&job["job_id"], &job["error"]["code"]), (&submitted["job_id"], &"STEM_CHANGED".into()), "{job:#}");
        assert!(job["error"]["detail"].as_str().unwrap().contains("stem.flac"));
        assert!(!folders.path(&format!("storage/mix_outputs/{session}/final_mix.wav")).exists());
    }
}

#[test]
fn the_same_key_with_other_bytes_is_another_request() {
    let folders = TestFolders::new();
    fs::copy(path("stems/band/bass.flac"), folders.path("stem.flac")).unwrap();
    let submit =
        || json(&run(&folders, &["submit", "stem.flac", "--session-id", "a", "--idempotency-key", "k", "--json"]));
    let first = submit();
    assert_eq!(submit()["job_id"], first["job_id"]);
    fs::copy(path("stems/band/drums.flac"), folders.path("stem.flac")).unwrap();
    let refused = submit();
    assert!(refused["error"].as_str().unwrap_or_default().contains("another one"), "{refused:#}");
}

#[test]
fn files_without_audio_are_refused_together() {
    let folders = TestFolders::new();
    fs::write(folders.path("text.wav"), "not a sound").unwrap();
    fs::write(folders.path("notes.md"), "# Notes").unwrap();
    let refused = json(&run(&folders, &["submit", "text.wav", "notes.md", "gone.wav", "--session-id", "a", "--json"]));
    let error = refused["error"].as_str().unwrap();
    assert!(["text.wav", "notes.md", "gone.wav"].iter().all(|name| error.contains(name)), "{error}");
    assert_eq!(json(&run(&folders, &["list", "--json"]))["jobs"].as_array().map(Vec::len), Some(0));
}
