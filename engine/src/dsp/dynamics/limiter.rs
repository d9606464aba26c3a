//! True-peak limiter, stereo-linked: settings, statistics and processor.

use super::ballistics::AdaptiveRelease;
use super::box_smoother::BoxSmoother;
use super::gain_kernel::{octaves_to_gains, peaks_to_octaves};
use super::gain_stage::{CHUNK, GainStage};
use super::ranges::RELEASE_MS;
use super::sliding_maximum::SlidingMaximum;
use super::true_peak_detector::{DELAY, TruePeakDetector};
use crate::audio::BlockMut;
use crate::dsp::decibel_math::DB_PER_OCTAVE;
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};
use crate::units::Decibels;
use serde::Serialize;
use std::ops::RangeInclusive;

/// Accepted ceilings, in dBTP.
pub(crate) const CEILING_DBTP: RangeInclusive<f64> = -30.0..=0.0;

settings! {
    /// Settings of the true-peak limiter. Signals below the ceiling pass unchanged.
    pub struct LimiterSettings;

    /// Ceiling: highest true peak of the output, in dBTP.
    ceiling_dbtp: f64 = -1.0, in CEILING_DBTP;
    /// Look-ahead, in milliseconds; delays the signal, and the mix compensates for it.
    look_ahead_ms: f64 = 5.0, in 0.5..=20.0;
    /// Time constant of rising gain after a single peak, in milliseconds; longer after sustained
    /// limiting.
    release_ms: f64 = 80.0, in RELEASE_MS;
}

impl LimiterSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        vec![
            LawCase::new(Self { ceiling_dbtp: -20.0, ..Self::default() }).exchanged(),
            LawCase::new(Self::default()),
            LawCase::new(Self { ceiling_dbtp: -12.0, look_ahead_ms: 0.5, release_ms: 1.0 }),
            LawCase::new(Self { ceiling_dbtp: -30.0, look_ahead_ms: 20.0, release_ms: 500.0 }),
        ]
    }
}

impl Stage for LimiterSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(Limiter::new(self, spec)?))
    }
}

/// Statistics of a limiter since it was built or reset. The same for every block size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LimiterStats {
    /// Frames output.
    pub frames: u64,
    /// Frames of them with a reduction of more than 0.1 dB.
    pub limited_frames: u64,
    /// Largest gain reduction, 0 or more, in decibels.
    pub max_reduction_db: f64,
    /// Mean gain reduction over all frames, 0 or more, in decibels.
    pub mean_reduction_db: f64,
}

impl LimiterStats {
    /// Returns the share of time with a gain reduction of more than 0.1 dB, 0 to 1.
    pub fn limited_share(&self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.limited_frames as f64 / self.frames as f64 }
    }
}

/// Reduction from which a frame counts as limited, in decibels. A release leaves less behind for
/// seconds, which is inaudible.
const WORKING_DB: f64 = 0.1;

/// Hold time of a reduction before it is released, in milliseconds. It is half a period of 42 Hz,
/// so that bass is turned down and not bent.
const HOLD_MS: f64 = 12.0;

/// Frames before and after a peak during which the gain is at its lowest. An interpolator (a
/// converter, a codec) mostly builds the peak from them.
const GUARD: usize = 8;

/// True-peak limiter: true-peak detector, needed reduction, sliding maximum, adaptive release, two
/// box filters, gain stage.
///
/// All channels have the same gain. The reduction is smoothed in decibels over the look-ahead, so
/// that it has certainly arrived when the peak does. It is summed in whole numbers and returns to
/// exactly 0; signals below the ceiling pass bit for bit. The latency is the look-ahead and the
/// detector's 128 frames.
#[derive(Clone, Debug)]
pub struct Limiter {
    /// Ceiling as an amplitude.
    ceiling: f64,
    detector: TruePeakDetector,
    maximum: SlidingMaximum,
    release: AdaptiveRelease,
    smoother: BoxSmoother,
    stage: GainStage,
    peaks: Box<[f32; CHUNK]>,
    /// Reductions in octaves, then gains.
    values: Box<[f64; CHUNK]>,
    tally: Tally,
}

