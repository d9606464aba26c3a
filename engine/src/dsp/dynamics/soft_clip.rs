//! Soft clipper, oversampled: settings and processor.

use super::bent_channel::{BentChannel, LATENCY, TAIL};
use super::clip_curve::ClipCurve;
use super::gain_stage::CHUNK;
use super::oversampling::{Oversampler, TAPS};
use super::oversampling_factor::Oversampling;
use crate::audio::BlockMut;
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
    /// Points per frame at which the signal is bent: 4, 8 or 16.
    oversampling: Oversampling = Oversampling::default();
    /// True if each point is the mean of the curve since the last one, which folds back far less;
    /// false with 4 points per frame is the sound of version 0.1.
    antiderivative: bool = true;
}

impl SoftClipSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let factor = |points| Oversampling::try_from(points).unwrap_or_default();
        vec![
            LawCase::new(Self::default()),
            LawCase::new(Self { drive_db: 12.0, softness: 1.0, ..Self::default() }),
            LawCase::new(Self { drive_db: 24.0, softness: 0.0, ceiling_db: -6.0, mix: 0.5, ..Self::default() }),
            LawCase::new(Self { drive_db: 12.0, oversampling: factor(16), ..Self::default() }),
            LawCase::new(Self { drive_db: 12.0, oversampling: factor(4), antiderivative: false, ..Self::default() }),
            LawCase::new(Self { drive_db: 24.0, mix: 0.0, ..Self::default() }).neutral(),
            LawCase::new(Self { drive_db: 12.0, ..Self::default() }).exchanged(),
        ]
    }
}

impl Stage for SoftClipSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(match u32::from(self.oversampling) {
            4 => Box::new(SoftClip::<4>::new(self, spec)?),
            16 => Box::new(SoftClip::<16>::new(self, spec)?),
            _ => Box::new(SoftClip::<8>::new(self, spec)?),
        })
    }
}

/// Soft clipper. The part to remove is computed at `FACTOR` times the rate, decimated, and
/// subtracted from the delayed input. Signals below the knee thus pass bit for bit. The latency is
/// 47 frames. Bent peaks may exceed the ceiling by the part of them that the decimation removes.
#[derive(Clone, Debug)]
pub struct SoftClip<const FACTOR: usize> {
    bend: Bend<FACTOR>,
    mix: f64,
    /// Below this magnitude no point can reach the knee.
    untouched: f64,
    channels: Vec<BentChannel<FACTOR>>,
}

/// Way from samples to the points of the part to remove.
#[derive(Clone, Debug)]
struct Bend<const FACTOR: usize> {
    curve: ClipCurve,
    antiderivative: bool,
    drive: f64,
    oversampler: Oversampler<FACTOR>,
}

impl<const FACTOR: usize> Bend<FACTOR> {
    /// Writes the part to remove of each frame: `input` begins with the `TAPS` samples before the
    /// first one.
    #[inline]
    fn points(&self, input: &[f64], taken_off: &mut [[f64; FACTOR]]) {
        let Self { curve, drive, oversampler, .. } = self;
        let mut points = input.windows(TAPS).map(|window| oversampler.up(window).map(|point| drive * point));
        // The frame before the first one: only its last point counts.
        let before = points.next().map_or(0.0, |points| points[FACTOR - 1]);
        if self.antiderivative {
            let mut last = (before, curve.primitive(before));
            for (points, taken_off) in points.zip(taken_off) {
                *taken_off = points.map(|point| {
                    let now = (point, curve.primitive(point));
                    curve.mean(std::mem::replace(&mut last, now), now)
                });
            }
        } else {
            points.zip(taken_off).for_each(|(points, less)| *less = points.map(|point| curve.taken_off(point)));
        }
    }
}

impl<const FACTOR: usize> SoftClip<FACTOR> {
    /// Builds a soft clipper. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub fn new(settings: &SoftClipSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let ceiling = Decibels(settings.ceiling_db).to_amplitude();
        let drive = Decibels(settings.drive_db).to_amplitude();
        let knee = ceiling * (1.0 - settings.softness);
        // A mean stands for the middle between two points.
        let oversampler = Oversampler::new(if settings.antiderivative { 0.5 } else { 0.0 });
        Ok(Self {
            untouched: knee / (drive * oversampler.most_rise() * (1.0 + 1e-9)),
            bend: Bend {
                curve: ClipCurve { knee, width: ceiling - knee },
                antiderivative: settings.antiderivative,
                drive,
                oversampler,
            },
            mix: settings.mix,
            channels: vec![BentChannel::new(); spec.channels],
        })
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let dry = 1.0 + self.mix * (self.bend.drive - 1.0);
        for (index, channel) in self.channels.iter_mut().enumerate() {
            let samples = block.channel_mut(index);
            let frames = samples.len();
            channel.take_in(samples);
            for sample in &mut *samples {
                *sample = (f64::from(*sample) * dry) as f32;
            }
            let is_idle = channel.is_idle();
            let (input, taken_off) = channel.parts(frames);
            let loudest = input.iter().fold(0.0_f64, |loudest, sample| loudest.max(sample.abs()));
            if self.mix > 0.0 && (loudest > self.untouched || !is_idle) {
                self.bend.points(input, &mut taken_off[TAPS - 1..]);
                for (sample, window) in samples.iter_mut().zip(taken_off.windows(TAPS)) {
                    let less = self.bend.oversampler.down(window);
                    // Not even the sign of a zero changes where nothing was removed.
                    if less != 0.0 {
                        *sample = (f64::from(*sample) - self.mix * less) as f32;
                    }
                }
                channel.keep_taken_off(frames);
            }
            channel.keep_input(frames);
        }
    }
}

impl<const FACTOR: usize> Processor for SoftClip<FACTOR> {
    fn latency(&self) -> u64 {
        LATENCY as u64
    }

    fn tail(&self) -> Tail {
        Tail::Frames(TAIL)
    }

    fn reset(&mut self) {
        self.channels.iter_mut().for_each(BentChannel::reset);
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
            channel.inherit_state(old);
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests;
