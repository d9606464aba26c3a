//! Gate or downward expander, stereo-linked: settings and processor.

use super::ballistics::OpenClose;
use super::curve::ExpansionCurve;
use super::detector::{PeakEnvelope, peak_levels};
use super::gain_stage::{CHUNK, GainStage};
use super::keyed_gain::KeyedGain;
use super::ranges::{ATTACK_MS, LOOK_AHEAD_MS, RATIO, RELEASE_MS, THRESHOLD_DB};
use super::sliding_maximum::SlidingMaximum;
use crate::audio::{Block, BlockMut};
use crate::dsp::Key;
use crate::dsp::decibel_math::{amplitude_to_db, db_to_amplitude};
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, Keyed, KeyedStage, ProcessSpec, Processor, Stage, Tail, same_kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Half a wave of 20 Hz, in seconds: no gap between two peaks of an audible tone is longer.
const SMOOTH_S: f64 = 0.025;

/// Level that the gate measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateDetector {
    /// Largest magnitude of the last 25 ms, then a fall by 1/e in 10 ms: a low tone near the
    /// threshold does not switch the gate at each of its waves.
    #[default]
    Smooth,
    /// Magnitude of the sample, with a fall by 1/e in 10 ms. The sound of version 0.1.
    Peak,
}

settings! {
    /// Settings of the gate. A ratio of 1, or a range of 0 dB, changes nothing.
    pub struct GateSettings without Copy;

    /// Level above which the gate opens, in dBFS.
    threshold_db: f64, in THRESHOLD_DB;
    /// Hysteresis: distance below the threshold at which the gate closes, in decibels.
    hysteresis_db: f64 = 3.0, in 0.0..=24.0;
    /// Decibels out for one decibel in below the threshold: 2 expands gently, 100 gates.
    ratio: f64 = 100.0, in RATIO;
    /// Largest attenuation, in decibels.
    range_db: f64 = 60.0, in 0.0..=120.0;
    /// Time constant of opening, in milliseconds.
    attack_ms: f64 = 1.0, in ATTACK_MS;
    /// Hold time: how long the gate stays open after the level has fallen, in milliseconds.
    hold_ms: f64 = 50.0, in 0.0..=5_000.0;
    /// Time constant of closing, in milliseconds.
    release_ms: f64 = 100.0, in RELEASE_MS;
    /// Look-ahead of the detector, in milliseconds; delays the signal, and the mix compensates for
    /// it.
    look_ahead_ms: f64 = 0.0, in LOOK_AHEAD_MS;
    /// Level that the gate measures: smooth holds a peak for 25 ms, peak does not, as in version
    /// 0.1.
    detector: GateDetector = GateDetector::Smooth;
    /// Track or bus that opens the gate, taken after its inserts and before its fader; empty for
    /// the input of the insert.
    key: Key = Key::default();
}

impl GateSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        vec![
            LawCase::new(Self { look_ahead_ms: 5.0, ..Self::new(0.0) }).exchanged(),
            LawCase::new(Self::new(-40.0)),
            LawCase::new(Self { detector: GateDetector::Peak, ..Self::new(-40.0) }),
            LawCase::new(Self { ratio: 2.0, range_db: 20.0, hold_ms: 0.0, hysteresis_db: 0.0, ..Self::new(-20.0) }),
            LawCase::new(Self {
                look_ahead_ms: 10.0,
                range_db: 120.0,
                attack_ms: 0.01,
                release_ms: 5.0,
                ..Self::new(-30.0)
            }),
            LawCase::new(Self { ratio: 1.0, look_ahead_ms: 1.0, ..Self::new(-10.0) }).neutral(),
            LawCase::new(Self { range_db: 0.0, ..Self::new(0.0) }).neutral(),
        ]
    }
}

impl Stage for GateSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(Gate::new(self, spec)?))
    }
}

impl KeyedStage for GateSettings {
    fn build_keyed(&self, spec: &ProcessSpec) -> Result<Box<dyn Keyed>, BuildError> {
        Ok(Box::new(Gate::new(self, spec)?))
    }
}

/// Threshold switch with hysteresis and hold. Starts closed.
#[derive(Clone, Debug)]
struct Latch {
    open_db: f64,
    close_db: f64,
    hold: u64,
    /// Frames until it closes; 0 is closed.
    left: u64,
}

impl Latch {
    /// Receives the next level and returns true if the gate is open.
    #[inline]
    fn is_open(&mut self, level_db: f64) -> bool {
        let stays = level_db >= self.open_db || (self.left > 0 && level_db >= self.close_db);
        self.left = if stays { self.hold + 1 } else { self.left.saturating_sub(1) };
        self.left > 0
    }
}

