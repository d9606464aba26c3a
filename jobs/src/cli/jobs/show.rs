//! `mixdown jobs list` and `status`.

use super::folders::FolderArguments;
use crate::cli::outcome::{Failure, print, show};
use crate::cli::terminal::one_line;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use mixdown_shell::job::{Life, Lookup, Record, SessionId, State, status_document};
use mixdown_shell::kinds::Kinds;
use mixdown_shell::store::{Filter, Outline, Store};
use serde_json::json;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// List jobs, newest first; of cleanups, only with --all or their session.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown jobs list --state error
  mixdown jobs list --session song-1 --limit 5 --json")]
pub(in crate::cli) struct ListArguments {
    /// Only jobs in this state.
    #[arg(long, value_name = "STATE", value_parser = state_parser())]
    state: Option<State>,
    /// Only jobs of this session.
    #[arg(long, value_name = "ID")]
    session: Option<SessionId>,
    /// Cleanups too, which workers submit by themselves.
    #[arg(long)]
    all: bool,
    /// The most jobs shown.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

/// Returns the parser of a state that some type of job can show.
fn state_parser() -> impl TypedValueParser<Value = State> {
    let names = PossibleValuesParser::new(Kinds::standard().states().into_iter().map(State::name));
    names.try_map(|name| Kinds::standard().state(&name).ok_or("not a state of a job"))
}

pub(super) fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let (state, session) = (arguments.state, arguments.session.clone());
    let without_cleanups = !arguments.all && session.is_none();
    let filter = Filter { state, session, without_cleanups, after: None };
    let store = arguments.folders.look()?;
    let jobs = store.listing.list_outlines(&filter, arguments.limit)?;
    if arguments.folders.json {
        return print(&as_json(&store, &jobs));
    }
    let mut text = String::new();
    for job in jobs {
        let at = job.created_at.strftime("%Y-%m-%d %H:%M:%SZ");
        let _ = writeln!(
            text,
            "{}  {:<17} {:>3} %  {at}  {}  {}",
            job.job_id,
            job.state.name(),
            job.progress,
            job.kind,
            job.session_id
        );
    }
    print(&text)
}

/// Returns one document with a job per line; complete ones have `result_path`, when the file is
/// there.
fn as_json(store: &Store, jobs: &[Arc<Outline>]) -> String {
    let mut places: HashMap<(&SessionId, &str), Option<PathBuf>> = HashMap::new();
    let mut text = String::from("{\n  \"ok\": true,\n  \"jobs\": [");
    for (index, job) in jobs.iter().enumerate() {
        let result = job.result.as_ref().filter(|_| job.state.life() == Life::Complete);
        let path = result.and_then(|result| {
            let place = || store.results.result_path(&job.session_id, result);
            places.entry((&job.session_id, result.file_name())).or_insert_with(place).as_ref()
        });
        text.push_str(if index == 0 { "\n    " } else { ",\n    " });
        match (path, job.json.strip_suffix('}')) {
            (Some(path), Some(open)) => {
                text += &format!("{open},\"result_path\":{}}}", json!(path.display().to_string()));
            }
            _ => text.push_str(&job.json),
        }
    }
    text + if jobs.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" }
}

/// Show the state of a job.
///
/// Exit code 0 when the job is found, in whatever state; 1 when it is not, has expired, or its
/// record is damaged.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown jobs status 01890a5d-ac96-774b-bcce-b302099a8057 --json")]
pub(in crate::cli) struct StatusArguments {
    /// The job.
    #[arg(allow_hyphen_values = true)]
    id: String,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn status(arguments: &StatusArguments) -> Result<(), Failure> {
    let lookup = arguments.folders.look()?.look_up(&arguments.id);
    print_lookup(&lookup, arguments.folders.json)
}

/// Returns a job's message in one line: a failure may name several files, one per line.
pub(super) fn message(record: &Record) -> String {
    let lines: Vec<&str> = record.message.lines().map(str::trim).collect();
    one_line(&lines.join("; ")).into_owned()
}

/// Prints a job that was found; returns a failure when none was.
pub(super) fn print_lookup(lookup: &Lookup, json: bool) -> Result<(), Failure> {
    let document = status_document(lookup);
    let Lookup::Found { record, .. } = lookup else {
        if json {
            print(&format!("{document:#}\n"))?;
            return Err(Failure::Reported);
        }
        return Err(Failure::Other(document["message"].as_str().unwrap_or_default().to_owned()));
    };
    if json {
        return print(&format!("{document:#}\n"));
    }
    let mut text = format!("{}  {}  {} %  {}\n", record.job_id, record.state(), record.progress, message(record));
    if let Some(url) = document["data"]["result_url"].as_str() {
        let _ = writeln!(text, "result: {}", one_line(url));
    }
    if let Some(path) = document["data"]["result_path"].as_str() {
        let _ = writeln!(text, "file:   {}", one_line(path));
    }
    show(&text)
}
