//! Magnitude spectra of overlapping frames.

use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::f64::consts::TAU;
use std::fmt;
use std::sync::Arc;

/// Largest magnitude of a sample that counts: squares of sums stay finite.
const LARGEST_SAMPLE: f32 = 1e9;

/// Streams magnitude spectra of frames. Frame `i` is centred on sample `i * hop`; there are as many
/// frames as hops begun.
pub(crate) struct FrameSpectra {
    window: Vec<f32>,
    hop: usize,
    /// Samples that frames to come need, after silence of half a window.
    samples: Vec<f32>,
    pushed: usize,
    frames: usize,
    transform: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    magnitudes: Vec<f32>,
}

impl FrameSpectra {
    /// Creates a stream with one weight of `window` for each sample of a frame.
    pub(crate) fn new(window: Vec<f32>, hop: usize) -> Self {
        let transform = RealPlanner::new().forward(window.len());
        let (input, bins) = (transform.make_input_vec(), transform.make_output_vec());
        let scratch = transform.make_scratch_vec();
        let (samples, magnitudes) = (vec![0.0; window.len() / 2], vec![0.0; bins.len()]);
        Self { window, hop, samples, pushed: 0, frames: 0, transform, input, bins, scratch, magnitudes }
    }

    /// Adds samples, and passes on the magnitudes of each frame that they complete. Samples that
    /// are not finite count as silence.
    pub(crate) fn push(&mut self, samples: &[f32], mut each: impl FnMut(&[f32])) {
        let finite = |sample: f32| if sample.is_finite() { sample } else { 0.0 };
        let clean = samples.iter().map(|&sample| finite(sample).clamp(-LARGEST_SAMPLE, LARGEST_SAMPLE));
        self.samples.extend(clean);
        self.pushed += samples.len();
        let mut start = 0;
        while start + self.window.len() <= self.samples.len() {
            self.transform(start);
            each(&self.magnitudes);
            self.frames += 1;
            start += self.hop;
        }
        self.samples.drain(..start.min(self.samples.len()));
    }

    /// Passes on the frames that silence completes.
    pub(crate) fn finish(mut self, mut each: impl FnMut(&[f32])) {
        let (missing, hop) = (self.pushed.div_ceil(self.hop) - self.frames, self.hop);
        self.samples.resize(self.window.len() + missing * hop, 0.0);
        for frame in 0..missing {
            self.transform(frame * hop);
            each(&self.magnitudes);
        }
    }

    fn transform(&mut self, start: usize) {
        let samples = &self.samples[start..start + self.window.len()];
        for ((input, sample), weight) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *input = sample * weight;
        }
        // The buffers were made by the transform: their lengths fit, so there is no error.
        let _ = self.transform.process_with_scratch(&mut self.input, &mut self.bins, &mut self.scratch);
        for (magnitude, bin) in self.magnitudes.iter_mut().zip(&self.bins) {
            *magnitude = (bin.re * bin.re + bin.im * bin.im).sqrt();
        }
    }
}

impl fmt::Debug for FrameSpectra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FrameSpectra").field("frames", &self.frames).finish_non_exhaustive()
    }
}

/// Returns a Hann window with zeros at both ends.
pub(crate) fn hann_symmetric(length: usize) -> Vec<f32> {
    let phase = |index: usize| TAU * index as f64 / (length - 1) as f64;
    (0..length).map(|index| (0.5 - 0.5 * phase(index).cos()) as f32).collect()
}
