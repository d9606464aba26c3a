//! Destinations of the master: begun, written block by block, finished, as often as it takes.

use super::verify::ExtraMeters;
use super::written::WrittenMaster;
use crate::audio::Block;
use crate::render::error::RenderError;
use crate::render::progress::OnProgress;

/// A destination of the master. Nothing can be written before it is begun.
pub(crate) trait MasterSink {
    /// The destination while it is written.
    type Open<'s>: OpenSink
    where
        Self: 's;

    /// Discards what was written so far, and begins anew.
    ///
    /// # Errors
    /// When the destination cannot be written.
    fn begin(&mut self) -> Result<Self::Open<'_>, RenderError>;
}

/// A destination that has been begun.
pub(crate) trait OpenSink: Send {
    /// Appends a block. Meanwhile the other meters process theirs.
    ///
    /// # Errors
    /// When the destination cannot be written.
    fn write(&mut self, block: &Block<'_>, others: ExtraMeters<'_>) -> Result<(), RenderError>;

    /// Completes the result of `frames` frames, and measures the written audio.
    ///
    /// # Errors
    /// When the destination cannot be written or read back.
    fn finish(self, frames: u64, on_progress: &mut OnProgress<'_>) -> Result<WrittenMaster, RenderError>;
}
