//! Gate or downward expander, stereo-linked: settings and processor.

use super::ballistics::OpenClose;
use super::curve::ExpansionCurve;
use super::detector::{PeakEnvelope, peak_levels};
use super::gain_stage::{CHUNK, GainStage};
use super::ranges::{ATTACK_MS, LOOK_AHEAD_MS, RATIO, RELEASE_MS, THRESHOLD_DB};
use crate::audio::{Block, BlockMut};
use crate::dsp::decibel_math::{amplitude_to_db, db_to_amplitude};
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, Keyed, ProcessSpec, Processor, Stage, Tail, same_kind};

settings! {
    /// Settings of the gate. A ratio of 1, or a range of 0 dB, changes nothing.
    pub struct GateSettings;

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
}

impl GateSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        vec![
            LawCase::new(Self { look_ahead_ms: 5.0, ..Self::new(0.0) }).exchanged(),
            LawCase::new(Self::new(-40.0)),
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

/// Gate: peak envelope of the loudest channel, latch, expansion curve, ballistics, gain stage. It
/// starts closed.
///
/// While the latch is open, there is no reduction. While it is closed, the curve determines it, up
/// to the range. The time constants are those of the gain in decibels. The envelope falls by 1/e in
/// 10 ms, so the hold begins that much after the last cycle.
#[derive(Clone, Debug)]
pub struct Gate {
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
        Ok(Self {
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

    /// Writes one gain per frame of the detector's signal to `scratch`.
    fn gains(&mut self, key: &Block<'_>) {
        let values = &mut self.scratch[..key.frames()];
        peak_levels(key, values);
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
        self.envelope.reset();
        self.latch.left = 0;
        self.ballistics.reset();
        self.stage.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let mut chunk = block.slice_mut(start..block.frames().min(start + CHUNK));
            self.gains(&chunk.as_block());
            self.stage.process(&mut chunk, &self.scratch[..]);
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
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
        for start in (0..block.frames()).step_by(CHUNK) {
            let range = start..block.frames().min(start + CHUNK);
            self.gains(&key.slice(range.clone()));
            self.stage.process(&mut block.slice_mut(range), &self.scratch[..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;

    fn spec() -> ProcessSpec {
        ProcessSpec { sample_rate: SampleRate::new(1_000).unwrap(), max_block: 4_000, channels: 1 }
    }

    fn settings() -> GateSettings {
        GateSettings { hysteresis_db: 6.0, hold_ms: 100.0, release_ms: 20.0, ..GateSettings::new(-40.0) }
    }

    fn run(settings: GateSettings, samples: &mut [f32]) {
        Gate::new(&settings, &spec()).unwrap().process(&mut BlockMut::mono(samples));
    }

    fn gain_db(out: f32, level: f32) -> f64 {
        20.0 * f64::from(out / level).log10()
    }

    #[test]
    fn below_the_threshold_the_range_is_taken_off_and_above_it_nothing() {
        let (quiet, loud) = (0.005_f32, 0.1_f32);
        let mut samples = [vec![quiet; 500], vec![loud; 500]].concat();
        run(settings(), &mut samples);
        assert!((gain_db(samples[499], quiet) + 60.0).abs() < 1e-4);
        assert_eq!(samples[999], loud);
    }

    #[test]
    fn between_the_two_thresholds_an_open_gate_stays_open_and_a_closed_one_closed() {
        let between = 0.007_f32; // -43.1 dB: below -40, above -46
        let mut samples = [vec![between; 500], vec![0.1; 100], vec![between; 1_000]].concat();
        run(settings(), &mut samples);
        assert!(gain_db(samples[499], between) < -59.0);
        assert_eq!(samples[1_599], between);
    }

    #[test]
    fn it_holds_before_it_closes() {
        let mut samples = [vec![0.0101; 300], vec![0.004; 600]].concat();
        run(GateSettings { hysteresis_db: 0.0, ..settings() }, &mut samples);
        // The envelope needs a frame or two from -39.9 dB to below -40; then 100 ms of hold.
        assert_eq!(samples[399], 0.004);
        assert!(gain_db(samples[405], 0.004) < -5.0);
        assert!(gain_db(samples[899], 0.004) < -59.9);
    }

    #[test]
    fn a_ratio_of_two_takes_off_a_decibel_for_each_below_the_threshold() {
        let level = 0.01_f32 * 10.0_f32.powf(-10.0 / 20.0);
        let mut samples = vec![level; 1_000];
        run(GateSettings { ratio: 2.0, ..settings() }, &mut samples);
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
        run(GateSettings { look_ahead_ms: 20.0, ..settings() }, &mut samples);
        assert_eq!(samples[519], 0.0);
        assert!(gain_db(samples[520], 0.5) > -1e-3);
    }
}
