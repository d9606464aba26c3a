//! Recognition of audio files that mixdown wrote, and of mixes among them.

use super::packed;
use super::wav::{BroadcastExtension, read_broadcast_extension};
use std::fs::File;
use std::path::Path;

/// Returns true if a file is a mix that mixdown wrote. Its `bext` chunk names mixdown as originator
/// and is not that of a stem (EBU Tech 3285, table 1). Or a tag of a FLAC or Opus file names
/// mixdown as encoder. A file that cannot be read does not count.
pub fn is_earlier_master(path: &Path) -> bool {
    let regular = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let open = || File::open(path).ok().filter(|_| regular);
    let bext = open().and_then(read_broadcast_extension);
    bext.is_some_and(|bext| is_ours(&bext) && bext.description != BroadcastExtension::STEM)
        || open().is_some_and(packed::is_ours)
}

/// Returns true if mixdown is the originator.
pub(super) fn is_ours(bext: &BroadcastExtension) -> bool {
    bext.originator == BroadcastExtension::ORIGINATOR
}
