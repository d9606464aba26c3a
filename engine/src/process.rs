//! Contracts of all parts of the signal path: settings build processors, processors change blocks,
//! taps observe.

use crate::audio::{Block, BlockMut};
use crate::units::SampleRate;
use std::any::Any;
use thiserror::Error;

/// Number of tracks processed side by side where possible: with two channels each, one AVX-512
/// register of f64.
#[doc(hidden)]
pub const TRACKS_PER_BATCH: usize = 4;

/// Format of the blocks for which a processor is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessSpec {
    /// Frames per second.
    pub sample_rate: SampleRate,
    /// Most frames that one call of `process` may carry.
    pub max_block: usize,
    /// Channels in and out: 1 or 2 in a mix.
    pub channels: usize,
}

/// Duration of a processor's output after its input has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tail {
    /// At most this many frames until the output stays below −120 dB of the largest input.
    Frames(u64),
    /// It may never end.
    Infinite,
}

/// Settings that cannot be built.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A number outside its range.
    #[error("{field} = {value} is out of range ({min} to {max})")]
    OutOfRange {
        /// The field, as a session file spells it.
        field: &'static str,
        /// The rejected value.
        value: f64,
        /// The smallest value accepted.
        min: f64,
        /// The largest value accepted.
        max: f64,
    },
    /// A frequency that the sample rate cannot carry.
    #[error("{field} = {value} is above Nyquist ({nyquist_hz} Hz at {rate_hz} Hz)")]
    AboveNyquist {
        /// The field, as a session file spells it.
        field: &'static str,
        /// The rejected frequency, in hertz.
        value: f64,
        /// Half the sample rate, in hertz.
        nyquist_hz: f64,
        /// The sample rate, in hertz.
        rate_hz: u32,
    },
    /// Settings that do not fit together.
    #[error("{0}")]
    Unfit(String),
}

/// Checks a number against its range; NaN is out of every range.
///
/// # Errors
/// [`BuildError::OutOfRange`] when it is outside.
#[doc(hidden)]
pub fn check_range(field: &'static str, value: f64, min: f64, max: f64) -> Result<(), BuildError> {
    if (min..=max).contains(&value) { Ok(()) } else { Err(BuildError::OutOfRange { field, value, min, max }) }
}

/// Checks a frequency: above zero and below Nyquist.
///
/// # Errors
/// [`BuildError::AboveNyquist`] or [`BuildError::OutOfRange`].
#[doc(hidden)]
pub fn check_frequency(field: &'static str, value: f64, rate: SampleRate) -> Result<(), BuildError> {
    let nyquist_hz = rate.nyquist_hz();
    if value >= nyquist_hz {
        return Err(BuildError::AboveNyquist { field, value, nyquist_hz, rate_hz: rate.hz() });
    }
    check_range(field, value, 1.0, nyquist_hz)
}

/// Settings: cheap data that knows how to build its processor.
pub trait Stage {
    /// Builds the processor. Control thread; may allocate.
    ///
    /// # Errors
    /// When a setting is out of its range or does not fit the sample rate.
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError>;
}

/// Memory and coefficients: changes audio in place, block by block.
pub trait Processor: Any + Send {
    /// Returns the delay between input and output in frames: exact and constant. Any thread.
    fn latency(&self) -> u64;

    /// Returns the duration of the output after the input has ended, latency included. Any thread.
    fn tail(&self) -> Tail;

    /// Forgets all input, as if freshly built. Audio thread: no allocation.
    fn reset(&mut self);

    /// Processes 0 to `max_block` frames of the channels it was built for. Audio thread: no
    /// allocation, no lock, no failure.
    fn process(&mut self, block: &mut BlockMut<'_>);

    /// Takes over the memory of `old`, built for the same spec, if it is of the same kind. A live
    /// edit then continues from the old state. If `old` is of another kind, this processor prepares
    /// to start in the middle of a sound. Audio thread: no allocation.
    fn inherit_state(&mut self, old: &dyn Processor);

    /// Returns the current gain reduction, 0 or more, in decibels. Audio thread.
    fn gain_reduction_db(&self) -> f64;
}

/// Returns the processor as a `T`, if it is one.
pub(crate) fn same_kind_mut<T: Processor>(processor: &mut dyn Processor) -> Option<&mut T> {
    (processor as &mut dyn Any).downcast_mut()
}

/// Returns `old` as a `T`, if it is one.
pub(crate) fn same_kind<T: Processor>(old: &dyn Processor) -> Option<&T> {
    (old as &dyn Any).downcast_ref()
}

/// A processor whose detector can receive another signal than the one it changes (side-chain).
#[doc(hidden)]
pub trait Keyed: Processor {
    /// As [`Processor::process`], with the detector fed from `key`: the same frames, aligned with
    /// those of `block` before any look-ahead, and as many channels as the detector was built for.
    /// Audio thread.
    fn process_keyed(&mut self, block: &mut BlockMut<'_>, key: &Block<'_>);
}

/// Channels of a key from another strip; a mono one is in both.
pub(crate) const KEY_CHANNELS: usize = 2;

/// Settings of an insert whose detector can measure another strip.
pub(crate) trait KeyedStage: Stage {
    /// Builds the processor with a detector of [`KEY_CHANNELS`]. Control thread; may allocate.
    ///
    /// # Errors
    /// As [`Stage::build`].
    fn build_keyed(&self, spec: &ProcessSpec) -> Result<Box<dyn Keyed>, BuildError>;
}

/// A tap on a signal: observes it and never changes it.
pub trait Tap: Send {
    /// Takes in the next block. Audio thread where the tap's documentation states so; offline
    /// otherwise.
    fn observe(&mut self, block: &Block<'_>);
}

/// A stream of planar audio that is pulled: a file, a resampled file, a delayed file.
///
/// Errors that occur while reading end the stream and are kept by the creator of the source.
pub trait Source: Send {
    /// Error of reading.
    type Error;

    /// Returns the channels per frame.
    fn channels(&self) -> usize;

    /// Returns the frames per second.
    fn sample_rate(&self) -> SampleRate;

    /// Fills the start of `out` and returns the number of frames written. Fewer than requested mean
    /// that the stream has ended; every later call returns 0. May block on a file; never called
    /// from an audio callback.
    ///
    /// # Errors
    /// When the stream cannot be read on.
    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, Self::Error>;
}
