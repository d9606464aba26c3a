//! Containers of stems: their headers, the programmes in a file, the start and end of a recording.

pub(in crate::io) mod aiff;
pub(in crate::io) mod apple_layout;
pub(in crate::io) mod au;
pub(in crate::io) mod caf;
pub(in crate::io) mod cuts;
pub(in crate::io) mod flac;
pub(in crate::io) mod header;
pub(in crate::io) mod matroska;
pub(in crate::io) mod mp4;
pub(in crate::io) mod mpeg;
pub(in crate::io) mod names;
pub(in crate::io) mod ogg;
pub(in crate::io) mod programmes;
pub(in crate::io) mod rewrapped;
pub(in crate::io) mod sync;
pub(in crate::io) mod timing;
pub(in crate::io) mod wav;
