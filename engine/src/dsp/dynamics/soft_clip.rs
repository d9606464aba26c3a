//! Soft clipper, four times oversampled: settings and processor.

use super::gain_stage::CHUNK;
use super::oversampling::{DOWN_DELAY, FACTOR, Oversampler, Points, TAPS, UP_DELAY};
use crate::audio::BlockMut;
use crate::dsp::delay::DelayLine;
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};
use crate::units::Decibels;

settings! {
    /// Settings of the soft clipper. Signals below the knee pass unchanged.
    pub struct SoftClipSettings;

    /// Level that the clipped signal approaches, in dBFS.
    ceiling_db: f64 = 0.0, in -24.0..=0.0;
    /// Gain before the clipper, in decibels.
    drive_db: f64 = 0.0, in 0.0..=48.0;
    /// Share of the range below the ceiling that is bent: 0 is a hard clip, 1 bends from zero on.
    softness: f64 = 0.5, in 0.0..=1.0;
    /// 0 is the input, 1 the clipped signal.
    mix: f64 = 1.0, in 0.0..=1.0;
}

impl SoftClipSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        vec![
            LawCase::new(Self::default()),
            LawCase::new(Self { drive_db: 12.0, softness: 1.0, ..Self::default() }),
            LawCase::new(Self { drive_db: 24.0, softness: 0.0, ceiling_db: -6.0, mix: 0.5 }),
            LawCase::new(Self { drive_db: 24.0, mix: 0.0, ..Self::default() }).neutral(),
            LawCase::new(Self { drive_db: 12.0, ..Self::default() }).exchanged(),
        ]
    }
}

impl Stage for SoftClipSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(SoftClip::new(self, spec)?))
    }
}

/// Clipping curve. Above the knee it bends toward the ceiling along d ↦ w·d/√(w² + d²). Here d is
/// the distance of the input above the knee, and w that of the ceiling. The curve is continuous in
/// slope and curvature through the knee, and never above the ceiling.
#[derive(Clone, Copy, Debug)]
struct ClipCurve {
    knee: f64,
    width: f64,
}

impl ClipCurve {
    /// Returns the part removed by clipping: exactly 0 up to the knee.
    #[inline]
    fn taken_off(&self, input: f64) -> f64 {
        let above = (input.abs() - self.knee).max(0.0);
        // The floor only matters for a hard clip of input below the ceiling, where the quotient is
        // 0/0.
        let length = (self.width * self.width + above * above).sqrt().max(f64::MIN_POSITIVE);
        (above * (1.0 - self.width / length)).copysign(input)
    }
}

/// Soft clipper. The part to remove is computed at four times the rate, decimated, and subtracted
/// from the delayed input. Signals below the knee thus pass bit for bit. The latency is 47 frames.
/// Bent peaks may exceed the ceiling by the part of them that the decimation removes.
#[derive(Clone, Debug)]
pub struct SoftClip {
    curve: ClipCurve,
    drive: f64,
    mix: f64,
    oversampler: Oversampler,
    /// Below this magnitude no point can reach the knee.
    untouched: f64,
    channels: Vec<ClipChannel>,
}

#[derive(Clone, Debug)]
struct ClipChannel {
    /// The last `TAPS − 1` samples, then the chunk.
    input: Box<[f64; TAPS - 1 + CHUNK]>,
    /// Part removed in the last `TAPS − 1` frames, then in the chunk.
    taken_off: Box<[Points; TAPS - 1 + CHUNK]>,
    /// All of it is 0.
    idle: bool,
    line: DelayLine,
}

impl ClipChannel {
    fn new() -> Self {
        Self {
            input: Box::new([0.0; TAPS - 1 + CHUNK]),
            taken_off: Box::new([[0.0; FACTOR]; TAPS - 1 + CHUNK]),
            idle: true,
            line: DelayLine::new(UP_DELAY + DOWN_DELAY),
        }
    }