/// Gate: envelope of the key's loudest channel, latch, expansion curve, ballistics, gain stage. It
/// starts closed.
///
/// While the latch is open, there is no reduction. While it is closed, the curve determines it, up
/// to the range. The time constants are those of the gain in decibels. A smooth envelope holds for
/// 25 ms and falls by 1/e in 10 ms, so the hold begins that much after the last cycle.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Of a smooth detector.
    maximum: Option<SlidingMaximum>,
    envelope: PeakEnvelope,
    latch: Latch,
    curve: ExpansionCurve,
    ballistics: OpenClose,
    stage: GainStage,
    scratch: Box<[f64; CHUNK]>,
}

impl Gate {
    /// Builds a gate. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub fn new(settings: &GateSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let curve =
            ExpansionCurve { threshold_db: settings.threshold_db, ratio: settings.ratio, range_db: settings.range_db };
        let rest_db = curve.reduction_db(amplitude_to_db(0.0));
        let smooth = settings.detector == GateDetector::Smooth;
        Ok(Self {
            maximum: smooth.then(|| SlidingMaximum::new(spec.sample_rate.frames(SMOOTH_S).max(1) as usize)),
            envelope: PeakEnvelope::new(spec),
            latch: Latch {
                open_db: settings.threshold_db,
                close_db: settings.threshold_db - settings.hysteresis_db,
                hold: spec.sample_rate.frames(settings.hold_ms / 1_000.0),
                left: 0,
            },
            curve,
            ballistics: OpenClose::new(settings.attack_ms, settings.release_ms, rest_db, spec),
            stage: GainStage::new(spec.sample_rate.frames(settings.look_ahead_ms / 1_000.0) as usize, spec),
            scratch: Box::new([0.0; CHUNK]),
        })
    }
}

impl KeyedGain for Gate {
    /// Writes one gain per frame of the key to `scratch`; returns true.
    fn measure(&mut self, key: &Block<'_>) -> bool {
        let values = &mut self.scratch[..key.frames()];
        peak_levels(key, values);
        if let Some(maximum) = &mut self.maximum {
            for value in &mut *values {
                *value = maximum.push(*value);
            }
        }
        self.envelope.process(values);
        for value in &mut *values {
            *value = amplitude_to_db(*value);
        }
        for value in &mut *values {
            *value = if self.latch.is_open(*value) { 0.0 } else { self.curve.reduction_db(*value) };
        }
        self.ballistics.process(values);
        for value in values {
            *value = db_to_amplitude(-*value);
        }
        true
    }

    fn apply(&mut self, block: &mut BlockMut<'_>, _: bool) {
        self.stage.process(block, &self.scratch[..]);
    }
}

impl Processor for Gate {
    fn latency(&self) -> u64 {
        self.stage.latency()
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.stage.latency())
    }

    fn reset(&mut self) {
        if let Some(maximum) = &mut self.maximum {
            maximum.reset();
        }
        self.envelope.reset();
        self.latch.left = 0;
        self.ballistics.reset();
        self.stage.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        self.run(block, None);
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        if let (Some(maximum), Some(old)) = (&mut self.maximum, &old.maximum) {
            maximum.inherit_state(old);
        }
        self.envelope.inherit_state(&old.envelope);
        self.latch.left = old.latch.left.min(self.latch.hold + 1);
        self.ballistics.inherit_state(&old.ballistics);
        self.stage.inherit_state(&old.stage);
    }

    fn gain_reduction_db(&self) -> f64 {
        self.ballistics.reduction_db()
    }
}

