//! A stem on the session's time line: trimmed, at the session's rate, at its session position.

use crate::audio::BlockMut;
use crate::io::{DecodeError, Fingerprint, Fold, StemOutcome, StemReader, StemSource, Trimmed};
use crate::mix::Input;
use crate::process::Source;
use crate::resample::{RateConverter, ResampleError, Resampler, Retimed, Retiming};
use crate::units::SampleRate;
use std::path::PathBuf;
use thiserror::Error;

/// A stem that cannot become a clip.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ClipError {
    /// It cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Its rate cannot be converted to the session's.
    #[error("{}: {source}; set sample_rate_hz to the stem's own rate, or convert the stem", path.display())]
    Resample {
        /// The stem.
        path: PathBuf,
        /// The reason.
        source: ResampleError,
    },
}

/// Source of a clip and its place on the time line.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The stem.
    pub source: StemSource,
    /// Frames left out at the beginning, at the file's rate.
    pub skip: u64,
    /// Frames kept after that, at the file's rate; `None` for all.
    pub length: Option<u64>,
    /// Session frame at which it starts.
    pub start: u64,
    /// Correction of its timing while it is resampled to the session's rate.
    pub retiming: Retiming,
    /// Filter that converts it to the session's rate.
    pub resampler: Resampler,
}

/// A stem as a track's input. After an error it is silent, and stores the error.
pub struct Clip {
    source: Retimed<RateConverter<Trimmed<StemReader>>>,
    channels: usize,
    /// Frames of silence remaining before the stem.
    lead: u64,
    /// Session frames returned so far, up to the end of the stem.
    position: u64,
    ended: bool,
    error: Option<DecodeError>,
}

impl Clip {
    /// Opens a stem. Control thread; allocates.
    ///
    /// # Errors
    /// When the file cannot be opened, or its rate cannot be converted.
    pub fn open(placement: &Placement, rate: SampleRate) -> Result<Self, ClipError> {
        Self::over(StemReader::open_source(&placement.source, Fold::Stereo)?, placement, rate)
    }

    /// Opens a stem as [`Clip::open`] does, and hashes it while it is read; see
    /// [`Clip::fingerprint`].
    ///
    /// # Errors
    /// As [`Clip::open`].
    pub fn open_hashed(placement: &Placement, rate: SampleRate) -> Result<Self, ClipError> {
        let mut reader = StemReader::open_source(&placement.source, Fold::Stereo)?;
        reader.hash_while_reading()?;
        Self::over(reader, placement, rate)
    }

    fn over(reader: StemReader, placement: &Placement, rate: SampleRate) -> Result<Self, ClipError> {
        let channels = reader.channels();
        let trimmed = Trimmed::new(reader, placement.skip, placement.length);
        let source = RateConverter::by(placement.resampler, trimmed, rate)
            .and_then(|source| Retimed::new(source, placement.retiming.clone()))
            .map_err(|source| ClipError::Resample { path: placement.source.path().into(), source })?;
        Ok(Self { source, channels, lead: placement.start, position: 0, ended: false, error: None })
    }

    /// Returns the silent session frames remaining before its first frame.
    pub(super) fn lead(&self) -> u64 {
        self.lead
    }

    /// Returns the session frame after the last frame of the stem, once it has been reached.
    pub fn end(&self) -> Option<u64> {
        self.ended.then_some(self.position)
    }

    /// Returns the number of session frames returned so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Returns the error of reading, if any.
    pub fn take_error(&mut self) -> Option<DecodeError> {
        self.error.take()
    }

    /// Returns the decoder's findings at the end of the stem.
    pub fn outcome(&self) -> &StemOutcome {
        self.reader().outcome()
    }

    /// Returns the hash of the stem, to be finished once no more is read.
    pub fn fingerprint(&self) -> Fingerprint {
        self.reader().fingerprint()
    }

    fn reader(&self) -> &StemReader {
        self.source.source().source().source()
    }

    fn read(&mut self, block: &mut BlockMut<'_>) -> usize {
        if self.ended {
            return 0;
        }
        match self.source.read(block) {
            Ok(frames) => {
                self.ended = frames < block.frames();
                frames
            }
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
                0
            }
        }
    }
}

impl Input for Clip {
    fn channels(&self) -> usize {
        self.channels
    }

    fn fill(&mut self, block: &mut BlockMut<'_>) -> usize {
        let lead = self.lead.min(block.frames() as u64) as usize;
        block.slice_mut(0..lead).fill(0.0);
        self.lead -= lead as u64;
        let frames = block.frames();
        // A block that ends within the silence before the stem does not show the stem's end.
        let sound = lead + if lead < frames { self.read(&mut block.slice_mut(lead..frames)) } else { 0 };
        block.slice_mut(sound..frames).fill(0.0);
        self.position += sound as u64;
        sound
    }
}
