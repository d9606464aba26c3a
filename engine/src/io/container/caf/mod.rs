//! Core Audio files (Apple, Core Audio Format Specification 1.0).

pub(in crate::io) mod chunks;
pub(in crate::io) mod pcm;
