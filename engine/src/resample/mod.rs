//! Conversion of one sample rate into another: exact length, zero net delay, alias and image
//! products below −120 dB.

mod block;
mod drift;
mod fraction;
mod resampler;
mod retime;
#[cfg(test)]
mod tests;
mod time_map;

use crate::audio::BlockMut;
use crate::process::Source;
use crate::units::SampleRate;
use block::BlockConverter;
use thiserror::Error;

#[doc(hidden)]
pub use fraction::{FractionTable, fraction_weights};
pub use resampler::Resampler;
#[doc(hidden)]
pub use retime::{Retimed, Retiming};
pub use time_map::{DriftChange, TimeMap};

/// Error when a rate cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResampleError {
    /// The source has no channels.
    #[error("there is nothing to convert from {from} to {to}: the source has no channels; leave it out")]
    NoChannels {
        /// The rate of the source.
        from: SampleRate,
        /// The requested rate.
        to: SampleRate,
    },
    /// The resampler does not support this pair of rates.
    #[error("cannot convert from {from} to {to}: {cause}; convert the file to {to} beforehand")]
    Rates {
        /// The rate of the source.
        from: SampleRate,
        /// The requested rate.
        to: SampleRate,
        /// Message of the resampler.
        cause: String,
    },
}

/// A source at another sample rate.
///
/// - Equal rates: every sample passes through untouched.
/// - Length: `round(n × to / from)` frames for the `n` that the source delivered, halves upwards.
/// - Delay: none; a sound centred on input frame `k` is centred on `k × to / from` in the output.
/// - Pass band, flat to 0.01 dB: up to 0.475 of the lower rate, or as [`Resampler`] states. Stop
///   band, −120 dB for full-scale tones: from 0.5 of the lower rate.
/// - The same bits for any sequence of block lengths. Bits may differ in the last place between
///   processors: rustfft picks its kernels at run time.
/// - Between unequal rates a sample that is not finite becomes silence, and
///   [`RateConverter::replaced_samples`] counts it: one NaN would otherwise spoil two thousand
///   frames.
///
/// Rates in a plain ratio (44.1 ↔ 48 ↔ 96 kHz) work in blocks of about 1024 frames at the lower
/// rate. Rates that share no divisor need blocks of up to two seconds, with memory to match. It is
/// 25 MB for stereo at 44 099 to 48 000 Hz, and 50 MB at 1 to 768 kHz. At the worst, it is 450 MB:
/// 767 999 to 768 000 Hz.
pub struct RateConverter<S: Source> {
    source: S,
    to: SampleRate,
    stream: Option<Resampling>,
}

impl<S: Source> RateConverter<S> {
    /// Converts `source` to the rate `to` by [`Resampler::Steep`]. Control thread; allocates
    /// everything that reading needs.
    ///
    /// # Errors
    /// When the source has no channels, or the resampler refuses the rates.
    pub fn new(source: S, to: SampleRate) -> Result<Self, ResampleError> {
        Self::by(Resampler::Steep, source, to)
    }

    /// Converts `source` to the rate `to` by a filter. Control thread; allocates everything that
    /// reading needs.
    ///
    /// # Errors
    /// As [`RateConverter::new`].
    pub fn by(resampler: Resampler, source: S, to: SampleRate) -> Result<Self, ResampleError> {
        let (from, channels) = (source.sample_rate(), source.channels());
        if channels == 0 {
            return Err(ResampleError::NoChannels { from, to });
        }
        let stream = if from == to { None } else { Some(Resampling::new(resampler, from, to, channels)?) };
        Ok(Self { source, to, stream })
    }

    /// Returns the source behind the converter.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Returns the number of samples so far that were not finite (or beyond ±10³⁰) and were
    /// replaced by silence. It is always 0 when the rates are equal.
    pub fn replaced_samples(&self) -> u64 {
        self.stream.as_ref().map_or(0, |stream| stream.replaced)
    }

    /// Returns the source.
    pub fn into_source(self) -> S {
        self.source
    }
}

impl<S: Source> Source for RateConverter<S> {
    type Error = S::Error;

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.to
    }

    /// Reads as [`Source::read`] does; `out` must have the channels of the source. Allocates
    /// nothing itself. An error of the source ends the stream.
    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, S::Error> {
        let Some(stream) = &mut self.stream else { return self.source.read(out) };
        let mut written = 0;
        while written < out.frames() {
            if stream.ready() == 0 && !stream.refill(&mut self.source)? {
                break;
            }
            written += stream.take(&mut out.slice_mut(written..out.frames()));
        }
        Ok(written)
    }
}

/// State of a conversion between two calls of `read`.
struct Resampling {
    converter: BlockConverter,
    from: SampleRate,
    to: SampleRate,
    /// Frames that the source has delivered.
    consumed: u64,
    /// Frames returned.
    emitted: u64,
    /// Frames to return in all, once the source has ended.
    total: Option<u64>,
    /// Frames of delay still to be dropped.
    to_drop: usize,
    /// First frame of the current output block that was not returned.
    next: usize,
    /// Samples that were not finite.
    replaced: u64,
}

impl Resampling {
    fn new(resampler: Resampler, from: SampleRate, to: SampleRate, channels: usize) -> Result<Self, ResampleError> {
        let converter = BlockConverter::new(resampler, from, to, channels).map_err(|cause| ResampleError::Rates {
            from,
            to,
            cause: cause.to_string(),
        })?;
        let (to_drop, next) = (converter.delay(), converter.frames_out());
        Ok(Self { converter, from, to, consumed: 0, emitted: 0, total: None, to_drop, next, replaced: 0 })
    }

    /// Returns the number of frames that can be returned now. Before the end is known nothing is
    /// held back. The output of the converter is always `delay` frames short of the length due for
    /// the input so far.
    fn ready(&self) -> usize {
        let available = self.converter.frames_out() - self.next;
        self.total.map_or(available, |total| available.min((total - self.emitted) as usize))
    }

    /// Converts the next block of the source, or of the silence after it. Returns false when all
    /// has been returned.
    fn refill<S: Source>(&mut self, source: &mut S) -> Result<bool, S::Error> {
        if self.total == Some(self.emitted) {
            return Ok(false);
        }
        let mut frames = 0;
        if self.total.is_none() {
            frames = source.read(&mut self.converter.input()).inspect_err(|_| self.total = Some(self.emitted))?;
            self.consumed += frames as u64;
            if frames < self.converter.frames_in() {
                self.total = Some(length_at(self.consumed, self.from, self.to));
            }
        }
        if self.total == Some(self.emitted) {
            return Ok(false);
        }
        self.replaced += self.converter.convert(frames);
        self.next = self.to_drop.min(self.converter.frames_out());
        self.to_drop -= self.next;
        Ok(true)
    }

    /// Copies the frames that are ready to the start of `out`.
    fn take(&mut self, out: &mut BlockMut<'_>) -> usize {
        let frames = self.ready().min(out.frames());
        let part = self.converter.output().slice(self.next..self.next + frames);
        for channel in 0..part.channels() {
            out.channel_mut(channel)[..frames].copy_from_slice(part.channel(channel));
        }
        self.next += frames;
        self.emitted += frames as u64;
        frames
    }
}

/// Returns `round(frames × to / from)`, halves upwards.
fn length_at(frames: u64, from: SampleRate, to: SampleRate) -> u64 {
    let (from, to) = (u128::from(from.hz()), u128::from(to.hz()));
    ((2 * u128::from(frames) * to + from) / (2 * from)) as u64
}
