//! Servers, workers and orders of the tests.

use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server, its database, and a folder for orders.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    port: u16,
    server: Option<Running>,
}

impl Bench {
    /// Starts a server.
    pub(crate) fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut bench = Self { folder: tempfile::tempdir().unwrap(), port, server: None };
        bench.start_server();
        bench
    }

    /// Starts the server with the database of earlier ones, and waits until it answers.
    pub(crate) fn start_server(&mut self) {
        let program = std::env::var_os("TEMPORAL_SERVER").expect("TEMPORAL_SERVER names the program; see .ci/temporal");
        let mut command = Command::new(program);
        command.args(["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "error", "--port"]);
        command.arg(self.port.to_string()).arg("--db-filename").arg(self.folder.path().join("server.db"));
        self.server = Some(Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()));
        let begin = Instant::now();
        // The answer to an unknown order is one.
        while !self.run(&["status", "none"]).1.contains("not found") {
            assert!(
                begin.elapsed() < Duration::from_mins(1),
                "the server does not answer: {}",
                self.run(&["status", "none"]).1
            );
            sleep(Duration::from_millis(200));
        }
    }

    /// Kills the server.
    pub(crate) fn kill_server(&mut self) {
        self.server = None;
    }

    /// Returns the program with the address of the server.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mixdown-temporal"));
        command.arg("--address").arg(format!("http://127.0.0.1:{}", self.port));
        command
    }

    /// Starts a worker with the stand-in for mixdown.
    pub(crate) fn worker(&self, slots: u16) -> Running {
        self.worker_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/mixdown.py"), slots)
    }

    /// Starts a worker with a program.
    pub(crate) fn worker_of(&self, mixdown: &Path, slots: u16) -> Running {
        let mut command = self.program();
        command.args(["worker", "--slots", &slots.to_string(), "--mixdown"]).arg(mixdown);
        Running(command.spawn().unwrap())
    }

    /// Runs a command; returns its last document, and what it printed as errors.
    pub(crate) fn run(&self, arguments: &[&str]) -> (Value, String) {
        let output: Output = self.program().args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let document = text.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap());
        (document, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Returns the path of a file in the folder, as text.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Returns an order; `plan` adds to its plan.
    pub(crate) fn order(&self, id: &str, seconds: f64, plan: &Value) -> Value {
        let mut session = json!({ "log": self.path("log"), "seconds": seconds });
        for (key, value) in plan.as_object().unwrap() {
            session[key] = value.clone();
        }
        json!({ "schema": "mixdown.order/1", "order_id": id, "kind": "mix", "session": session,
            "out": self.path(&format!("out/{id}")) })
    }

    /// Writes a document into a file, and returns its path.
    pub(crate) fn write(&self, name: &str, document: &Value) -> String {
        let path = PathBuf::from(self.path(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, document.to_string()).unwrap();
        path.display().to_string()
    }

    /// Submits an order with more arguments; returns what the command printed.
    pub(crate) fn submit(&self, order: &Value, more: &[&str]) -> Value {
        let file = self.write(&format!("{}.json", order["order_id"].as_str().unwrap()), order);
        let mut arguments = vec!["submit", &file];
        arguments.extend(more);
        let (document, errors) = self.run(&arguments);
        assert!(!document.is_null(), "{errors}");
        document
    }

    /// Returns the events of an order, of one kind.
    pub(crate) fn events(&self, order: &str, event: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path("log")).unwrap_or_default();
        // The last line may be half written.
        let all = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        all.filter(|value| value["order"] == order && value["event"] == event).collect()
    }

    /// Waits for the `count`th event of an order.
    pub(crate) fn await_event(&self, order: &str, event: &str, count: usize) -> Value {
        let begin = Instant::now();
        loop {
            if let Some(found) = self.events(order, event).get(count - 1) {
                return found.clone();
            }
            assert!(begin.elapsed() < Duration::from_mins(1), "no {event} of {order}");
            sleep(Duration::from_millis(20));
        }
    }
}

/// Returns the time of an event, in seconds.
pub(crate) fn time(event: &Value) -> f64 {
    event["time"].as_f64().unwrap()
}

/// Returns the present time, in seconds as events have it.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}
