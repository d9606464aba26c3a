//! SIGKILL in the middle of uploads and changes: what was acknowledged stays, nothing half is seen.

use super::client::{Answer, Request};
use super::server::TestServer;
use super::wav;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

#[test]
fn a_kill_in_an_upload_leaves_the_old_stem_and_a_part_to_go_on_from() {
    let mut server = TestServer::start();
    server.create("song");
    let (old, new) = (wav(5_000, 1), wav(100_000, 2));
    assert_eq!(server.upload("song", "a.wav", &old).status, 201);
    let stem = "/api/sessions/song/stems/a.wav";
    let half = new.len() / 2;
    let range = format!("bytes 0-{}/{}", half - 1, new.len());
    assert_eq!(server.request("PUT", stem).header("content-range", &range).send(&new[..half]).status, 202);
    let range = format!("bytes {half}-{}/{}", new.len() - 1, new.len());
    let mut stream = server.request("PUT", stem).header("content-range", &range).begin((new.len() - half) as u64);
    stream.write_all(&new[half..half + 10_000]).unwrap();
    server.kill_and_restart();
    assert_eq!(server.get(stem).body, old);
    let head = server.request("HEAD", stem).send(b"");
    let arrived: usize = head.header("upload-offset").unwrap().parse().unwrap();
    assert!((half..=half + 10_000).contains(&arrived), "{arrived}");
    let range = format!("bytes {arrived}-{}/{}", new.len() - 1, new.len());
    assert_eq!(server.request("PUT", stem).header("content-range", &range).send(&new[arrived..]).status, 200);
    assert_eq!(server.get(stem).body, new);
}

/// An acknowledged change: the stem and its seed, a setting in the document, or a job.
enum Kept {
    Stem(String, u32),
    Setting(f64),
    Job(String),
}

/// Sends a request to a service that may be killed at any time; `None` without a whole answer.
fn attempt(address: SocketAddr, method: &str, target: &str, body: &[u8]) -> Option<Answer> {
    TcpStream::connect(address).ok()?;
    let request = Request::new(address, method, target).header("content-type", "application/json");
    std::panic::catch_unwind(|| request.send(body)).ok()
}

fn load(address: SocketAddr, seed: u32, kept: &Sender<Kept>) {
    for turn in 0.. {
        let (name, seed) = (format!("stem-{}.wav", seed % 3), seed * 1_000 + turn);
        let target = format!("/api/sessions/song/stems/{name}");
        match attempt(address, "PUT", &target, &wav(2_000 + seed % 500, seed)).map(|answer| answer.status) {
            Some(200 | 201) => kept.send(Kept::Stem(name, seed)).unwrap(),
            Some(_) => {}
            None => return,
        }
    }
}

fn change(address: SocketAddr, round: u32, kept: &Sender<Kept>) {
    for turn in 0..10_000 {
        // It only grows, within the range of the setting.
        let value = f64::from(round * 1_000 + turn.min(999)) / 100_000.0;
        let body = json!({ "master": { "max_limiting_db": value } }).to_string();
        let answer = attempt(address, "PATCH", "/api/sessions/song/session", body.as_bytes());
        match answer.map(|answer| answer.status) {
            Some(200) => kept.send(Kept::Setting(value)).unwrap(),
            Some(_) => {}
            None => return,
        }
    }
}

/// Submits a few mixes of a session whose stems stay.
fn submit(address: SocketAddr, kept: &Sender<Kept>) {
    for _ in 0..3 {
        match attempt(address, "POST", "/api/sessions/mixes/mix", b"") {
            Some(answer) if answer.status == 202 => {
                let job = answer.data()["job_id"].as_str().unwrap().to_owned();
                kept.send(Kept::Job(job)).unwrap();
            }
            Some(_) => {}
            None => return,
        }
    }
}

#[test]
fn kills_in_a_mixed_load_lose_nothing_that_was_acknowledged() {
    let rounds = if std::env::var_os("MIXDOWN_HEAVY").is_some() { 500 } else { 50 };
    let mut server = TestServer::with(&["--workers", "1"]);
    server.create("song");
    server.create("mixes");
    assert_eq!(server.upload("mixes", "a.wav", &wav(5_000, 1)).status, 201);
    let mut jobs = Vec::new();
    for round in 1..=rounds {
        let (sender, receiver) = channel();
        let address = server.address();
        // Each writer has stems of its own, so the last acknowledged one is the newest.
        let threads: Vec<_> = (0..3)
            .map(|writer| {
                let sender = sender.clone();
                std::thread::spawn(move || load(address, round * 3 + writer, &sender))
            })
            .collect();
        let for_jobs = sender.clone();
        let mixes = std::thread::spawn(move || submit(address, &for_jobs));
        let changes = std::thread::spawn(move || change(address, round, &sender));
        std::thread::sleep(Duration::from_millis(u64::from(100 + round * 37 % 300)));
        server.kill_and_restart();
        threads.into_iter().chain([changes, mixes]).for_each(|thread| thread.join().unwrap());
        let (mut stems, mut setting) = (BTreeMap::new(), None);
        for kept in receiver {
            match kept {
                Kept::Stem(name, seed) => drop(stems.insert(name, seed)),
                Kept::Setting(value) => setting = Some(value),
                Kept::Job(job) => jobs.push(job),
            }
        }
        check(&server, &stems, setting);
        for job in jobs.iter().rev().take(3) {
            assert!(is_known(&server, job), "{job} is lost");
        }
    }
    let lost = jobs.iter().filter(|job| !is_known(&server, job)).count();
    assert_eq!((lost, jobs.is_empty()), (0, false), "of {} jobs", jobs.len());
}

/// Returns true for a job with a record, or with a line in the history: complete ones expire soon.
fn is_known(server: &TestServer, job: &str) -> bool {
    matches!(server.get(&format!("/api/jobs/{job}")).status, 200 | 410)
}

/// Checks that each stem is whole, not older than the acknowledged one, and has one track.
fn check(server: &TestServer, stems: &BTreeMap<String, u32>, setting: Option<f64>) {
    let session = server.get("/api/sessions/song").data();
    let document = server.get("/api/sessions/song/session").data()["session"].take();
    let listed = session["stems"].as_array().unwrap();
    for name in stems.keys() {
        assert!(listed.iter().any(|stem| stem["name"] == **name), "{name} is lost: {session}");
    }
    for stem in listed {
        let name = stem["name"].as_str().unwrap();
        let file = server.get(&format!("/api/sessions/song/stems/{name}"));
        assert_eq!(file.status, 200, "{file:?}");
        assert_eq!(file.body.len() as u64, stem["bytes"].as_u64().unwrap());
        assert_eq!(blake3::hash(&file.body).to_hex().as_str(), stem["blake3"].as_str().unwrap(), "{name}");
        // The kill may come between the change and its acknowledgement.
        if let Some(seed) = stems.get(name) {
            let matches = |seed: u32| wav(2_000 + seed % 500, seed) == file.body;
            assert!(matches(*seed) || matches(seed + 1), "{name} is older than what was acknowledged");
        }
        let tracks = document["tracks"].as_array().unwrap().iter().filter(|track| track["file"] == name).count();
        assert_eq!(tracks, 1, "{name}");
    }
    if let Some(value) = setting {
        let found = document["master"]["max_limiting_db"].as_f64().unwrap();
        assert!(found >= value - 1e-9, "{found} is older than {value}");
    }
}
