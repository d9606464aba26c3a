//! The render process. It receives its request on standard input and reports progress on standard
//! output, in lines of JSON. When standard input ends, because its worker requests a stop or has
//! died, it stops at the next chunk.

use super::stages::phases;
use crate::confine;
use crate::job::JobError;
use mixdown_engine::io::hash_file;
use mixdown_engine::render::{Phase, Progress, Render, RenderError, Rendered};
use mixdown_engine::report::Report;
use mixdown_engine::session::{Session, SessionErrors};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::io::{self, BufRead, Read, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Request to the process: one line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChildRequest {
    /// The session document.
    pub(super) session: Value,
    /// The folder for the files.
    pub(super) staging: PathBuf,
    /// Largest memory, in MiB.
    pub(super) memory_mb: u64,
    /// Hash of each track's stem at submission; empty where none was taken.
    #[serde(default)]
    pub(super) stems: Vec<String>,
}

/// Message of the process: one line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// Progress of the render.
    At { phase: String, fraction: f64 },
    /// Complete: the data for the record.
    Done(Map<String, Value>),
    /// Failed.
    Failed(JobError),
    /// Stopped on request.
    Stopped,
}

/// Interval between two lines about the same phase.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs the process; returns true if the render succeeded.
pub fn render_child() -> bool {
    // Before any thread starts: from here on the process ends with its worker.
    confine::die_with_parent();
    let mut input = io::stdin().lock();
    let mut line = String::new();
    let Ok(Ok(request)) = input.read_line(&mut line).map(|_| serde_json::from_str::<ChildRequest>(&line)) else {
        return send(&Line::Failed(JobError::new("BAD_REQUEST", "the request cannot be read")));
    };
    drop(input);
    let stop = Arc::new(AtomicBool::new(false));
    let observed = Arc::clone(&stop);
    std::thread::spawn(move || {
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        observed.store(true, Ordering::SeqCst);
    });
    // All threads start before memory runs short: a thread that dies while it starts is waited for
    // forever.
    rayon::broadcast(|_| ());
    confine::limit_memory(request.memory_mb);
    let line = match render(&request, &stop) {
        Ok(extra) => Line::Done(extra),
        Err(Some(error)) => Line::Failed(error),
        Err(None) => Line::Stopped,
    };
    send(&line) && matches!(line, Line::Done(_))
}

fn render(request: &ChildRequest, stop: &AtomicBool) -> Result<Map<String, Value>, Option<JobError>> {
    let failed = |code: &str, detail: String| Some(JobError::new(code, detail));
    let mut session: Session = serde_json::from_value(request.session.clone())
        .map_err(|error| failed("SESSION_INVALID", format!("the session document: {error}")))?;
    let problems = session.problems();
    if !problems.is_empty() {
        let errors = SessionErrors { origin: "the session".into(), problems };
        return Err(failed("SESSION_INVALID", errors.to_string()));
    }
    // The result of a session has a fixed name, whatever its title.
    if let Some(name) = session.output.name.take() {
        session.output.title.get_or_insert(name);
    }
    let mut last: Option<(Phase, Instant)> = None;
    let files: Vec<PathBuf> = session.tracks.iter().map(|track| track.file.clone()).collect();
    let render = Render::new(session).on_progress(|progress: Progress| {
        let due = last.is_none_or(|(phase, at)| phase != progress.phase || at.elapsed() >= PAUSE);
        let observed = !due || {
            last = Some((progress.phase, Instant::now()));
            send(&Line::At { phase: name(progress.phase), fraction: progress.fraction })
        };
        if observed && !stop.load(Ordering::SeqCst) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let rendered = render.to_folder(&request.staging);
    let read: Vec<Option<String>> = match &rendered {
        Ok(Rendered { report, .. }) => report.tracks.iter().map(|track| track.blake3.clone()).collect(),
        Err(RenderError::Stopped(_)) => return Err(None),
        Err(_) => Vec::new(),
    };
    if let Some(file) = changed(&files, &request.stems, &read) {
        let detail = format!("{}: has changed since the job was submitted; submit it again", file.display());
        return Err(failed("STEM_CHANGED", detail));
    }
    match rendered {
        Ok(Rendered { report: Report { session, master, .. }, .. }) if session.master.strict && !master.verified => {
            Err(failed("TARGET_MISSED", master.note.unwrap_or_default()))
        }
        Ok(Rendered { report, files, .. }) => {
            let names = files.iter().filter_map(|file| file.file_name()?.to_str());
            let extra = json!({
                "meters": report.master.written,
                "visual": names.filter(|name| !crate::store::is_master(name)).collect::<Vec<_>>(),
                "summary": report.summary,
                "warnings": report.warnings,
            });
            Ok(extra.as_object().cloned().unwrap_or_default())
        }
        Err(error) => Err(failed("RENDER_FAILED", error.to_string())),
    }
}

/// Returns the first stem whose bytes have changed since submission. `read` contains the hashes of
/// the bytes that the render read: a hash taken at another moment could miss a change.
fn changed<'a>(files: &'a [PathBuf], submitted: &[String], read: &[Option<String>]) -> Option<&'a PathBuf> {
    let mut stems = files.iter().zip(submitted).enumerate();
    let (_, (file, _)) = stems.find(|(index, (file, submitted))| {
        let found = read.get(*index).cloned().flatten().map_or_else(|| hash_file(file), Ok);
        // An unreadable file is reported by the render.
        found.is_ok_and(|found| found != **submitted)
    })?;
    Some(file)
}

/// Returns true if the line could be written: the pipe is closed once the worker is dead.
fn send(line: &Line) -> bool {
    let text = serde_json::to_string(line).unwrap_or_default();
    let mut output = io::stdout().lock();
    writeln!(output, "{text}").and_then(|()| output.flush()).is_ok()
}

fn name(phase: Phase) -> String {
    serde_json::to_value(phase).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns the progress in a line.
pub(super) fn progress(phase: &str, fraction: f64) -> Option<Progress> {
    let phase = phases().find(|known| name(*known) == phase)?;
    Some(Progress { phase, fraction })
}
