//! Ducker, stereo-linked: settings and processor.

#[cfg(test)]
mod tests;

use super::ballistics::OpenClose;
use super::gain_kernel::reductions_to_gains;
use super::gain_stage::{CHUNK, GainStage};
use super::key_filter::KeyFilter;
use super::keyed_gain::KeyedGain;
use super::level_detector::{LevelDetector, Measure};
use super::ranges::{ATTACK_MS, DETECTOR_HZ, LOOK_AHEAD_MS, RELEASE_MS, THRESHOLD_DB};
use crate::audio::{Block, BlockMut};
use crate::dsp::Key;
use crate::dsp::decibel_math::db_to_amplitude;
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, KEY_CHANNELS, Keyed, KeyedStage, ProcessSpec, Processor, Stage, Tail, same_kind};

settings! {
    /// Settings of the ducker. A depth of 0 dB changes nothing, and neither does a silent key.
    pub struct DuckerSettings without Copy;

    /// Track or bus that turns this one down, taken after its inserts and before its fader; empty
    /// for the input of the insert.
    key: Key;
    /// Level of the key above which the signal is turned down, in dBFS.
    threshold_db: f64 = -40.0, in THRESHOLD_DB;
    /// Gain reduction while the key sounds, in decibels.
    depth_db: f64 = 12.0, in 0.0..=120.0;
    /// Time constant of falling gain, in milliseconds.
    attack_ms: f64 = 5.0, in ATTACK_MS;
    /// Time for which the gain stays down after the last peak of the key above the threshold, in
    /// milliseconds.
    hold_ms: f64 = 50.0, in 0.0..=5_000.0;
    /// Time constant of rising gain, in milliseconds.
    release_ms: f64 = 200.0, in RELEASE_MS;
    /// Look-ahead of the detector, in milliseconds; delays the signal, and the mix compensates for
    /// it.
    look_ahead_ms: f64 = 0.0, in LOOK_AHEAD_MS;
    /// High-pass of the detector, 12 dB per octave, in hertz; 0 for none.
    detector_high_pass_hz: f64 = 0.0, in DETECTOR_HZ;
    /// Low-pass of the detector, 12 dB per octave, in hertz; 0 for none.
    detector_low_pass_hz: f64 = 0.0, in DETECTOR_HZ;
}

impl DuckerSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let own = || Self::new(Key::default());
        vec![
            LawCase::new(Self { look_ahead_ms: 5.0, ..own() }).exchanged(),
            LawCase::new(Self { threshold_db: -20.0, hold_ms: 0.0, attack_ms: 0.01, release_ms: 5.0, ..own() }),
            LawCase::new(Self {
                threshold_db: -60.0,
                depth_db: 120.0,
                hold_ms: 20.0,
                detector_high_pass_hz: 100.0,
                detector_low_pass_hz: 5_000.0,
                ..own()
            }),
            LawCase::new(Self { threshold_db: -80.0, depth_db: 0.0, look_ahead_ms: 3.0, ..own() }).neutral(),
        ]
    }
}

impl Stage for DuckerSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(Ducker::new(self, spec.channels, spec)?))
    }
}

impl KeyedStage for DuckerSettings {
    fn build_keyed(&self, spec: &ProcessSpec) -> Result<Box<dyn Keyed>, BuildError> {
        Ok(Box::new(Ducker::new(self, KEY_CHANNELS, spec)?))
    }
}

/// Ducker: peak detector, hold, ballistics, gain stage. All channels have the same gain.
///
/// The reduction is either 0 or the depth, and moves between the two with the time constants of
/// attack and release, in decibels. Each peak of the key above the threshold starts the hold anew.
#[derive(Clone, Debug)]
pub(super) struct Ducker {
    detector: LevelDetector,
    /// Threshold as an amplitude.
    threshold: f64,
    depth_db: f64,
    /// Frames of the hold.
    hold: u64,
    /// Frames until the hold ends; 0 where the gain rises.
    left: u64,
    ballistics: OpenClose,
    stage: GainStage,
    scratch: Box<[f64; CHUNK]>,
}

impl Ducker {
    /// Builds a ducker whose detector receives a key of so many channels. Control thread;
    /// allocates.
    ///
    /// # Errors
    /// When a setting is out of its range or does not fit the sample rate.
    pub(super) fn new(settings: &DuckerSettings, channels: usize, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let threshold = db_to_amplitude(settings.threshold_db);
        let (high_pass_hz, low_pass_hz) = (settings.detector_high_pass_hz, settings.detector_low_pass_hz);
        let filter = KeyFilter::new(high_pass_hz, low_pass_hz, channels, spec)?;
        Ok(Self {
            detector: LevelDetector::new(filter, Measure::Peak, threshold),
            threshold,
            depth_db: settings.depth_db,
            hold: spec.sample_rate.frames(settings.hold_ms / 1_000.0),
            left: 0,
            ballistics: OpenClose::new(settings.release_ms, settings.attack_ms, 0.0, spec),
            stage: GainStage::new(spec.sample_rate.frames(settings.look_ahead_ms / 1_000.0) as usize, spec),
            scratch: Box::new([0.0; CHUNK]),
        })
    }
}

impl KeyedGain for Ducker {
    /// Writes one gain per frame of the key to `scratch`; returns false where all of them are 1.
    fn measure(&mut self, key: &Block<'_>) -> bool {
        let values = &mut self.scratch[..key.frames()];
        let is_quiet = self.detector.levels(key, values);
        if is_quiet && self.left == 0 && self.ballistics.reduction_db() == 0.0 {
            return false;
        }
        for value in &mut *values {
            self.left = if *value > self.threshold { self.hold + 1 } else { self.left.saturating_sub(1) };
            *value = if self.left > 0 { self.depth_db } else { 0.0 };
        }
        self.ballistics.process(values);
        reductions_to_gains(0.0, 1.0, values);
        true
    }

    fn apply(&mut self, block: &mut BlockMut<'_>, moves: bool) {
        if moves {
            self.stage.process(block, &self.scratch[..]);
        } else {
            self.stage.delay(block);
        }
    }
}

impl Processor for Ducker {
    fn latency(&self) -> u64 {
        self.stage.latency()
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.stage.latency())
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.left = 0;
        self.ballistics.reset();
        self.stage.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        self.run(block, None);
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        self.detector.inherit_state(&old.detector);
        self.left = old.left.min(self.hold + 1);
        self.ballistics.inherit_state(&old.ballistics);
        self.stage.inherit_state(&old.stage);
    }

    fn gain_reduction_db(&self) -> f64 {
        self.ballistics.reduction_db()
    }
}

impl Keyed for Ducker {
    fn process_keyed(&mut self, block: &mut BlockMut<'_>, key: &Block<'_>) {
        self.run(block, Some(key));
    }
}
