//! `mixdown jobs delete`.

use super::folders::FolderArguments;
use crate::cli::outcome::{Failure, print};
use clap::Args;
use mixdown_shell::job::JobId;
use serde_json::json;

/// Delete one job, whatever its age.
///
/// Its record is deleted, with its idempotency key and the result that it owns. A job that waits is
/// cancelled first; one that a worker has is refused: cancel it, and delete it once it has stopped.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown jobs delete 01890a5d-ac96-774b-bcce-b302099a8057")]
pub(in crate::cli) struct DeleteArguments {
    /// The job.
    id: JobId,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

pub(super) fn run(arguments: &DeleteArguments) -> Result<(), Failure> {
    let deleted = arguments.folders.engine()?.delete(&arguments.id)?;
    if arguments.folders.json {
        let (results, bytes) = (deleted.results, deleted.bytes);
        let document = json!({ "ok": true, "job_id": arguments.id, "results_deleted": results, "bytes_freed": bytes });
        return print(&format!("{document:#}\n"));
    }
    let result =
        if deleted.results > 0 { format!(", and its result ({} bytes)", deleted.bytes) } else { String::new() };
    print(&format!("{} deleted{result}\n", arguments.id))
}
