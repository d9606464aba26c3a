//! A service in a folder of its own.

use crate::program_runs::{TestFolder, program};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A service in a folder of its own, killed when it is dropped.
pub(super) struct Server {
    pub(super) folder: TestFolder,
    pub(super) process: Child,
    /// Host and port.
    pub(super) address: String,
}

impl Server {
    /// Starts a service with more arguments, separated by spaces.
    pub(super) fn start(arguments: &str) -> Self {
        Self::start_in(TestFolder::new(), arguments)
    }

    /// Starts a service in a folder.
    pub(super) fn start_in(folder: TestFolder, arguments: &str) -> Self {
        let mut command = Command::new(program());
        command.current_dir(folder.path("."));
        command.args(["serve", "--bind", "127.0.0.1:0", "--workers", "0", "--media", "media", "--storage", "storage"]);
        command.args(["--json"]).args(arguments.split_whitespace());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let document: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let address = document["address"].as_str().unwrap().trim_start_matches("http://").to_owned();
        Self { folder, process, address }
    }

    /// Sends a request without a body; returns its status and the envelope.
    pub(super) fn get(&self, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let host = if headers.iter().any(|(name, _)| *name == "Host") { "" } else { &self.address };
        let mut head = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
        if !host.is_empty() {
            head += &format!("Host: {host}\r\n");
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let status = text.split_whitespace().nth(1).unwrap().parse().unwrap();
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
