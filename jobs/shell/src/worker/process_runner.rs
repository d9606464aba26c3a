//! Renders in a process of its own, so that a hostile file ends one job and not the worker.

use super::child::{ChildRequest, Line, progress};
use super::{JobSignal, RunError, Runner};
use crate::job::{JobError, JobType, Record};
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

/// Runs each mix in a process of its own.
#[derive(Clone, Debug)]
pub struct ProcessRunner {
    /// The program, with arguments that make it call [`render_child`](super::render_child).
    pub program: (PathBuf, Vec<String>),
    /// Largest memory of a process, in MiB.
    pub memory_mb: u64,
    /// Longest time of a process.
    pub time: Duration,
}

impl Runner for ProcessRunner {
    fn handles(&self, kind: JobType) -> bool {
        kind == JobType::Mix
    }

    fn run(
        &self,
        job: &Record,
        staging: &Path,
        watch: &mut dyn FnMut(JobSignal) -> ControlFlow<()>,
    ) -> Result<Map<String, Value>, RunError> {
        let failed = |code: &str, detail: String| RunError::Failed(JobError::new(code, detail));
        let session = job.extra.get("config").cloned().unwrap_or_default();
        let staging = std::path::absolute(staging).unwrap_or_else(|_| staging.to_path_buf());
        let stems = job.extra.get("stems").and_then(Value::as_array).into_iter().flatten();
        let stems = stems.map(|stem| stem["blake3"].as_str().unwrap_or_default().to_owned()).collect();
        let request = ChildRequest { session, staging, memory_mb: self.memory_mb, stems };
        let mut child = self
            .start(&request)
            .map_err(|error| failed("RENDER_FAILED", format!("cannot start a process: {error}")))?;
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
                format!("the render took longer than {} s; raise render_time in mixdown.toml", self.time.as_secs()),
            )),
            Ended::Silent => Err(failed("RENDER_CRASHED", self.crashed(status.ok()))),
        }
    }
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

impl ProcessRunner {
    fn start(&self, request: &ChildRequest) -> std::io::Result<Rendering> {
        let (program, arguments) = &self.program;
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

    fn receive(&self, child: &mut Rendering, watch: &mut dyn FnMut(JobSignal) -> ControlFlow<()>) -> Ended {
        let start = Instant::now();
        let mut reported_at: Option<Instant> = None;
        loop {
            let sign = match child.lines.recv_timeout(LOOK) {
                Ok(line) => match serde_json::from_str(&line) {
                    Ok(Line::At { phase, fraction }) => {
                        progress(&phase, fraction).map_or(JobSignal::Heartbeat, JobSignal::Progress)
                    }
                    Ok(end) => return Ended::Said(end),
                    Err(_) => JobSignal::Heartbeat,
                },
                Err(RecvTimeoutError::Timeout) => JobSignal::Heartbeat,
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
            if start.elapsed() > self.time {
                return Ended::Late;
            }
        }
    }

    fn crashed(&self, status: Option<ExitStatus>) -> String {
        let how = status.map_or_else(|| "nobody knows how".to_owned(), |status| status.to_string());
        format!(
            "the process that rendered ended without a word ({how}): a stem that breaks the decoder, or more than {} MiB of \
             memory; raise memory_mb in mixdown.toml, or convert the stems",
            self.memory_mb
        )
    }
}
