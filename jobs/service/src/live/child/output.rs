//! Standard output of the process, in frames.

use super::super::frame::{self, Kind};
use serde_json::Value;
use std::io::{self, Write, stdout};

/// Standard output of the process.
#[derive(Clone, Debug)]
pub(super) struct Output(());

impl Output {
    /// Returns the output; nothing else may write to standard output.
    pub(super) fn standard() -> Self {
        Self(())
    }

    /// Sends a text that must arrive.
    pub(super) fn text(&self, text: &Value) -> io::Result<()> {
        send(Kind::Text, text.to_string().as_bytes())
    }

    /// Sends a text that may be left out for a slow client.
    pub(super) fn reading(&self, text: &Value) -> io::Result<()> {
        send(Kind::Reading, text.to_string().as_bytes())
    }

    /// Sends sound.
    pub(super) fn sound(&self, payload: &[u8]) -> io::Result<()> {
        send(Kind::Sound, payload)
    }

    /// Sends the reason why the process ends.
    pub(super) fn failed(&self, reason: &str) -> io::Result<()> {
        send(Kind::Failed, reason.as_bytes())
    }
}

fn send(kind: Kind, payload: &[u8]) -> io::Result<()> {
    let mut output = stdout().lock();
    frame::write(&mut output, kind, payload)?;
    output.flush()
}
