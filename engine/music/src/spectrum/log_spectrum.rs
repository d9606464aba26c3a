//! Spectrogram on a logarithmic grid of frequencies.

use super::{BIN_COUNT, Framing, LogMap, SIZES, Stft};
use mixdown_fft::RealPlanner;

/// Magnitudes of all frames of a signal, [`BIN_COUNT`] a frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogSpectrum {
    magnitudes: Vec<f32>,
}

impl LogSpectrum {
    /// Returns the number of frames.
    #[must_use]
    pub fn frame_count(&self) -> usize {
        self.magnitudes.len() / BIN_COUNT
    }

    /// Returns the [`BIN_COUNT`] magnitudes of each frame: 1 for a sine of amplitude 1.
    pub fn frames(&self) -> impl Iterator<Item = &[f32]> {
        self.magnitudes.chunks_exact(BIN_COUNT)
    }

    /// Returns the largest magnitude, 0 without frames.
    #[must_use]
    pub fn peak(&self) -> f32 {
        self.magnitudes.iter().copied().fold(0.0, f32::max)
    }
}

/// Extractor of a [`LogSpectrum`]: long windows for low notes, short ones for high notes.
#[derive(Debug)]
pub struct LogSpectrumExtractor {
    framing: Framing,
    analysis: Analysis,
}

#[derive(Debug)]
struct Analysis {
    transforms: [Stft; SIZES.len()],
    map: LogMap,
    magnitudes: Vec<f32>,
}

impl Analysis {
    fn add(&mut self, frame: &[f32]) {
        let start = self.magnitudes.len();
        self.magnitudes.resize(start + BIN_COUNT, 0.0);
        for (size, transform) in self.transforms.iter_mut().enumerate() {
            self.map.gather(size, transform.transform(frame), &mut self.magnitudes[start..]);
        }
    }
}

impl LogSpectrumExtractor {
    /// Creates an extractor at the start of a signal.
    #[must_use]
    pub fn new() -> Self {
        let mut planner = RealPlanner::new();
        let transforms = SIZES.map(|size| Stft::new(&mut planner, size));
        let analysis = Analysis { transforms, map: LogMap::new(), magnitudes: Vec::new() };
        Self { framing: Framing::new(SIZES[0]), analysis }
    }

    /// Appends a block of mono samples at [`crate::SAMPLE_RATE`].
    pub fn push(&mut self, block: &[f32]) {
        self.framing.push(block, |frame| self.analysis.add(frame));
    }

    /// Returns the spectrum of all samples.
    #[must_use]
    pub fn finish(mut self) -> LogSpectrum {
        self.framing.finish(|frame| self.analysis.add(frame));
        LogSpectrum { magnitudes: self.analysis.magnitudes }
    }
}

impl Default for LogSpectrumExtractor {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::bin_hz;

    fn spectrum(samples: &[f32], block: usize) -> LogSpectrum {
        let mut extractor = LogSpectrumExtractor::new();
        for block in samples.chunks(block) {
            extractor.push(block);
        }
        extractor.finish()
    }

    fn sine(hertz: f64, seconds: f64) -> Vec<f32> {
        let step = std::f64::consts::TAU * hertz / 22_050.0;
        (0..(seconds * 22_050.0) as usize).map(|index| (step * index as f64).sin() as f32).collect()
    }

    #[test]
    fn sines_peak_at_their_bins() {
        for index in [24, 60, 100, 150, 200, 240] {
            let spectrum = spectrum(&sine(bin_hz(index), 2.0), 4096);
            let frame = spectrum.frames().nth(20).unwrap();
            let top = (0..BIN_COUNT).max_by(|&a, &b| frame[a].total_cmp(&frame[b])).unwrap();
            assert!(top.abs_diff(index) <= 1, "{index}: {top}");
            assert!((0.6..1.4).contains(&frame[top]), "{index}: {}", frame[top]);
        }
    }

    #[test]
    fn measured_magnitudes_are_the_response_of_the_map() {
        let (map, hertz) = (LogMap::new(), 431.7);
        let spectrum = spectrum(&sine(hertz, 2.0), 22_050);
        for (index, &magnitude) in spectrum.frames().nth(20).unwrap().iter().enumerate() {
            assert!((magnitude - map.response(index, hertz)).abs() < 0.01, "{index}");
        }
    }

    #[test]
    fn blocks_do_not_matter_and_short_signals_have_frames() {
        let samples = sine(200.0, 0.5);
        assert_eq!(spectrum(&samples, 333), spectrum(&samples, samples.len()));
        assert_eq!(spectrum(&[0.5], 1).frame_count(), 1);
        assert_eq!((spectrum(&[], 1).frame_count(), spectrum(&[], 1).peak()), (0, 0.0));
    }
}
