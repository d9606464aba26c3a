//! A server on loopback that answers as S3 does, and fails as planned. Behind it is a bucket in
//! memory, or another server.

use super::bucket::Bucket;
use super::message::{Answer, Request};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The fate of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// It is answered with this status, and not carried out.
    Status(u16),
    /// It is carried out; the answer comes late.
    Slow(Duration),
    /// It is carried out; the connection ends in the middle of the answer's body.
    Cut,
    /// It is carried out; the connection ends without an answer.
    LostAnswer,
}

/// A fault of the next requests of one kind.
struct Planned {
    method: &'static str,
    /// Part of the path and query.
    target: String,
    fault: Fault,
    times: usize,
}

#[derive(Default)]
struct State {
    bucket: Mutex<Bucket>,
    planned: Mutex<Vec<Planned>>,
    /// Method and target of each request.
    seen: Mutex<Vec<(String, String)>>,
    /// The server behind this one.
    behind: Option<String>,
}

/// The server. Its thread ends with the process.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    state: Arc<State>,
}

impl Server {
    /// Starts a server with a bucket in memory.
    pub(super) fn new() -> Self {
        Self::start(State::default())
    }

    /// Starts a server in front of another one.
    pub(super) fn before(server: &str) -> Self {
        Self::start(State { behind: Some(server.to_owned()), ..State::default() })
    }

    fn start(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::new(state));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || state.serve(&stream));
            }
        });
        Self { address, state }
    }

    /// Lets the next `times` requests fail that have this method, and this text in path or query.
    pub(super) fn fail(&self, method: &'static str, target: &str, fault: Fault, times: usize) {
        self.state.planned.lock().unwrap().push(Planned { method, target: target.into(), fault, times });
    }

    pub(super) fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.state.bucket.lock().unwrap()
    }

    pub(super) fn put(&self, path: &str, bytes: &[u8]) {
        self.bucket().objects.insert(path.into(), bytes.into());
    }

    pub(super) fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.bucket().objects.get(path).cloned()
    }

    /// Returns the paths of all objects.
    pub(super) fn paths(&self) -> Vec<String> {
        self.bucket().objects.keys().cloned().collect()
    }

    /// Returns the number of requests so far with this method, and this text in path or query.
    pub(super) fn count(&self, method: &str, target: &str) -> usize {
        self.state.seen.lock().unwrap().iter().filter(|seen| seen.0 == method && seen.1.contains(target)).count()
    }
}

impl State {
    fn serve(&self, stream: &TcpStream) {
        let Ok(Some(request)) = Request::read(stream) else { return };
        self.seen.lock().unwrap().push((request.method.clone(), request.target.clone()));
        let fault = self.next_fault(&request);
        if let Some(Fault::Status(status)) = fault {
            let text = "<Error><Code>Injected</Code><Message>As planned.</Message><Key>SECRET</Key></Error>";
            let _ = Answer::new(status, text).write(stream, usize::MAX);
            return;
        }
        let answer = match &self.behind {
            None => self.bucket.lock().unwrap().answer(&request),
            Some(server) => request.forward(server).unwrap_or_else(|error| Answer::new(502, &error.to_string())),
        };
        match fault {
            Some(Fault::LostAnswer) => return,
            Some(Fault::Slow(wait)) => std::thread::sleep(wait),
            _ => {}
        }
        let bytes = if fault == Some(Fault::Cut) { answer.body.len() / 2 } else { usize::MAX };
        // The client may have left.
        let _ = answer.write(stream, bytes);
    }

    fn next_fault(&self, request: &Request) -> Option<Fault> {
        let mut planned = self.planned.lock().unwrap();
        let fits = |planned: &&mut Planned| {
            planned.times > 0 && planned.method == request.method && request.target.contains(&planned.target)
        };
        let found = planned.iter_mut().find(fits)?;
        found.times -= 1;
        Some(found.fault)
    }
}