impl Keyed for Gate {
    fn process_keyed(&mut self, block: &mut BlockMut<'_>, key: &Block<'_>) {
        self.run(block, Some(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::twin::{Number, bits_hash};
    use crate::units::SampleRate;
    use mixdown_fixtures::signals;

    fn spec() -> ProcessSpec {
        ProcessSpec { sample_rate: SampleRate::new(1_000).unwrap(), max_block: 4_000, channels: 1 }
    }

    fn settings() -> GateSettings {
        GateSettings { hysteresis_db: 6.0, hold_ms: 100.0, release_ms: 20.0, ..GateSettings::new(-40.0) }
    }

    fn run(settings: &GateSettings, samples: &mut [f32]) {
        Gate::new(settings, &spec()).unwrap().process(&mut BlockMut::mono(samples));
    }

    fn gain_db(out: f32, level: f32) -> f64 {
        20.0 * f64::from(out / level).log10()
    }

    #[test]
    fn below_the_threshold_the_range_is_taken_off_and_above_it_nothing() {
        let (quiet, loud) = (0.005_f32, 0.1_f32);
        let mut samples = [vec![quiet; 500], vec![loud; 500]].concat();
        run(&settings(), &mut samples);
        assert!((gain_db(samples[499], quiet) + 60.0).abs() < 1e-4);
        assert_eq!(samples[999], loud);
    }

    #[test]
    fn between_the_two_thresholds_an_open_gate_stays_open_and_a_closed_one_closed() {
        let between = 0.007_f32; // -43.1 dB: below -40, above -46
        let mut samples = [vec![between; 500], vec![0.1; 100], vec![between; 1_000]].concat();
        run(&settings(), &mut samples);
        assert!(gain_db(samples[499], between) < -59.0);
        assert_eq!(samples[1_599], between);
    }

    #[test]
    fn it_holds_before_it_closes() {
        for (detector, held) in [(GateDetector::Peak, 0), (GateDetector::Smooth, 24)] {
            let mut samples = [vec![0.0101; 300], vec![0.004; 600]].concat();
            run(&GateSettings { hysteresis_db: 0.0, detector, ..settings() }, &mut samples);
            // The envelope needs a frame or two from -39.9 dB to below -40; then 100 ms of hold.
            assert_eq!(samples[399 + held], 0.004);
            assert!(gain_db(samples[405 + held], 0.004) < -5.0);
            assert!(gain_db(samples[899], 0.004) < -59.9);
        }
    }

    /// Returns the number of times that a gate of -40 dB without hold opens or closes in 6 s of a
    /// tone a tenth of a decibel above its threshold.
    fn switches(detector: GateDetector, hz: f64) -> usize {
        let spec = ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 1, channels: 1 };
        let settings = GateSettings { hold_ms: 0.0, detector, ..GateSettings::new(-40.0) };
        let mut gate = Gate::new(&settings, &spec).unwrap();
        let mut count = 0;
        for sample in signals::sine(48_000.0, hz, 10.0_f64.powf(-39.9 / 20.0), 0.0, 6 * 48_000) {
            let before = gate.latch.left > 0;
            gate.process(&mut BlockMut::mono(&mut [sample]));
            count += usize::from(before != (gate.latch.left > 0));
        }
        count
    }

    #[test]
    fn a_low_tone_at_the_threshold_does_not_switch_the_gate_at_each_wave() {
        for hz in [20.5, 31.0, 60.0, 200.0] {
            let (smooth, peak) = (switches(GateDetector::Smooth, hz), switches(GateDetector::Peak, hz));
            println!("{hz} Hz at the threshold for 6 s: {smooth} switches, {peak} of a peak detector");
            assert!(smooth <= 2, "{hz} Hz: {smooth}");
        }
        // Twice for each of 720 half waves, but for the last, which is open at the end.
        assert!(switches(GateDetector::Peak, 60.0) > 700);
    }

    #[test]
    fn the_peak_detector_has_the_bits_of_version_0_1() {
        let settings = GateSettings { hold_ms: 0.0, detector: GateDetector::Peak, ..GateSettings::new(-40.0) };
        let spec = ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 9_600, channels: 1 };
        let mut samples = signals::pink_noise(3, 0.02, 9_600);
        Gate::new(&settings, &spec).unwrap().process(&mut BlockMut::mono(&mut samples));
        assert_eq!(bits_hash(samples.into_iter().map(Number::Single)), "fcd14357f7b135d1");
    }

    #[test]
    fn a_ratio_of_two_takes_off_a_decibel_for_each_below_the_threshold() {
        let level = 0.01_f32 * 10.0_f32.powf(-10.0 / 20.0);
        let mut samples = vec![level; 1_000];
        run(&GateSettings { ratio: 2.0, ..settings() }, &mut samples);
        assert!((gain_db(samples[999], level) + 10.0).abs() < 1e-3);
    }

    #[test]
    fn a_key_opens_the_gate_and_is_not_heard() {
        let mut samples = vec![1e-4; 500];
        let mut gate = Gate::new(&settings(), &spec()).unwrap();
        gate.process_keyed(&mut BlockMut::mono(&mut samples), &Block::mono(&[1.0; 500]));
        assert_eq!(samples[499], 1e-4);
        assert_eq!(gate.gain_reduction_db(), 0.0);
    }

    #[test]
    fn look_ahead_opens_before_the_attack_is_heard() {
        let mut samples = [vec![0.0; 500], vec![0.5; 500]].concat();
        run(&GateSettings { look_ahead_ms: 20.0, ..settings() }, &mut samples);
        assert_eq!(samples[519], 0.0);
        assert!(gain_db(samples[520], 0.5) > -1e-3);
    }
}
