//! Stems inside a mix: the gain of each, and the part of the mix that they leave unexplained.

use super::analyse::open;
use super::error::AlignError;
use crate::align::in_mix::stem_gains::{LeastSquares, fill};
use crate::align::{Alignment, ClipShift};
use crate::audio::AudioBuffer;
use crate::resample::Retiming;
use crate::units::SampleRate;
use mixdown_fft::Complex;
use mixdown_fft::RealPlanner;
use serde::Serialize;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Frames read at once; also the frames of the spectrum.
const BLOCK: usize = 4_096;
/// Centres of the reported octaves, in hertz.
const OCTAVES_HZ: [f64; 9] = [63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0];
/// Residual of the mix in one band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MixBand {
    /// Centre of the octave, in hertz.
    pub centre_hz: f64,
    /// Power of the mix minus the stems relative to that of the mix, in dB; none where the mix is
    /// silent.
    pub residual_db: Option<f64>,
}

/// Stems found in a mix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StemsInMix {
    /// The gain of each stem in the mix, in dB; none for a stem that was not found, or whose gain
    /// is not above 0.
    pub gains_db: Vec<Option<f64>>,
    /// Power left after subtracting the sum of the stems, relative to the mix, in dB; none for a
    /// silent mix.
    pub residual_db: Option<f64>,
    /// The same per octave.
    pub bands: Vec<MixBand>,
}

/// Finds the gains of the stems in a mix, by least squares over all stems at once. `alignment` is
/// that of the mix, at number 0, and the stems after it; `rate` is the rate of the mix. Reads every
/// file twice.
///
/// # Errors
/// When a file cannot be read, or `stop` returns true.
pub fn find_in_mix(
    mix: &Path,
    stems: &[PathBuf],
    alignment: &Alignment,
    rate: SampleRate,
    stop: &dyn Fn() -> bool,
) -> Result<StemsInMix, AlignError> {
    let shifts: Vec<Option<ClipShift>> = alignment.stems[1..]
        .iter()
        .map(|stem| {
            stem.late_samples.filter(|_| stem.reference == Some(0))?;
            Some(stem.in_time().place(0, 0).unwrap_or(ClipShift { start: 0, retiming: Retiming::NONE }))
        })
        .collect();
    let found: Vec<usize> = (0..stems.len()).filter(|n| shifts[*n].is_some()).collect();
    let files: Vec<(&PathBuf, ClipShift)> =
        found.iter().filter_map(|n| Some((&stems[*n], shifts[*n].clone()?))).collect();

    let mut equations = LeastSquares::new(files.len());
    read_in_time(mix, &files, rate, stop, |mix, stems| equations.observe(mix, stems))?;
    let gains = equations.solve();

    let mut residual = Spectrum::new(rate);
    let mut total = Spectrum::new(rate);
    read_in_time(mix, &files, rate, stop, |mix, stems| {
        let mut remainder = mix.clone();
        for (stem, gain) in stems.iter().zip(&gains) {
            for channel in 0..2 {
                for (sample, x) in remainder.channel_mut(channel).iter_mut().zip(stem.channel(channel)) {
                    *sample -= (f64::from(*x) * gain) as f32;
                }
            }
        }
        residual.add(&remainder);
        total.add(mix);
    })?;
    let mut gains_db = vec![None; stems.len()];
    for (n, gain) in found.iter().zip(&gains) {
        gains_db[*n] = (*gain > 0.0).then(|| 20.0 * gain.log10());
    }
    let ratio = |residual: f64, total: f64| (total > 0.0).then(|| 10.0 * (residual / total).max(1e-20).log10());
    let bands = OCTAVES_HZ.iter().zip(residual.bands.iter().zip(&total.bands));
    Ok(StemsInMix {
        gains_db,
        residual_db: ratio(residual.total, total.total),
        bands: bands
            .map(|(hz, (residual, total))| MixBand { centre_hz: *hz, residual_db: ratio(*residual, *total) })
            .collect(),
    })
}

/// Reads the mix and the stems, aligned with it, block by block; mono is copied to both channels.
fn read_in_time(
    mix: &Path,
    files: &[(&PathBuf, ClipShift)],
    rate: SampleRate,
    stop: &dyn Fn() -> bool,
    mut each: impl FnMut(&AudioBuffer, &[AudioBuffer]),
) -> Result<(), AlignError> {
    let mut mix = open(mix, rate, Retiming::NONE)?;
    let mut sources = Vec::new();
    for (path, shift) in files {
        sources.push((open(path, rate, shift.retiming.clone())?, shift.start));
    }
    let mut mix_buffer = AudioBuffer::new(2, BLOCK);
    let mut stem_buffers = vec![AudioBuffer::new(2, BLOCK); files.len()];
    loop {
        if stop() {
            return Err(AlignError::Stopped);
        }
        let frames = fill(&mut mix, &mut 0, &mut mix_buffer)?;
        for ((source, lead), buffer) in sources.iter_mut().zip(&mut stem_buffers) {
            fill(source, lead, buffer)?;
        }
        each(&mix_buffer, &stem_buffers);
        if frames < BLOCK {
            return Ok(());
        }
    }
}

/// Power per octave, and in total.
struct Spectrum {
    fft: Arc<dyn mixdown_fft::RealToComplex<f32>>,
    hann: Vec<f32>,
    rate_hz: f64,
    bands: Vec<f64>,
    total: f64,
}

impl Spectrum {
    fn new(rate: SampleRate) -> Self {
        Self {
            fft: RealPlanner::new().forward(BLOCK),
            hann: (0..BLOCK).map(|n| (0.5 - 0.5 * (TAU * n as f64 / BLOCK as f64).cos()) as f32).collect(),
            rate_hz: rate.as_f64(),
            bands: vec![0.0; OCTAVES_HZ.len()],
            total: 0.0,
        }
    }

    fn add(&mut self, block: &AudioBuffer) {
        let (mut input, mut output) = (self.fft.make_input_vec(), self.fft.make_output_vec());
        let mut scratch = self.fft.make_scratch_vec();
        for channel in 0..2 {
            let samples = block.channel(channel);
            self.total += samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            for ((to, x), gain) in input.iter_mut().zip(samples).zip(&self.hann) {
                *to = x * gain;
            }
            // The lengths are those of the FFT plan.
            let _ = self.fft.process_with_scratch(&mut input, &mut output, &mut scratch);
            for (band, centre) in self.bands.iter_mut().zip(OCTAVES_HZ) {
                let bin = |hz: f64| ((hz * BLOCK as f64 / self.rate_hz).round() as usize).min(output.len());
                let octave = bin(centre / std::f64::consts::SQRT_2)..bin(centre * std::f64::consts::SQRT_2);
                *band += output[octave].iter().map(Complex::norm_sqr).map(f64::from).sum::<f64>();
            }
        }
    }
}
