//! Equaliser of linear phase: several bands as one symmetric filter.

mod convolver;
mod fir;
mod match_eq;
mod settings;
#[cfg(test)]
mod tests;

pub use match_eq::{MATCH_BANDS, MatchEqSettings};
pub use settings::{FilterLength, LinearPhaseSettings};

use self::convolver::{BLOCKS, Convolver};
use crate::audio::BlockMut;
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};

impl Stage for LinearPhaseSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(LinearPhase::new(self, spec)?))
    }
}

/// Equaliser of linear phase: delays every frequency by the same time, so that no band turns the
/// phase against other tracks. The price is its latency, and ringing before a sound as after it.
///
/// The bands have the magnitudes of the inserts of their names. Their product is the response of
/// one symmetric filter, which is convolved by partitioned transforms. Where all bands are neutral,
/// the input is only delayed, bit for bit.
pub(crate) struct LinearPhase {
    convolver: Convolver,
}

impl LinearPhase {
    /// Builds an equaliser. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range, [`BuildError::AboveNyquist`]
    /// when the rate cannot carry a band in use.
    pub(crate) fn new(settings: &LinearPhaseSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        let sections = settings.sections(spec.sample_rate)?;
        let block = settings.length.block(spec.sample_rate);
        let taps = (!sections.is_empty()).then(|| {
            let magnitude = |hz| sections.iter().map(|section| section.magnitude(hz, spec.sample_rate)).product();
            fir::design(&magnitude, Self::half(block), spec.sample_rate)
        });
        Ok(Self::of_taps(taps.as_deref(), block, spec.channels))
    }

    /// Returns half of the length of the filter.
    fn half(block: usize) -> usize {
        block * BLOCKS / 2
    }

    /// Creates an equaliser of a symmetric filter; without one the input is only delayed.
    fn of_taps(taps: Option<&[f32]>, block: usize, channels: usize) -> Self {
        Self { convolver: Convolver::new(taps, block, channels) }
    }
}

impl Processor for LinearPhase {
    fn latency(&self) -> u64 {
        self.convolver.latency() as u64
    }

    fn tail(&self) -> Tail {
        Tail::Frames(2 * self.latency())
    }

    fn reset(&mut self) {
        self.convolver.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        self.convolver.process(block);
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        self.convolver.inherit_state(&old.convolver);
    }

    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
}
