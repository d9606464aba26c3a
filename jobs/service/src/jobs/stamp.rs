//! Stamps of files.

use jiff::SignedDuration;
use mixdown_shell::store::Store;
use std::path::Path;

/// Distinguishes one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64, u64, i128);

impl Stamp {
    /// Returns the stamp of a path; `None` when it does not exist, or changed less than a second
    /// ago: two changes in one tick of the disk's clock look the same.
    pub(super) fn settled(store: &Store, path: &Path) -> Option<Self> {
        let stat = store.disk().stat(path).ok()?;
        let rests = store.now().duration_since(stat.modified).abs() > SignedDuration::from_secs(1);
        rests.then_some(Self(stat.id, stat.bytes, stat.modified.as_nanosecond()))
    }
}
