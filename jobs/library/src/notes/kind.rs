//! The type of job.

use super::request;
use super::work::ChildRequest;
use crate::{Error, Library, sidecar};
use mixdown_shell::job::JobError;
use mixdown_shell::kinds::child::{ChildProcess, Program};
use mixdown_shell::kinds::{JobKind, QueuedBy, Run, RunError, Signal};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Stages of a notation.
const STAGES: [&str; 2] = ["transcribing", "recording"];

/// Finds the notes of stems, and keeps them with the stems.
#[derive(Clone, Debug)]
pub struct Notation {
    program: Option<Program>,
    media: PathBuf,
}

impl Notation {
    /// Name in records.
    pub const NAME: &'static str = "notation";

    /// Creates the type for a process that queues notations but does not run them.
    pub fn queued() -> Self {
        Self { program: None, media: PathBuf::new() }
    }

    /// Creates the type for a worker on the library of a media folder: `program` is called with
    /// `arguments` and must then call [`notate_child`](super::notate_child).
    pub fn run_by(program: PathBuf, arguments: &[&str], media: &Path) -> Self {
        let program = (program, arguments.iter().map(|&argument| argument.to_owned()).collect());
        Self { program: Some(program), media: media.to_path_buf() }
    }
}

impl JobKind for Notation {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn stages(&self) -> &'static [&'static str] {
        &STAGES
    }

    fn hung_after(&self) -> Duration {
        Duration::from_secs(60 * 60)
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        let Some(program) = &self.program else {
            return Err(failed("this program cannot transcribe; let `mixdown jobs run` work the queue".into()));
        };
        let Some((id, stems)) = request::parse(run.request) else {
            return Err(failed("the request of the job cannot be read".into()));
        };
        let folder = self.media.join(sidecar::FOLDER).join(".answers");
        let answer = folder.join(format!("{}.{}.json", run.job_id, run.attempt));
        std::fs::create_dir_all(&folder).map_err(|error| failed(error.to_string()))?;
        let child = ChildProcess { program, limits: run.limits, work: "notation" };
        let work = ChildRequest { stems, answer: answer.clone() };
        let done = child.run(&work, &signal, run.watch).and_then(|counts| {
            let bytes = std::fs::read(&answer).map_err(|error| failed(error.to_string()))?;
            let notes: BTreeMap<String, Value> =
                serde_json::from_slice(&bytes).map_err(|error| failed(format!("the answer: {error}")))?;
            let stage = Signal::Progress { stage: Some(STAGES[1]), percent: 98, message: "Recording the notes" };
            if (run.watch)(stage).is_break() {
                return Err(RunError::Stopped);
            }
            run.extra.insert("notation".into(), Value::Object(counts));
            let library = Library::open(&self.media, None);
            match library.and_then(|mut library| library.set_notation(&id, &notes)) {
                Err(Error::UnknownAudioFile(_) | Error::UnknownStem(_)) => {
                    Err(RunError::Failed(JobError::new("AUDIO_DELETED", format!("audio file {id} was deleted"))))
                }
                other => other.map_err(|error| failed(error.to_string())),
            }
        });
        // After a process that died there may be none.
        let _ = std::fs::remove_file(&answer);
        done
    }
}

/// Returns the progress that the process reports.
fn signal(phase: &str, fraction: f64) -> Option<Signal> {
    let percent = 1.0 + 96.0 * fraction.clamp(0.0, 1.0);
    let message = "Finding the notes";
    (phase == STAGES[0]).then_some(Signal::Progress { stage: Some(STAGES[0]), percent: percent as u8, message })
}

fn failed(detail: String) -> RunError {
    RunError::Failed(JobError::new("NOTATION_FAILED", detail))
}
