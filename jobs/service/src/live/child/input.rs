//! Texts of the client, read by a thread of their own.

use super::super::frame::{self, Kind};
use super::super::message::ClientMessage;
use super::super::socket::MAX_TEXT;
use std::io::stdin;
use std::sync::mpsc::{Receiver, sync_channel};

/// Messages that wait at most; then the pipe fills, and the service refuses more.
const WAITING: usize = 256;

/// Starts the thread. The channel closes when standard input ends.
pub(super) fn start() -> Receiver<ClientMessage> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::spawn(move || {
        while let Ok(Some(frame)) = frame::read(&mut stdin().lock(), MAX_TEXT) {
            if frame.kind == Kind::Text && sender.send(ClientMessage::parse(&frame.payload)).is_err() {
                break;
            }
        }
    });
    receiver
}
