//! `mixdown mcp` as an agent's client drives it: JSON-RPC over pipes.

use crate::program_runs::{TestFolder, read_wav};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// A client of the tools, whose root is the folder `root`.
struct Client {
    folder: TestFolder,
    process: Child,
    /// Standard input of the server, until it is closed.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    id: u64,
    notes: Vec<Value>,
}

impl Client {
    fn start() -> Self {
        let folder = TestFolder::new();
        std::fs::create_dir(folder.path("root")).unwrap();
        let mut command = folder.command();
        command.args(["mcp", "--root", "root", "--media", "media", "--storage", "storage"]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, output) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        let mut client = Self { folder, process, input, output, id: 0, notes: Vec::new() };
        let client_info = json!({ "name": "test", "version": "1" });
        let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client_info });
        let welcome = client.request("initialize", &hello);
        assert_eq!(welcome["result"]["serverInfo"]["name"], "mixdown", "{welcome:#}");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Sends a request and returns its answer; notifications before it are kept.
    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has left");
            let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if message["id"] == self.id {
                return message;
            }
            self.notes.push(message);
        }
    }

    /// Calls a tool; returns its structured result, or the reason of its failure.
    fn call(&mut self, tool: &str, arguments: &Value) -> Result<Value, String> {
        let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": "p" } });
        let mut answer = self.request("tools/call", &params);
        let result = answer["result"].take();
        if result["isError"] == true {
            return Err(result["content"][0]["text"].as_str().unwrap().to_owned());
        }
        assert!(result["structuredContent"].is_object(), "{answer:#} {result:#}");
        Ok(result["structuredContent"].clone())
    }

    fn stems(&self) {
        let tone = mixdown_fixtures::signals::sine(48_000.0, 440.0, 0.1, 0.0, 48_000);
        let noise = mixdown_fixtures::signals::pink_noise(1, 0.05, 48_000);
        self.folder.write_wav("root/tone.wav", 48_000, &[&tone]);
        self.folder.write_wav("root/noise.wav", 48_000, &[&noise]);
        self.folder.write_wav("outside.wav", 48_000, &[&tone]);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_tools_have_schemas() {
    let mut client = Client::start();
    let listed = client.request("tools/list", &json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["render", "measure", "align", "check_session", "job_status"]);
    for tool in tools {
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool:#}");
        assert!(!tool["inputSchema"]["properties"].as_object().unwrap().is_empty(), "{tool:#}");
        assert_eq!(tool["annotations"]["readOnlyHint"], tool["name"] != "render", "{tool:#}");
    }
    let unknown = client.request("tools/call", &json!({ "name": "fly", "arguments": {} }));
    assert!(unknown["error"]["message"].as_str().unwrap().contains("fly"), "{unknown:#}");
    let wrong = client.call("measure", &json!({ "path": "tone.wav" })).unwrap_err();
    assert!(wrong.contains("path"), "{wrong}");
}

#[test]
fn a_render_reports_progress_and_its_loudness() {
    let mut client = Client::start();
    client.stems();
    let arguments = json!({ "stems": ["tone.wav", "noise.wav"], "out": "mix/one", "target_lufs": -20, "align": "off" });
    let rendered = client.call("render", &arguments).unwrap();
    assert_eq!(rendered["verified"], true, "{rendered:#}");
    assert!((rendered["measured"]["integrated_lufs"].as_f64().unwrap() + 20.0).abs() < 0.2, "{rendered:#}");
    assert!(read_wav(&client.folder.path("root/mix/one/final_mix.wav"))[0].len() >= 48_000);
    let progress: Vec<f64> = client.notes.iter().filter_map(|note| note["params"]["progress"].as_f64()).collect();
    assert!(progress.len() >= 4 && progress.is_sorted_by(|a, b| a < b), "{progress:?}");
    let measured = client.call("measure", &json!({ "file": "mix/one/final_mix.wav" })).unwrap();
    assert_eq!(measured["integrated_lufs"], rendered["measured"]["integrated_lufs"]);
}

#[test]
fn sessions_are_checked_before_they_are_rendered() {
    let mut client = Client::start();
    client.stems();
    client.folder.write("root/good.json", br#"{ "tracks": [{ "file": "tone.wav" }, { "file": "noise.wav" }] }"#);
    client.folder.write("root/bad.json", br#"{ "tracks": [{ "file": "tone.wav", "pan": 7 }], "volume": 11 }"#);
    let good = client.call("check_session", &json!({ "session": "good.json" })).unwrap();
    assert_eq!((&good["valid"], &good["tracks"]), (&json!(true), &json!(["tone", "noise"])), "{good:#}");
    let bad = client.call("check_session", &json!({ "session": "bad.json" })).unwrap();
    assert_eq!(bad["valid"], false, "{bad:#}");
    let problems = bad["problems"].as_array().unwrap();
    let pointers: Vec<_> = problems.iter().filter_map(|problem| problem["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/tracks/0/pan", "/volume"], "{bad:#}");
    assert!(problems.iter().all(|problem| problem["line"] == 1 && problem["message"].is_string()), "{bad:#}");
    assert!(client.call("render", &json!({ "session": "bad.json", "out": "mix" })).is_err());
    assert!(client.call("render", &json!({ "session": "good.json", "out": "mix" })).is_ok());
}

#[test]
fn copies_are_found_by_align() {
    let mut client = Client::start();
    let noise = mixdown_fixtures::signals::pink_noise(3, 0.2, 480_000);
    client.folder.write_wav("root/a.wav", 48_000, &[&noise[..432_000]]);
    client.folder.write_wav("root/b.wav", 48_000, &[&noise[24_000..]]);
    let aligned = client.call("align", &json!({ "files": ["a.wav", "b.wav"] })).unwrap();
    let late: Vec<f64> =
        aligned["stems"].as_array().unwrap().iter().filter_map(|stem| stem["late_samples"].as_f64()).collect();
    assert!(late.iter().any(|late| (late.abs() - 24_000.0).abs() < 1.0), "{aligned:#}");
    assert!(client.call("align", &json!({ "files": ["a.wav"] })).is_err());
}

#[test]
fn nothing_outside_the_root_is_touched() {
    let mut client = Client::start();
    client.stems();
    let outside = client.folder.path("outside.wav").to_str().unwrap().to_owned();
    client.folder.write("root/out.json", json!({ "tracks": [{ "file": outside }] }).to_string().as_bytes());
    for (tool, arguments) in [
        ("measure", json!({ "file": "../outside.wav" })),
        ("measure", json!({ "file": outside })),
        ("align", json!({ "files": ["tone.wav", "../outside.wav"] })),
        ("render", json!({ "stems": ["../outside.wav"], "out": "mix" })),
        ("render", json!({ "stems": ["tone.wav"], "out": "../mix" })),
        ("render", json!({ "session": "out.json", "out": "mix" })),
    ] {
        let refused = client.call(tool, &arguments).unwrap_err();
        assert!(refused.contains("outside the folders"), "{tool} {arguments}: {refused}");
    }
    assert!(!client.folder.path("mix").exists() && !client.folder.path("root/mix").exists());
    let checked = client.call("check_session", &json!({ "session": "out.json" })).unwrap();
    assert_eq!(checked["problems"][0]["pointer"], "/tracks/0/file", "{checked:#}");
    assert!(checked["problems"][0]["message"].as_str().unwrap().contains("outside the folders"), "{checked:#}");
}

#[test]
fn the_status_of_a_job_is_found_by_its_id() {
    let mut client = Client::start();
    client.stems();
    let submit = "jobs submit root/tone.wav --session-id song --media media --storage storage --json";
    let run = client.folder.run(submit);
    let job: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    let status = client.call("job_status", &json!({ "job_id": job["job_id"] })).unwrap();
    assert_eq!((&status["job_id"], &status["state"]), (&job["job_id"], &json!("queued")), "{status:#}");
    let missing = client.call("job_status", &json!({ "job_id": "missing" })).unwrap_err();
    assert!(missing.contains("JOB_NOT_FOUND"), "{missing}");
}

#[test]
fn the_server_ends_with_its_input() {
    let mut client = Client::start();
    client.input = None;
    let begin = std::time::Instant::now();
    while client.process.try_wait().unwrap().is_none() {
        assert!(begin.elapsed().as_secs() < 10, "it stays");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
