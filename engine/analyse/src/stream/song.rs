//! All stems of a song in step.

use super::MonoStream;
use crate::AnalyseError;
use rayon::prelude::*;
use std::path::PathBuf;

/// Samples read from each stem at a time: 0.74 s.
pub(crate) const BLOCK_FRAMES: usize = 16_384;

/// The stems of a song, read in step from their first sample on. A stem that has ended is silent.
pub(crate) struct SongStream {
    stems: Vec<Lane>,
}

/// A stem and its present block.
struct Lane {
    stream: MonoStream,
    block: Vec<f32>,
    frames: usize,
}

impl SongStream {
    /// Opens all files.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, AnalyseError> {
        let open = |path: &PathBuf| {
            Ok(Lane { stream: MonoStream::open(path, false)?, block: vec![0.0; BLOCK_FRAMES], frames: BLOCK_FRAMES })
        };
        Ok(Self { stems: paths.iter().map(open).collect::<Result<_, AnalyseError>>()? })
    }

    /// Reads the next block of every stem, and returns the samples of the longest: 0 at the end.
    ///
    /// # Errors
    /// If a file cannot be read on.
    pub(crate) fn advance(&mut self) -> Result<usize, AnalyseError> {
        self.stems.par_iter_mut().try_for_each(|lane| -> Result<(), AnalyseError> {
            lane.frames = if lane.frames < BLOCK_FRAMES { 0 } else { lane.stream.read(&mut lane.block)? };
            lane.block[lane.frames..].fill(0.0);
            Ok(())
        })?;
        Ok(self.stems.iter().map(|lane| lane.frames).max().unwrap_or(0))
    }

    /// Returns `frames` samples of a stem's present block.
    pub(crate) fn stem(&self, index: usize, frames: usize) -> &[f32] {
        &self.stems[index].block[..frames]
    }
}
