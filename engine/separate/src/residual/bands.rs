//! Levels per octave.

use super::energy::Energies;
use crate::document::Band;
use mixdown_engine::units::SampleRate;
use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::f64::consts::{SQRT_2, TAU};
use std::sync::Arc;

/// Middles of the octaves in hertz (IEC 61260-1, nominal).
const CENTRES_HZ: [f64; 10] = [31.5, 63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0];
/// Windows that hold each sample: the squares of their weights then sum to [`WINDOW_SUM`].
const OVERLAP: usize = 4;
/// Sum of the squared Hann window over its positions.
const WINDOW_SUM: f64 = 1.5;
/// Bins between the edges of the lowest octave, at least.
const LEAST_BINS: f64 = 4.0;

/// Sums the power of song and residual in each octave, for one channel.
pub(super) struct BandMeter {
    forward: Arc<dyn RealToComplex<f32>>,
    scratch: Vec<Complex<f32>>,
    bins: Vec<Complex<f32>>,
    window: Vec<f32>,
    /// Octave of each bin.
    octave: Vec<Option<usize>>,
    octaves: usize,
    /// Song and residual, from the start of the next window on.
    waiting: [Vec<f32>; 2],
    sums: Vec<[f64; 2]>,
}

impl BandMeter {
    /// Creates a meter for a rate.
    pub(super) fn new(rate: SampleRate) -> Self {
        let width_hz = CENTRES_HZ[0] / SQRT_2;
        let length = ((rate.as_f64() * LEAST_BINS / width_hz).log2().ceil() as u32).max(6);
        let length = 1_usize << length;
        let forward = RealPlanner::new().forward(length);
        let octaves = CENTRES_HZ.iter().filter(|centre| **centre < rate.nyquist_hz()).count();
        let octave = |bin: usize| {
            let frequency_hz = bin as f64 * rate.as_f64() / length as f64;
            (0..octaves).find(|at| {
                let centre_hz = CENTRES_HZ[*at];
                // The next octave begins where this one ends, though the nominal middles are round.
                let end_hz = CENTRES_HZ.get(at + 1).map_or(centre_hz * SQRT_2, |next| (centre_hz * next).sqrt());
                frequency_hz < end_hz && frequency_hz >= CENTRES_HZ[0] / SQRT_2
            })
        };
        let lead = vec![0.0; length - length / OVERLAP];
        Self {
            scratch: vec![Complex::default(); forward.get_scratch_len()],
            bins: vec![Complex::default(); length / 2 + 1],
            window: (0..length).map(|n| (0.5 - 0.5 * (TAU * n as f64 / length as f64).cos()) as f32).collect(),
            octave: (0..=length / 2).map(octave).collect(),
            octaves,
            waiting: [lead.clone(), lead],
            sums: vec![[0.0; 2]; octaves],
            forward,
        }
    }

    /// Takes equally many samples of song and residual.
    pub(super) fn push(&mut self, song: &[f32], residual: &[f32]) {
        self.waiting[0].extend_from_slice(song);
        self.waiting[1].extend_from_slice(residual);
        let (length, hop) = (self.window.len(), self.window.len() / OVERLAP);
        let mut start = 0;
        while self.waiting[0].len() - start >= length {
            self.add_windows(start);
            start += hop;
        }
        self.waiting.iter_mut().for_each(|waiting| drop(waiting.drain(..start)));
    }

    fn add_windows(&mut self, start: usize) {
        for (signal, waiting) in self.waiting.iter().enumerate() {
            let samples = &waiting[start..start + self.window.len()];
            let mut windowed: Vec<f32> = samples.iter().zip(&self.window).map(|(one, other)| one * other).collect();
            // The lengths are those of the plan, so the transform cannot refuse them.
            let _ = self.forward.process_with_scratch(&mut windowed, &mut self.bins, &mut self.scratch);
            for (bin, octave) in self.bins.iter().zip(&self.octave) {
                if let Some(octave) = octave {
                    self.sums[*octave][signal] += f64::from(bin.re).powi(2) + f64::from(bin.im).powi(2);
                }
            }
        }
    }

    /// Returns the energy of song and residual in each octave, as sums of squares of samples.
    fn finish(mut self) -> Vec<[f64; 2]> {
        let silence = vec![0.0; self.window.len()];
        self.push(&silence, &silence);
        // Parseval: both halves of the spectrum, over the length; each sample counts several times.
        let scale = 2.0 / (self.window.len() as f64 * WINDOW_SUM);
        self.sums.iter().map(|sums| sums.map(|sum| sum * scale)).collect()
    }
}

/// Returns the levels of a song of as many frames, over the meters of all its channels.
pub(super) fn levels(meters: Vec<BandMeter>, frames: u64) -> Vec<Band> {
    let samples = frames as f64 * meters.len() as f64;
    let octaves = meters.first().map_or(0, |meter| meter.octaves);
    let mut energies = vec![Energies::default(); octaves];
    for meter in meters {
        for (energies, [song, residual]) in energies.iter_mut().zip(meter.finish()) {
            energies.merge(&Energies { song, residual });
        }
    }
    let band =
        |(energies, centre_hz): (&Energies, &f64)| Band { centre_hz: *centre_hz, level: energies.level(samples) };
    energies.iter().zip(&CENTRES_HZ).map(band).collect()
}
