//! Texts of a client.

use mixdown_engine::live::{Command, Timed};
use serde::Deserialize;
use serde_json::Value;

/// Longest identifier of a command, in bytes of JSON.
const MAX_ID: usize = 128;
/// Longest reason of a refusal, in characters.
const MAX_REASON: usize = 300;
/// Largest position or time in a command, in frames: two thousand years at 48 kHz.
const MAX_FRAME: u64 = 1 << 51;
/// Range of readings per second.
const RATE_HZ: (f64, f64) = (0.0, 60.0);

/// A text of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientMessage {
    /// Its identifier, for the answer.
    pub id: Option<Value>,
    /// The request, or the reason why it cannot be read.
    pub request: Result<ClientRequest, String>,
}

/// Request of a client.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientRequest {
    /// Grants frames of sound.
    Credit(u64),
    /// Changes which readings are sent.
    Readings(ReadingsRequest),
    /// Sends a command to the engine.
    Engine(Box<Timed>),
}

/// Readings that a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct ReadingsRequest {
    /// Readings per second, 0 to 60.
    pub rate_hz: f64,
    /// True for the master's spectrum with each reading.
    #[serde(default)]
    pub spectrum: bool,
    /// True for the master's scope with each reading.
    #[serde(default)]
    pub scope: bool,
}

#[derive(Deserialize)]
struct Credit {
    frames: u64,
}

impl ClientMessage {
    /// Parses a text.
    pub fn parse(text: &[u8]) -> Self {
        let mut document = match serde_json::from_slice::<Value>(text) {
            Ok(Value::Object(document)) => document,
            Ok(_) => return Self { id: None, request: Err("a command is a JSON object".into()) },
            Err(error) => return Self { id: None, request: Err(format!("the text is not valid JSON: {error}")) },
        };
        let id = document.remove("id").filter(|id| !id.is_null());
        if id.as_ref().is_some_and(|id| !(id.is_number() || id.is_string()) || id.to_string().len() > MAX_ID) {
            return Self { id: None, request: Err("an id is a number or a short string".into()) };
        }
        let name = document.get("command").and_then(Value::as_str).unwrap_or_default().to_owned();
        let document = Value::Object(document);
        let request = match name.as_str() {
            "credit" => serde_json::from_value(document).map(|Credit { frames }| ClientRequest::Credit(frames)),
            "readings" => serde_json::from_value(document).map(ClientRequest::Readings),
            _ => serde_json::from_value(document).map(|timed| ClientRequest::Engine(Box::new(timed))),
        };
        // An error repeats what it does not know, which may be long.
        let shortened = |error: serde_json::Error| error.to_string().chars().take(MAX_REASON).collect();
        Self { id, request: request.map_err(shortened).and_then(checked) }
    }
}

/// Returns the request if its numbers are in range.
fn checked(request: ClientRequest) -> Result<ClientRequest, String> {
    let frames = match &request {
        ClientRequest::Readings(ReadingsRequest { rate_hz, .. }) if !(RATE_HZ.0..=RATE_HZ.1).contains(rate_hz) => {
            return Err(format!("rate_hz = {rate_hz} is out of range ({} to {})", RATE_HZ.0, RATE_HZ.1));
        }
        ClientRequest::Engine(timed) => [timed.at, last_frame(&timed.command)],
        _ => [None, None],
    };
    match frames.into_iter().flatten().find(|frame| *frame > MAX_FRAME) {
        Some(frame) => Err(format!("frame {frame} is out of range (0 to {MAX_FRAME})")),
        None => Ok(request),
    }
}

/// Returns the last session frame that a command names.
fn last_frame(command: &Command) -> Option<u64> {
    match command {
        Command::Seek { position } => Some(*position),
        Command::Loop { range } => range.map(|(_, end)| end),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn commands_are_parsed_with_their_identifiers() {
        let parse = |document: Value| ClientMessage::parse(document.to_string().as_bytes());
        let message = parse(json!({ "command": "seek", "position": 48_000, "at": 7, "id": 3 }));
        assert_eq!(message.id, Some(json!(3)));
        assert_eq!(
            message.request,
            Ok(ClientRequest::Engine(Box::new(Timed::at(7, Command::Seek { position: 48_000 }))))
        );
        let message = parse(json!({ "command": "credit", "frames": 512 }));
        assert_eq!((message.id, message.request), (None, Ok(ClientRequest::Credit(512))));
        let readings = ReadingsRequest { rate_hz: 10.0, spectrum: true, scope: false };
        let message = parse(json!({ "command": "readings", "rate_hz": 10, "spectrum": true }));
        assert_eq!(message.request, Ok(ClientRequest::Readings(readings)));
    }

    #[test]
    fn wrong_texts_are_refused_with_their_identifier() {
        for (text, id) in [
            ("", None),
            ("[]", None),
            (r#"{"command": "fly", "id": "a"}"#, Some(json!("a"))),
            (r#"{"command": "credit", "frames": -1, "id": 1}"#, Some(json!(1))),
            (r#"{"command": "readings", "rate_hz": 61, "id": 1}"#, Some(json!(1))),
            (r#"{"command": "seek", "position": 18446744073709551615, "id": 1}"#, Some(json!(1))),
            (r#"{"command": "play", "at": 9007199254740992}"#, None),
            (r#"{"command": "play", "id": {}}"#, None),
        ] {
            let message = ClientMessage::parse(text.as_bytes());
            assert_eq!(message.id, id, "{text}");
            assert!(message.request.is_err(), "{text}");
        }
    }
}
