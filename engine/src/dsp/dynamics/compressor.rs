//! Compressor, stereo-linked: settings and processor.

use super::ballistics_state::Decoupled;
use super::curve::CompressionCurve;
use super::detector::{RMS_MS, largest, mean_powers, peak_levels};
use super::gain_kernel::{amplitudes_to_reductions, powers_to_reductions, reductions_to_gains};
use super::gain_stage::{CHUNK, GainStage};
use super::mean_power::{MeanPower, MeanSquare, WindowMean};
use super::ranges::{ATTACK_MS, LOOK_AHEAD_MS, RATIO, RELEASE_MS, THRESHOLD_DB};
use crate::audio::{Block, BlockMut};
use crate::dsp::decibel_math::{MAX_ERROR_DB, db_to_amplitude};
use crate::dsp::laws::{LawCase, Response};
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, Keyed, ProcessSpec, Processor, Stage, TRACKS_PER_BATCH, Tail, same_kind};
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
}

settings! {
    /// Settings of the compressor. A ratio of 1 changes nothing.
    pub struct CompressorSettings;

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
}

impl CompressorSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let rms = |settings| Self { detector: Detector::Rms, ..settings };
        let series = |settings| Self { detector: Detector::RmsSeries, ..settings };
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
            LawCase::new(Self { look_ahead_ms: 3.0, ..Self::new(-30.0, 1.0) }).neutral(),
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
    /// Returns the averaging of an RMS detector, with attack and release of the ballistics behind
    /// it.
    fn timing(&self, spec: &ProcessSpec) -> (Option<MeanPower>, f64, f64) {
        match self.detector {
            Detector::Peak => (None, self.attack_ms, self.release_ms),
            Detector::RmsSeries => (Some(MeanPower::Series(MeanSquare::new(spec))), self.attack_ms, self.release_ms),
            Detector::Rms => {
                let window_ms = self.attack_ms.min(RMS_MS);
                let attack_ms = self.attack_ms - RISE * window_ms;
                // A release much shorter than the attack cannot be reached: the attack follows it.
                let release_ms = (self.release_ms - attack_ms - FALL * window_ms).max(0.05 * self.release_ms);
                (Some(MeanPower::Window(WindowMean::new(window_ms, spec))), attack_ms, release_ms)
            }
        }
    }
}

impl Stage for CompressorSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(Compressor::new(self, spec)?))
    }
}

