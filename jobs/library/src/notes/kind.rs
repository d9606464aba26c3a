//! The type of job.

use super::request;
use super::work::{ChildRequest, part_type};
use crate::frame::{Frame, HUNG_AFTER, Work};
use crate::{Error, Library};
use mixdown_shell::job::JobError;
use mixdown_shell::kinds::child::Program;
use mixdown_shell::kinds::{JobKind, QueuedBy, Run, RunError, Signal};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Stages of a notation.
const STAGES: [&str; 2] = ["transcribing", "recording"];
const WORK: Work =
    Work { noun: "notation", verb: "transcribe", stage: STAGES[0], message: "Finding the notes", percents: 96.0 };

/// Finds the notes of stems, and keeps them with the stems.
#[derive(Clone, Debug)]
pub struct Notation {
    frame: Frame,
    media: PathBuf,
}

impl Notation {
    /// Name in records.
    pub const NAME: &'static str = "notation";

    /// Creates the type for a process that queues notations but does not run them.
    pub fn queued() -> Self {
        Self { frame: Frame::queued(&WORK), media: PathBuf::new() }
    }

    /// Creates the type for a worker on the library of a media folder. The program calls
    /// [`notate_child`](super::notate_child), or acts as one that does.
    pub fn run_by(program: Program, media: &Path) -> Self {
        Self { frame: Frame::run_by(&WORK, program), media: media.to_path_buf() }
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
        HUNG_AFTER
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        self.frame.program()?;
        let (id, mut stems) = WORK.read(request::parse(run.request))?;
        for stem in &mut stems {
            stem.stem_type = part_type(&stem.stem_type).to_owned();
        }
        let request = |answer| ChildRequest { stems, answer };
        let io = |_: &Path, error: std::io::Error| WORK.failed(error.to_string());
        let (counts, notes) = self.frame.answer::<BTreeMap<String, Value>, _>(run, &self.media, request, io)?;
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
            other => other.map_err(|error| WORK.failed(error.to_string())),
        }
    }
}
