//! Jobs on the library over HTTP: separation, notation, and the whole chain.

use super::library::{ended, upload};
use super::server::TestServer;
use mixdown_fixtures::path;
use serde_json::{Value, json};

/// Uploads one file as a song; returns its id.
fn song(server: &TestServer) -> String {
    let bytes = std::fs::read(path("stems/band/bass.flac")).unwrap();
    let answer = upload(server, "/api/audio?analyse=false", &[("song.flac", &bytes)]);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.data()["audio_file_id"].as_str().unwrap().to_owned()
}

fn stems(server: &TestServer, audio: &str) -> Vec<Value> {
    server.get(&format!("/api/audio/{audio}")).data()["stems"].as_array().unwrap().clone()
}

#[test]
fn a_song_is_split_analysed_transcribed_and_mixed_in_one_job() {
    let server = TestServer::with(&["--workers", "1"]);
    let audio = song(&server);
    let queued = server.send("POST", &format!("/api/audio/{audio}/chain"), &json!({ "with": "classical" }));
    assert_eq!(queued.status, 202, "{queued:?}");
    let job = ended(&server, queued.data()["job_id"].as_str().unwrap());
    assert_eq!((&job["state"], &job["type"]), (&json!("complete"), &json!("chain")), "{job}");
    let steps = job["outcome"]["steps"].as_array().unwrap();
    let named: Vec<_> =
        steps.iter().map(|step| (step["step"].as_str().unwrap(), step["state"].as_str().unwrap())).collect();
    assert_eq!(named, ["separation", "analysis", "notation", "mix"].map(|step| (step, "complete")));
    let residual = steps[0]["result"]["separation"]["residual"].to_string();
    assert!(residual.len() > 2, "{residual}");

    let stems = stems(&server, &audio);
    let types: Vec<_> = stems[1..].iter().map(|stem| stem["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["percussive", "harmonic", "centre"], "parts are named for what they are");
    assert!(stems[1..].iter().all(|stem| stem["part_of"] == stems[0]["stem_id"]));
    for stem in &stems[1..] {
        let id = stem["stem_id"].as_str().unwrap();
        let notes = server.get(&format!("/api/stems/{id}/notation"));
        assert_eq!((notes.status, &notes.json()["schema"]), (200, &json!("mixdown.notes/1")));
        let midi = server.get(&format!("/api/stems/{id}/notation?format=midi"));
        assert_eq!((midi.status, &midi.body[..4]), (200, &b"MThd"[..]));
    }
    let mix = steps[3]["result"]["stem_id"].as_str().unwrap();
    let mixed = server.get(&format!("/api/stems/{mix}")).data()["stem"].take();
    assert_eq!((&mixed["name"], &mixed["status"]), (&json!("Road (mix)"), &json!("completed")));
    let text = server.get("/api/jobs").json().to_string() + &stems[1].to_string();
    assert!(!text.contains(&*server.media().to_string_lossy()), "no path in an answer");
}

#[test]
fn without_the_program_a_separation_names_what_to_install() {
    let server = TestServer::with(&["--workers", "1"]);
    let audio = song(&server);
    let separate = format!("/api/audio/{audio}/separate");
    let wrong = server.send("POST", &separate, &json!({ "with": "magic" }));
    assert_eq!(wrong.refusal(), (422, "INVALID_BODY".into()));
    let unknown = server.send("POST", &separate, &json!({ "stem_id": "none" }));
    assert_eq!(unknown.refusal(), (404, "LIBRARY_STEM_NOT_FOUND".into()));
    // The machine of the test has no demucs.
    if std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|folder| folder.join("demucs").exists()) {
        return;
    }
    let queued = server.request("POST", &separate).send(b"");
    let job = ended(&server, queued.data()["job_id"].as_str().unwrap());
    assert_eq!((&job["state"], &job["error_code"]), (&json!("error"), &json!("NO_SEPARATOR")), "{job}");
    assert!(job["error"].as_str().unwrap().contains("pip install demucs"), "{job}");
    assert_eq!(stems(&server, &audio).len(), 1, "nothing is left of it");
}

#[test]
fn notes_are_found_by_a_job_and_read_in_each_form() {
    let server = TestServer::with(&["--workers", "1"]);
    let audio = song(&server);
    let id = stems(&server, &audio)[0]["stem_id"].as_str().unwrap().to_owned();
    let notation = |format: &str| server.get(&format!("/api/stems/{id}/notation?format={format}"));
    assert_eq!(notation("json").refusal(), (404, "NO_NOTATION".into()));
    for step in ["analyse", "notate"] {
        let queued = server.request("POST", &format!("/api/audio/{audio}/{step}")).send(b"");
        assert_eq!(queued.status, 202, "{queued:?}");
        let job = ended(&server, queued.data()["job_id"].as_str().unwrap());
        assert_eq!(job["state"], "complete", "{job}");
    }
    let notes = notation("json").json();
    assert!(notes["notes"].as_array().unwrap().len() > 10, "{notes}");
    assert_eq!(&notation("midi").body[..4], b"MThd");
    let score = notation("musicxml");
    assert!(String::from_utf8_lossy(&score.body).contains("<score-partwise"), "{score:?}");
    assert!(String::from_utf8_lossy(&notation("svg").body).contains("<svg"));
    assert_eq!(notation("pdf").refusal(), (422, "LIBRARY_INVALID".into()));
}