/// Compressor: detector, curve, ballistics, gain stage. All channels have the same gain.
///
/// A peak detector measures the loudest channel. An RMS detector measures the mean of the channels'
/// powers over 10 ms, in true RMS (a full-scale sine reads −3.01 dBFS). Its window has no ripple at
/// multiples of 50 Hz. The dry part of the mix is
/// delayed by the look-ahead as well.
#[derive(Clone, Debug)]
pub struct Compressor {
    curve: CompressionCurve,
    /// Level up to which the curve requires no reduction, in the detector's own measure.
    quiet: f64,
    makeup_db: f64,
    mix: f64,
    mean_power: Option<MeanPower>,
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
        settings.check(spec.sample_rate)?;
        let curve = CompressionCurve::new(settings.threshold_db, settings.ratio, settings.knee_db);
        // The margin is a thousand times the error of the logarithm.
        let quiet = db_to_amplitude(curve.rest_db() - 1e3 * MAX_ERROR_DB);
        let (mean_power, attack_ms, release_ms) = settings.timing(spec);
        Ok(Self {
            curve,
            quiet: if mean_power.is_some() { quiet * quiet } else { quiet },
            makeup_db: settings.makeup_db,
            mix: settings.mix,
            mean_power,
            ballistics: Decoupled::new(attack_ms, release_ms, spec),
            stage: GainStage::new(spec.sample_rate.frames(settings.look_ahead_ms / 1_000.0) as usize, spec),
            scratch: Box::new([0.0; CHUNK]),
        })
    }

    /// Turns the reductions in `scratch` into gains, and applies them to the delayed block.
    fn finish(&mut self, block: &mut BlockMut<'_>, resting: bool) {
        if !resting {
            self.ballistics.process(&mut self.scratch[..block.frames()]);
        }
        self.apply(block, resting);
    }

    /// Writes the reduction that the curve requires for the detector's signal to `scratch`. Returns
    /// true if it requires none and no earlier reduction is left. The ballistics would then change
    /// nothing, and the reductions after them are 0 too.
    fn reductions(&mut self, key: &Block<'_>) -> bool {
        let values = &mut self.scratch[..key.frames()];
        let power = self.mean_power.is_some();
        let loudest = if let Some(mean_power) = &mut self.mean_power {
            mean_powers(key, values);
            mean_power.process(values);
            largest(values)
        } else {
            peak_levels(key, values)
        };
        // Most of a session is silence, or softer than the threshold.
        let quiet = loudest <= self.quiet;
        match (quiet, power) {
            (true, _) => values.fill(0.0),
            (_, true) => powers_to_reductions(&self.curve, values),
            (_, false) => amplitudes_to_reductions(&self.curve, values),
        }
        quiet && self.ballistics.is_idle()
    }

    /// Delays the block and applies the gain of the reductions in `scratch`. All of them are 0 when
    /// it is `resting`.
    fn apply(&mut self, block: &mut BlockMut<'_>, resting: bool) {
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
                one.apply(chunk, resting);
            }
        }
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
        if let Some(mean_power) = &mut self.mean_power {
            mean_power.reset();
        }
        self.ballistics.reset();
        self.stage.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let range = start..block.frames().min(start + CHUNK);
            let resting = self.reductions(&block.as_block().slice(range.clone()));
            self.finish(&mut block.slice_mut(range), resting);
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        if let (Some(mean_power), Some(old)) = (&mut self.mean_power, &old.mean_power) {
            mean_power.inherit_state(old);
        }
        self.ballistics.inherit_state(&old.ballistics);
        self.stage.inherit_state(&old.stage);
    }

    fn gain_reduction_db(&self) -> f64 {
        self.ballistics.reduction_db()
    }
}

impl Keyed for Compressor {
    fn process_keyed(&mut self, block: &mut BlockMut<'_>, key: &Block<'_>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let range = start..block.frames().min(start + CHUNK);
            let resting = self.reductions(&key.slice(range.clone()));
            self.finish(&mut block.slice_mut(range), resting);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use crate::simd::twin::{Number, bits_hash};
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::sine;

    const RATE: f64 = 48_000.0;

    fn spec(channels: usize) -> ProcessSpec {
        ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 48_000, channels }
    }

    fn four_to_one() -> CompressorSettings {
        CompressorSettings { knee_db: 0.0, attack_ms: 5.0, release_ms: 200.0, ..CompressorSettings::new(-20.0, 4.0) }
    }

