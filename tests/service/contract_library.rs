//! Duties of every engine with jobs of the stem library, seen from outside as `contract` does.

use super::client::{Answer, Request};
use super::contract::{LONG, Subject, ended, events, get, seen, send};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// A song that is uploaded gets its tempo and key from a job, and each of its stems has them.
pub(crate) fn a_song_is_analysed_after_its_upload(subject: &dyn Subject) {
    let song = upload(subject, &[("1.flac", &stem("drums")), ("2.flac", &stem("bass"))]);
    let job = song["job_id"].as_str().unwrap();
    let events = events(subject, job);
    let last = events.last().expect("the state now, at least");
    assert_eq!((&last["state"], &last["progress"]), (&json!("complete"), &json!(100)), "{last}");
    assert!(events.is_sorted_by_key(|event| event["progress"].as_u64().unwrap()), "{events:?}");

    let found = audio(subject, &song);
    assert_eq!(found["status"], "completed");
    assert!((found["song"]["tempo_bpm"].as_f64().unwrap() - 165.92).abs() < 0.1, "{found}");
    assert!(!found["song"]["key"].as_str().unwrap().is_empty());
    let types: Vec<_> = stems(&found).iter().map(|stem| stem["type"].clone()).collect();
    assert_eq!(types, ["drums", "bass"]);
    for stem in stems(&found) {
        assert_eq!((&stem["bpm"], &stem["key"]), (&found["song"]["tempo_bpm"], &found["song"]["key"]), "{stem}");
    }
}

/// An analysis stops on request, while it waits or runs, leaves its song pending, and can then have
/// another attempt.
pub(crate) fn an_analysis_can_be_cancelled_and_retried(subject: &dyn Subject) {
    let long = super::wav(LONG, 5);
    let song = upload(subject, &[("long.wav", &long)]);
    let job = song["job_id"].as_str().unwrap();
    let step = |step: &str| send(subject, "POST", &format!("/api/jobs/{job}/{step}"), b"");
    let at_work = seen(subject, job, |data| data["stage"] == "analysing" && data["progress"].as_u64() > Some(1));
    assert_eq!((&at_work["type"], &at_work["state"]), (&json!("analysis"), &json!("running")), "{at_work}");
    let (audio_file, separate) = (song["audio_file_id"].as_str().unwrap(), json!({ "with": "classical" }));
    assert_eq!(post(subject, &format!("/api/audio/{audio_file}/separate"), &separate).refusal().1, "AUDIO_BUSY");
    assert_eq!(step("cancel").status, 200);
    cancelled(subject, job);
    assert_eq!(audio(subject, &song)["status"], "pending");

    // The next attempt is cancelled at once: whether it waits still or has begun.
    assert_eq!(step("retry").data()["state"], "queued");
    assert_eq!(step("cancel").status, 200);
    cancelled(subject, job);
    assert_eq!(send(subject, "DELETE", &format!("/api/audio/{audio_file}"), b"").status, 200);
}

/// A separation by a program that the machine lacks ends as an error that names what to install,
/// and leaves the song as it was.
pub(crate) fn a_separation_without_its_program_fails_with_a_cause(subject: &dyn Subject) {
    let programs = std::env::var_os("PATH").unwrap();
    let has_demucs = std::env::split_paths(&programs).any(|folder| folder.join("demucs").exists());
    assert!(!has_demucs, "this test needs a machine without demucs");
    let song = upload(subject, &[("song.flac", &stem("bass"))]);
    ended(subject, song["job_id"].as_str().unwrap());
    let audio_file = song["audio_file_id"].as_str().unwrap();
    let queued = send(subject, "POST", &format!("/api/audio/{audio_file}/separate"), b"");
    let job = ended(subject, queued.data()["job_id"].as_str().unwrap());
    assert_eq!((&job["state"], &job["error_code"]), (&json!("error"), &json!("NO_SEPARATOR")), "{job}");
    assert!(job["error"].as_str().unwrap().contains("pip install demucs"), "{job}");
    let found = audio(subject, &song);
    assert_eq!((stems(&found).len(), &found["status"]), (1, &json!("completed")), "{found}");
}

