//! De-esser, split-band and stereo-linked: settings and processor.

mod high_band;

use self::high_band::{HighBand, turn_down};
use super::ballistics_state::Decoupled;
use super::curve::CompressionCurve;
use super::detector::peak_levels;
use super::gain_kernel::{amplitudes_to_reductions, reductions_to_gains};
use super::gain_stage::{CHUNK, GainStage};
use super::ranges::{ATTACK_MS, LOOK_AHEAD_MS, RATIO, RELEASE_MS, THRESHOLD_DB};
use crate::audio::{AudioBuffer, BlockMut};
use crate::dsp::decibel_math::{MAX_ERROR_DB, db_to_amplitude};
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};
use std::ops::RangeInclusive;

/// Accepted crossovers, in hertz: those of the TAP `DeEsser`, around the sibilants of voices at 4
/// to 10 kHz (Avid, Audio Plug-Ins Guide, De-Esser).
const FREQUENCY_HZ: RangeInclusive<f64> = 2_000.0..=16_000.0;

settings! {
    /// Settings of the de-esser. A ratio of 1, or a range of 0 dB, changes nothing.
    pub struct DeEsserSettings;

    /// Level of the high band above which it is turned down, in dBFS.
    threshold_db: f64, in THRESHOLD_DB;
    /// Decibels in for one decibel out above the threshold.
    ratio: f64 = 4.0, in RATIO;
    /// Time constant of falling gain, in milliseconds.
    attack_ms: f64 = 1.0, in ATTACK_MS;
    /// Time constant of rising gain, in milliseconds.
    release_ms: f64 = 60.0, in RELEASE_MS;
    /// Crossover, in hertz: the high band is 6 dB down here, and whole from 1.6 times this on.
    frequency_hz: f64 = 5_500.0, in FREQUENCY_HZ;
    /// Largest gain reduction, in decibels.
    range_db: f64 = 12.0, in 0.0..=40.0;
    /// Look-ahead of the detector, in milliseconds; delays the signal, and the mix compensates for
    /// it.
    look_ahead_ms: f64 = 0.0, in LOOK_AHEAD_MS;
}

impl DeEsserSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        vec![
            LawCase::new(Self::new(-30.0)).exchanged(),
            LawCase::new(Self {
                ratio: 100.0,
                attack_ms: 0.01,
                release_ms: 5.0,
                frequency_hz: 2_000.0,
                range_db: 40.0,
                look_ahead_ms: 5.0,
                ..Self::new(-60.0)
            }),
            LawCase::new(Self { frequency_hz: 16_000.0, look_ahead_ms: 50.0, ..Self::new(-80.0) }),
            LawCase::new(Self { ratio: 1.0, look_ahead_ms: 3.0, ..Self::new(-80.0) }).neutral(),
            LawCase::new(Self { range_db: 0.0, ..Self::new(-80.0) }).neutral(),
        ]
    }
}

impl Stage for DeEsserSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(DeEsser::new(self, spec)?))
    }
}

/// De-esser: high band, peak detector of its loudest channel, curve up to a range, ballistics. All
/// channels have the same gain.
///
/// The output is the delayed input plus (gain − 1) times the delayed high band. Below the threshold
/// the input thus passes bit for bit, which a Linkwitz–Riley pair does not permit: it turns the
/// phase at all times. The high band has linear phase and never opposes the input, so that no
/// frequency is raised. The latency is 1 ms of its filter plus the look-ahead, at every crossover.
#[derive(Clone, Debug)]
pub(crate) struct DeEsser {
    curve: CompressionCurve,
    range_db: f64,
    /// Level up to which the curve requires no reduction, as an amplitude.
    quiet: f64,
    filter: HighBand,
    /// High band of a chunk.
    high: AudioBuffer,
    ballistics: Decoupled,
    /// Delay of the input by filter and look-ahead.
    input_delay: GainStage,
    /// Delay of the high band by the look-ahead.
    high_delay: GainStage,
    scratch: Box<[f64; CHUNK]>,
}

impl DeEsser {
    /// Builds a de-esser. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range, [`BuildError::AboveNyquist`]
    /// when the rate cannot carry the crossover.
    pub(crate) fn new(settings: &DeEsserSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let curve = CompressionCurve::new(settings.threshold_db, settings.ratio, 0.0);
        let filter = HighBand::new(settings.frequency_hz, *FREQUENCY_HZ.start(), spec);
        let look_ahead = spec.sample_rate.frames(settings.look_ahead_ms / 1_000.0) as usize;
        Ok(Self {
            curve,
            range_db: settings.range_db,
            // The margin is a thousand times the error of the logarithm.
            quiet: db_to_amplitude(curve.rest_db() - 1e3 * MAX_ERROR_DB),
            high: AudioBuffer::new(spec.channels, CHUNK),
            ballistics: Decoupled::new(settings.attack_ms, settings.release_ms, spec),
            input_delay: GainStage::new(filter.delay() + look_ahead, spec),
            high_delay: GainStage::new(look_ahead, spec),
            filter,
            scratch: Box::new([0.0; CHUNK]),
        })
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let mut high = self.high.first_mut(block.frames());
        self.filter.process(&block.as_block(), &mut high);
        let values = &mut self.scratch[..block.frames()];
        let is_quiet = peak_levels(&high.as_block(), values) <= self.quiet;
        self.input_delay.delay(block);
        self.high_delay.delay(&mut high);
        if is_quiet && self.ballistics.is_idle() {
            return;
        }
        if is_quiet {
            values.fill(0.0);
        } else {
            amplitudes_to_reductions(&self.curve, values);
            for reduction in &mut *values {
                *reduction = reduction.min(self.range_db);
            }
        }
        self.ballistics.process(values);
        reductions_to_gains(0.0, 1.0, values);
        for channel in 0..block.channels() {
            turn_down(block.channel_mut(channel), high.channel(channel), values);
        }
    }
}

impl Processor for DeEsser {
    fn latency(&self) -> u64 {
        self.input_delay.latency()
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.latency() + self.filter.delay() as u64)
    }

    fn reset(&mut self) {
        self.filter.reset();
        self.ballistics.reset();
        self.input_delay.reset();
        self.high_delay.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let end = block.frames().min(start + CHUNK);
            self.process_chunk(&mut block.slice_mut(start..end));
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        self.filter.inherit_state(&old.filter);
        self.ballistics.inherit_state(&old.ballistics);
        self.input_delay.inherit_state(&old.input_delay);
        self.high_delay.inherit_state(&old.high_delay);
    }

    fn gain_reduction_db(&self) -> f64 {
        self.ballistics.reduction_db()
    }
}

#[cfg(test)]
mod tests;
