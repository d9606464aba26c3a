//! The process of an engine, as the service sees it.

use crate::child::CHILD;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::BufReader;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Name of its work.
pub(crate) const WORK: &str = "live";
/// Longest wait for the end of a process that closed its output.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process of an engine. Dropping it kills it.
#[derive(Debug)]
pub(super) struct EngineProcess {
    child: Child,
}

impl EngineProcess {
    /// Starts the process; returns it with its input and output. To be called on a thread that
    /// lives as long as the service: the process ends with the thread that started it.
    pub(super) fn start(program: &Path) -> io::Result<(Self, ChildStdin, BufReader<ChildStdout>)> {
        let mut command = Command::new(program);
        command.args([CHILD, WORK]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.kill_on_drop(true);
        #[cfg(unix)]
        // Ctrl-C is for the service, which then ends the process.
        command.process_group(0);
        let mut child = command.spawn()?;
        let missing = || io::Error::other("the process has no pipes");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        Ok((Self { child }, input, BufReader::with_capacity(64 << 10, output)))
    }

    /// Returns a sentence about its unexpected end.
    pub(super) async fn crashed(&mut self, memory_mb: u64) -> String {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let how = match status {
            Ok(Ok(status)) => status.to_string(),
            _ => "it closed its output".into(),
        };
        format!(
            "the engine ended unexpectedly ({how}): a stem that breaks the decoder, or more than {memory_mb} MiB of memory"
        )
    }

    /// Kills it and waits for its end.
    pub(super) async fn kill(mut self) {
        let _ = self.child.kill().await;
    }
}