    fn reset(&mut self) {
        self.input.fill(0.0);
        self.taken_off.fill([0.0; FACTOR]);
        self.idle = true;
        self.line.reset();
    }
}

impl SoftClip {
    /// Builds a soft clipper. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub fn new(settings: &SoftClipSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let ceiling = Decibels(settings.ceiling_db).to_amplitude();
        let drive = Decibels(settings.drive_db).to_amplitude();
        let knee = ceiling * (1.0 - settings.softness);
        let oversampler = Oversampler::new();
        Ok(Self {
            curve: ClipCurve { knee, width: ceiling - knee },
            drive,
            mix: settings.mix,
            untouched: knee / (drive * oversampler.most_rise() * (1.0 + 1e-9)),
            oversampler,
            channels: vec![ClipChannel::new(); spec.channels],
        })
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let dry = 1.0 + self.mix * (self.drive - 1.0);
        for (index, channel) in self.channels.iter_mut().enumerate() {
            let samples = block.channel_mut(index);
            let frames = samples.len();
            for (wide, sample) in channel.input[TAPS - 1..].iter_mut().zip(&*samples) {
                *wide = f64::from(*sample);
            }
            channel.line.process(samples);
            for sample in &mut *samples {
                *sample = (f64::from(*sample) * dry) as f32;
            }
            let input = &channel.input[..TAPS - 1 + frames];
            let loudest = input.iter().fold(0.0_f64, |loudest, sample| loudest.max(sample.abs()));
            if self.mix > 0.0 && (loudest > self.untouched || !channel.idle) {
                for (window, taken_off) in input.windows(TAPS).zip(&mut channel.taken_off[TAPS - 1..]) {
                    *taken_off = self.oversampler.up(window).map(|point| self.curve.taken_off(self.drive * point));
                }
                let taken_off = &channel.taken_off[..TAPS - 1 + frames];
                for (sample, window) in samples.iter_mut().zip(taken_off.windows(TAPS)) {
                    let less = self.oversampler.down(window);
                    // Not even the sign of a zero changes where nothing was removed.
                    if less != 0.0 {
                        *sample = (f64::from(*sample) - self.mix * less) as f32;
                    }
                }
                channel.taken_off.copy_within(frames..frames + TAPS - 1, 0);
                channel.idle = channel.taken_off[..TAPS - 1].iter().flatten().all(|less| *less == 0.0);
            }
            channel.input.copy_within(frames..frames + TAPS - 1, 0);
        }
    }
}

impl Processor for SoftClip {
    fn latency(&self) -> u64 {
        (UP_DELAY + DOWN_DELAY) as u64
    }

    /// Returns the tail: the last sample stays in the interpolation for all taps but one, and the
    /// part removed there as long in the decimation.
    fn tail(&self) -> Tail {
        Tail::Frames(2 * (TAPS as u64 - 1))
    }

