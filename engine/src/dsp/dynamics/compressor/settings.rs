//! Settings of the compressor, and what its processor makes of them.

use super::Compressor;
use crate::dsp::Key;
use crate::dsp::dynamics::detector::RMS_MS;
use crate::dsp::dynamics::level_detector::Measure;
use crate::dsp::dynamics::mean_power::{MeanPower, MeanSquare, WindowMean};
use crate::dsp::dynamics::ranges::{ATTACK_MS, DETECTOR_HZ, LOOK_AHEAD_MS, RATIO, RELEASE_MS, THRESHOLD_DB};
use crate::dsp::laws::{LawCase, Response};
use crate::dsp::settings::settings;
use crate::process::{BuildError, KEY_CHANNELS, Keyed, KeyedStage, ProcessSpec, Processor, Stage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Level that a detector measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// Magnitude of the sample.
    #[default]
    Peak,
    /// Root of the mean square over 10 ms, or over the attack where that is shorter. Attack and
    /// release include its time.
    Rms,
    /// Root of the mean square over about 10 ms, whose time adds to attack and release. The sound
    /// of version 0.1.
    RmsSeries,
    /// Magnitude of the band-limited curve between the samples too. Delays by 128 frames more, and
    /// the mix compensates for it.
    TruePeak,
}

settings! {
    /// Settings of the compressor. A ratio of 1 changes nothing.
    pub struct CompressorSettings without Copy;

    /// Level where compression begins, in dBFS.
    threshold_db: f64, in THRESHOLD_DB;
    /// Decibels in for one decibel out above the threshold.
    ratio: f64, in RATIO;
    /// Width of the soft knee around the threshold, in decibels; 0 is a hard knee.
    knee_db: f64 = 6.0, in 0.0..=40.0;
    /// Time constant of falling gain, in milliseconds.
    attack_ms: f64 = 10.0, in ATTACK_MS;
    /// Time constant of rising gain, in milliseconds.
    release_ms: f64 = 120.0, in RELEASE_MS;
    /// Gain after compression, in decibels.
    makeup_db: f64 = 0.0, in -24.0..=48.0;
    /// Level that the detector measures.
    detector: Detector = Detector::Peak;
    /// Look-ahead of the detector, in milliseconds; delays the signal, and the mix compensates for
    /// it.
    look_ahead_ms: f64 = 0.0, in LOOK_AHEAD_MS;
    /// 0 is the input, 1 the compressed signal, between them parallel compression.
    mix: f64 = 1.0, in 0.0..=1.0;
    /// Track or bus that the detector measures, after its inserts and before its fader; empty for
    /// the input of the insert.
    key: Key = Key::default();
    /// High-pass of the detector, 12 dB per octave, in hertz; 0 for none.
    detector_high_pass_hz: f64 = 0.0, in DETECTOR_HZ;
    /// Low-pass of the detector, 12 dB per octave, in hertz; 0 for none.
    detector_low_pass_hz: f64 = 0.0, in DETECTOR_HZ;
}

impl CompressorSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let with = |detector, settings| Self { detector, ..settings };
        let rms = |settings| with(Detector::Rms, settings);
        let series = |settings| with(Detector::RmsSeries, settings);
        let true_peak = |settings| with(Detector::TruePeak, settings);
        vec![
            LawCase::new(Self { look_ahead_ms: 5.0, ..Self::new(-40.0, 4.0) }).exchanged(),
            LawCase::new(Self::new(-20.0, 4.0)),
            LawCase::new(rms(Self { attack_ms: 30.0, makeup_db: 6.0, ..Self::new(-30.0, 2.0) })),
            LawCase::new(rms(Self { attack_ms: 0.01, ..Self::new(-30.0, 2.0) })),
            LawCase::new(series(Self { attack_ms: 30.0, makeup_db: 6.0, ..Self::new(-30.0, 2.0) })),
            LawCase::new(Self {
                knee_db: 0.0,
                attack_ms: 0.01,
                release_ms: 20.0,
                look_ahead_ms: 5.0,
                mix: 0.5,
                ..Self::new(-24.0, 8.0)
            }),
            LawCase::new(rms(Self { knee_db: 40.0, look_ahead_ms: 50.0, ..Self::new(-80.0, 100.0) })),
            LawCase::new(true_peak(Self { attack_ms: 0.01, release_ms: 5.0, ..Self::new(-30.0, 8.0) })),
            LawCase::new(true_peak(Self { detector_low_pass_hz: 900.0, look_ahead_ms: 5.0, ..Self::new(-40.0, 4.0) })),
            LawCase::new(Self {
                detector_high_pass_hz: 150.0,
                detector_low_pass_hz: 6_000.0,
                mix: 0.7,
                ..Self::new(-40.0, 4.0)
            }),
            LawCase::new(rms(Self { detector_high_pass_hz: 3_000.0, ..Self::new(-50.0, 4.0) })),
            LawCase::new(Self { look_ahead_ms: 3.0, ..Self::new(-30.0, 1.0) }).neutral(),
            LawCase::new(true_peak(Self::new(-30.0, 1.0))).neutral(),
            LawCase::new(Self { makeup_db: 12.0, mix: 0.0, ..Self::new(-30.0, 9.0) }).neutral(),
            LawCase::new(Self { makeup_db: 6.0, ..Self::new(-30.0, 1.0) }).linear(Response::Flat { gain_db: 6.0 }),
        ]
    }
}

/// Delay of a rise by the window of an RMS detector, over its length: the ballistics are so much
/// faster. It makes a step to 16 dB above the threshold reach 63 % after the attack.
const RISE: f64 = 0.3;
/// That of a fall, for the release.
const FALL: f64 = 0.7;

impl CompressorSettings {
    /// Returns the measure of a detector of so many channels, with attack and release of the
    /// ballistics behind it.
    pub(super) fn timing(&self, channels: usize, spec: &ProcessSpec) -> (Measure, f64, f64) {
        let power = |mean| Measure::Power(mean);
        match self.detector {
            Detector::Peak => (Measure::Peak, self.attack_ms, self.release_ms),
            Detector::TruePeak => (Measure::true_peak(channels), self.attack_ms, self.release_ms),
            Detector::RmsSeries => (power(MeanPower::Series(MeanSquare::new(spec))), self.attack_ms, self.release_ms),
            Detector::Rms => {
                let window_ms = self.attack_ms.min(RMS_MS);
                let attack_ms = self.attack_ms - RISE * window_ms;
                // A release much shorter than the attack cannot be reached: the attack follows it.
                let release_ms = (self.release_ms - attack_ms - FALL * window_ms).max(0.05 * self.release_ms);
                (power(MeanPower::Window(WindowMean::new(window_ms, spec))), attack_ms, release_ms)
            }
        }
    }
}

impl Stage for CompressorSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(Compressor::new(self, spec)?))
    }
}

impl KeyedStage for CompressorSettings {
    fn build_keyed(&self, spec: &ProcessSpec) -> Result<Box<dyn Keyed>, BuildError> {
        Ok(Box::new(Compressor::with_key_channels(self, KEY_CHANNELS, spec)?))
    }
}