    fn peak(samples: &[f32]) -> f64 {
        f64::from(samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())))
    }

    #[test]
    fn a_steady_tone_comes_out_where_the_curve_says() {
        let amplitude = 10.0_f64.powf(-8.0 / 20.0);
        let rms = 0.75 * (12.0 - 3.0103);
        for (detector, reduction_db) in [(Detector::Peak, 9.0), (Detector::Rms, rms), (Detector::RmsSeries, rms)] {
            let settings = CompressorSettings { detector, ..four_to_one() };
            let mut compressor = Compressor::new(&settings, &spec(1)).unwrap();
            let mut samples = sine(RATE, 1_000.0, amplitude, 0.0, 48_000);
            compressor.process(&mut BlockMut::mono(&mut samples));
            let out_db = 20.0 * peak(&samples[40_000..]).log10();
            // Between two peaks of the tone, half a millisecond apart, a release of 200 ms restores
            // 0.03 dB.
            assert!((out_db - (-8.0 - reduction_db)).abs() < 0.03, "{detector:?}: {out_db}");
            assert!((compressor.gain_reduction_db() - reduction_db).abs() < 0.03);
        }
    }

    /// Returns the times in milliseconds after which the gain has moved by 63 %: for a step from 10
    /// dB below the threshold to `over_db` above it, and for the step back.
    fn moved_ms(settings: CompressorSettings, over_db: f64) -> (f64, f64) {
        let amplitude = |db: f64| 10.0_f64.powf((settings.threshold_db + db) / 20.0) as f32;
        let steps = [(-10.0, 24_000), (over_db, 48_000), (-10.0, 96_000)];
        let mut samples: Vec<f32> = steps.iter().flat_map(|(db, frames)| vec![amplitude(*db); *frames]).collect();
        let input = samples.clone();
        Compressor::new(&settings, &spec(1)).unwrap().process(&mut BlockMut::mono(&mut samples));
        let gain_db: Vec<f64> =
            samples.iter().zip(&input).map(|(out, dry)| 20.0 * f64::from(out / dry).log10()).collect();
        let full = gain_db[71_999];
        let at = |from: usize, reached: &dyn Fn(f64) -> bool| {
            gain_db[from..].iter().position(|gain| reached(*gain)).unwrap() as f64 / 48.0
        };
        let left = (-1.0_f64).exp();
        (at(24_000, &|gain| gain <= (1.0 - left) * full), at(72_000, &|gain| gain >= left * full))
    }

    #[test]
    fn attack_and_release_of_an_rms_detector_mean_what_they_state() {
        for (attack_ms, release_ms) in [(10.0, 120.0), (5.0, 60.0), (30.0, 300.0), (10.0, 50.0), (100.0, 400.0)] {
            for over_db in [6.0, 14.0, 16.0, 20.0, 30.0] {
                let settings = CompressorSettings { attack_ms, release_ms, ..four_to_one() };
                let of = |detector| moved_ms(CompressorSettings { detector, ..settings }, over_db);
                let ((attack, release), old) = (of(Detector::Rms), of(Detector::RmsSeries));
                println!(
                    "{attack_ms} / {release_ms} ms, {over_db} dB over: {attack:.2} / {release:.1} ms; in series {:.2} / {:.1}",
                    old.0, old.1
                );
                let (attack, release) = (attack / attack_ms - 1.0, release / release_ms - 1.0);
                // The window's delay in decibels depends on the step: longer for a small one.
                let within = if (14.0..=20.0).contains(&over_db) { 0.05 } else { 0.28 };
                assert!(attack.abs() < within && release.abs() < 0.07, "{attack_ms} {over_db}: {attack}, {release}");
                assert!(old.0 > attack_ms && old.1 > release_ms);
            }
        }
    }

    #[test]
    fn the_rms_detector_in_series_has_the_bits_of_version_0_1() {
        let settings = CompressorSettings { detector: Detector::RmsSeries, ..four_to_one() };
        let mut samples = mixdown_fixtures::signals::pink_noise(4, 0.9, 9_600);
        Compressor::new(&settings, &spec(1)).unwrap().process(&mut BlockMut::mono(&mut samples));
        assert_eq!(bits_hash(samples.into_iter().map(Number::Single)), "cf5608559d10c629");
    }

    #[test]
    fn both_channels_take_the_gain_of_the_louder_one() {
        let mut compressor = Compressor::new(&four_to_one(), &spec(2)).unwrap();
        let loud = vec![0.5; 4_800];
        let quiet = vec![0.01; 4_800];
        let mut stereo = AudioBuffer::from_channels(&[loud, quiet]);
        compressor.process(&mut stereo.block_mut());
        let ratio = stereo.channel(0)[4_799] / stereo.channel(1)[4_799];
        assert!((ratio - 50.0).abs() < 1e-4); // f32 rounding of 0.01 and of both products
        assert!(stereo.channel(0)[4_799] < 0.25);
    }

    #[test]
    fn compressors_side_by_side_give_the_bits_of_each_alone() {
        let settings = [
            four_to_one(),
            CompressorSettings { detector: Detector::Rms, release_ms: 60.0, ..four_to_one() },
            CompressorSettings { look_ahead_ms: 3.0, makeup_db: 4.0, mix: 0.6, ..four_to_one() },
            CompressorSettings { knee_db: 12.0, attack_ms: 0.1, ..four_to_one() },
        ];
        let mut alone = settings.map(|settings| Compressor::new(&settings, &spec(2)).unwrap());
        let mut together = alone.clone();
        let noise = |seed| mixdown_fixtures::signals::pink_noise(seed, 0.9, 3_000);
        let mut expected: [_; 4] =
            std::array::from_fn(|n| AudioBuffer::from_channels(&[noise(2 * n as u64), noise(2 * n as u64 + 1)]));
        let mut audio = expected.clone();
        alone.iter_mut().zip(&mut expected).for_each(|(one, audio)| one.process(&mut audio.block_mut()));
        let mut start = 0;
        for frames in [0, 1, 255, 256, 488, 2_000] {
            let mut blocks = audio.each_mut().map(AudioBuffer::block_mut);
            let mut parts = blocks.each_mut().map(|block| block.slice_mut(start..start + frames));
            Compressor::process_batch(&mut together.each_mut(), &mut parts);
            start += frames;
        }
        assert_eq!(audio, expected);
        assert!(together.iter().all(|one| one.gain_reduction_db() > 1.0), "nothing was compressed");
    }

    #[test]
    fn what_stays_below_the_threshold_passes_bit_for_bit_until_something_does_not() {
        let quiet = sine(RATE, 440.0, 0.05, 0.0, 4_800);
        let mut samples = quiet.clone();
        samples[2_400] = 0.9;
        let input = samples.clone();
        Compressor::new(&four_to_one(), &spec(1)).unwrap().process(&mut BlockMut::mono(&mut samples));
        assert_eq!(samples[..2_400], input[..2_400]);
        assert!(samples[2_401..].iter().zip(&input[2_401..]).all(|(out, dry)| out.abs() <= dry.abs()));
        assert_ne!(samples[2_401..2_600], input[2_401..2_600], "the peak left no trace");
    }

    #[test]
    fn a_key_moves_the_gain_and_is_not_heard() {
        let mut compressor = Compressor::new(&four_to_one(), &spec(1)).unwrap();
        let mut samples = vec![0.01; 4_800];
        compressor.process_keyed(&mut BlockMut::mono(&mut samples), &Block::mono(&vec![1.0; 4_800]));
        let gain_db = 20.0 * (f64::from(samples[4_799]) / 0.01).log10();
        assert!((gain_db + 15.0).abs() < 1e-5, "{gain_db}"); // a hundred milliseconds are twenty attacks: e^-20 is left
    }

    #[test]
    fn look_ahead_lowers_the_gain_before_the_peak() {
        let settings = CompressorSettings { attack_ms: 1.0, look_ahead_ms: 5.0, ..four_to_one() };
        let mut compressor = Compressor::new(&settings, &spec(1)).unwrap();
        let mut samples = vec![0.0; 2_000];
        samples[1_000..].fill(1.0);
        compressor.process(&mut BlockMut::mono(&mut samples));
        assert_eq!(samples[1_239], 0.0);
        let first_db = 20.0 * f64::from(samples[1_240]).log10();
        assert!(first_db < -14.8, "{first_db}"); // five attack times: 1 - e^-5 of 15 dB
    }

    #[test]
    fn half_a_mix_is_the_mean_of_dry_and_wet() {
        let input = sine(RATE, 300.0, 0.9, 0.0, 9_600);
        let run = |mix| {
            let mut out = input.clone();
            let settings = CompressorSettings { mix, look_ahead_ms: 2.0, makeup_db: 6.0, ..four_to_one() };
            Compressor::new(&settings, &spec(1)).unwrap().process(&mut BlockMut::mono(&mut out));
            out
        };
        let (dry, half, wet) = (run(0.0), run(0.5), run(1.0));
        assert_eq!(dry[96..], input[..9_600 - 96]);
        for ((dry, half), wet) in dry.iter().zip(&half).zip(&wet) {
            assert!((half - (dry + wet) / 2.0).abs() < 2e-7); // three f32 roundings below 2
        }
    }

    #[test]
    fn a_setting_out_of_range_is_refused_by_name() {
        let error = Compressor::new(&CompressorSettings { ratio: 0.5, ..four_to_one() }, &spec(1)).unwrap_err();
        assert_eq!(error.to_string(), "ratio = 0.5 is out of range (1 to 100)");
    }
}
