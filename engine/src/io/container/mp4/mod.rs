//! MP4 and `QuickTime` (ISO/IEC 14496-12, `QuickTime` File Format).

pub(in crate::io) mod boxes;
pub(in crate::io) mod edits;
mod fragments;
pub(in crate::io) mod pcm;
pub(in crate::io) mod repair;

/// Returns true for the beginning of a `QuickTime` or MP4 file; old `QuickTime` files have no
/// `ftyp`.
pub(in crate::io) fn is_box(head: &[u8]) -> bool {
    matches!(head.get(4..8), Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot"))
}
