//! The stem library over HTTP: uploads, analysis by jobs, searches, and what else is done with
//! stems.

use super::client::Answer;
use super::server::TestServer;
use super::wav;
use mixdown_fixtures::path;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(super) fn upload(server: &TestServer, target: &str, files: &[(&str, &[u8])]) -> Answer {
    server.request("POST", target).send_song(files)
}

fn band() -> (Vec<u8>, Vec<u8>) {
    let stem = |name: &str| std::fs::read(path(format!("stems/band/{name}.flac"))).unwrap();
    (stem("drums"), stem("bass"))
}

/// Waits for the end of a job, and returns it.
pub(super) fn ended(server: &TestServer, job: &str) -> Value {
    let begun = Instant::now();
    loop {
        let answer = server.get(&format!("/api/jobs/{job}"));
        let data = answer.data();
        if ["complete", "error", "cancelled"].iter().any(|state| data["state"] == *state) {
            return data;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{data}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn types(found: &Value) -> Vec<String> {
    found["stems"].as_array().unwrap().iter().map(|stem| stem["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_song_is_uploaded_analysed_found_and_used_in_a_session() {
    let server = TestServer::with(&["--workers", "1"]);
    let (drums, bass) = band();
    let answer = upload(&server, "/api/audio", &[("1.flac", &drums), ("2.flac", &bass)]);
    assert_eq!(answer.status, 201, "{answer:?}");
    let song = answer.data();
    let audio = song["audio_file_id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), Some(&*format!("/api/audio/{audio}")));
    assert_eq!(
        (&song["name"], &song["stems"][0]["status"], &song["song"]),
        (&json!("Road"), &json!("pending"), &Value::Null)
    );
    let job = ended(&server, song["job_id"].as_str().unwrap());
    assert_eq!((&job["state"], &job["type"]), (&json!("complete"), &json!("analysis")), "{job}");

    let found = server.get(&format!("/api/audio/{audio}")).data();
    assert_eq!(found["status"], "completed");
    assert!((found["song"]["tempo_bpm"].as_f64().unwrap() - 165.92).abs() < 0.1, "{found}");
    assert!(found["song"]["confidence"]["tempo"].is_number());
    assert_eq!(types(&found), ["drums", "bass"], "types come from sound, not from names");
    assert_eq!(types(&server.get("/api/stems?type=Drums&min_bpm=160&max_bpm=170").data()), ["drums"]);
    assert_eq!(server.get("/api/stems?text=road").data()["total"], 0, "a stem has its own name");
    assert_eq!(server.get("/api/stems/bpm?minBpm=160&maxBpm=170").data()["total"], 2);
    let key = found["stems"][1]["key"].as_str().unwrap().replace('#', "%23").replace(' ', "%20");
    let camelot = found["stems"][1]["camelot"].as_str().unwrap();
    for name in [&*key, camelot] {
        assert_eq!(server.get(&format!("/api/stems/key/{name}")).data()["total"], 2, "{name}");
    }
    let stats = server.get("/api/stems/stats").data();
    assert_eq!((&stats["stems"], &stats["by_type"][0]), (&json!(2), &json!({ "value": "drums", "stems": 1 })));

    let bass_id = found["stems"][1]["stem_id"].as_str().unwrap();
    let stem = format!("/api/stems/{bass_id}");
    assert!(server.get(&stem).data()["stem"]["chords"].is_array());
    let like = server.get(&format!("/api/stems?compatible_with={bass_id}")).data();
    assert_eq!((types(&like), &like["stems"][0]["fit"]["key"]), (vec!["drums".into()], &json!("same")));
    assert_eq!(like["stems"][0]["fit"]["tempo"], "same");
    let near = server.get(&format!("/api/stems?similar_to={bass_id}")).data();
    assert!(near["stems"][0]["distance"].is_number(), "{near}");
    let part = server.request("GET", &format!("{stem}/file")).header("range", "bytes=0-3").send(b"");
    assert_eq!((part.status, &*part.body), (206, &b"fLaC"[..]));
    assert_eq!(server.get(&format!("{stem}/waveform.dat")).status, 200);
    let zip = server.get(&format!("/api/stems/zip?ids={bass_id}"));
    assert_eq!((zip.status, &zip.body[..2]), (200, &b"PK"[..]));
    let patched = server.send("PATCH", &stem, &json!({ "tags": ["dry"], "favourite": true })).data();
    assert_eq!((&patched["stem"]["tags"], &patched["stem"]["favourite"]), (&json!(["dry"]), &json!(true)));
    assert_eq!(server.get("/api/stems?favourite=true&tag=dry").data()["total"], 1);

    server.create("mix");
    let added = server.send("POST", "/api/sessions/mix/stems/from-library", &json!({ "stem_ids": [bass_id, bass_id] }));
    assert_eq!(added.status, 201, "{added:?}");
    let names: Vec<_> = added.data()["stems"].as_array().unwrap().iter().map(|stem| stem["name"].clone()).collect();
    assert_eq!(names, ["2.flac", "2 2.flac"]);
    assert_eq!(server.get("/api/sessions/mix/stems/2.flac").body, bass);
    assert_eq!(server.get(&stem).data()["stem"]["uses"], 2);
    assert_eq!(server.get("/api/sessions/mix/session").data()["session"]["tracks"].as_array().unwrap().len(), 2);
    assert_eq!(server.get("/api/sessions").data()["sessions"].as_array().unwrap().len(), 1, "songs are not sessions");
}

#[test]
fn the_same_stems_are_one_song_and_a_deleted_one_leaves_nothing() {
    let server = TestServer::start();
    let (drums, _) = band();
    let first = upload(&server, "/api/audio?analyse=false", &[("a.flac", &drums)]);
    assert_eq!((first.status, &first.data()["job_id"]), (201, &Value::Null));
    let again = upload(&server, "/api/audio", &[("b.flac", &drums)]);
    assert_eq!((again.status, &again.data()["audio_file_id"]), (200, &first.data()["audio_file_id"]));
    let audio = first.data()["audio_file_id"].as_str().unwrap().to_owned();
    let folders = || {
        let names = std::fs::read_dir(server.media()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| *name == *audio).count()
    };
    assert!(server.media().join(format!("{audio}/stems/a.flac")).is_file());
    let queued = server.request("POST", &format!("/api/audio/{audio}/analyse")).send(b"");
    assert_eq!(queued.status, 202, "{queued:?}");
    let same = server.request("POST", &format!("/api/audio/{audio}/analyse")).send(b"");
    assert_eq!(same.data()["job_id"], queued.data()["job_id"], "one analysis at a time");
    let delete = || server.request("DELETE", &format!("/api/audio/{audio}")).send(b"");
    assert_eq!(delete().refusal(), (409, "AUDIO_BUSY".into()));
    let job = queued.data()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(server.request("POST", &format!("/api/jobs/{job}/cancel")).send(b"").status, 200);
    assert_eq!(delete().status, 200);
    assert_eq!((folders(), delete().refusal()), (0, (404, "AUDIO_NOT_FOUND".into())));
}

#[test]
fn a_file_that_is_not_audio_leaves_nothing_and_wrong_requests_are_named() {
    let server = TestServer::start();
    let (drums, _) = band();
    let refused = upload(&server, "/api/audio", &[("a.flac", &drums), ("b.wav", b"no sound here")]);
    assert_eq!(refused.refusal(), (415, "UNSUPPORTED_FORMAT".into()));
    assert_eq!(server.get("/api/stems").data()["total"], 0);
    let uploads = std::fs::read_dir(server.media().join("library/.uploads")).unwrap().count();
    assert_eq!(uploads, 0);
    let raw = |target: &str, body: &[u8]| server.request("POST", target).send(body).refusal();
    assert_eq!(raw("/api/audio", b"x"), (400, "BAD_QUERY".into()));
    assert_eq!(raw("/api/audio?name=..%2Fx.wav", &drums), (400, "BAD_STEM_NAME".into()));
    assert_eq!(raw("/api/audio?name=x.wav&type=drum", &drums), (422, "LIBRARY_INVALID".into()));
    assert_eq!(raw("/api/audio?name=x.wav", b""), (422, "STEM_EMPTY".into()));
    assert_eq!(upload(&server, "/api/audio", &[]).refusal(), (422, "NO_FILES".into()));
    let get = |target: &str| server.get(target).refusal();
    assert_eq!(get("/api/stems?key=H"), (422, "LIBRARY_INVALID".into()));
    assert_eq!(get("/api/stems?colour=red"), (400, "BAD_QUERY".into()));
    assert_eq!(get("/api/stems?min_bpm=nan"), (422, "LIBRARY_INVALID".into()));
    assert_eq!(get("/api/stems?session=none"), (404, "SESSION_NOT_FOUND".into()));
    for target in ["/api/stems/x", "/api/stems/x/file", "/api/stems?similar_to=x", "/api/stems/zip?ids=x"] {
        assert_eq!(get(target), (404, "LIBRARY_STEM_NOT_FOUND".into()), "{target}");
    }
    let mix = server.send("POST", "/api/stems/mix", &json!({ "stems": [] }));
    assert_eq!(mix.refusal(), (422, "INVALID_BODY".into()));
}

#[test]
fn a_record_with_the_names_of_other_clients_stands_for_a_file_below_the_media_folder() {
    let server = TestServer::start();
    let folder = server.media().join("a1/stems");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("drums.wav"), wav(1_000, 1)).unwrap();
    let record = json!({
        "audioFileId": "a1", "type": "Drums", "blobUri": "https://store.example/x/a1/stems/drums.wav", "bpm": 120,
        "key": "Db major", "chordProgression": [{ "start_s": 0, "end_s": 1, "label": "C#:maj" }],
        "beats": [0.5], "sections": [], "notationData": { "notes": [] }, "analysisStatus": "Completed",
    });
    let added = server.send("POST", "/api/stems", &record);
    assert_eq!(added.status, 201, "{added:?}");
    let stem = added.data()["stem"].take();
    assert_eq!((&stem["key"], &stem["camelot"], &stem["type"]), (&json!("C# major"), &json!("3B"), &json!("drums")));
    assert_eq!(stem["chord_labels"], json!(["C#:maj"]));
    let id = stem["stem_id"].as_str().unwrap();
    assert_eq!(server.get(&format!("/api/stems/{id}")).data()["stem"]["notation"], json!({ "notes": [] }));
    assert_eq!(server.send("POST", "/api/stems", &record).refusal(), (409, "AUDIO_EXISTS".into()));
    let mut outside = record.clone();
    outside["audioFileId"] = json!("a2");
    outside["blobUri"] = json!("/etc/passwd");
    assert_eq!(server.send("POST", "/api/stems", &outside).refusal(), (422, "LIBRARY_INVALID".into()));
    outside["blobUri"] = json!("a2/stems/../../../etc/passwd");
    assert_eq!(server.send("POST", "/api/stems", &outside).refusal(), (422, "LIBRARY_INVALID".into()));
    outside["blobUri"] = json!("a2/stems/drums.wav");
    assert_eq!(server.send("POST", "/api/stems", &outside).refusal(), (422, "STEM_MISSING".into()));
    let text = server.get(&format!("/api/stems/{id}")).json().to_string();
    assert!(!text.contains(&*server.media().to_string_lossy()), "no path in an answer");
}

#[test]
fn stems_are_mixed_to_a_new_one() {
    let server = TestServer::with(&["--workers", "1"]);
    let (drums, bass) = band();
    let song = upload(&server, "/api/audio?analyse=false", &[("1.flac", &drums), ("2.flac", &bass)]).data();
    let id = |index: usize| song["stems"][index]["stem_id"].clone();
    let body = json!({ "name": "Both", "stems": [{ "stem_id": id(0) }, { "stem_id": id(1), "gain_db": -6 }] });
    let queued = server.send("POST", "/api/stems/mix", &body);
    assert_eq!(queued.status, 202, "{queued:?}");
    let job = ended(&server, queued.data()["job_id"].as_str().unwrap());
    assert_eq!((&job["state"], &job["type"]), (&json!("complete"), &json!("stem_mix")), "{job}");
    let audio = queued.data()["audio_file_id"].as_str().unwrap().to_owned();
    let mix = server.get(&format!("/api/audio/{audio}")).data();
    assert_eq!((&mix["status"], &mix["stems"][0]["name"]), (&json!("completed"), &json!("Both")));
    let sound = server.get(&format!("/api/stems/{}/file", mix["stems"][0]["stem_id"].as_str().unwrap()));
    assert_eq!(&sound.body[..4], b"RIFF");
    let batch = |action: &str| {
        let body = json!({ "action": action, "stem_ids": [id(0), "unknown"] });
        server.send("POST", "/api/stems/batch", &body).data()
    };
    let done = batch("delete");
    assert_eq!((&done["done"], &done["failed"][0]["error"]), (&json!([id(0)]), &json!("LIBRARY_STEM_NOT_FOUND")));
    assert_eq!(server.get("/api/stems").data()["total"], 2);
}

#[test]
fn the_stems_of_a_session_are_analysed_until_they_change() {
    let server = TestServer::with(&["--workers", "1"]);
    let (drums, bass) = band();
    server.create("song");
    let analysis = || server.get("/api/sessions/song/analysis").data();
    assert_eq!(analysis()["state"], "none");
    let analyse = || server.request("POST", "/api/sessions/song/analyse").send(b"");
    assert_eq!(analyse().refusal(), (409, "NO_TRACKS".into()));
    assert_eq!(server.upload("song", "a.flac", &drums).status, 201);
    assert_eq!(server.get("/api/stems?session=song").refusal(), (422, "NOTHING_TO_COMPARE".into()));
    let job = ended(&server, analyse().data()["job_id"].as_str().unwrap());
    assert_eq!(job["state"], "complete", "{job}");
    let found = analysis();
    assert_eq!((&found["state"], &found["analysis"]["stems"][0]["path"]), (&json!("done"), &json!("a.flac")));
    assert!((found["analysis"]["song"]["tempo_bpm"].as_f64().unwrap() - 165.92).abs() < 0.1, "{found}");
    assert_eq!(server.upload("song", "a.flac", &bass).status, 200);
    assert_eq!(analysis()["state"], "stale");
}

#[test]
fn an_analysis_survives_the_kill_of_its_service() {
    let mut server = TestServer::with(&["--workers", "1"]);
    let (drums, bass) = band();
    let song = upload(&server, "/api/audio", &[("1.flac", &drums), ("2.flac", &bass)]).data();
    let job = song["job_id"].as_str().unwrap().to_owned();
    std::thread::sleep(Duration::from_millis(300));
    server.kill_and_restart();
    assert_eq!(ended(&server, &job)["state"], "complete");
    let audio = song["audio_file_id"].as_str().unwrap();
    assert_eq!(server.get(&format!("/api/audio/{audio}")).data()["status"], "completed");
}
