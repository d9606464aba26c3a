//! The type of job.

use super::request::{self, RequestedStem, Target};
use super::session::{self, SessionAnalysis};
use super::work::ChildRequest;
use super::{ANALYSIS_VERSION, Analysed};
use crate::frame::{Frame, HUNG_AFTER, Work};
use crate::{Error, Library, Status, StemAnalysis};
use mixdown_shell::job::JobError;
use mixdown_shell::kinds::child::Program;
use mixdown_shell::kinds::{JobKind, QueuedBy, Run, RunError, Signal};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Stages of an analysis.
const STAGES: [&str; 2] = ["analysing", "recording"];
const WORK: Work =
    Work { noun: "analysis", verb: "analyse", stage: STAGES[0], message: "Analysing the stems", percents: 96.0 };

/// Analyses the stems of a song, and records the answer.
#[derive(Clone, Debug)]
pub struct Analysis {
    frame: Frame,
    media: PathBuf,
}

impl Analysis {
    /// Name in records.
    pub const NAME: &'static str = "analysis";

    /// Creates the type for a process that queues analyses but does not run them.
    pub fn queued() -> Self {
        Self { frame: Frame::queued(&WORK), media: PathBuf::new() }
    }

    /// Creates the type for a worker on the library of a media folder. The program calls
    /// [`analyse_child`](super::analyse_child), or acts as one that does.
    pub fn run_by(program: Program, media: &Path) -> Self {
        Self { frame: Frame::run_by(&WORK, program), media: media.to_path_buf() }
    }

    /// Returns the media folder of the library.
    pub(crate) fn media(&self) -> &Path {
        &self.media
    }

    fn library(&self, database: Option<&Path>) -> Result<Library, RunError> {
        Library::open(&self.media, database).map_err(|error| failed(&error))
    }

    /// Records the state of an audio file, whose record may have been deleted meanwhile.
    fn mark(&self, target: &Target, status: Status) -> Result<(), RunError> {
        let Target::Audio { id, database } = target else { return Ok(()) };
        match self.library(database.as_deref())?.set_status(id, status) {
            Err(Error::UnknownAudioFile(_)) => Err(gone(id)),
            other => other.map_err(|error| failed(&error)),
        }
    }

    fn record(&self, run: &Run<'_>, target: &Target, stems: &[RequestedStem], found: Analysed) -> Result<(), RunError> {
        let Target::Audio { id, database } = target else {
            let mut analysis = found.document;
            for (stem, requested) in analysis.stems.iter_mut().zip(stems) {
                stem.path = PathBuf::from(&requested.id);
            }
            let stems = stems.iter().map(|stem| (stem.id.clone(), stem.blake3.clone())).collect();
            let written = session::write(&self.media, run.session_id, &SessionAnalysis { stems, analysis });
            return written.map_err(|error| WORK.failed(error.to_string()));
        };
        let analysed = stems.iter().zip(found.stems).map(|(requested, stem)| {
            let stem_type = Some(stem.stem_type).filter(|_| !requested.keeps_type);
            (requested.id.clone(), StemAnalysis { stem_type, descriptors: stem.descriptors })
        });
        match self.library(database.as_deref())?.reanalyse(id, &found.song, &analysed.collect()) {
            Err(Error::UnknownAudioFile(_) | Error::UnknownStem(_)) => Err(gone(id)),
            other => other.map_err(|error| failed(&error)),
        }
    }
}

impl JobKind for Analysis {
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
        let (target, stems) = WORK.read(request::parse(run.request))?;
        self.mark(&target, Status::Running)?;
        let request = |answer| ChildRequest { stems: stems.clone(), answer };
        let io = |path: &Path, source| failed(&Error::Io { path: path.to_path_buf(), source });
        let done = self.frame.answer(run, &self.media, request, io).and_then(|(_, found): (_, Analysed)| {
            let stage = Signal::Progress { stage: Some(STAGES[1]), percent: 98, message: "Recording the answer" };
            if (run.watch)(stage).is_break() {
                return Err(RunError::Stopped);
            }
            self.record(run, &target, &stems, found)
        });
        run.extra.insert("analysis_version".into(), ANALYSIS_VERSION.into());
        match &done {
            Ok(()) => {}
            // A job that returns to the queue is pending again; one that was cancelled stays so.
            Err(RunError::Stopped) => drop(self.mark(&target, Status::Pending)),
            Err(RunError::Failed(_)) => drop(self.mark(&target, Status::Failed)),
        }
        done
    }
}

fn failed(error: &Error) -> RunError {
    RunError::Failed(JobError::new("LIBRARY_FAILED", error.to_string()))
}

fn gone(id: &str) -> RunError {
    RunError::Failed(JobError::new("AUDIO_DELETED", format!("audio file {id} was deleted")))
}
