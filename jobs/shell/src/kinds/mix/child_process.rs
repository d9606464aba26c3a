//! Renders in a process of its own, so that a hostile file ends one job and not the worker.

use super::child::{ChildRequest, Line, progress};
use super::stages::signal;
use crate::job::JobError;
use crate::kinds::{Limits, RunError, Signal};
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Interval between two checks for a stop.
const LOOK: Duration = Duration::from_millis(100);
/// Longest time that a process may take to stop on request.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that renders one mix.
pub(super) struct ChildProcess<'a> {
    /// The program, with arguments that make it call [`render_child`](super::render_child).
    pub(super) program: &'a (PathBuf, Vec<String>),
    /// Limits of the process.
    pub(super) limits: Limits,
}

/// A process that renders.
struct Rendering {
    process: Child,
    lines: Receiver<String>,
}

enum Ended {
    Said(Line),
    Stopped,
    Late,
    Silent,
}

impl ChildProcess<'_> {
    /// Renders; returns the data for the record.
    ///
    /// # Errors
    /// When the render fails or is stopped, takes too long, or its process dies.
    pub(super) fn render(
        &self,
        request: &ChildRequest,
        watch: &mut dyn FnMut(Signal) -> ControlFlow<()>,
    ) -> Result<Map<String, Value>, RunError> {
        let failed = |code: &str, detail: String| RunError::Failed(JobError::new(code, detail));
        let mut child =
            self.start(request).map_err(|error| failed("RENDER_FAILED", format!("cannot start a process: {error}")))?;
        let ended = self.receive(&mut child, watch);
        // Frees whatever the process still holds, whatever its outcome.
        let _ = child.process.kill();
        let status = child.process.wait();
        match ended {
            Ended::Said(Line::Done(extra)) => Ok(extra),
            Ended::Said(Line::Failed(error)) => Err(RunError::Failed(error)),
            Ended::Said(_) | Ended::Stopped => Err(RunError::Stopped),
            Ended::Late => Err(failed(
                "RENDER_TIMEOUT",
                format!(
                    "the render took longer than {} s; raise render_time in mixdown.toml",
                    self.limits.time.as_secs()
                ),
            )),
            Ended::Silent => Err(failed("RENDER_CRASHED", self.crashed(status.ok()))),
        }
    }

    fn start(&self, request: &ChildRequest) -> std::io::Result<Rendering> {
        let (program, arguments) = self.program;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        {
            // Ctrl-C is for the worker, which then requests the process to stop.
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let mut process = command.spawn()?;
        if let Some(input) = &mut process.stdin {
            let mut line = serde_json::to_vec(request)?;
            line.push(b'\n');
            if let Err(error) = input.write_all(&line) {
                let _ = process.kill();
                let _ = process.wait();
                return Err(error);
            }
        }
        let (sender, lines) = mpsc::channel();
        if let Some(output) = process.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Rendering { process, lines })
    }

    fn receive(&self, child: &mut Rendering, watch: &mut dyn FnMut(Signal) -> ControlFlow<()>) -> Ended {
        let start = Instant::now();
        let mut reported_at: Option<Instant> = None;
        loop {
            let sign = match child.lines.recv_timeout(LOOK) {
                Ok(line) => match serde_json::from_str(&line) {
                    Ok(Line::At { phase, fraction }) => progress(&phase, fraction).map_or(Signal::Heartbeat, signal),
                    Ok(end) => return Ended::Said(end),
                    Err(_) => Signal::Heartbeat,
                },
                Err(RecvTimeoutError::Timeout) => Signal::Heartbeat,
                Err(RecvTimeoutError::Disconnected) if reported_at.is_some() => return Ended::Stopped,
                Err(RecvTimeoutError::Disconnected) => return Ended::Silent,
            };
            match reported_at {
                Some(at) if at.elapsed() > PATIENCE => return Ended::Stopped,
                None if watch(sign).is_break() => {
                    reported_at = Some(Instant::now());
                    // The end of its input requests the process to stop.
                    child.process.stdin = None;
                }
                _ => {}
            }
            if start.elapsed() > self.limits.time {
                return Ended::Late;
            }
        }
    }

    fn crashed(&self, status: Option<ExitStatus>) -> String {
        let how = status.map_or_else(|| "nobody knows how".to_owned(), |status| status.to_string());
        format!(
            "the process that rendered ended without a word ({how}): a stem that breaks the decoder, or more than {} MiB of \
             memory; raise memory_mb in mixdown.toml, or convert the stems",
            self.limits.memory_mb
        )
    }
}
