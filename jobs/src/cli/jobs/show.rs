//! `mixdown jobs list` and `status`.

use super::place::PlaceArguments;
use super::queue::brief;
use crate::cli::outcome::{Failure, print};
use crate::jobs::{Lookup, SessionId, State, status_document};
use crate::store::Filter;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;
use std::fmt::Write;

/// List jobs, newest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown jobs list --state error
  mixdown jobs list --session song-1 --limit 5 --json")]
pub(in crate::cli) struct ListArguments {
    /// Only jobs in this state.
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(State::ALL.map(State::name)).try_map(|name| name.parse::<State>()))]
    state: Option<State>,
    /// Only jobs of this session.
    #[arg(long, value_name = "ID")]
    session: Option<SessionId>,
    /// The most jobs shown.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    pub(super) place: PlaceArguments,
}

pub(super) fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let filter = Filter { state: arguments.state, session: arguments.session.clone() };
    let jobs = arguments.place.look()?.list(&filter, arguments.limit)?;
    if arguments.place.json {
        let jobs: Vec<_> = jobs.iter().map(brief).collect();
        return print(&format!("{:#}\n", json!({ "ok": true, "jobs": jobs })));
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

/// Tell where a job is.
///
/// Exit code 0 when the job is found, in whatever state; 1 when it is not, has expired, or its record is damaged.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown jobs status 01890a5d-ac96-774b-bcce-b302099a8057 --json")]
pub(in crate::cli) struct StatusArguments {
    /// The job.
    #[arg(allow_hyphen_values = true)]
    id: String,
    #[command(flatten)]
    pub(super) place: PlaceArguments,
}

pub(super) fn status(arguments: &StatusArguments) -> Result<(), Failure> {
    let lookup = arguments.place.look()?.look_up(&arguments.id);
    tell(&lookup, arguments.place.json)
}

/// Prints what was found; a failure when nothing was.
pub(super) fn tell(lookup: &Lookup, json: bool) -> Result<(), Failure> {
    let document = status_document(lookup);
    let Lookup::Found { record, .. } = lookup else {
        if json {
            print(&format!("{document:#}\n"))?;
            return Err(Failure::Told);
        }
        return Err(Failure::Other(document["message"].as_str().unwrap_or_default().to_owned()));
    };
    if json {
        return print(&format!("{document:#}\n"));
    }
    let mut text = format!("{}  {}  {} %  {}\n", record.job_id, record.state, record.progress, record.message);
    if let Some(url) = document["data"]["result_url"].as_str() {
        let _ = writeln!(text, "result: {url}");
    }
    print(&text)
}
