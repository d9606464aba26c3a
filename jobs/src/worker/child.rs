//! The process that renders: told what to do on standard input, it says how far it is on standard
//! output, a line of JSON each. When standard input ends, because its worker wants it to stop or
//! has died, it stops at the next chunk.

use crate::jobs::{JobError, STAGES};
use mixdown_engine::io::hash_file;
use mixdown_engine::render::{Phase, Progress, RenderError, RenderOptions, Rendered, render_to_folder};
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

/// What the process is told: one line.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChildRequest {
    /// The session document.
    pub session: Value,
    /// The folder for the files.
    pub staging: PathBuf,
    /// Memory that it may take, in MiB.
    pub memory_mb: u64,
    /// The hash that each track's stem had when the job was submitted; empty where none was taken.
    #[serde(default)]
    pub stems: Vec<String>,
}

/// What it says: one line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// How far it is.
    At { phase: String, fraction: f64 },
    /// Done: what the record gets.
    Done(Map<String, Value>),
    /// Failed.
    Failed(JobError),
    /// Stopped as told.
    Stopped,
}

/// Between two lines about the same phase.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs the process; whether the render succeeded.
pub fn render_child() -> bool {
    // Before any thread starts: from here on the process ends with its worker.
    die_with_worker();
    let mut input = io::stdin().lock();
    let mut line = String::new();
    let Ok(Ok(request)) = input.read_line(&mut line).map(|_| serde_json::from_str::<ChildRequest>(&line)) else {
        return say(&Line::Failed(JobError::new("BAD_REQUEST", "the request cannot be read")));
    };
    drop(input);
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    std::thread::spawn(move || {
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        heard.store(true, Ordering::SeqCst);
    });
    // Every thread is there before memory runs short: one that dies while it starts is waited for
    // without end.
    rayon::broadcast(|_| ());
    limit(&request);
    let line = match render(&request, &stop) {
        Ok(extra) => Line::Done(extra),
        Err(Some(error)) => Line::Failed(error),
        Err(None) => Line::Stopped,
    };
    say(&line) && matches!(line, Line::Done(_))
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
    // The result of a session is found under one name, whatever its title.
    if let Some(name) = session.output.name.take() {
        session.output.title.get_or_insert(name);
    }
    let mut last: Option<(Phase, Instant)> = None;
    let files: Vec<PathBuf> = session.tracks.iter().map(|track| track.file.clone()).collect();
    let rendered = render_to_folder(session, &request.staging, &RenderOptions::default(), &mut |progress| {
        let due = last.is_none_or(|(phase, at)| phase != progress.phase || at.elapsed() >= PAUSE);
        let heard = !due || {
            last = Some((progress.phase, Instant::now()));
            say(&Line::At { phase: name(progress.phase), fraction: progress.fraction })
        };
        if heard && !stop.load(Ordering::SeqCst) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
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
        Ok(Rendered { report, files }) => {
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

/// The first stem whose bytes are not those that the job was submitted with. `read` is what the
/// render took in: a hash taken at another moment could miss a change.
fn changed<'a>(files: &'a [PathBuf], submitted: &[String], read: &[Option<String>]) -> Option<&'a PathBuf> {
    let mut stems = files.iter().zip(submitted).enumerate();
    let (_, (file, _)) = stems.find(|(index, (file, submitted))| {
        let found = read.get(*index).cloned().flatten().map_or_else(|| hash_file(file), Ok);
        // What cannot be read is the render's to report.
        found.is_ok_and(|found| found != **submitted)
    })?;
    Some(file)
}

/// Whether the line could be said: nobody listens once the worker is gone.
fn say(line: &Line) -> bool {
    let text = serde_json::to_string(line).unwrap_or_default();
    let mut output = io::stdout().lock();
    writeln!(output, "{text}").and_then(|()| output.flush()).is_ok()
}

fn name(phase: Phase) -> String {
    serde_json::to_value(phase).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The moment of a render that a line tells of.
pub(super) fn progress(phase: &str, fraction: f64) -> Option<Progress> {
    let phase = STAGES.iter().map(|stage| stage.phase).find(|known| name(*known) == phase)?;
    Some(Progress { phase, fraction })
}

/// Holds this process to its memory; what asks for more fails, and takes this process alone with
/// it.
#[cfg(target_os = "linux")]
fn limit(request: &ChildRequest) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let bytes = request.memory_mb.saturating_mul(1 << 20);
    let _ = setrlimit(Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) });
    // No core files of what may be large and somebody's music.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

#[cfg(not(target_os = "linux"))]
fn limit(_request: &ChildRequest) {}

#[cfg(target_os = "linux")]
fn die_with_worker() {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

#[cfg(not(target_os = "linux"))]
fn die_with_worker() {}
