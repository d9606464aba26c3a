//! Whether a WAVE file is one that mixdown wrote, and a mix or a stem.

use crate::io::wav::{BroadcastExtension, read_broadcast_extension};
use std::fs::File;
use std::path::Path;

/// Returns whether a file is a mix that mixdown wrote: its `bext` chunk names mixdown as originator
/// and is not that of a stem (EBU Tech 3285, table 1). A file that cannot be read is not.
pub fn is_earlier_master(path: &Path) -> bool {
    let regular = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let bext = regular.then(|| File::open(path).ok()).flatten().and_then(read_broadcast_extension);
    bext.is_some_and(|bext| is_ours(&bext) && bext.description != BroadcastExtension::STEM)
}

/// Returns whether mixdown is the originator.
pub(super) fn is_ours(bext: &BroadcastExtension) -> bool {
    bext.originator == BroadcastExtension::ORIGINATOR
}
