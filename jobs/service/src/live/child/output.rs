//! Standard output of the process, in frames.

use super::super::frame::{self, Kind};
use serde_json::Value;
use std::io::{self, Stdout, Write, stdout};
use std::sync::Arc;

/// Standard output of the process.
#[derive(Clone, Debug)]
pub(super) struct Output(Arc<Stdout>);

impl Output {
    /// Returns the output; nothing else may write to standard output.
    pub(super) fn standard() -> Self {
        Self(Arc::new(stdout()))
    }

    /// Sends a text that must arrive.
    pub(super) fn text(&self, text: &Value) -> io::Result<()> {
        self.send(Kind::Text, text.to_string().as_bytes())
    }

    /// Sends a text that may be left out for a slow client.
    pub(super) fn reading(&self, text: &Value) -> io::Result<()> {
        self.send(Kind::Reading, text.to_string().as_bytes())
    }

    /// Sends sound.
    pub(super) fn sound(&self, payload: &[u8]) -> io::Result<()> {
        self.send(Kind::Sound, payload)
    }

    /// Sends the reason why the process ends.
    pub(super) fn failed(&self, reason: &str) -> io::Result<()> {
        self.send(Kind::Failed, reason.as_bytes())
    }

    fn send(&self, kind: Kind, payload: &[u8]) -> io::Result<()> {
        let mut output = self.0.lock();
        frame::write(&mut output, kind, payload)?;
        output.flush()
    }
}
