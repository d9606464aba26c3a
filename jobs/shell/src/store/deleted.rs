//! The outcome of deletions.

use super::StoreError;

/// Outcome of a deletion.
#[derive(Debug, Default)]
pub struct Deleted {
    /// Number of jobs.
    pub jobs: u64,
    /// Number of results.
    pub results: u64,
    /// Bytes of results.
    pub bytes: u64,
    /// Errors of items that could not be deleted.
    pub errors: Vec<StoreError>,
}