/// One job takes a song through separation, analysis, notation and mix, and lists its steps.
pub(crate) fn a_chain_splits_analyses_transcribes_and_mixes(subject: &dyn Subject) {
    let song = upload(subject, &[("song.flac", &stem("bass"))]);
    ended(subject, song["job_id"].as_str().unwrap());
    let audio_file = song["audio_file_id"].as_str().unwrap();
    let queued = post(subject, &format!("/api/audio/{audio_file}/chain"), &json!({ "with": "classical" }));
    assert_eq!(queued.status, 202, "{queued:?}");
    let job = ended(subject, queued.data()["job_id"].as_str().unwrap());
    assert_eq!((&job["state"], &job["type"]), (&json!("complete"), &json!("chain")), "{job}");
    let steps = job["outcome"]["steps"].as_array().unwrap();
    let named: Vec<_> = steps.iter().map(|step| (step["step"].clone(), step["state"].clone())).collect();
    assert_eq!(named, ["separation", "analysis", "notation", "mix"].map(|step| (json!(step), json!("complete"))));
    let separation = &steps[0]["result"]["separation"];
    assert_eq!(
        (&separation["with"], &separation["parts"]),
        (&json!("classical"), &json!(["percussive", "harmonic", "centre"]))
    );
    assert!(separation["residual"]["whole"]["null_db"].is_number(), "{separation}");
    assert!(separation["placement"]["found"].is_boolean(), "{separation}");

    let found = audio(subject, &song);
    let (whole, parts) = stems(&found).split_first().unwrap();
    assert_eq!(parts.len(), 3, "{found}");
    for part in parts {
        assert_eq!((&part["part_of"], &part["status"]), (&whole["stem_id"], &json!("completed")), "{part}");
        let id = part["stem_id"].as_str().unwrap();
        let notes = get(subject, &format!("/api/stems/{id}/notation")).json();
        assert_eq!(notes["schema"], "mixdown.notes/1", "{notes}");
        let counted = &steps[2]["result"]["notation"][id];
        for key in ["notes", "hits"] {
            assert_eq!(counted[key], json!(notes[key].as_array().unwrap().len()), "{counted}");
        }
    }
    let mix = steps[3]["result"]["stem_id"].as_str().unwrap();
    let mixed = get(subject, &format!("/api/stems/{mix}")).data()["stem"].take();
    assert_eq!((&mixed["name"], &mixed["status"]), (&json!("Road (mix)"), &json!("completed")));
    let sound = get(subject, &format!("/api/stems/{mix}/file"));
    assert_eq!((sound.status, &sound.body[..4]), (200, &b"RIFF"[..]));
}

/// The stems of a session are analysed as one song.
pub(crate) fn the_stems_of_a_session_are_analysed(subject: &dyn Subject) {
    assert_eq!(post(subject, "/api/sessions", &json!({ "session_id": "band" })).status, 201);
    for name in ["drums", "bass"] {
        let uploaded = send(subject, "PUT", &format!("/api/sessions/band/stems/{name}.flac"), &stem(name));
        assert_eq!(uploaded.status, 201, "{uploaded:?}");
    }
    let queued = send(subject, "POST", "/api/sessions/band/analyse", b"");
    assert_eq!(ended(subject, queued.data()["job_id"].as_str().unwrap())["state"], "complete");
    let found = get(subject, "/api/sessions/band/analysis").data();
    assert_eq!(found["state"], "done", "{found}");
    let named: Vec<_> = stems(&found["analysis"]).iter().map(|stem| stem["path"].clone()).collect();
    assert_eq!(named, ["bass.flac", "drums.flac"]);
}

/// Returns a stem of the band.
fn stem(name: &str) -> Vec<u8> {
    let file = format!("fixtures/stems/band/{name}.flac");
    let roots = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    std::fs::read(roots.map(|root| root.join(&file)).find(|path| path.exists()).unwrap()).unwrap()
}

/// Uploads a song, whose analysis is queued; returns the answer.
fn upload(subject: &dyn Subject, files: &[(&str, &[u8])]) -> Value {
    let answer = Request::new(subject.address(), "POST", "/api/audio").send_song(files);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.data()
}

/// Returns a song with its stems.
fn audio(subject: &dyn Subject, song: &Value) -> Value {
    get(subject, &format!("/api/audio/{}", song["audio_file_id"].as_str().unwrap())).data()
}

fn stems(found: &Value) -> &[Value] {
    found["stems"].as_array().unwrap()
}

/// Waits until a job is cancelled.
fn cancelled(subject: &dyn Subject, job: &str) {
    let begun = Instant::now();
    assert_eq!(ended(subject, job)["state"], "cancelled");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

fn post(subject: &dyn Subject, target: &str, body: &Value) -> Answer {
    let request = Request::new(subject.address(), "POST", target).header("content-type", "application/json");
    request.send(body.to_string().as_bytes())
}
