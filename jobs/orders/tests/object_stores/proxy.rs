//! A proxy that passes requests to the server, and fails some of them.

use crate::server::exchange;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

/// A fault of one answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// An answer of the proxy's own; the server gets no request.
    Status(u16),
    /// The connection is closed without an answer; the server gets no request.
    Cut,
    /// The server does its work, and its answer is lost.
    LostAnswer,
    /// Half of the answer arrives.
    HalfAnswer,
    /// The answer comes after this time.
    Slow(Duration),
}

/// A rule: requests of a method whose path contains a text fail, a number of times.
struct Rule {
    method: &'static str,
    path: String,
    fault: Fault,
    times: usize,
}

/// The proxy of all tests.
pub(crate) struct Proxy {
    rules: Mutex<Vec<Rule>>,
}

static PROXY: LazyLock<Proxy> = LazyLock::new(|| {
    let endpoint = std::env::var("AWS_ENDPOINT_URL").expect("run .ci/object_stores");
    let listener = TcpListener::bind(endpoint.strip_prefix("http://").unwrap()).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(pass(stream)));
        }
    });
    Proxy { rules: Mutex::default() }
});

/// Returns the proxy, started.
pub(crate) fn proxy() -> &'static Proxy {
    &PROXY
}

impl Proxy {
    /// Lets the next `times` requests of a method fail whose path contains `path`.
    pub(crate) fn fail(&self, method: &'static str, path: &str, fault: Fault, times: usize) {
        self.rules.lock().unwrap().push(Rule { method, path: path.to_owned(), fault, times });
    }

    fn fault(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        let rule =
            rules.iter_mut().find(|rule| rule.times > 0 && rule.method == method && path.contains(&rule.path))?;
        rule.times -= 1;
        Some(rule.fault)
    }
}

/// Passes one request on; the connection is closed after it.
fn pass(mut client: TcpStream) -> io::Result<()> {
    let (mut request, mut block) = (Vec::new(), vec![0; 1 << 16]);
    let head_end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match client.read(&mut block)? {
            0 => return Ok(()),
            read => request.extend_from_slice(&block[..read]),
        }
    };
    let head = String::from_utf8_lossy(&request[..head_end]).into_owned();
    let (first, fields) = head.split_once("\r\n").unwrap_or((&head, ""));
    let field = |name: &str| {
        let found =
            fields.lines().find_map(|line| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let length: usize = field("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = request.split_off(head_end + 4);
    while body.len() < length {
        match client.read(&mut block)? {
            0 => return Ok(()),
            read => body.extend_from_slice(&block[..read]),
        }
    }
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let fault = proxy().fault(method, path);
    match fault {
        Some(Fault::Status(status)) => {
            return write!(client, "HTTP/1.1 {status} Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        Some(Fault::Cut) => return Ok(()),
        Some(Fault::Slow(time)) => std::thread::sleep(time),
        _ => {}
    }
    let kept: Vec<&str> = fields.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect();
    let head = format!("{first}\r\n{}\r\nConnection: close\r\n\r\n", kept.join("\r\n"));
    let answer = exchange(&std::env::var("MIXDOWN_S3_SERVER").unwrap(), &head, &body);
    match fault {
        Some(Fault::LostAnswer) => Ok(()),
        Some(Fault::HalfAnswer) => client.write_all(&answer[..answer.len() / 2]),
        _ => client.write_all(&answer),
    }
}
