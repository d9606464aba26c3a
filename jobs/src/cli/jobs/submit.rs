//! `mixdown jobs submit`.

use super::folders::FolderArguments;
use crate::cli::outcome::{Failure, print};
use crate::cli::render::{AlignChoice, TimecodeChoice, check, session_of};
use crate::cli::terminal::{self, one_line};
use clap::Args;
use mixdown_library::Analysis;
use mixdown_shell::cleanup::clean_session;
use mixdown_shell::engine::JobEngine;
use mixdown_shell::job::{NewJob, SessionId};
use mixdown_shell::kinds::{Kinds, Mix, MixError, QueuedBy, hash_stems, mix_job};
use mixdown_shell::store::{ImportLine, StoreError};
use serde_json::{Map, json};
use std::path::PathBuf;

/// Queue a mix, or a job of another type.
///
/// The session is read and checked now, with all its stems; it is rendered by `mixdown jobs run`,
/// which fails when a stem has changed since.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown jobs submit drums.wav bass.flac vox.mp3 --session-id song-1
  mixdown jobs submit --session mix.toml --session-id song-1 --idempotency-key order-42 --json")]
pub(in crate::cli) struct SubmitArguments {
    /// The stems; of a folder, its audio files.
    #[arg(value_name = "STEM", required_unless_present_any = ["session", "request"], conflicts_with = "session")]
    stems: Vec<PathBuf>,
    /// A session file, TOML or JSON.
    #[arg(short, long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// Start stems at the time references of their files (bext), relative to the earliest.
    #[arg(long, value_enum, value_name = "MODE")]
    timecode: Option<TimecodeChoice>,
    /// The type of the job.
    #[arg(long = "type", value_name = "TYPE", default_value = Mix::NAME, value_parser = type_named)]
    kind: &'static str,
    /// The request of a job that is no mix, JSON.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stems", "session", "timecode", "align", "strict"])]
    request: Option<PathBuf>,
    /// The session that the mix belongs to: letters, digits, - and _. Its last completed mix is its
    /// result.
    #[arg(long, value_name = "ID")]
    session_id: SessionId,
    /// The stems to move into time with each other, of those that share a source.
    #[arg(short, long, value_enum, value_name = "MODE")]
    align: Option<AlignChoice>,
    /// A second submission with the same key and request is the same job.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Fail the job where the master misses its target or ceiling; without it, such a mix is
    /// complete, with a warning.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn run(arguments: &SubmitArguments) -> Result<(), Failure> {
    if arguments.session_id.is_reserved() {
        return Err(StoreError::Reserved(arguments.session_id.clone()).into());
    }
    if arguments.kind != Mix::NAME {
        return submit_request(arguments);
    }
    if arguments.request.is_some() {
        return Err(Failure::Usage("--request is for jobs that are no mix; use --session".into()));
    }
    let mut session = session_of(
        &arguments.stems,
        arguments.session.as_deref(),
        arguments.align,
        arguments.timecode,
        arguments.folders.json,
    )?;
    session.master.strict |= arguments.strict;
    check(&session)?;
    let engine = arguments.folders.engine()?;
    let store = engine.store();
    let stems = hash_stems(&mut session, store).map_err(|errors| {
        Failure::List(errors.iter().map(|error| one_line(&error.to_string()).into_owned()).collect())
    })?;
    let job = mix_job(store, &arguments.session_id, session, &stems).map_err(|error| match error {
        MixError::Output(error) => error.into(),
        MixError::Json(error) => Failure::Other(error.to_string()),
    })?;
    submit(arguments, &*engine, job, &stems)
}

/// Returns the name of a type of job that users may name.
fn type_named(name: &str) -> Result<&'static str, String> {
    let kinds = Kinds::standard();
    let found = kinds.get(name).filter(|kind| kind.queued_by() != QueuedBy::Shell);
    let known = || kinds.queueable().collect::<Vec<_>>().join(", ");
    found.map(|kind| kind.name()).ok_or_else(|| format!("not a type of job to submit; the types are {}", known()))
}

/// Submits a job that is no mix, with the request in a file.
fn submit_request(arguments: &SubmitArguments) -> Result<(), Failure> {
    if arguments.kind == Analysis::NAME {
        let message = "a job of type analysis cannot be queued here; mixdown library add STEM… --queue does it";
        return Err(Failure::Other(message.into()));
    }
    if !Kinds::standard().queueable().any(|kind| kind == arguments.kind) {
        return Err(StoreError::NoRunner(arguments.kind.into()).into());
    }
    let Some(path) = &arguments.request else {
        return Err(Failure::Usage(format!("a job of type {} needs --request", arguments.kind)));
    };
    let failed = |why: String| Failure::Other(format!("{}: {why}", path.display()));
    let text = std::fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let config = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
    let extra = Map::from_iter([("config".to_owned(), config)]);
    let job = NewJob { session_id: arguments.session_id.clone(), kind: arguments.kind, key: None, extra };
    submit(arguments, &*arguments.folders.engine()?, job, &[])
}

/// Submits a job under the key of the arguments, once what expired in its session is cleared.
fn submit(
    arguments: &SubmitArguments,
    engine: &dyn JobEngine,
    mut job: NewJob,
    stems: &[ImportLine],
) -> Result<(), Failure> {
    job.key.clone_from(&arguments.idempotency_key);
    // A failure is ignored: expired jobs do not keep a new one out.
    let _ = clean_session(engine.store(), &arguments.session_id);
    let submitted = engine.submit(job, stems)?;
    reported(arguments, &submitted)
}

fn reported(arguments: &SubmitArguments, submitted: &mixdown_shell::store::Submitted) -> Result<(), Failure> {
    let (record, new) = (&submitted.record, submitted.new);
    if arguments.folders.json {
        print(&format!("{:#}\n", json!({ "ok": true, "new": new, "job_id": record.job_id, "job": record })))
    } else if new {
        print(&format!("{}\n", record.job_id))
    } else {
        terminal::print_note(&format!("known by its key, now {}:", record.state()));
        print(&format!("{}\n", record.job_id))
    }
}
