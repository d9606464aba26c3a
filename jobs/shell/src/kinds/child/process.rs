//! The worker's side: it starts the process, follows it, and ends it.

use super::{Line, Task};
use crate::job::JobError;
use crate::kinds::{Limits, RunError, Signal};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Interval between two checks for a stop.
const LOOK: Duration = Duration::from_millis(100);
/// Longest time that a process may take to stop on request.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest time of a process that follows work elsewhere, which may wait for days.
const FOLLOWED: Duration = Duration::from_secs(30 * 86_400);

/// The program of such a process.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    /// True if it only follows work elsewhere, whose time it limits itself.
    is_elsewhere: bool,
}

impl Program {
    /// Returns the program that works in the process itself: called with `arguments`, it must call
    /// [`child_work`](super::child_work).
    pub fn working(path: PathBuf, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { path, arguments, is_elsewhere: false }
    }

    /// Returns the program that lets work be done elsewhere: called with `arguments`, it must act
    /// as a process that calls [`child_work`](super::child_work) does. It limits the time of the
    /// work itself.
    pub fn following(path: PathBuf, arguments: Vec<String>) -> Self {
        Self { path, arguments, is_elsewhere: true }
    }

    /// Returns its file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A process that works for one job, so that a hostile file ends that job and not the worker.
pub struct ChildProcess<'a> {
    /// The program.
    pub program: &'a Program,
    /// Limits of the process.
    pub limits: Limits,
    /// The noun that errors name the work by, such as `render`.
    pub work: &'static str,
    /// The attempt at this work, for a program that hands it over: no other work has this name.
    pub order_id: String,
}

/// A process at work.
struct Working {
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
    /// Runs the work; returns the data that it answers with. `signal` maps the phase and fraction
    /// that the process reports to the progress of the job.
    ///
    /// # Errors
    /// When the work fails or is stopped, takes too long, or its process dies: `RENDER_FAILED`,
    /// `RENDER_TIMEOUT` and `RENDER_CRASHED` for a render.
    pub fn run(
        &self,
        request: &impl Serialize,
        signal: &dyn Fn(&str, f64) -> Option<Signal>,
        watch: &mut dyn FnMut(Signal) -> ControlFlow<()>,
    ) -> Result<Map<String, Value>, RunError> {
        let code = |end: &str| format!("{}_{end}", self.work.to_uppercase());
        let failed = |end: &str, detail: String| RunError::Failed(JobError::new(&code(end), detail));
        let mut child =
            self.start(request).map_err(|error| failed("FAILED", format!("cannot start a process: {error}")))?;
        let ended = self.receive(&mut child, signal, watch);
        // Frees whatever the process still holds, whatever its outcome.
        let _ = child.process.kill();
        let status = child.process.wait();
        match ended {
            Ended::Said(Line::Done(extra)) => Ok(extra),
            Ended::Said(Line::Failed(error)) => Err(RunError::Failed(error)),
            Ended::Said(_) | Ended::Stopped => Err(RunError::Stopped),
            Ended::Late => Err(failed(
                "TIMEOUT",
                format!(
                    "the {} took longer than {} s; raise render_time in mixdown.toml",
                    self.work,
                    self.limits.time.as_secs()
                ),
            )),
            Ended::Silent => Err(failed("CRASHED", self.crashed(status.ok()))),
        }
    }

    fn start(&self, request: &impl Serialize) -> std::io::Result<Working> {
        let mut command = Command::new(&self.program.path);
        command.args(&self.program.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        {
            // Ctrl-C is for the worker, which then requests the process to stop.
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let mut process = command.spawn()?;
        if let Some(input) = &mut process.stdin {
            let mut line = serde_json::to_vec(&Task {
                memory_mb: self.limits.memory_mb,
                order_id: self.order_id.clone(),
                request,
            })?;
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
        Ok(Working { process, lines })
    }

    fn receive(
        &self,
        child: &mut Working,
        signal: &dyn Fn(&str, f64) -> Option<Signal>,
        watch: &mut dyn FnMut(Signal) -> ControlFlow<()>,
    ) -> Ended {
        let start = Instant::now();
        let longest = if self.program.is_elsewhere { FOLLOWED } else { self.limits.time };
        let mut reported_at: Option<Instant> = None;
        loop {
            let sign = match child.lines.recv_timeout(LOOK) {
                Ok(line) => match serde_json::from_str(&line) {
                    Ok(Line::At { phase, fraction }) => signal(&phase, fraction).unwrap_or(Signal::Heartbeat),
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
            if start.elapsed() > longest {
                return Ended::Late;
            }
        }
    }

    fn crashed(&self, status: Option<ExitStatus>) -> String {
        let how = status.map_or_else(|| "nobody knows how".to_owned(), |status| status.to_string());
        format!(
            "the process of the {} ended without a word ({how}): a stem that breaks the decoder, or more than {} MiB of \
             memory; raise memory_mb in mixdown.toml, or convert the stems",
            self.work, self.limits.memory_mb
        )
    }
}