impl Limiter {
    /// Builds a limiter. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub fn new(settings: &LimiterSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let look_ahead = spec.sample_rate.frames(settings.look_ahead_ms / 1_000.0) as usize;
        let hold = spec.sample_rate.frames(HOLD_MS / 1_000.0) as usize;
        let guard = GUARD.min(look_ahead / 4);
        // A peak detected in frame n is output `look_ahead` frames later. The smoother spans `span`
        // frames, and has arrived `guard` frames before. The maximum stands until `guard` frames
        // after, while the smoother still contains nothing but it.
        let span = look_ahead - guard + 1;
        Ok(Self {
            ceiling: Decibels(settings.ceiling_dbtp).to_amplitude(),
            detector: TruePeakDetector::new(spec.channels, hold),
            maximum: SlidingMaximum::new(span + 2 * guard + 1 + hold),
            release: AdaptiveRelease::new(settings.release_ms, spec),
            smoother: BoxSmoother::new(span),
            stage: GainStage::new(DELAY + look_ahead, spec),
            peaks: Box::new([0.0; CHUNK]),
            values: Box::new([0.0; CHUNK]),
            tally: Tally::default(),
        })
    }

    /// Returns the statistics since it was built or reset. Any thread that owns it; no allocation.
    pub fn stats(&self) -> LimiterStats {
        self.tally.stats()
    }

    /// Returns the largest gain reduction since the last call, 0 or more, in decibels: for a
    /// series. Audio thread.
    pub fn take_max_reduction_db(&mut self) -> f64 {
        std::mem::take(&mut self.tally.recent_octaves) * DB_PER_OCTAVE
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let idle = self.maximum.is_idle() && self.release.is_idle() && self.smoother.is_idle();
        let peaks = &mut self.peaks[..block.frames()];
        self.detector.process(&block.as_block(), self.ceiling as f32, peaks);
        let over = peaks.iter().any(|peak| f64::from(*peak) > self.ceiling);
        if !over && idle {
            self.tally.add_unlimited(block.frames());
            self.stage.delay(block);
            return;
        }
        let values = &mut self.values[..block.frames()];
        peaks_to_octaves(1.0 / self.ceiling, peaks, values);
        for value in &mut *values {
            *value = self.smoother.push(self.release.push(self.maximum.push(*value)));
            self.tally.add(*value);
        }
        octaves_to_gains(values);
        self.stage.process(block, values);
    }
}

impl Processor for Limiter {
    fn latency(&self) -> u64 {
        self.stage.latency()
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.stage.latency())
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.maximum.reset();
        self.release.reset();
        self.smoother.reset();
        self.stage.reset();
        self.tally = Tally::default();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let end = block.frames().min(start + CHUNK);
            self.process_chunk(&mut block.slice_mut(start..end));
        }
    }

    /// Continues under a new ceiling if the latency is the same; starts anew otherwise.
    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        if self.latency() != old.latency() {
            return;
        }
        self.detector.inherit_state(&old.detector);
        self.maximum.inherit_state(&old.maximum);
        self.release.inherit_state(&old.release);
        self.smoother.inherit_state(&old.smoother);
        self.stage.inherit_state(&old.stage);
        self.tally = old.tally;
    }

    fn gain_reduction_db(&self) -> f64 {
        self.tally.last_octaves * DB_PER_OCTAVE
    }
}

/// Running statistics, added frame by frame, so that the block size cannot change them.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    frames: u64,
    limited_frames: u64,
    last_octaves: f64,
    most_octaves: f64,
    /// The largest since it was last read.
    recent_octaves: f64,
    sum_octaves: f64,
}

impl Tally {
    #[inline]
    fn add(&mut self, octaves: f64) {
        self.frames += 1;
        self.limited_frames += u64::from(octaves * DB_PER_OCTAVE > WORKING_DB);
        self.last_octaves = octaves;
        self.most_octaves = self.most_octaves.max(octaves);
        self.recent_octaves = self.recent_octaves.max(octaves);
        self.sum_octaves += octaves;
    }

    fn add_unlimited(&mut self, frames: usize) {
        self.frames += frames as u64;
        self.last_octaves = if frames > 0 { 0.0 } else { self.last_octaves };
    }

    fn stats(&self) -> LimiterStats {
        LimiterStats {
            frames: self.frames,
            limited_frames: self.limited_frames,
            max_reduction_db: self.most_octaves * DB_PER_OCTAVE,
            mean_reduction_db: self.sum_octaves * DB_PER_OCTAVE / self.frames.max(1) as f64,
        }
    }
}

#[cfg(test)]
mod tests;
