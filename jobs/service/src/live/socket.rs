//! The socket of one client: messages pass between it and the engine's process until one of them
//! ends, or the service stops.

use super::engines::EnginePlace;
use super::frame::{self, Frame, Kind};
use super::message::ClientMessage;
use super::outbox::{Outbox, TooSlow};
use super::pace::Pace;
use super::process::EngineProcess;
use super::request::EngineRequest;
use crate::app::App;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{interval, timeout};
use tracing::{info, warn};

/// Largest text of a client, in bytes.
pub(crate) const MAX_TEXT: usize = 64 << 10;
/// Largest message that is read at all, so that a client with a longer text gets the reason.
pub(crate) const MAX_MESSAGE: usize = 1 << 20;
/// Largest frame of the process, in bytes.
const MAX_FRAME: usize = 16 << 20;
/// Texts of a client that wait for the process.
const WAITING: usize = 256;
/// Interval between two pings.
const PING: Duration = Duration::from_secs(20);
/// Longest time without a message or a pong of the client, or with a message stuck on its way.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest time for the farewell.
const FAREWELL: Duration = Duration::from_secs(1);
/// Largest reason in a closing message, in bytes, by RFC 6455.
const MAX_REASON: usize = 123;

/// End of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    /// The client has closed it, or its connection broke.
    Left,
    /// The client answers no ping, or takes no message.
    Silent,
    /// The client sent something that is not a text of the right size.
    Wrong(u16, &'static str),
    /// The service stops.
    Stopping,
    /// The engine cannot continue.
    Failed(String),
    /// The engine's process ended without a reason.
    Crashed,
}

/// End by a text of more than [`MAX_TEXT`].
const TOO_LONG: End = End::Wrong(close_code::SIZE, "a text has at most 64 KiB");

/// Serves a client with an engine of its own until one of them ends.
pub(crate) async fn serve(app: Arc<App>, mut socket: WebSocket, place: EnginePlace, request: EngineRequest) {
    let started = EngineProcess::start(&app.settings.program);
    let end = match started {
        Ok((mut process, input, output)) => {
            let mut end = tokio::select! {
                () = app.stopped() => End::Stopping,
                end = connect(&mut socket, input, output, &request) => end,
            };
            if end == End::Crashed {
                end = End::Failed(process.crashed(request.memory_mb).await);
            }
            process.kill().await;
            end
        }
        Err(error) => {
            warn!(%error, "an engine's process could not be started");
            End::Failed("the engine could not be started; try again later".into())
        }
    };
    info!(?end, "live socket closed");
    let _ = timeout(FAREWELL, close(&mut socket, end)).await;
    // The service waits for the farewell before it ends.
    drop(place);
}

/// Passes messages until one side ends.
async fn connect(
    socket: &mut WebSocket,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    request: &EngineRequest,
) -> End {
    let (mut sink, mut stream) = socket.split();
    let outbox = Outbox::default();
    let (texts, waiting) = channel(WAITING);
    let frame_bytes = request.form.frame_bytes();
    tokio::select! {
        end = receive(&mut stream, &outbox, &texts) => end,
        end = send(&mut sink, &outbox) => end,
        end = forward(request, waiting, input) => end,
        end = collect(output, &outbox, frame_bytes) => end,
    }
}

/// Takes texts from the client.
async fn receive(
    stream: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin),
    outbox: &Outbox,
    texts: &Sender<Bytes>,
) -> End {
    let mut pace = Pace::new();
    loop {
        let text = match timeout(SILENCE, stream.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => text,
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {
                pace.take().await;
                continue;
            }
            Ok(Some(Ok(Message::Binary(_)))) => {
                return End::Wrong(close_code::UNSUPPORTED, "commands are texts");
            }
            Ok(Some(Ok(Message::Close(_))) | None) => return End::Left,
            // The connection broke, or a message exceeds what is read at all.
            Ok(Some(Err(_))) => return TOO_LONG,
            Err(_) => return End::Silent,
        };
        if text.len() > MAX_TEXT {
            return TOO_LONG;
        }
        pace.take().await;
        let text = Bytes::from(text);
        if texts.try_send(text.clone()).is_err() {
            let ClientMessage { id, .. } = ClientMessage::parse(&text);
            let message = "too many commands are waiting; this one was not sent, send it again later";
            if outbox.text(json!({ "event": "refused", "id": id, "message": message }).to_string()) == Err(TooSlow) {
                return End::Silent;
            }
        }
    }
}

