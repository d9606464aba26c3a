//! The frame of jobs whose work is done by a process of this program.

use crate::sidecar;
use mixdown_shell::job::JobError;
use mixdown_shell::kinds::child::{ChildProcess, Program};
use mixdown_shell::kinds::{Limits, Run, RunError, Signal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time without progress after which such a job counts as hung.
pub(crate) const HUNG_AFTER: Duration = Duration::from_secs(60 * 60);
/// Percent at which the process starts to work.
const FIRST_PERCENT: f64 = 1.0;

/// Work of a type of job: its words, and its progress.
#[derive(Debug)]
pub(crate) struct Work {
    /// The noun, from which codes of errors are made: `NOUN_FAILED`.
    pub(crate) noun: &'static str,
    /// The verb, for errors.
    pub(crate) verb: &'static str,
    /// The stage in which the process works, as it reports it.
    pub(crate) stage: &'static str,
    /// The text of that stage.
    pub(crate) message: &'static str,
    /// Percents of the job that the stage takes.
    pub(crate) percents: f64,
}

impl Work {
    /// Returns the error of work that failed.
    pub(crate) fn failed(&self, detail: impl Into<String>) -> RunError {
        RunError::Failed(JobError::new(&format!("{}_FAILED", self.noun.to_uppercase()), detail))
    }

    /// Returns a request as it was read.
    ///
    /// # Errors
    /// `NOUN_FAILED` if it could not be read.
    pub(crate) fn read<T>(&self, request: Option<T>) -> Result<T, RunError> {
        request.ok_or_else(|| self.failed("the request of the job cannot be read"))
    }

    /// Returns the progress of the job for that which the process reports.
    fn signal(&self, phase: &str, fraction: f64) -> Option<Signal> {
        let percent = FIRST_PERCENT + self.percents * fraction.clamp(0.0, 1.0);
        let (stage, message) = (Some(self.stage), self.message);
        (phase == self.stage).then_some(Signal::Progress { stage, percent: percent as u8, message })
    }
}

/// The program that does the work; none in a process that only queues jobs.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    work: &'static Work,
    program: Option<Program>,
}

impl Frame {
    /// Creates the frame for a process that queues jobs but does not run them.
    pub(crate) fn queued(work: &'static Work) -> Self {
        Self { work, program: None }
    }

    /// Creates the frame for a worker.
    pub(crate) fn run_by(work: &'static Work, program: Program) -> Self {
        Self { work, program: Some(program) }
    }

    /// Returns the program.
    ///
    /// # Errors
    /// `NOUN_FAILED` where there is none.
    pub(crate) fn program(&self) -> Result<&Program, RunError> {
        let verb = self.work.verb;
        let detail = || format!("this program cannot {verb}; let `mixdown jobs run` work the queue");
        self.program.as_ref().ok_or_else(|| self.work.failed(detail()))
    }

    /// Runs the process; returns what it reports at its end.
    ///
    /// # Errors
    /// Those of [`ChildProcess::run`]; `NOUN_FAILED` without a program.
    pub(crate) fn run(
        &self,
        request: &impl Serialize,
        limits: Limits,
        run: &mut Run<'_>,
    ) -> Result<Map<String, Value>, RunError> {
        let work = self.work.noun;
        let order_id = format!("{}.{}.{work}", run.job_id, run.attempt);
        let child = ChildProcess { program: self.program()?, limits, work, order_id };
        child.run(request, &|phase, fraction| self.work.signal(phase, fraction), run.watch)
    }

    /// Runs the process on the request that `request` returns for the file of its answer. Returns
    /// what the process reports at its end, and its answer; the file lies in a folder for this
    /// attempt alone, which is removed.
    ///
    /// # Errors
    /// As [`Frame::run`]; those of `io` for the file, `NOUN_FAILED` for an answer of another form.
    pub(crate) fn answer<A: DeserializeOwned, R: Serialize>(
        &self,
        run: &mut Run<'_>,
        media: &Path,
        request: impl FnOnce(PathBuf) -> R,
        io: impl Fn(&Path, io::Error) -> RunError,
    ) -> Result<(Map<String, Value>, A), RunError> {
        let folder = media.join(sidecar::FOLDER).join(".answers").join(format!("{}.{}", run.job_id, run.attempt));
        let answer = folder.join("answer.json");
        std::fs::create_dir_all(&folder).map_err(|error| io(&folder, error))?;
        let done = self.run(&request(answer.clone()), run.limits, run).and_then(|found| {
            let bytes = std::fs::read(&answer).map_err(|error| io(&answer, error))?;
            let unreadable = |error| self.work.failed(format!("the answer: {error}"));
            Ok((found, serde_json::from_slice(&bytes).map_err(unreadable)?))
        });
        let _ = std::fs::remove_dir_all(&folder);
        done
    }
}
