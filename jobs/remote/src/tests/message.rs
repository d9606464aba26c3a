//! HTTP/1.1 messages, as far as these tests need them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A request.
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// A message of either kind.
struct Message {
    /// Its first line.
    first: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Reads a message; `None` at the end of the connection.
fn read_message(reader: &mut impl BufRead) -> io::Result<Option<Message>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let is_head = first.starts_with("HEAD");
    let length = value(&headers, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    if !is_head {
        reader.take(length).read_to_end(&mut body)?;
    }
    Ok(Some(Message { first: first.trim_end().to_owned(), headers, body }))
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header == name).map(|(_, value)| &**value)
}

impl Request {
    pub(super) fn read(stream: &TcpStream) -> io::Result<Option<Self>> {
        let Some(Message { first, headers, body }) = read_message(&mut BufReader::new(stream))? else {
            return Ok(None);
        };
        let mut words = first.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Ok(Some(Self { method, target, headers, body }))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    /// Sends the request to another server, and returns its answer.
    pub(super) fn forward(&self, server: &str) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(server)?;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "connection") {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes())?;
        stream.write_all(&self.body)?;
        let message = read_message(&mut BufReader::new(stream))?;
        let Message { first, mut headers, body } = message.ok_or(io::ErrorKind::UnexpectedEof)?;
        headers.retain(|(name, _)| name != "connection" && name != "content-length");
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(502);
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    pub(super) fn new(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Writes the answer, of whose body only the first `bytes` arrive.
    pub(super) fn write(&self, mut stream: &TcpStream, bytes: usize) -> io::Result<()> {
        let mut head =
            format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        stream.write_all(&self.body[..bytes.min(self.body.len())])?;
        stream.flush()
    }
}
