//! Views of the bytes of a file: here and there, patched, spliced, without tags, by chunks.

pub(in crate::io) mod chunk_walk;
pub(in crate::io) mod patched;
pub(in crate::io) mod peek;
pub(in crate::io) mod spliced;
pub(in crate::io) mod stem_bytes;
pub(in crate::io) mod tags;
