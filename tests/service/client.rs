//! A small HTTP client: one request per connection, so that tests control each byte.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A request before its body.
pub(crate) struct Request {
    address: SocketAddr,
    head: String,
    host: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Begins a request.
    pub(crate) fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        let head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
        Self { address, head, host: address.to_string() }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if name.eq_ignore_ascii_case("host") {
            value.clone_into(&mut self.host);
        } else {
            self.head += &format!("{name}: {value}\r\n");
        }
        self
    }

    /// Sends the request with its body, and returns the answer.
    pub(crate) fn send(self, body: &[u8]) -> Answer {
        let mut stream = self.begin(body.len() as u64);
        // The service may answer and close before it has read all.
        let _ = stream.write_all(body);
        Answer::read(stream)
    }

    /// Sends a form with the files of a song, whose name is Road.
    pub(crate) fn send_song(self, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        let name = "--edge\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nRoad\r\n--edge--\r\n";
        body.extend_from_slice(name.as_bytes());
        self.header("content-type", "multipart/form-data; boundary=edge").send(&body)
    }

    /// Sends the head, and returns the connection for the body.
    pub(crate) fn begin(self, length: u64) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let head = format!("{}Host: {}\r\nContent-Length: {length}\r\n\r\n", self.head, self.host);
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }
}

impl Answer {
    /// Reads an answer until its end.
    pub(crate) fn read(stream: TcpStream) -> Self {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|digits| digits.parse().ok());
        let status = status.unwrap_or_else(|| panic!("not an answer: {line:?}"));
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Self { status, headers, body: Vec::new() };
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let mut size = String::new();
                reader.read_line(&mut size).unwrap();
                let size = usize::from_str_radix(size.trim(), 16).unwrap();
                let mut chunk = vec![0; size + 2];
                reader.read_exact(&mut chunk).unwrap();
                answer.body.extend_from_slice(&chunk[..size]);
                if size == 0 {
                    break;
                }
            }
        } else {
            // A service that answers before it has read the whole body resets the connection.
            let _ = reader.read_to_end(&mut answer.body);
        }
        answer
    }

    /// Returns a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the data of the envelope.
    pub(crate) fn data(&self) -> Value {
        self.json()["data"].take()
    }

    /// Returns the status, and the code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let envelope = self.json();
        assert_eq!(envelope["ok"], false, "{self:?}");
        (self.status, envelope["error"].as_str().unwrap().to_owned())
    }
}
