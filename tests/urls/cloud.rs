//! Stems, sessions and output folders in an object store: `moto_server`, the program that
//! `MIXDOWN_MOTO` names, on loopback.

use crate::program_runs::{Run, TestFolder};
use mixdown_fixtures::path;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SECRET: &str = "not-for-any-record";

/// A running server with the bucket `mixdown`, and a folder for runs.
struct Store {
    process: Child,
    address: String,
    folder: TestFolder,
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Store {
    /// Starts the server; `None` where no program is named.
    fn start() -> Option<Self> {
        let program = std::env::var_os("MIXDOWN_MOTO")?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let (process, address) = (command.spawn().unwrap(), format!("127.0.0.1:{port}"));
        let store = Self { process, address, folder: TestFolder::new() };
        let started = Instant::now();
        while TcpStream::connect(&store.address).is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "moto_server does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(store.request("PUT", "/mixdown", b"").0, 200);
        for stem in ["bass.flac", "drums.flac"] {
            let bytes = fs::read(path(format!("stems/band/{stem}"))).unwrap();
            assert_eq!(store.request("PUT", &format!("/mixdown/song/{stem}"), &bytes).0, 200);
            store.folder.write(stem, &bytes);
        }
        Some(store)
    }

    /// Sends a request without a signature; returns status and body.
    fn request(&self, method: &str, target: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (address, length) = (&self.address, body.len());
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer[end + 4..].to_vec())
    }

    /// Returns the document `result.json` below a path, after a comparison with its files.
    fn result(&self, out: &str) -> Value {
        let (status, body) = self.request("GET", &format!("/mixdown/{out}/result.json"), b"");
        assert_eq!(status, 200);
        let result: Value = serde_json::from_slice(&body).unwrap();
        for file in result["files"].as_array().unwrap() {
            let target = file["url"].as_str().unwrap().strip_prefix("s3:/").unwrap();
            let bytes = self.request("GET", target, b"").1;
            assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{target}");
        }
        result
    }

    /// Returns a file of a result.
    fn file(&self, result: &Value, name: &str) -> Vec<u8> {
        let file = result["files"].as_array().unwrap().iter().find(|file| file["name"] == name).unwrap();
        self.request("GET", file["url"].as_str().unwrap().strip_prefix("s3:/").unwrap(), b"").1
    }

    fn run(&self, arguments: &str) -> Run {
        let mut command = self.folder.command();
        command
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("MIXDOWN_CACHE", self.folder.path("cache"));
        let run: Run = command.args(arguments.split_whitespace()).output().unwrap().into();
        assert!(!run.stdout.contains(SECRET) && !run.stderr.contains(SECRET));
        run
    }
}

#[test]
fn a_mix_of_urls_is_the_mix_of_the_files() {
    let Some(store) = Store::start() else { return };
    assert_eq!(store.run("render bass.flac drums.flac --out plain -q").code, Some(0));
    let plain = fs::read(store.folder.path("plain/final_mix.wav")).unwrap();
    let urls = "s3://mixdown/song/bass.flac s3://mixdown/song/drums.flac";
    for _ in 0..2 {
        let run = store.run(&format!("render {urls} --out s3://mixdown/mix --json"));
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        let (printed, result): (Value, _) = (serde_json::from_str(&run.stdout).unwrap(), store.result("mix"));
        assert_eq!(printed["result"], result);
        assert!(store.file(&result, "final_mix.wav") == plain);
        assert!(store.request("GET", "/mixdown/mix/final_mix.wav", b"").1 == plain);
        let report = String::from_utf8(store.file(&result, "report.json")).unwrap();
        assert!(report.contains("s3://mixdown/song/bass.flac") && !report.contains("scratch"), "{report}");
    }
    let session = "[[tracks]]\nfile = \"bass.flac\"\n[[tracks]]\nfile = \"s3://mixdown/song/drums.flac\"\n";
    store.request("PUT", "/mixdown/song/mix.toml", session.as_bytes());
    let run = store.run("render --session s3://mixdown/song/mix.toml --out again -q");
    assert_eq!((run.code, &*run.stderr), (Some(0), ""));
    assert!(fs::read(store.folder.path("again/final_mix.wav")).unwrap() == plain);
    let http = format!("http://{}/mixdown/mix/final_mix.wav", store.address);
    for measured in ["s3://mixdown/mix/final_mix.wav", &http] {
        let run = store.run(&format!("measure {measured} --json"));
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.code, &document["files"][0]["path"]), (Some(0), &json!(measured)), "{document}");
    }
}

#[test]
fn an_order_of_urls_is_published_once() {
    let Some(store) = Store::start() else { return };
    let order = json!({ "schema": "mixdown.order/1", "order_id": "song-1", "kind": "mix", "out": "s3://mixdown/order",
        "stems": ["s3://mixdown/song/bass.flac", "s3://mixdown/song/drums.flac"] });
    store.folder.write("order.json", order.to_string().as_bytes());
    let first = store.run("work order.json -q");
    assert_eq!(first.code, Some(0), "{}", first.stdout);
    let result = store.result("order");
    assert_eq!(store.run("work order.json -q").code, Some(0));
    assert_eq!(store.result("order"), result);
    assert_eq!(store.request("GET", "/mixdown/order/final_mix.wav", b"").0, 404);
    for (key, value, code, exit) in [
        ("out", "s3://none/order", "request_refused", 1),
        ("stems", "s3://mixdown/none.wav", "input_missing", 1),
        ("stems", "s3://none/a.wav", "request_refused", 1),
    ] {
        let mut order = order.clone();
        order["out"] = "s3://mixdown/other".into();
        order[key] = if key == "stems" { json!([value]) } else { value.into() };
        store.folder.write("wrong.json", order.to_string().as_bytes());
        let run = store.run("work wrong.json -q");
        let last: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.code, &last["code"]), (Some(exit), &json!(code)), "{last}");
        assert_eq!(store.request("GET", "/mixdown/other/result.json", b"").0, 404);
    }
}
