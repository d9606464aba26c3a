//! The server of the test, without a client of object stores in between.

use std::io::{Read, Write};
use std::net::TcpStream;

/// An S3 interface that checks no signatures.
pub(crate) struct Server {
    address: String,
}

impl Server {
    /// Returns the server that the script has started.
    pub(crate) fn of_environment() -> Self {
        let address = std::env::var("MIXDOWN_S3_SERVER").expect("run .ci/object_stores");
        Self { address }
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let head = format!("PUT {path} HTTP/1.1\r\nHost: s3\r\nContent-Length: {}\r\n", bytes.len());
        let (status, _) = self.request(&head, bytes);
        assert_eq!(status, 200, "PUT {path}");
    }

    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        let (status, body) = self.request(&format!("GET {path} HTTP/1.1\r\nHost: s3\r\n"), b"");
        assert_eq!(status, 200, "GET {path}");
        body
    }

    /// Returns all keys of a bucket that begin with `prefix`, sorted.
    pub(crate) fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let list = self.get(&format!("/{bucket}?list-type=2&prefix={prefix}"));
        let text = String::from_utf8(list).unwrap();
        let mut keys: Vec<String> =
            text.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().to_owned()).collect();
        keys.sort();
        keys
    }

    fn request(&self, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let answer = exchange(&self.address, &format!("{head}Connection: close\r\n\r\n"), body);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), answer[end + 4..].to_vec())
    }
}

/// Sends a request whose connection is closed after the answer, and returns the answer.
pub(crate) fn exchange(address: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
