//! The song: what a first reading of the file finds.

use crate::audio::SongStream;
use crate::{SeparateError, Watch};
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::units::SampleRate;
use std::path::{Path, PathBuf};

/// A song, read once to its end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Song {
    /// The file.
    pub path: PathBuf,
    /// Its rate, which is that of all parts.
    pub rate: SampleRate,
    /// Channels of the parts: 1, or 2 for stereo and more, which are folded.
    pub channels: usize,
    /// Its length in frames.
    pub frames: u64,
    /// True if two channels hold the same samples.
    pub has_equal_channels: bool,
    /// Remarks on the file: folded channels, damaged packets.
    pub warnings: Vec<String>,
}

impl Song {
    /// Reads a file to its end. A file that ends before its header states is taken as it is, with a
    /// warning.
    ///
    /// # Errors
    /// If it cannot be read, or `watch` stopped it.
    pub(crate) fn survey(path: &Path, watch: &mut Watch<'_>) -> Result<Self, SeparateError> {
        let reader = StemReader::open_at_least(path, Fold::Stereo, 1)?;
        let info = reader.info();
        let (rate, channels) = (info.sample_rate, info.layout.count());
        let (expected, fold) = (info.frames, info.fold.clone());
        drop(reader);
        let mut stream = SongStream::open(path, rate, channels)?.accepting_a_cut();
        let (mut frames, mut equal) = (0, channels == 2);
        loop {
            let block = stream.read()?;
            let read = block.frames();
            equal = equal && block.channel(0) == block.channel(1);
            frames += read as u64;
            watch.reached(frames as f64 / expected.unwrap_or(frames).max(1) as f64)?;
            if read == 0 {
                break;
            }
        }
        let outcome = stream.reader().outcome();
        let damaged =
            (outcome.corrupt_packets > 0).then(|| format!("{} damaged packets are silent", outcome.corrupt_packets));
        let warnings = fold.into_iter().chain(outcome.truncated.clone()).chain(damaged).collect();
        Ok(Self { path: path.into(), rate, channels, frames, has_equal_channels: equal, warnings })
    }

    /// Opens the song again.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(&self) -> Result<SongStream, SeparateError> {
        Ok(SongStream::open(&self.path, self.rate, self.channels)?.accepting_a_cut())
    }
}
