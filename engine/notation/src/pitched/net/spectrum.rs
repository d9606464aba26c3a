//! Spectrum with 36 bins an octave: levels of a window between 0 and 1.

use super::kernels::{LANES, TOGETHER, correlate, decimate};
use super::weights::{BINS_PER_OCTAVE, SPECTRUM, TAPS, WEIGHTS};
use super::{FRAMES, HOP};

const OCTAVES: usize = 9;
/// Bins of the lowest octave that are left out.
const LEFT_OUT: usize = OCTAVES * BINS_PER_OCTAVE - SPECTRUM;

/// A kernel without the zeros around it.
#[derive(Debug)]
struct Bin {
    start: usize,
    real: Vec<f32>,
    imaginary: Vec<f32>,
}

/// Spectrum of windows, with its working memory.
#[derive(Debug)]
pub(super) struct Spectrum {
    bins: Vec<Bin>,
    /// Taps of even index of the low-pass filter.
    filter: Vec<f32>,
    signal: Vec<f32>,
    padded: Vec<f32>,
    even: Vec<f32>,
    odd: Vec<f32>,
}

impl Spectrum {
    pub(super) fn new() -> Self {
        let weights = &*WEIGHTS;
        let rows = weights.real.chunks_exact(TAPS).zip(weights.imaginary.chunks_exact(TAPS));
        let bins = rows.map(|(real, imaginary)| trim(real, imaginary)).collect();
        let filter = weights.low_pass.iter().step_by(2).copied().collect();
        Self { bins, filter, signal: Vec::new(), padded: Vec::new(), even: Vec::new(), odd: Vec::new() }
    }

    /// Writes the levels of a window: [`FRAMES`] rows of [`SPECTRUM`] values, in decibels, from the
    /// quietest of the window at 0 to its loudest at 1.
    pub(super) fn analyse(&mut self, window: &[f32], levels: &mut [f32]) {
        self.signal.clear();
        self.signal.extend_from_slice(window);
        for octave in 0..OCTAVES {
            self.write_powers(octave, levels);
            if octave + 1 < OCTAVES {
                self.halve();
            }
        }
        normalise(levels);
    }

    fn write_powers(&mut self, octave: usize, powers: &mut [f32]) {
        let hop = HOP >> octave;
        reflect(&self.signal, &mut self.padded);
        let lowest = (OCTAVES - 1 - octave) * BINS_PER_OCTAVE;
        for (bin, kernel) in (lowest..).zip(&self.bins).filter(|(bin, _)| *bin >= LEFT_OUT) {
            let bin = bin - LEFT_OUT;
            let scale = WEIGHTS.scale[bin];
            for frame in (0..FRAMES).step_by(TOGETHER) {
                let samples = &self.padded[frame * hop + kernel.start..];
                let [real, imaginary] = correlate(samples, hop, [&kernel.real, &kernel.imaginary]);
                for together in 0..TOGETHER {
                    let (real, imaginary) = (scale * real[together], scale * imaginary[together]);
                    powers[(frame + together) * SPECTRUM + bin] = real * real + imaginary * imaginary;
                }
            }
        }
    }

    /// Filters the signal and drops every second sample.
    fn halve(&mut self) {
        let padding = TAPS / 2 - 1;
        let count = (self.signal.len() + 2 * padding - TAPS) / 2 + 1;
        for phase in [&mut self.even, &mut self.odd] {
            phase.clear();
            phase.resize(count + TAPS, 0.0);
        }
        for (index, sample) in (padding..).zip(&self.signal) {
            let phase = if index % 2 == 0 { &mut self.even } else { &mut self.odd };
            phase[index / 2] = *sample;
        }
        self.signal.clear();
        decimate(&self.even, &self.odd, &self.filter, &mut self.signal, count);
    }
}

/// Returns a kernel without zeros, as long as a multiple of the lanes.
fn trim(real: &[f32], imaginary: &[f32]) -> Bin {
    let is_set = |tap: &usize| real[*tap] != 0.0 || imaginary[*tap] != 0.0;
    let first = (0..TAPS).find(is_set).unwrap_or(0);
    let last = (0..TAPS).rfind(is_set).unwrap_or(0);
    let length = (last + 1 - first).next_multiple_of(LANES);
    let start = first.min(TAPS - length);
    let part = |kernel: &[f32]| kernel[start..start + length].to_vec();
    Bin { start, real: part(real), imaginary: part(imaginary) }
}

/// Writes the signal with its reflection at both ends, half a kernel each.
fn reflect(signal: &[f32], padded: &mut Vec<f32>) {
    let half = TAPS / 2;
    padded.clear();
    padded.extend(signal[1..=half].iter().rev());
    padded.extend_from_slice(signal);
    padded.extend(signal[signal.len() - 1 - half..signal.len() - 1].iter().rev());
}

/// Turns powers into levels from 0 to 1. A window without differences has zeros.
fn normalise(values: &mut [f32]) {
    for value in &mut *values {
        *value = 10.0 * (*value + 1e-10).log10();
    }
    let (least, most) =
        values.iter().fold((f32::MAX, f32::MIN), |(least, most), &value| (least.min(value), most.max(value)));
    let scale = if most > least { (most - least).recip() } else { 0.0 };
    for value in values {
        *value = (*value - least) * scale;
    }
}
