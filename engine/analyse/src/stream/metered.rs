//! A source that a meter observes while it is read.

use mixdown_engine::audio::BlockMut;
use mixdown_engine::meter::ProgrammeMeter;
use mixdown_engine::process::{Source, Tap};
use mixdown_engine::units::SampleRate;

/// A source beside a meter, which observes every block at the source's own rate.
pub(crate) struct Metered<S> {
    source: S,
    meter: Option<ProgrammeMeter>,
}

impl<S: Source> Metered<S> {
    /// Creates the source; without a meter, blocks only pass through.
    pub(crate) fn new(source: S, meter: Option<ProgrammeMeter>) -> Self {
        Self { source, meter }
    }

    /// Returns the source.
    pub(crate) fn source(&self) -> &S {
        &self.source
    }

    /// Returns the meter.
    pub(crate) fn meter(&self) -> Option<&ProgrammeMeter> {
        self.meter.as_ref()
    }
}

impl<S: Source> Source for Metered<S> {
    type Error = S::Error;

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.source.sample_rate()
    }

    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, S::Error> {
        let frames = self.source.read(out)?;
        if let Some(meter) = &mut self.meter
            && frames > 0
        {
            meter.observe(&out.as_block().slice(0..frames));
        }
        Ok(frames)
    }
}
