//! Stems as streams: read ahead by threads, into rings that the audio thread empties.

pub(super) mod cued_clip;
pub(super) mod input;
pub(super) mod loop_cache;
pub(super) mod loop_range;
pub(super) mod prefetcher;
pub(super) mod ring;
pub(super) mod ring_writer;
