//! A client of the live socket, and sessions for it.

use super::server::TestServer;
use mixdown_fixtures::signals;
use serde_json::{Value, json};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::{HeaderName, HeaderValue};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Message, WebSocket};

/// Longest time for anything to happen.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A client of the live socket.
pub(super) struct LiveClient {
    pub(super) socket: WebSocket<TcpStream>,
    /// The first text.
    pub(super) ready: Value,
    /// Texts that were passed over.
    pub(super) texts: Vec<Value>,
    /// Number of the first frame of sound received so far.
    pub(super) first: Option<u64>,
    /// Left and right samples received so far.
    pub(super) sound: [Vec<f32>; 2],
    /// The closing code, once the socket is closed.
    pub(super) closed: Option<u16>,
}

/// Connects; returns the socket, or the status of the refusal.
pub(super) fn connect(
    server: &TestServer,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<WebSocket<TcpStream>, u16> {
    let mut request = format!("ws://{}{path}", server.address()).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    match tungstenite::client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
            Err(response.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

impl LiveClient {
    /// Opens the live socket of a session, and waits until it is ready.
    pub(super) fn open(server: &TestServer, session: &str, query: &str) -> Self {
        let path = format!("/api/sessions/{session}/live?{query}");
        let socket = connect(server, &path, &[]).unwrap_or_else(|status| panic!("{path}: {status}"));
        let mut client = Self::over(socket);
        client.ready = client.until(|text| text["event"] == "ready");
        client
    }

    /// Takes over an open socket.
    pub(super) fn over(socket: WebSocket<TcpStream>) -> Self {
        let sound = [Vec::new(), Vec::new()];
        Self { socket, ready: Value::Null, texts: Vec::new(), first: None, sound, closed: None }
    }

    pub(super) fn send(&mut self, command: &Value) {
        self.socket.send(Message::text(command.to_string())).unwrap();
    }

    pub(super) fn credit(&mut self, frames: u64) {
        self.send(&json!({ "command": "credit", "frames": frames }));
    }

    /// Takes the next message; returns it if it is a text.
    pub(super) fn take(&mut self) -> Option<Value> {
        match self.socket.read() {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
            Ok(Message::Binary(bytes)) => self.take_sound(&bytes),
            Ok(Message::Close(frame)) => {
                self.closed = Some(frame.map_or(CloseCode::Status, |frame| frame.code).into());
            }
            Ok(_) => {}
            Err(error) => panic!("{error}; after {:?}", self.texts.last()),
        }
        None
    }

    fn take_sound(&mut self, bytes: &[u8]) {
        let (number, samples) = bytes.split_at(8);
        let number = u64::from_le_bytes(number.try_into().unwrap());
        let first = *self.first.get_or_insert(number);
        assert_eq!(number, first + self.sound[0].len() as u64, "sound without gaps");
        if self.ready["format"] == "int16" {
            for (index, bytes) in samples.chunks_exact(2).enumerate() {
                self.sound[index % 2].push(f32::from(i16::from_le_bytes(bytes.try_into().unwrap())));
            }
        } else {
            for (index, bytes) in samples.chunks_exact(4).enumerate() {
                self.sound[index % 2].push(f32::from_le_bytes(bytes.try_into().unwrap()));
            }
        }
    }

    /// Takes messages up to a text; those before it are kept.
    pub(super) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE && self.closed.is_none() {
            let Some(text) = self.take() else { continue };
            if wanted(&text) {
                return text;
            }
            self.texts.push(text);
        }
        panic!("it never came; closed: {:?}; {:#?}", self.closed, self.texts.last());
    }

    /// Sends a command and waits for its answer.
    pub(super) fn answer(&mut self, mut command: Value) -> Value {
        command["id"] = json!("answer");
        self.send(&command);
        self.until(|text| text["id"] == "answer")
    }

    /// Takes messages until so many frames of sound are there, with credit for them.
    pub(super) fn play_frames(&mut self, frames: usize) {
        let begin = Instant::now();
        while self.sound[0].len() < frames {
            assert!(begin.elapsed() < PATIENCE, "{} of {frames} frames", self.sound[0].len());
            let left = frames - self.sound[0].len();
            let before = self.sound[0].len();
            let granted = left.min(48_000);
            self.credit(granted as u64);
            while self.sound[0].len() < before + granted {
                assert_eq!(self.closed, None, "closed after {before} frames: {:?}", self.texts.last());
                let text = self.take();
                self.texts.extend(text);
            }
        }
    }

    /// Takes messages until the socket is closed; returns the code.
    pub(super) fn until_closed(&mut self) -> u16 {
        let begin = Instant::now();
        while self.closed.is_none() {
            assert!(begin.elapsed() < PATIENCE, "it stays open");
            let text = self.take();
            self.texts.extend(text);
        }
        self.closed.unwrap_or_default()
    }

    /// Returns the texts of an event.
    pub(super) fn events(&self, name: &str) -> Vec<&Value> {
        self.texts.iter().filter(|text| text["event"] == name).collect()
    }
}

/// Creates the session `song` of two stems, three seconds long, with a loudness target.
pub(super) fn create_song(server: &TestServer) {
    let (left, right) = (signals::pink_noise(1, 0.02, 144_000), signals::sine(48_000.0, 331.0, 0.03, 0.3, 144_000));
    let low = signals::sine(48_000.0, 110.0, 0.04, 0.0, 120_000);
    server.create("song");
    for (name, channels) in [("wide.wav", &[&left[..], &right[..]][..]), ("low.wav", &[&low[..]])] {
        let answer = server.upload("song", name, &wav(channels));
        assert!(answer.status < 300, "{answer:?}");
    }
    let answer = server.send("PUT", "/api/sessions/song/session", &document());
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Returns a WAV file of 32-bit float samples at 48 kHz.
pub(super) fn wav(channels: &[&[f32]]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    for frame in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample(channel[frame]).unwrap();
        }
    }
    writer.finalize().unwrap();
    file.into_inner()
}

/// Returns the document of such a session. The ceiling is out of reach, so that a render is made
/// in one pass.
pub(super) fn document() -> Value {
    json!({
        "align": { "mode": "off" },
        "tracks": [
            { "file": "wide.wav", "inserts": [{ "type": "high_pass", "cutoff_hz": 80.0 }] },
            {
                "file": "low.wav",
                "pan": 0.4,
                "output": "group",
                "inserts": [{ "type": "compressor", "threshold_db": -36.0, "ratio": 3.0, "look_ahead_ms": 2.0 }],
            },
        ],
        "buses": [{ "name": "group" }],
        "master": { "target": -20.0, "ceiling_dbtp": -1.0 },
        "output": { "format": "wav32f" },
    })
}
