//! From stems to a master over HTTP, with a worker of the service's own.

use super::server::TestServer;
use super::wav;
use serde_json::{Value, json};
use std::time::Duration;

/// Returns a service with a session of two stems.
fn with_stems(arguments: &[&str]) -> TestServer {
    let server = TestServer::with(arguments);
    assert_eq!(server.send("POST", "/api/sessions", &json!({ "session_id": "song-1" })).status, 201);
    for (name, seed) in [("drums.wav", 1), ("bass.wav", 2)] {
        let target = format!("/api/sessions/song-1/stems/{name}");
        assert_eq!(server.request("PUT", &target).send(&wav(48_000, seed)).status, 201, "{name}");
    }
    server
}

fn mix(server: &TestServer, key: &str) -> Value {
    let answer = server.request("POST", "/api/sessions/song-1/mix").header("Idempotency-Key", key).send(b"");
    assert_eq!(answer.status, 202, "{answer:?}");
    serde_json::from_slice::<Value>(&answer.body).unwrap()["data"].clone()
}

fn data(server: &TestServer, target: &str) -> Value {
    let answer = server.get(target);
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice::<Value>(&answer.body).unwrap()["data"].clone()
}

#[test]
fn stems_become_a_master_that_is_downloaded() {
    let server = with_stems(&["--workers", "1"]);
    let queued = mix(&server, "order-1");
    let job = queued["job_id"].as_str().unwrap();
    assert_eq!((&queued["new"], &mix(&server, "order-1")["job_id"]), (&json!(true), &json!(job)));
    // The stream ends with the job.
    let stream = server.get(&format!("/api/jobs/{job}/events"));
    let text = String::from_utf8(stream.body).unwrap();
    assert!(text.contains("event: job") && text.contains("\"state\":\"complete\""), "{text}");
    let done = data(&server, &format!("/api/jobs/{job}?wait=60"));
    assert_eq!((&done["state"], &done["error"]), (&json!("complete"), &Value::Null));
    let master = done["files"].as_array().unwrap().iter().find(|file| file["name"] == "final_mix.wav").unwrap();
    let by_job = server.get(master["url"].as_str().unwrap());
    assert_eq!(by_job.body.len() as u64, master["bytes"].as_u64().unwrap());
    assert_eq!(&by_job.body[..4], b"RIFF");
    assert_eq!(server.get(done["result_url"].as_str().unwrap()).body, by_job.body);
    let status = data(&server, &format!("/mix/song-1/mix/job/{job}/status"));
    assert_eq!((&status["state"], status.get("result_path")), (&json!("complete"), None));
}

#[test]
fn a_job_uses_its_stems_until_it_has_ended() {
    let server = with_stems(&["--workers", "0"]);
    let job = mix(&server, "order-1")["job_id"].as_str().unwrap().to_owned();
    let stem = "/api/sessions/song-1/stems/drums.wav";
    assert_eq!(server.request("DELETE", stem).send(b"").status, 409);
    assert_eq!(server.request("POST", &format!("/api/jobs/{job}/cancel")).send(b"").status, 200);
    assert_eq!(server.request("DELETE", stem).send(b"").status, 200);
    assert_eq!(server.request("DELETE", "/api/sessions/song-1/stems/bass.wav").send(b"").status, 200);
    let none = server.request("POST", "/api/sessions/song-1/mix").send(b"{}");
    assert_eq!(none.status, 415, "a body needs a content type");
    let none = server.request("POST", "/api/sessions/song-1/mix").send(b"");
    assert_eq!(none.status, 409);
    assert_eq!(serde_json::from_slice::<Value>(&none.body).unwrap()["error"], "NO_TRACKS");
}

#[test]
fn a_service_that_stops_ends_streams_and_gives_its_jobs_back() {
    let server = with_stems(&["--workers", "0"]);
    let job = mix(&server, "order-1")["job_id"].as_str().unwrap().to_owned();
    let (address, target) = (server.address(), format!("/api/jobs/{job}/events"));
    let stream = std::thread::spawn(move || super::client::Request::new(address, "GET", &target).send(b""));
    std::thread::sleep(Duration::from_millis(500));
    let begin = std::time::Instant::now();
    let id = rustix::process::Pid::from_raw(server.id() as i32).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let text = String::from_utf8(stream.join().unwrap().body).unwrap();
    assert!(text.contains("\"state\":\"queued\""), "{text}");
    assert!(begin.elapsed() < Duration::from_secs(10));
}
