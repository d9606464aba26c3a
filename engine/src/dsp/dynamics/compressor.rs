//! Compressor, stereo-linked: settings and processor.

mod settings;
#[cfg(test)]
mod tests;

pub use self::settings::{CompressorSettings, Detector};

use super::ballistics_state::Decoupled;
use super::curve::CompressionCurve;
use super::gain_kernel::{amplitudes_to_reductions, powers_to_reductions, reductions_to_gains};
use super::gain_stage::{CHUNK, GainStage};
use super::key_filter::KeyFilter;
use super::keyed_gain::KeyedGain;
use super::level_detector::LevelDetector;
use crate::audio::{Block, BlockMut};
use crate::dsp::decibel_math::{MAX_ERROR_DB, db_to_amplitude};
use crate::dsp::settings::Settings;
use crate::process::{BuildError, Keyed, ProcessSpec, Processor, TRACKS_PER_BATCH, Tail, same_kind};

/// Compressor: detector, curve, ballistics, gain stage. All channels have the same gain.
///
/// A peak detector measures the loudest channel. An RMS detector measures the mean of the channels'
/// powers over 10 ms, in true RMS (a full-scale sine reads −3.01 dBFS). Its window has no ripple at
/// multiples of 50 Hz. A true-peak detector reads eight points between two samples. The dry part of
/// the mix is delayed by look-ahead and detector as well.
#[derive(Clone, Debug)]
pub struct Compressor {
    curve: CompressionCurve,
    makeup_db: f64,
    mix: f64,
    detector: LevelDetector,
    ballistics: Decoupled,
    stage: GainStage,
    scratch: Box<[f64; CHUNK]>,
}

impl Compressor {
    /// Builds a compressor. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub fn new(settings: &CompressorSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        Self::with_key_channels(settings, spec.channels, spec)
    }

    /// Builds a compressor whose detector receives a key of so many channels.
    ///
    /// # Errors
    /// As [`Compressor::new`].
    pub(super) fn with_key_channels(
        settings: &CompressorSettings,
        channels: usize,
        spec: &ProcessSpec,
    ) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let curve = CompressionCurve::new(settings.threshold_db, settings.ratio, settings.knee_db);
        // The margin is a thousand times the error of the logarithm.
        let quiet = db_to_amplitude(curve.rest_db() - 1e3 * MAX_ERROR_DB);
        let (high_pass_hz, low_pass_hz) = (settings.detector_high_pass_hz, settings.detector_low_pass_hz);
        let filter = KeyFilter::new(high_pass_hz, low_pass_hz, channels, spec)?;
        let (measure, attack_ms, release_ms) = settings.timing(channels, spec);
        let detector = LevelDetector::new(filter, measure, quiet);
        let look_ahead = spec.sample_rate.frames(settings.look_ahead_ms / 1_000.0) as usize;
        Ok(Self {
            curve,
            makeup_db: settings.makeup_db,
            mix: settings.mix,
            ballistics: Decoupled::new(attack_ms, release_ms, spec),
            stage: GainStage::new(look_ahead + detector.delay(), spec),
            detector,
            scratch: Box::new([0.0; CHUNK]),
        })
    }

    /// Writes the reduction that the curve requires for the detector's signal to `scratch`. Returns
    /// true if it requires none and no earlier reduction is left. The ballistics would then change
    /// nothing, and the reductions after them are 0 too.
    fn reductions(&mut self, key: &Block<'_>) -> bool {
        let values = &mut self.scratch[..key.frames()];
        // Most of a session is silence, or softer than the threshold.
        let quiet = self.detector.levels(key, values);
        match (quiet, self.detector.measures_power()) {
            (true, _) => values.fill(0.0),
            (_, true) => powers_to_reductions(&self.curve, values),
            (_, false) => amplitudes_to_reductions(&self.curve, values),
        }
        quiet && self.ballistics.is_idle()
    }

    /// Delays the block and applies the gain of the reductions in `scratch`. All of them are 0 when
    /// it is `resting`.
    fn reduce(&mut self, block: &mut BlockMut<'_>, resting: bool) {
        if resting && self.makeup_db == 0.0 {
            return self.stage.delay(block);
        }
        let values = &mut self.scratch[..block.frames()];
        reductions_to_gains(self.makeup_db, self.mix, values);
        self.stage.process(block, values);
    }

    /// Runs four compressors, each on its own block; all blocks have the same length. The bits are
    /// those of running them one after the other, in less time, as no ballistics wait for
    /// another's. Audio thread.
    pub fn process_batch(several: &mut [&mut Self; TRACKS_PER_BATCH], blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH]) {
        let frames = blocks.iter().map(BlockMut::frames).min().unwrap_or(0);
        for start in (0..frames).step_by(CHUNK) {
            let mut chunks = blocks.each_mut().map(|block| block.slice_mut(start..frames.min(start + CHUNK)));
            let frames = chunks[0].frames();
            let mut resting = [false; TRACKS_PER_BATCH];
            for ((one, chunk), resting) in several.iter_mut().zip(&chunks).zip(&mut resting) {
                *resting = one.reductions(&chunk.as_block());
            }
            if resting != [true; TRACKS_PER_BATCH] {
                let each = several.each_mut().map(|one| (&mut one.ballistics, &mut one.scratch[..frames]));
                Decoupled::process_batch(each);
            }
            for ((one, chunk), resting) in several.iter_mut().zip(&mut chunks).zip(resting) {
                one.reduce(chunk, resting);
            }
        }
    }
}

impl KeyedGain for Compressor {
    fn measure(&mut self, key: &Block<'_>) -> bool {
        !self.reductions(key)
    }

    fn apply(&mut self, block: &mut BlockMut<'_>, moves: bool) {
        if moves {
            self.ballistics.process(&mut self.scratch[..block.frames()]);
        }
        self.reduce(block, !moves);
    }
}

impl Processor for Compressor {
    fn latency(&self) -> u64 {
        self.stage.latency()
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.stage.latency())
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.ballistics.reset();
        self.stage.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        self.run(block, None);
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        self.detector.inherit_state(&old.detector);
        self.ballistics.inherit_state(&old.ballistics);
        self.stage.inherit_state(&old.stage);
    }

    fn gain_reduction_db(&self) -> f64 {
        self.ballistics.reduction_db()
    }
}

impl Keyed for Compressor {
    fn process_keyed(&mut self, block: &mut BlockMut<'_>, key: &Block<'_>) {
        self.run(block, Some(key));
    }
}
