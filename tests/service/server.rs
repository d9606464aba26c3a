//! `mixdown serve` as a process, on a free port, in folders of its own.

use super::client::{Answer, Request};
use crate::program_runs::program;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A running service; it is killed at the end.
pub(crate) struct TestServer {
    folder: TempDir,
    arguments: Vec<String>,
    process: Child,
    address: SocketAddr,
}

impl TestServer {
    /// Starts a service that works no queue.
    pub(crate) fn start() -> Self {
        Self::with(&["--workers", "0"])
    }

    /// Starts a service with these arguments.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.or_else(|_| tempfile::tempdir()).unwrap();
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let (process, address) = spawn(folder.path(), &arguments);
        Self { folder, arguments, process, address }
    }

    /// Returns its address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a path below the folder of the test.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the root of the sessions.
    pub(crate) fn media(&self) -> PathBuf {
        self.path("media")
    }

    /// Returns the process's id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills the service at once (SIGKILL), and starts it again on the same folders.
    pub(crate) fn kill_and_restart(&mut self) {
        self.kill();
        (self.process, self.address) = spawn(self.folder.path(), &self.arguments);
    }

    /// Kills the service at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Begins a request.
    pub(crate) fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.address, method, target)
    }

    /// Sends a GET request.
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.request("GET", target).send(b"")
    }

    /// Sends a request with a body in JSON.
    pub(crate) fn send(&self, method: &str, target: &str, body: &Value) -> Answer {
        self.request(method, target).header("content-type", "application/json").send(body.to_string().as_bytes())
    }

    /// Creates a session.
    pub(crate) fn create(&self, session: &str) {
        let answer = self.send("POST", "/api/sessions", &serde_json::json!({ "session_id": session }));
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// Uploads a whole stem.
    pub(crate) fn upload(&self, session: &str, name: &str, bytes: &[u8]) -> Answer {
        self.request("PUT", &format!("/api/sessions/{session}/stems/{name}")).send(bytes)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts the process, and returns its address once it accepts connections.
fn spawn(folder: &Path, arguments: &[String]) -> (Child, SocketAddr) {
    let mut command = Command::new(program());
    command.current_dir(folder).args(["serve", "--bind", "127.0.0.1:0", "--json"]);
    command.arg("--media").arg(folder.join("media")).arg("--storage").arg(folder.join("storage")).args(arguments);
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut line, mut output) = (String::new(), BufReader::new(process.stdout.take().unwrap()));
    output.read_line(&mut line).unwrap();
    let started: Value = serde_json::from_str(&line).unwrap_or_else(|error| {
        let _ = output.read_to_string(&mut line);
        panic!("{error}: {line}")
    });
    let address = started["address"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
    (process, address)
}
