//! One file, decoded, folded and converted.

use crate::SeparateError;
use mixdown_engine::audio::{AudioBuffer, Block};
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::process::Source;
use mixdown_engine::resample::RateConverter;
use mixdown_engine::units::SampleRate;
use std::path::{Path, PathBuf};

/// Frames read at a time.
pub(crate) const BLOCK_FRAMES: usize = 16_384;

/// A file as a stream at a rate and with one or two channels. A mono file fills both channels; a
/// stereo file becomes mono as the mean of both.
pub(crate) struct SongStream {
    path: PathBuf,
    converter: RateConverter<StemReader>,
    channels: usize,
    block: AudioBuffer,
    ended: bool,
    accepts_cut: bool,
}

impl SongStream {
    /// Opens a file of any format, rate and number of channels; one frame is enough.
    ///
    /// # Errors
    /// If it cannot be read, or its rate cannot be converted.
    pub(crate) fn open(path: &Path, rate: SampleRate, channels: usize) -> Result<Self, SeparateError> {
        let reader = StemReader::open_at_least(path, Fold::Stereo, 1)?;
        let buffered = reader.channels().max(channels);
        let converter = RateConverter::new(reader, rate)
            .map_err(|error| SeparateError::Rate { path: path.into(), cause: error.to_string() })?;
        let block = AudioBuffer::new(buffered, BLOCK_FRAMES);
        Ok(Self { path: path.into(), converter, channels, block, ended: false, accepts_cut: false })
    }

    /// Takes a file that ends before its header states as it is.
    pub(crate) fn accepting_a_cut(mut self) -> Self {
        self.accepts_cut = true;
        self
    }

    /// Reads the next block of at most [`BLOCK_FRAMES`] frames, which may have more channels than
    /// requested; it has no frames at the end.
    ///
    /// # Errors
    /// If the file cannot be read on, or ends before its header states and no cut is accepted.
    pub(crate) fn read(&mut self) -> Result<Block<'_>, SeparateError> {
        if self.ended {
            return Ok(self.block.first(0));
        }
        let stored = self.converter.channels();
        let frames = if stored == self.block.channels() {
            self.converter.read(&mut self.block.block_mut())?
        } else {
            let mut mono = AudioBuffer::new(stored, BLOCK_FRAMES);
            let frames = self.converter.read(&mut mono.block_mut())?;
            for channel in 0..self.block.channels() {
                self.block.channel_mut(channel).copy_from_slice(mono.channel(0));
            }
            frames
        };
        if self.channels < stored {
            let right = self.block.channel(1).to_vec();
            let mean = |(left, right): (&mut f32, &f32)| *left = 0.5 * *left + 0.5 * right;
            self.block.channel_mut(0).iter_mut().zip(&right).for_each(mean);
        }
        self.ended = frames < BLOCK_FRAMES;
        if self.ended
            && !self.accepts_cut
            && let Some(cause) = &self.converter.source().outcome().truncated
        {
            return Err(SeparateError::Truncated { path: self.path.clone(), cause: cause.clone() });
        }
        Ok(self.block.first(frames))
    }

    /// Returns the reader, for the properties of the file.
    pub(crate) fn reader(&self) -> &StemReader {
        self.converter.source()
    }
}
