//! Limits of the service, with a server of this process where no flag sets them.

use super::client::{Answer, Request};
use super::server::TestServer;
use super::wav;
use crate::program_runs::program;
use mixdown_service::{Server, ServiceSettings};
use mixdown_shell::engine::LocalEngine;
use mixdown_shell::settings::Settings;
use mixdown_shell::store::Store;
use serde_json::json;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// A server of this process with any settings.
struct OwnServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl OwnServer {
    fn with(change: impl FnOnce(&mut ServiceSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Settings::at(folder.path().join("media"), folder.path().join("storage"))).unwrap();
        let mut settings = ServiceSettings::new(program().into());
        (settings.workers, settings.bind) = (0, SocketAddr::from(([127, 0, 0, 1], 0)));
        change(&mut settings);
        let server = Server::bind(Arc::new(LocalEngine::new(store)), settings).unwrap();
        let (address, stop) = (server.address(), Arc::new(AtomicBool::new(false)));
        let watched = Arc::clone(&stop);
        let thread = std::thread::spawn(move || server.run(move || watched.load(Ordering::SeqCst)));
        let own = Self { address, stop, thread: Some(thread), _folder: folder };
        assert_eq!(own.create("song").status, 201);
        own
    }

    fn create(&self, session: &str) -> Answer {
        let body = json!({ "session_id": session }).to_string();
        let request = Request::new(self.address, "POST", "/api/sessions");
        request.header("content-type", "application/json").send(body.as_bytes())
    }

    fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        Request::new(self.address, "PUT", &format!("/api/sessions/song/stems/{name}")).send(bytes)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_body_above_the_limit_is_refused_before_it_is_read() {
    let server = TestServer::with(&["--workers", "0", "--max-upload", "10K"]);
    server.create("song");
    let stem = "/api/sessions/song/stems/a.wav";
    let stream = server.request("PUT", stem).begin(10_241);
    assert_eq!(Answer::read(stream).refusal(), (413, "UPLOAD_TOO_LARGE".into()));
    let part = server.request("PUT", stem).header("content-range", "bytes 0-9/10241").send(&[0; 10]);
    assert_eq!(part.refusal(), (413, "UPLOAD_TOO_LARGE".into()));
    // Without a length the bytes are counted as they come.
    let request = format!(
        "PUT {stem} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.address()
    );
    let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    for _ in 0..11 {
        // The service may have answered already.
        let _ = stream
            .write_all(b"400\r\n")
            .and_then(|()| stream.write_all(&[b'x'; 1_024]))
            .and_then(|()| stream.write_all(b"\r\n"));
    }
    assert_eq!(Answer::read(stream).refusal(), (413, "UPLOAD_TOO_LARGE".into()));
    assert_eq!(server.request("HEAD", stem).send(b"").status, 404, "nothing is left");
    assert_eq!(server.upload("song", "a.wav", &wav(5_000, 1)).status, 201, "10044 bytes fit");
}

#[test]
fn stems_stay_within_the_quota_of_their_session() {
    let server = TestServer::with(&["--workers", "0", "--session-quota", "25K"]);
    server.create("song");
    assert_eq!(server.upload("song", "a.wav", &wav(5_000, 1)).status, 201);
    assert_eq!(server.upload("song", "b.wav", &wav(5_000, 1)).status, 201);
    assert_eq!(server.upload("song", "c.wav", &wav(5_000, 1)).refusal(), (413, "SESSION_QUOTA".into()));
    assert_eq!(server.upload("song", "b.wav", &wav(7_000, 1)).status, 200, "a replaced stem counts once");
    let part = server.request("PUT", "/api/sessions/song/stems/d.wav").header("content-range", "bytes 0-999/1500");
    assert_eq!(part.send(&[0; 1_000]).status, 202);
    assert_eq!(server.upload("song", "e.wav", &wav(400, 1)).refusal(), (413, "SESSION_QUOTA".into()), "parts count");
    server.create("other");
    assert_eq!(server.upload("other", "a.wav", &wav(5_000, 1)).status, 201);
}

#[test]
fn numbers_of_sessions_and_stems_have_an_end() {
    let server = OwnServer::with(|settings| (settings.max_sessions, settings.max_stems) = (2, 1));
    assert_eq!(server.create("second").status, 201);
    assert_eq!(server.create("third").refusal(), (409, "TOO_MANY_SESSIONS".into()));
    assert_eq!(server.upload("a.wav", &wav(100, 1)).status, 201);
    assert_eq!(server.upload("b.wav", &wav(100, 1)).refusal(), (409, "TOO_MANY_STEMS".into()));
    assert_eq!(server.upload("a.wav", &wav(200, 1)).status, 200);
}

#[test]
fn decoded_frames_and_time_have_an_end() {
    let server = OwnServer::with(|settings| settings.max_frames = 10_000);
    assert_eq!(server.upload("a.wav", &wav(10_000, 1)).status, 201);
    assert_eq!(server.upload("b.wav", &wav(10_001, 1)).refusal(), (422, "STEM_TOO_LONG".into()));
    let server = OwnServer::with(|settings| settings.probe_seconds = 0);
    assert_eq!(server.upload("a.wav", &wav(10_000, 1)).refusal(), (422, "STEM_TOO_LONG".into()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_stem_that_needs_too_much_memory_ends_its_own_process_only() {
    // A tag of 60 MiB before the sound is read as a whole.
    let sound = std::fs::read(mixdown_fixtures::path("formats/cbr.mp3")).unwrap();
    let picture: u32 = 60 << 20;
    let syncsafe =
        |size: u32| [(size >> 21) as u8 & 127, (size >> 14) as u8 & 127, (size >> 7) as u8 & 127, size as u8 & 127];
    let mut tagged =
        [b"ID3\x04\0\0".as_slice(), &syncsafe(picture + 10), b"APIC", &syncsafe(picture), &[0; 2]].concat();
    tagged.extend(std::iter::repeat_n(b'x', picture as usize));
    tagged.extend(sound);
    assert_eq!(OwnServer::with(|_| {}).upload("a.mp3", &tagged).status, 201);
    let server = OwnServer::with(|settings| settings.child_memory_mb = 16);
    let refused = server.upload("a.mp3", &tagged);
    assert_eq!(refused.refusal(), (422, "STEM_UNREADABLE".into()));
    assert_eq!(server.create("second").status, 201);
}

#[test]
fn a_disk_that_is_nearly_full_takes_no_upload() {
    let server = OwnServer::with(|settings| settings.disk_floor = u64::MAX);
    assert_eq!(server.upload("a.wav", &wav(100, 1)).refusal(), (507, "DISK_FULL".into()));
}
