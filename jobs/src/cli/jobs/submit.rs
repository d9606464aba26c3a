//! `mixdown jobs submit`.

use super::folders::FolderArguments;
use crate::cli::outcome::{Failure, print};
use crate::cli::render::{AlignChoice, TimecodeChoice, check, session_of};
use crate::cli::terminal::{self, one_line};
use clap::Args;
use mixdown_engine::io::{Fold, StemReader, hash_file};
use mixdown_engine::render::{RenderError, RenderOptions, check_outputs};
use mixdown_engine::session::Session;
use mixdown_shell::cleanup::clean_session;
use mixdown_shell::job::{NewJob, SessionId};
use mixdown_shell::store::{ImportLine, Store};
use serde_json::json;
use std::path::PathBuf;

/// Queue a mix.
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
    #[arg(value_name = "STEM", required_unless_present = "session", conflicts_with = "session")]
    stems: Vec<PathBuf>,
    /// A session file, TOML or JSON.
    #[arg(short, long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// Start stems at the time references of their files (bext), relative to the earliest.
    #[arg(long, value_enum, value_name = "MODE")]
    timecode: Option<TimecodeChoice>,
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
        return Err(mixdown_shell::store::StoreError::Reserved(arguments.session_id.clone()).into());
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
    let store = arguments.folders.store()?;
    let stems = take_in(&mut session, &store)?;
    let results = store.layout().results(&arguments.session_id);
    // A job's own folder is its own; a stem that lies there is not.
    let options = RenderOptions { force: true, pictures: true, ..RenderOptions::default() };
    check_outputs(&session, &results, &options).map_err(RenderError::from)?;
    let config = serde_json::to_value(&session).map_err(|error| Failure::Other(error.to_string()))?;
    let mut job = NewJob::mix(arguments.session_id.clone(), config);
    job.key.clone_from(&arguments.idempotency_key);
    let held: Vec<_> = stems.iter().map(|stem| json!({ "path": stem.path, "blake3": stem.blake3 })).collect();
    job.extra.insert("stems".into(), held.into());
    // A failure is ignored: expired jobs do not keep a new one out.
    let _ = clean_session(&store, &arguments.session_id);
    let submitted = store.submit(job, &stems)?;
    reported(arguments, &submitted)
}

/// Opens and hashes every stem; the failure names all stems that cannot be read.
fn take_in(session: &mut Session, store: &Store) -> Result<Vec<ImportLine>, Failure> {
    let (mut stems, mut errors) = (Vec::new(), Vec::new());
    for track in &mut session.tracks {
        // The worker that renders it may run in another folder.
        track.file = std::path::absolute(&track.file).unwrap_or_else(|_| track.file.clone());
        match StemReader::open(&track.file, Fold::Stereo).and_then(|_| hash_file(&track.file)) {
            Ok(blake3) => stems.push(ImportLine { path: track.file.display().to_string(), blake3, at: store.now() }),
            Err(error) => errors.push(one_line(&error.to_string()).into_owned()),
        }
    }
    if errors.is_empty() { Ok(stems) } else { Err(Failure::List(errors)) }
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
