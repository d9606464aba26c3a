//! The render process.

use super::stages::{phases, signal};
use crate::job::JobError;
use crate::kinds::Signal;
use crate::kinds::child::{Stopped, child_work};
use mixdown_engine::io::hash_file;
use mixdown_engine::render::{Phase, Progress, Render, RenderError, Rendered};
use mixdown_engine::report::Report;
use mixdown_engine::session::{Session, SessionErrors};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Request to the process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChildRequest {
    /// The session document.
    pub(super) session: Value,
    /// The folder for the files.
    pub(super) staging: PathBuf,
    /// Hash of each track's stem at submission; empty where none was taken.
    #[serde(default)]
    pub(super) stems: Vec<String>,
}

/// Runs the process; returns true if the render succeeded.
pub fn render_child() -> bool {
    child_work(render)
}

fn render(
    request: ChildRequest,
    report: &mut (dyn FnMut(&str, f64) -> ControlFlow<()> + Send),
) -> Result<Map<String, Value>, Stopped> {
    let failed = |code: &str, detail: String| Stopped::Failed(JobError::new(code, detail));
    let mut session: Session = serde_json::from_value(request.session)
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
    let files: Vec<PathBuf> = session.tracks.iter().map(|track| track.file.clone()).collect();
    let render = Render::new(session).on_progress(|progress| report(&name(progress.phase), progress.fraction));
    let rendered = render.to_folder(&request.staging);
    let read: Vec<Option<String>> = match &rendered {
        Ok(Rendered { report, .. }) => report.tracks.iter().map(|track| track.blake3.clone()).collect(),
        Err(RenderError::Stopped(_)) => return Err(Stopped::OnRequest),
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

fn name(phase: Phase) -> String {
    serde_json::to_value(phase).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns the progress that the process reports.
pub(super) fn progress(phase: &str, fraction: f64) -> Option<Signal> {
    let phase = phases().find(|known| name(*known) == phase)?;
    Some(signal(Progress { phase, fraction }))
}
