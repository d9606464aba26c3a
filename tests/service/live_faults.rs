//! A fault ends one socket, and no other; nothing is left behind.

use super::live_socket::{LiveClient, PATIENCE, connect, create_song};
use super::server::TestServer;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tungstenite::Message;

fn server() -> TestServer {
    let server = TestServer::start();
    create_song(&server);
    server
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id as i32).unwrap()
}

/// Returns the engines' processes of a service.
fn engines(server: &TestServer) -> Vec<u32> {
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(id) = process.file_name().to_string_lossy().parse::<u32>() else { continue };
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        if parent == Some(server.id()) && !stat.contains(") Z ") {
            found.push(id);
        }
    }
    found
}

fn lives(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_engine_that_dies_closes_its_own_socket_alone() {
    let server = server();
    let mut victim = LiveClient::open(&server, "song", "");
    let engine = engines(&server)[0];
    let mut other = LiveClient::open(&server, "song", "");
    victim.send(&json!({ "command": "play" }));
    victim.play_frames(4_800);
    kill_process(pid(engine), Signal::ABORT).unwrap();
    assert_eq!(victim.until_closed(), 1011);
    let warning = victim.events("warning").last().map(|text| (*text).clone()).unwrap();
    assert!(warning["message"].as_str().unwrap().contains("signal: 6"), "{warning}");
    other.send(&json!({ "command": "play" }));
    other.play_frames(48_000);
    assert_eq!(other.closed, None);
}

#[test]
fn a_stem_that_cannot_be_read_closes_the_socket_with_the_reason() {
    let server = server();
    // It was sound when it was uploaded; the frames behind its header are changed in place.
    let path = server.path("media/song/stems/low.wav");
    let stem = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let modified = stem.metadata().unwrap().modified().unwrap();
    std::os::unix::fs::FileExt::write_all_at(&stem, b"JUNK", 0).unwrap();
    stem.set_modified(modified).unwrap();
    drop(stem);
    let mut client = LiveClient::over(connect(&server, "/api/sessions/song/live", &[]).unwrap());
    assert_eq!(client.until_closed(), 1011);
    let warning = client.events("warning").last().map(|text| (*text).clone()).unwrap();
    let message = warning["message"].as_str().unwrap();
    assert!(message.contains("low.wav") && !message.contains("media"), "{message}");
}

#[test]
fn a_stopped_service_closes_sockets_at_once_and_leaves_no_engine() {
    let server = server();
    let mut clients: Vec<LiveClient> = (0..3).map(|_| LiveClient::open(&server, "song", "")).collect();
    let engines = engines(&server);
    assert_eq!(engines.len(), 3);
    let begin = Instant::now();
    kill_process(pid(server.id()), Signal::TERM).unwrap();
    for client in &mut clients {
        assert_eq!(client.until_closed(), 1001);
    }
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    drop(clients);
    wait_until("the service does not end", || !lives(server.id()));
    wait_until("an engine outlives the service", || !engines.iter().any(|id| lives(*id)));
}

#[test]
fn engines_die_with_a_killed_service_and_with_their_clients() {
    let mut server = server();
    let client = LiveClient::open(&server, "song", "");
    let first = engines(&server)[0];
    drop(client);
    wait_until("an engine outlives its client", || !lives(first));
    let _client = LiveClient::open(&server, "song", "");
    let second = engines(&server)[0];
    server.kill();
    wait_until("an engine outlives the service", || !lives(second));
}

#[test]
fn a_slow_client_has_gaps_of_its_own_alone() {
    let server = server();
    let mut slow = LiveClient::open(&server, "song", "rate_hz=0");
    let mut other = LiveClient::open(&server, "song", "rate_hz=0");
    slow.send(&json!({ "command": "loop", "range": [0, 100_000] }));
    slow.send(&json!({ "command": "play" }));
    other.send(&json!({ "command": "play" }));
    // Two minutes of sound are granted, and nothing is taken.
    for _ in 0..60 {
        slow.credit(96_000);
        std::thread::sleep(Duration::from_millis(100));
    }
    let begin = Instant::now();
    other.play_frames(140_000);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert!(other.events("gap").is_empty());
    // The numbers of the frames stay true: sound and gaps together are without a hole. The gap may
    // come in pieces, as the sockets take more sound than at first.
    let (mut next, mut gap, mut missed) = (0, 0, 0);
    while missed <= 48_000 || gap > 0 {
        match slow.socket.read().unwrap() {
            Message::Binary(bytes) => {
                let number = u64::from_le_bytes(bytes[..8].try_into().unwrap());
                assert_eq!(number, next + gap);
                next = number + (bytes.len() as u64 - 8) / 8;
                gap = 0;
            }
            Message::Text(text) => {
                let text: Value = serde_json::from_str(&text).unwrap();
                if text["event"] == "gap" {
                    let frames = text["frames"].as_u64().unwrap();
                    gap += frames;
                    missed += frames;
                    slow.socket.send(Message::text(r#"{"command":"credit","frames":512}"#)).unwrap();
                }
            }
            _ => {}
        }
    }
}

#[test]
fn messages_of_a_wrong_kind_or_size_close_the_socket() {
    let server = server();
    for (message, code) in [(Message::text("x".repeat(70_000)), 1009), (Message::binary(vec![1, 2, 3]), 1003)] {
        let mut client = LiveClient::open(&server, "song", "");
        client.socket.send(message).unwrap();
        assert_eq!(client.until_closed(), code);
    }
    let mut client = LiveClient::open(&server, "song", "");
    // A text of the largest size is answered.
    let padding = "x".repeat(65_000);
    let answer = client.answer(json!({ "command": "play", "padding": padding }));
    assert_eq!(answer["event"], "accepted");
}

#[test]
fn a_flood_of_commands_is_taken_at_a_bounded_rate() {
    let server = server();
    let mut client = LiveClient::open(&server, "song", "rate_hz=0");
    let begin = Instant::now();
    for id in 0..2_000 {
        client.send(&json!({ "command": "gain", "place": { "track": "low" }, "gain_db": -1.0, "id": id }));
    }
    let last = client.until(|text| text["id"] == 1_999);
    // A thousand at once, then five hundred a second.
    assert!(begin.elapsed() > Duration::from_millis(1_800) && begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    assert!(last["event"] == "accepted" || last["event"] == "refused", "{last}");
}