/// Sends messages and pings to the client.
async fn send(sink: &mut (impl Sink<Message> + Unpin), outbox: &Outbox) -> End {
    let mut pings = interval(PING);
    pings.tick().await;
    loop {
        let message = tokio::select! {
            message = outbox.next() => message,
            _ = pings.tick() => Message::Ping(Bytes::new()),
        };
        match timeout(SILENCE, sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return End::Left,
            Err(_) => return End::Silent,
        }
    }
}

/// Sends the request and the client's texts to the process.
async fn forward(request: &EngineRequest, mut texts: Receiver<Bytes>, mut input: ChildStdin) -> End {
    let request = serde_json::to_vec(request).unwrap_or_default();
    let mut written = write(&mut input, &request).await;
    while written.is_ok()
        && let Some(text) = texts.recv().await
    {
        written = write(&mut input, &text).await;
    }
    // The process has ended: its output has the reason.
    std::future::pending().await
}

async fn write(input: &mut (impl AsyncWrite + Unpin), text: &[u8]) -> io::Result<()> {
    let head = frame::head(Kind::Text, text).ok_or(io::ErrorKind::InvalidInput)?;
    input.write_all(&head).await?;
    input.write_all(text).await?;
    input.flush().await
}

/// Takes texts and sound from the process.
async fn collect(mut output: impl AsyncRead + Unpin + Send, outbox: &Outbox, frame_bytes: usize) -> End {
    loop {
        let Ok(Some(Frame { kind, payload })) = frame::read_async(&mut output, MAX_FRAME).await else {
            return End::Crashed;
        };
        if kind == Kind::Sound {
            let frames = payload.len().saturating_sub(size_of::<u64>()) / frame_bytes;
            outbox.sound(payload.into(), frames as u64);
            continue;
        }
        let Ok(text) = String::from_utf8(payload) else { return End::Crashed };
        match kind {
            Kind::Failed => return End::Failed(text),
            Kind::Reading => outbox.reading(text),
            _ if outbox.text(text) == Err(TooSlow) => return End::Silent,
            _ => {}
        }
    }
}

/// Closes the socket with the reason, and waits until the client has read it.
async fn close(socket: &mut WebSocket, end: End) {
    let (code, reason) = match end {
        End::Left => return,
        End::Silent => (close_code::POLICY, "the client does not answer".to_owned()),
        End::Wrong(code, reason) => (code, reason.to_owned()),
        End::Stopping => (close_code::AWAY, "the service stops".to_owned()),
        End::Failed(reason) => {
            let text = json!({ "event": "warning", "message": reason }).to_string();
            if socket.send(text.into()).await.is_err() {
                return;
            }
            (close_code::ERROR, reason)
        }
        End::Crashed => (close_code::ERROR, "the engine ended".to_owned()),
    };
    let reason = shortened(&reason).into();
    if socket.send(Message::Close(Some(CloseFrame { code, reason }))).await.is_ok() {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

/// Returns a reason that fits into a closing message.
fn shortened(reason: &str) -> &str {
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_a_closing_message() {
        assert_eq!(shortened("short"), "short");
        let long = "é".repeat(100);
        assert_eq!(shortened(&long), "é".repeat(61));
    }

    #[tokio::test]
    async fn a_process_that_sends_nonsense_has_crashed() {
        for output in [&b""[..], b"\x09\0\0\0\0", b"\x01\x01\0\0\0\xff", b"\x01\x09\0\0\0{}"] {
            assert_eq!(collect(output, &Outbox::default(), 8).await, End::Crashed, "{output:?}");
        }
        let failed = collect(&b"\x04\x02\0\0\0no"[..], &Outbox::default(), 8).await;
        assert_eq!(failed, End::Failed("no".into()));
    }
}
