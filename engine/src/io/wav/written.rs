//! The samples of a WAV file that is still being written, read back from the file.

use super::WavFormat;
use crate::audio::BlockMut;
use crate::io::decode::{Filled, Pcm, PlainPcm};
use std::fs::File;
use std::io;

/// Reads what a [`super::WavWriter`] has written so far, front to back.
pub(crate) struct WrittenSamples {
    plain: PlainPcm,
    frame_bytes: u64,
}

impl WrittenSamples {
    /// Reads from another handle on the writer's file, from the first frame on. Allocates; any thread.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn new(file: File, data_start: u64, format: WavFormat) -> io::Result<Self> {
        let channels = usize::from(format.channels);
        let plain = PlainPcm::new(file, data_start, 0, Pcm::of_format(format.samples), channels)?;
        Ok(Self { plain, frame_bytes: format.frame_bytes() })
    }

    /// Fills a block with the next frames; they have been written. Blocks on the disk.
    ///
    /// # Errors
    /// When the file cannot be read, or does not hold them.
    pub(crate) fn read(&mut self, out: &mut BlockMut<'_>) -> io::Result<()> {
        self.plain.lengthen(out.frames() as u64 * self.frame_bytes);
        match self.plain.fill(out)? {
            Filled::Frames(frames) if frames == out.frames() => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file does not hold what was written to it")),
        }
    }
}
