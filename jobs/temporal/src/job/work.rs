//! Work of jobs: the kind of its order, and what differs between kinds.

use super::analysis::Analysis;
use super::files::Files;
use super::mix::Mix;
use super::notation::Notation;
use super::separation::Separation;
use crate::arguments::WorkKind;
use crate::cause::Cause;
use serde_json::{Map, Value};
use std::path::Path;

/// Work that a process of a job is to do, as its request states it.
pub(super) trait Work {
    /// Returns the folder in which its order gets a folder: one for this attempt, on a file system
    /// that workers share.
    fn folder(&self) -> &Path;

    /// Returns the fields of its order beside those that all orders have.
    fn order(&self) -> Value;

    /// Moves the files of the result to where the job looks for them; returns what its process
    /// answers with.
    ///
    /// # Errors
    /// A cause with the code `file_error`.
    fn collect(&self, files: &Files) -> Result<Map<String, Value>, Cause>;
}

/// Returns the work of a request; `None` if it is not one of this kind.
pub(super) fn read(kind: WorkKind, request: Value) -> Option<Box<dyn Work>> {
    Some(match kind {
        WorkKind::Mix => Box::new(serde_json::from_value::<Mix>(request).ok()?),
        WorkKind::Analysis => Box::new(serde_json::from_value::<Analysis>(request).ok()?),
        WorkKind::Notation => Box::new(serde_json::from_value::<Notation>(request).ok()?),
        WorkKind::Separation => Box::new(serde_json::from_value::<Separation>(request).ok()?),
    })
}

/// Returns the folder of a file.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

/// Returns the kind of the order, and the noun that starts the codes of failures.
pub(super) fn names(kind: WorkKind) -> (&'static str, &'static str) {
    match kind {
        WorkKind::Mix => ("mix", "RENDER"),
        WorkKind::Analysis => ("analysis", "ANALYSIS"),
        WorkKind::Notation => ("notation", "NOTATION"),
        WorkKind::Separation => ("separation", "SEPARATION"),
    }
}

/// Returns the code of a job's failure for the cause of an order.
pub(super) fn code(kind: WorkKind, cause: &Cause) -> String {
    let (_, noun) = names(kind);
    let of_all = match (&*cause.code, kind) {
        ("input_differs" | "input_changed", _) => "STEM_CHANGED",
        ("order_not_valid", WorkKind::Mix) => "SESSION_INVALID",
        ("disk_full" | "file_error", _) => "STORAGE_FAILED",
        ("timed_out", _) => "WORKER_DIED",
        ("target_missed", _) => "TARGET_MISSED",
        ("program_missing", _) => "NO_SEPARATOR",
        ("time_limit", _) => return format!("{noun}_TIMEOUT"),
        ("ended", _) => return format!("{noun}_CRASHED"),
        _ => return format!("{noun}_FAILED"),
    };
    of_all.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_have_the_codes_of_jobs() {
        let of = |kind, text: &str| code(kind, &Cause::new(text, "why"));
        assert_eq!(of(WorkKind::Mix, "input_differs"), "STEM_CHANGED");
        assert_eq!(of(WorkKind::Mix, "order_not_valid"), "SESSION_INVALID");
        assert_eq!(of(WorkKind::Mix, "work_failed"), "RENDER_FAILED");
        assert_eq!(of(WorkKind::Mix, "target_missed"), "TARGET_MISSED");
        assert_eq!(of(WorkKind::Notation, "order_not_valid"), "NOTATION_FAILED");
        assert_eq!(of(WorkKind::Analysis, "time_limit"), "ANALYSIS_TIMEOUT");
        assert_eq!(of(WorkKind::Separation, "program_missing"), "NO_SEPARATOR");
        assert_eq!(of(WorkKind::Separation, "ended"), "SEPARATION_CRASHED");
    }
}
