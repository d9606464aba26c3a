//! Saturator, oversampled: settings and processor.

mod bend_kernel;
mod bent_curve;
mod one_pole;

use self::bend_kernel::{Bend, bend};
use self::bent_curve::BentCurve;
use self::one_pole::OnePole;
use super::bent_channel::{BentChannel, LATENCY, TAIL};
use super::gain_stage::CHUNK;
use super::oversampling::Oversampler;
use super::oversampling_factor::Oversampling;
use crate::audio::BlockMut;
use crate::dsp::decibel_math::db_to_amplitude;
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Curve of a saturator. The harmonics are those of a sine of −12 dBFS at a drive of 0 dB, relative
/// to it; each 6 dB of drive raise the second by 6 dB and the third by 12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SaturatorCurve {
    /// Second harmonic at −34 dB, third at −57 dB: bends one side of the wave before the other.
    #[default]
    Tube,
    /// Third harmonic at −40 dB, and no even ones: bends both sides alike.
    Tape,
    /// At 50 Hz, third harmonic at −36 dB and second at −44 dB; above 120 Hz they fall by 18 and 12
    /// dB per octave, as the flux of a core does.
    Transformer,
}

settings! {
    /// Settings of the saturator. A mix of 0 with an output gain of 0 dB changes nothing.
    pub struct SaturatorSettings;

    /// Curve: tube (second harmonic), tape (third), transformer (third, of low frequencies).
    curve: SaturatorCurve = SaturatorCurve::default();
    /// Gain into the curve, in decibels. The output is lowered by as much, so that soft sounds keep
    /// their level.
    drive_db: f64 = 6.0, in -24.0..=48.0;
    /// Gain of the output, in decibels.
    output_db: f64 = 0.0, in -24.0..=24.0;
    /// 0 is the input, 1 the bent signal.
    mix: f64 = 1.0, in 0.0..=1.0;
    /// Points per frame at which the signal is bent: 4, 8 or 16.
    oversampling: Oversampling = Oversampling::default();
}

impl SaturatorSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let factor = |points| Oversampling::try_from(points).unwrap_or_default();
        let of = |curve| Self { curve, ..Self::default() };
        vec![
            LawCase::new(of(SaturatorCurve::Tube)).exchanged(),
            LawCase::new(Self { drive_db: 24.0, output_db: -3.0, ..of(SaturatorCurve::Tape) }),
            LawCase::new(Self { drive_db: 12.0, oversampling: factor(4), ..of(SaturatorCurve::Transformer) }),
            LawCase::new(Self { drive_db: 48.0, mix: 0.5, oversampling: factor(16), ..of(SaturatorCurve::Tube) }),
            LawCase::new(Self { drive_db: 24.0, mix: 0.0, ..Self::default() }).neutral(),
        ]
    }
}

impl Stage for SaturatorSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(match u32::from(self.oversampling) {
            4 => Box::new(Saturator::<4>::new(self, spec)?),
            16 => Box::new(Saturator::<16>::new(self, spec)?),
            _ => Box::new(Saturator::<8>::new(self, spec)?),
        })
    }
}

/// Corner of the flux of a transformer's core, in hertz.
const FLUX_HZ: f64 = 120.0;

/// Corner of the high-pass that removes the direct current of a curve that is not symmetric, in
/// hertz.
const COUPLING_HZ: f64 = 5.0;

/// Saturator. The part that the curve takes off is computed at `FACTOR` times the rate, decimated,
/// and subtracted from the delayed input, as by the soft clipper. The latency is 47 frames.
#[derive(Clone, Debug)]
pub(crate) struct Saturator<const FACTOR: usize> {
    bend: Bend<FACTOR>,
    /// Share of the part taken off, over the drive.
    share: f64,
    output: f64,
    /// Low-pass before the curve, and direct current behind it, where the curve has them.
    has_flux: bool,
    has_coupling: bool,
    tail: u64,
    channels: Vec<SaturatorChannel<FACTOR>>,
}

#[derive(Clone, Debug)]
struct SaturatorChannel<const FACTOR: usize> {
    flux: OnePole,
    bent: BentChannel<FACTOR>,
    direct_current: OnePole,
}

impl<const FACTOR: usize> SaturatorChannel<FACTOR> {
    fn new(spec: &ProcessSpec) -> Self {
        let [flux, direct_current] = [FLUX_HZ, COUPLING_HZ].map(|corner_hz| OnePole::new(corner_hz, spec));
        Self { flux, bent: BentChannel::new(), direct_current }
    }

    fn reset(&mut self) {
        self.flux.reset();
        self.bent.reset();
        self.direct_current.reset();
    }
}

impl<const FACTOR: usize> Saturator<FACTOR> {
    /// Builds a saturator. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub(crate) fn new(settings: &SaturatorSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let curve = BentCurve::of(settings.curve);
        let drive = db_to_amplitude(settings.drive_db);
        // A mean stands for the middle between two points.
        let bend = Bend { curve, drive, oversampler: Oversampler::new(0.5) };
        let channels = vec![SaturatorChannel::new(spec); spec.channels];
        let has_flux = settings.curve == SaturatorCurve::Transformer;
        let has_coupling = !curve.is_symmetric();
        let mut tail = TAIL;
        if let Some(channel) = channels.first() {
            tail += if has_flux { channel.flux.ring_frames() } else { 0 };
            tail += if has_coupling { channel.direct_current.ring_frames() } else { 0 };
        }
        Ok(Self {
            bend,
            share: settings.mix / drive,
            output: db_to_amplitude(settings.output_db),
            has_flux,
            has_coupling,
            tail,
            channels,
        })
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let mut less = [0.0; CHUNK];
        for (index, SaturatorChannel { flux, bent, direct_current }) in self.channels.iter_mut().enumerate() {
            let samples = block.channel_mut(index);
            let frames = samples.len();
            let less = &mut less[..frames];
            let wide = bent.take_in(samples);
            if self.has_flux {
                flux.low_pass(wide);
            }
            let is_idle = bent.is_idle();
            let (input, taken_off) = bent.parts(frames);
            let silent = is_idle && input.iter().all(|sample| *sample == 0.0);
            less.fill(0.0);
            if self.share > 0.0 && !silent {
                bend(&self.bend, input, taken_off, less);
                bent.keep_taken_off(frames);
            }
            if self.has_coupling && self.share > 0.0 {
                direct_current.high_pass(less);
            }
            for (sample, less) in samples.iter_mut().zip(&*less) {
                // Not even the sign of a zero changes where nothing was taken off.
                let bent = if *less == 0.0 { f64::from(*sample) } else { f64::from(*sample) - self.share * less };
                *sample = (bent * self.output) as f32;
            }
            bent.keep_input(frames);
        }
    }
}

impl<const FACTOR: usize> Processor for Saturator<FACTOR> {
    fn latency(&self) -> u64 {
        LATENCY as u64
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.tail)
    }

    fn reset(&mut self) {
        self.channels.iter_mut().for_each(SaturatorChannel::reset);
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
            channel.flux.inherit_state(&old.flux);
            channel.bent.inherit_state(&old.bent);
            channel.direct_current.inherit_state(&old.direct_current);
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests;
