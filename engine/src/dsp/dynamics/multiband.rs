//! Multiband compressor, stereo-linked: processor.

mod band_settings;
mod crossover;
mod split_kernel;

pub use self::band_settings::{Bands, MultibandSettings};

use self::crossover::band_filters;
use self::split_kernel::{LaneSection, split};
use super::ballistics_state::Decoupled;
use super::curve::CompressionCurve;
use super::detector::LARGEST;
use super::gain_kernel::{amplitudes_to_reductions, reductions_to_gains};
use super::gain_stage::CHUNK;
use super::settle::Settle;
use crate::audio::BlockMut;
use crate::dsp::biquad::Coefficients;
use crate::dsp::decibel_math::{MAX_ERROR_DB, db_to_amplitude};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};

impl Stage for MultibandSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(match u32::from(self.bands) as usize * spec.channels {
            0..=4 => Box::new(Multiband::<4>::new(self, spec)?),
            5..=8 => Box::new(Multiband::<8>::new(self, spec)?),
            _ => Box::new(Multiband::<12>::new(self, spec)?),
        })
    }
}

/// Multiband compressor: crossovers, and for each band a peak detector of its loudest channel, a
/// curve, ballistics and a gain. All channels of a band have the same gain.
///
/// Bands whose gain is the same sum to the input, turned in phase alone: an all-pass. There is no
/// latency. Lane `band × channels + channel` holds one band of one channel. Without any ratio or
/// gain, the input passes bit for bit.
#[derive(Clone, Debug)]
pub(crate) struct Multiband<const LANES: usize> {
    neutral: bool,
    channels: usize,
    sections: Vec<LaneSection<LANES>>,
    settle: Settle,
    tail: u64,
    bands: Vec<Band>,
    /// All lanes of a chunk.
    frames: Box<[[f64; LANES]; CHUNK]>,
}

#[derive(Clone, Debug)]
struct Band {
    curve: CompressionCurve,
    /// Level up to which the curve requires no reduction, as an amplitude.
    quiet: f64,
    gain_db: f64,
    /// Gain without reduction, with the bits that the loop of gains gives.
    rest: f64,
    ballistics: Decoupled,
    /// Levels, then reductions, then gains of a chunk.
    values: Box<[f64; CHUNK]>,
}

/// Returns the magnitude of a value: NaN counts as silence.
#[inline]
fn magnitude(value: f64) -> f64 {
    let magnitude = value.abs();
    let magnitude = if magnitude > 0.0 { magnitude } else { 0.0 };
    if magnitude < f64::from(LARGEST) { magnitude } else { f64::from(LARGEST) }
}

impl Band {
    fn new(settings: &band_settings::BandSettings, knee_db: f64, spec: &ProcessSpec) -> Self {
        let curve = CompressionCurve::new(settings.threshold_db, settings.ratio, knee_db);
        let mut rest = [0.0];
        reductions_to_gains(settings.gain_db, 1.0, &mut rest);
        Self {
            curve,
            // The margin is a thousand times the error of the logarithm.
            quiet: db_to_amplitude(curve.rest_db() - 1e3 * MAX_ERROR_DB),
            gain_db: settings.gain_db,
            rest: rest[0],
            ballistics: Decoupled::new(settings.attack_ms, settings.release_ms, spec),
            values: Box::new([0.0; CHUNK]),
        }
    }

    /// Turns the levels of a chunk into gains.
    fn gains(&mut self, frames: usize, loudest: f64) {
        let values = &mut self.values[..frames];
        let is_quiet = loudest <= self.quiet;
        if is_quiet && self.ballistics.is_idle() {
            return values.fill(self.rest);
        }
        if is_quiet {
            values.fill(0.0);
        } else {
            amplitudes_to_reductions(&self.curve, values);
        }
        self.ballistics.process(values);
        reductions_to_gains(self.gain_db, 1.0, values);
    }
}

