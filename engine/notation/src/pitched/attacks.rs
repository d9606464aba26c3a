//! Levels and attacks of the stem itself.

use super::net::HOP;
use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::fmt;
use std::sync::Arc;

/// Samples of a frame.
const SIZE: usize = 1024;
/// Steps from the lowest to the highest bin; bands are this far apart, and at least one bin wide.
const STEPS: i32 = 48;
/// Level, relative to the loudest band of the stem, below which changes do not count: -60 dB.
const FLOOR: f32 = 1e-3;
/// Magnitude up to which samples count; full scale is 1.
const LIMIT: f32 = 100.0;

/// Collects magnitudes of bands. Frame `i` is centred on sample `i * HOP`.
pub(super) struct Attacks {
    window: Vec<f32>,
    /// First bin of each band, and the bin after the last band.
    edges: Vec<usize>,
    pending: Vec<f32>,
    samples: usize,
    transform: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Magnitude of each band, frame by frame.
    bands: Vec<f32>,
    /// Level of each frame, as an amplitude.
    levels: Vec<f32>,
}

/// Level and attack of each frame.
#[derive(Debug)]
pub(super) struct Envelope {
    /// Levels, as amplitudes.
    pub(super) levels: Vec<f32>,
    /// Mean rise of the bands, in decades of amplitude.
    pub(super) attacks: Vec<f32>,
}

impl Attacks {
    pub(super) fn new() -> Self {
        let transform = RealPlanner::new().forward(SIZE);
        let turn = std::f32::consts::TAU / SIZE as f32;
        let last = (SIZE / 2) as f64;
        let edge = |step: i32| last.powf(f64::from(step) / f64::from(STEPS)).round() as usize;
        let mut edges: Vec<usize> = (0..=STEPS).map(edge).collect();
        edges.dedup();
        Self {
            window: (0..SIZE).map(|index| (0.5 - 0.5 * (turn * index as f32).cos()) * 4.0 / SIZE as f32).collect(),
            edges,
            pending: vec![0.0; SIZE / 2],
            samples: 0,
            input: transform.make_input_vec(),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            transform,
            bands: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Adds samples. Values that are not finite count as silence.
    pub(super) fn push(&mut self, mut samples: &[f32]) {
        self.samples += samples.len();
        while !samples.is_empty() {
            let (block, rest) = samples.split_at(samples.len().min(SIZE - self.pending.len()));
            let bound = |sample: f32| if sample.is_finite() { sample.clamp(-LIMIT, LIMIT) } else { 0.0 };
            self.pending.extend(block.iter().map(|&sample| bound(sample)));
            samples = rest;
            if self.pending.len() == SIZE {
                self.add_frame();
            }
        }
    }

    fn add_frame(&mut self) {
        for ((input, sample), weight) in self.input.iter_mut().zip(&self.pending).zip(&self.window) {
            *input = sample * weight;
        }
        // The vectors come from the plan itself, so their lengths are right, the one cause of an
        // error.
        let done = self.transform.process_with_scratch(&mut self.input, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok(), "lengths differ from the plan's");
        let band = |edge: &[usize]| self.bins[edge[0]..edge[1]].iter().map(|bin| bin.norm()).sum::<f32>();
        self.bands.extend(self.edges.windows(2).map(band));
        self.levels.push(self.bins.iter().map(Complex::norm_sqr).sum::<f32>().sqrt());
        self.pending.drain(..HOP);
    }

    /// Returns the envelope of all samples; it has as many frames as hops begun.
    pub(super) fn finish(mut self) -> Envelope {
        while self.levels.len() < self.samples.div_ceil(HOP) {
            self.pending.resize(SIZE, 0.0);
            self.add_frame();
        }
        let bands = self.edges.len() - 1;
        let loudest = self.bands.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        for value in &mut self.bands {
            *value = (*value / loudest + FLOOR).log10();
        }
        let mut attacks = vec![0.0; self.levels.len()];
        let pairs = self.bands.chunks_exact(bands).zip(self.bands.chunks_exact(bands).skip(2));
        for (attack, (before, after)) in attacks.iter_mut().skip(1).zip(pairs) {
            let rises = before.iter().zip(after).map(|(before, after)| (after - before).max(0.0));
            *attack = rises.sum::<f32>() / bands as f32;
        }
        Envelope { levels: self.levels, attacks }
    }
}

impl fmt::Debug for Attacks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Attacks").field("samples", &self.samples).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attack_is_where_the_sound_starts() {
        let start = 100 * HOP;
        let sound = |index: usize| if index < start { 0.0 } else { (index as f32 * 0.1).sin() * 0.5 };
        let samples: Vec<f32> = (0..200 * HOP).map(sound).collect();
        let mut attacks = Attacks::new();
        for block in samples.chunks(777) {
            attacks.push(block);
        }
        let envelope = attacks.finish();
        assert_eq!(envelope.attacks.len(), 200);
        let largest = envelope.attacks.iter().copied().fold(0.0, f32::max);
        let at = envelope.attacks.iter().position(|&attack| attack == largest).unwrap();
        assert!((98..=101).contains(&at), "{at}");
        assert!(envelope.levels[..97].iter().all(|&level| level == 0.0));
        assert!(envelope.attacks[110..190].iter().all(|&attack| attack < 0.05));
    }
}
