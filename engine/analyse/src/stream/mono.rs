//! One stem, decoded, converted and reduced to one channel.

use super::Metered;
use crate::AnalyseError;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::meter::ProgrammeMeter;
use mixdown_engine::process::Source;
use mixdown_engine::resample::RateConverter;
use mixdown_engine::units::SampleRate;
use mixdown_music::SAMPLE_RATE;
use std::path::Path;

/// A stem as mono samples at [`SAMPLE_RATE`]: the mean of its channels. Memory is that of a few
/// blocks, whatever the length of the file.
pub(crate) struct MonoStream {
    converter: RateConverter<Metered<StemReader>>,
    block: AudioBuffer,
}

impl MonoStream {
    /// Opens a file. With `metered`, a meter observes all its channels at the file's own rate.
    ///
    /// # Errors
    /// If the file cannot be read, or its rate cannot be converted.
    pub(crate) fn open(path: &Path, metered: bool) -> Result<Self, AnalyseError> {
        let reader = StemReader::open_at_least(path, Fold::Keep, 1)?;
        let info = reader.info();
        let meter = metered.then(|| ProgrammeMeter::new(info.sample_rate, &info.layout));
        let channels = reader.channels();
        let rate = SampleRate::new(SAMPLE_RATE).map_err(|error| AnalyseError::rate(path, &error))?;
        let converter =
            RateConverter::new(Metered::new(reader, meter), rate).map_err(|error| AnalyseError::rate(path, &error))?;
        Ok(Self { converter, block: AudioBuffer::new(channels, super::BLOCK_FRAMES) })
    }

    /// Fills `out` (at most [`BLOCK_FRAMES`](super::BLOCK_FRAMES) samples) from its start, and
    /// returns the number of samples: fewer than `out` holds at the end of the stem.
    ///
    /// # Errors
    /// If the file cannot be read on.
    pub(crate) fn read(&mut self, out: &mut [f32]) -> Result<usize, AnalyseError> {
        let frames = self.converter.read(&mut self.block.first_mut(out.len()))?;
        let share = 1.0 / self.block.channels() as f32;
        out[..frames].fill(0.0);
        for channel in 0..self.block.channels() {
            for (sum, sample) in out.iter_mut().zip(&self.block.channel(channel)[..frames]) {
                *sum += share * sample;
            }
        }
        Ok(frames)
    }

    /// Returns sentences about a file that is not whole, of what was read. `treated` completes
    /// "packets that were … as silence".
    pub(crate) fn warnings(&self, treated: &str) -> Vec<String> {
        let reader = self.converter.source().source();
        let outcome = reader.outcome();
        let mut warnings = reader.info().remarks.clone();
        warnings.extend(outcome.truncated.clone());
        if outcome.corrupt_packets > 0 {
            let count = outcome.corrupt_packets;
            warnings.push(format!("packets that could not be decoded and were {treated} as silence: {count}"));
        }
        warnings
    }

    /// Returns the meter of a stream that was opened with one.
    pub(crate) fn meter(&self) -> Option<&ProgrammeMeter> {
        self.converter.source().meter()
    }
}