impl<const LANES: usize> Multiband<LANES> {
    /// Builds a multiband compressor. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range, [`BuildError::AboveNyquist`]
    /// when the rate cannot carry a crossover, [`BuildError::Unfit`] when crossovers are not in
    /// order.
    pub(crate) fn new(settings: &MultibandSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check_all(spec.sample_rate)?;
        let crossovers_hz: Vec<f64> = settings.crossovers().into_iter().map(|(_, hz)| hz).collect();
        let filters = band_filters(&crossovers_hz, spec.sample_rate)?;
        let longest = filters.iter().map(Vec::len).max().unwrap_or(0);
        let section = |index: usize| {
            let of_band = |band: &Vec<Coefficients>| vec![band.get(index).copied(); spec.channels];
            LaneSection::new(&filters.iter().flat_map(of_band).collect::<Vec<_>>())
        };
        let in_use = settings.in_use();
        let neutral = in_use.iter().all(|band| band.ratio == 1.0 && band.gain_db == 0.0);
        let ring = |band: &Vec<Coefficients>| band.iter().map(Coefficients::ring_frames).sum();
        Ok(Self {
            neutral,
            channels: spec.channels,
            sections: (0..longest).map(section).collect(),
            settle: Settle::new(),
            tail: if neutral { 0 } else { filters.iter().map(ring).max().unwrap_or(0) },
            bands: in_use.iter().map(|band| Band::new(band, settings.knee_db, spec)).collect(),
            frames: Box::new([[0.0; LANES]; CHUNK]),
        })
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let (count, channels) = (block.frames(), self.channels);
        let frames = &mut self.frames[..count];
        for (lane, channel) in (0..self.bands.len() * channels).map(|lane| (lane, lane % channels)) {
            for (frame, sample) in frames.iter_mut().zip(block.channel(channel)) {
                frame[lane] = f64::from(*sample);
            }
        }
        split(&mut self.sections, frames);
        self.settle.count(count, self.sections.iter_mut().flat_map(|section| section.memory.as_flattened_mut()));
        for (index, band) in self.bands.iter_mut().enumerate() {
            let lanes = index * channels..(index + 1) * channels;
            let mut loudest = 0.0_f64;
            for (level, frame) in band.values.iter_mut().zip(&*frames) {
                *level = frame[lanes.clone()].iter().fold(0.0, |level, value| magnitude(*value).max(level));
                loudest = loudest.max(*level);
            }
            band.gains(count, loudest);
        }
        for channel in 0..channels {
            for (at, sample) in block.channel_mut(channel).iter_mut().enumerate() {
                let parts = self.bands.iter().enumerate();
                let sum = parts
                    .fold(0.0, |sum, (index, band)| sum + band.values[at] * frames[at][index * channels + channel]);
                *sample = sum as f32;
            }
        }
    }
}

impl<const LANES: usize> Processor for Multiband<LANES> {
    fn latency(&self) -> u64 {
        0
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.tail)
    }

    fn reset(&mut self) {
        self.sections.iter_mut().for_each(|section| section.memory = [[0.0; LANES]; 2]);
        self.settle.reset();
        self.bands.iter_mut().for_each(|band| band.ballistics.reset());
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        if self.neutral {
            return;
        }
        let mut start = 0;
        while start < block.frames() {
            let end = start + self.settle.until(CHUNK.min(block.frames() - start));
            self.process_chunk(&mut block.slice_mut(start..end));
            start = end;
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        if self.bands.len() != old.bands.len() {
            return;
        }
        // A neutral one has no memory of the present sound.
        if !old.neutral {
            for (section, old) in self.sections.iter_mut().zip(&old.sections) {
                section.memory = old.memory;
            }
        }
        for (band, old) in self.bands.iter_mut().zip(&old.bands) {
            band.ballistics.inherit_state(&old.ballistics);
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        self.bands.iter().map(|band| band.ballistics.reduction_db()).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests;