    fn reset(&mut self) {
        self.channels.iter_mut().for_each(ClipChannel::reset);
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let end = block.frames().min(start + CHUNK);
            self.process_chunk(&mut block.slice_mut(start..end));
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        for (channel, old) in self.channels.iter_mut().zip(&old.channels) {
            channel.input.copy_from_slice(&old.input[..]);
            channel.taken_off.copy_from_slice(&old.taken_off[..]);
            channel.idle = old.idle;
            channel.line.inherit_state(&old.line);
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::sine;
    use std::f64::consts::TAU;

    const LATE: usize = 47;

    fn clipped(settings: SoftClipSettings, input: &[f32]) -> Vec<f32> {
        let spec = ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 48_000, channels: 1 };
        let mut out = input.to_vec();
        SoftClip::new(&settings, &spec).unwrap().process(&mut BlockMut::mono(&mut out));
        out
    }

    fn settings() -> SoftClipSettings {
        SoftClipSettings::default()
    }

    #[test]
    fn what_stays_below_the_knee_passes_bit_for_bit() {
        // The knee is at 0.5: the first tone can not reach it, the second comes close to it between
        // the samples.
        for amplitude in [0.05, 0.49] {
            let input = sine(48_000.0, 3_000.1, amplitude, 0.1, 9_600);
            let mut faded: Vec<f32> =
                input.iter().enumerate().map(|(n, x)| x * (n as f32 / 4_800.0).min(1.0)).collect();
            faded[0] = -0.0;
            let bits = |samples: &[f32]| samples.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
            // Cut off before its end reaches the clipper: an edge rings above the knee.
            assert_eq!(bits(&clipped(settings(), &faded)[LATE..]), bits(&faded[..9_600 - LATE]));
        }
    }

    #[test]
    fn a_slow_wave_follows_the_curve() {
        let input = sine(48_000.0, 50.0, 2.0, 0.0, 9_600);
        let out = clipped(settings(), &input);
        let expected = |x: f64| {
            let above = (x.abs() - 0.5).max(0.0);
            x.signum() * (x.abs().min(0.5) + 0.5 * above / (0.25 + above * above).sqrt())
        };
        for n in 1_000..9_000 {
            let error = f64::from(out[n + LATE]) - expected(f64::from(input[n]));
            // Two filters with a ripple of 1.6e-5 (-96 dB) each, on the 1.05 that the clipper takes
            // off at most.
            assert!(error.abs() < 4e-5, "frame {n}: {error}");
        }
    }

    #[test]
    fn a_hard_clip_stops_at_its_ceiling() {
        let settings = SoftClipSettings { ceiling_db: -6.0, softness: 0.0, ..settings() };
        let out = clipped(settings, &sine(48_000.0, 50.0, 1.0, 0.0, 9_600));
        let peak = out.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        // The corner rings a little when it is brought down from four times the rate.
        assert!((0.5011..0.515).contains(&peak), "{peak}");
    }

    /// Returns the strongest tone at a multiple of 100 Hz that is not a harmonic of 5 kHz, relative
    /// to the fundamental, in dB.
    fn alias_db(out: &[f32]) -> f64 {
        let bin = |frequency: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in out[9_600..].iter().enumerate() {
                let angle = TAU * frequency * n as f64 / 48_000.0;
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            re * re + im * im
        };
        let others = (1..200).filter(|step| step % 50 != 0).map(|step| bin(100.0 * f64::from(step)));
        10.0 * (others.fold(0.0, f64::max) / bin(5_000.0)).log10()
    }

    #[test]
    fn a_tone_driven_hard_folds_back_far_less_than_without_oversampling() {
        let settings = SoftClipSettings { drive_db: 12.0, ..settings() };
        let input = sine(48_000.0, 5_000.0, 0.9, 0.0, 19_200);
        let plain: Vec<f32> = input
            .iter()
            .map(|x| {
                let driven = f64::from(*x) * 10.0_f64.powf(12.0 / 20.0);
                (driven - ClipCurve { knee: 0.5, width: 0.5 }.taken_off(driven)) as f32
            })
            .collect();
        let (with, without) = (alias_db(&clipped(settings, &input)), alias_db(&plain));
        println!("aliases: {with:.1} dB oversampled, {without:.1} dB plain");
        assert!(with < -60.0, "{with}");
        assert!(with < without - 25.0, "{with}, {without}");
    }

    #[test]
    fn half_a_mix_is_the_mean_of_dry_and_wet() {
        let input = sine(48_000.0, 700.0, 0.9, 0.0, 4_800);
        let run = |mix| clipped(SoftClipSettings { mix, drive_db: 12.0, ..settings() }, &input);
        let (dry, half, wet) = (run(0.0), run(0.5), run(1.0));
        assert_eq!(dry[LATE..], input[..4_800 - LATE]);
        for ((dry, half), wet) in dry.iter().zip(&half).zip(&wet) {
            assert!((half - f32::midpoint(*dry, *wet)).abs() < 1e-6); // f32 rounding below 4
        }
    }
}
