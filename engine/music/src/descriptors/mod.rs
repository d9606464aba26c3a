//! Descriptors of the sound of one stem: its level, its spectrum and its zero crossings.
//!
//! Frames have [`FRAME`] samples, every [`HOP`] samples, centred: frame `j` has its middle at
//! sample `j * HOP`. The stem counts as silent before its start and after its end. A stem of `n`
//! samples has `1 + n / HOP` frames. A frame is silent if the root mean square of its samples,
//! without a window, is below [`SILENCE`]. Silent frames count in the share of silence alone.

mod crossings;
mod frames;
mod spectral;

pub(crate) use frames::Frames;

use crossings::Crossings;
use spectral::Spectrum;

/// The samples of one frame.
pub const FRAME: usize = 2048;
/// The samples from one frame to the next.
pub const HOP: usize = 512;
/// The root mean square below which a frame is silent: -60 dB below full scale.
pub const SILENCE: f64 = 1e-3;
/// The share of a spectrum's magnitude that lies at or below its rolloff.
pub const ROLLOFF_SHARE: f64 = 0.85;

/// Descriptors of a whole stem: means over its frames that are not silent, 0 without such frames.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Descriptors {
    /// The mean frequency of a frame's spectrum, weighted by magnitude, in hertz.
    pub spectral_centroid_hz: f64,
    /// The standard deviation of that frequency with the same weights, in hertz.
    pub spectral_bandwidth_hz: f64,
    /// The frequency at or below which [`ROLLOFF_SHARE`] of the magnitude lies, in hertz.
    pub spectral_rolloff_hz: f64,
    /// Changes of sign per sample, from 0 to 1.
    pub zero_crossing_rate: f64,
    /// The root mean square of a frame's samples, 1 at full scale.
    pub rms: f64,
    /// The share of silent frames, from 0 to 1.
    pub silence_share: f64,
}

/// Extractor of [`Descriptors`] from mono samples at [`crate::SAMPLE_RATE`].
#[derive(Debug)]
pub struct DescriptorExtractor {
    frames: Frames,
    totals: Totals,
}

/// Sums over the frames so far.
#[derive(Debug)]
struct Totals {
    spectrum: Spectrum,
    crossings: Crossings,
    sums: Descriptors,
    sounding: u64,
    silent: u64,
}

impl DescriptorExtractor {
    /// Creates an extractor at the start of a stem.
    pub fn new() -> Self {
        let totals = Totals {
            spectrum: Spectrum::new(FRAME),
            crossings: Crossings::new(FRAME, HOP),
            sums: Descriptors::default(),
            sounding: 0,
            silent: 0,
        };
        Self { frames: Frames::new(FRAME, HOP), totals }
    }

    /// Takes the next samples of the stem. Samples that are not finite count as 0.
    pub fn push(&mut self, samples: &[f32]) {
        let Self { frames, totals } = self;
        totals.crossings.push(samples);
        frames.push(samples, |frame| totals.add(frame));
    }

    /// Returns the descriptors of all samples.
    pub fn finish(mut self) -> Descriptors {
        let Self { frames, totals } = &mut self;
        totals.crossings.end();
        frames.end(|frame| totals.add(frame));
        totals.means()
    }
}

impl Default for DescriptorExtractor {
    fn default() -> Self {
        Self::new()
    }
}

impl Totals {
    /// Adds the values of one frame.
    fn add(&mut self, frame: &[f32]) {
        let rate = self.crossings.next_rate();
        let power: f64 = frame.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        let rms = (power / frame.len() as f64).sqrt();
        if rms < SILENCE {
            self.silent += 1;
            return;
        }
        self.sounding += 1;
        let shape = self.spectrum.shape(frame);
        self.sums.spectral_centroid_hz += shape.centroid;
        self.sums.spectral_bandwidth_hz += shape.bandwidth;
        self.sums.spectral_rolloff_hz += shape.rolloff;
        self.sums.zero_crossing_rate += rate;
        self.sums.rms += rms;
    }

    /// Returns the means over the frames so far, of which there is at least one.
    fn means(&self) -> Descriptors {
        let mean = |sum: f64| sum / self.sounding.max(1) as f64;
        Descriptors {
            spectral_centroid_hz: mean(self.sums.spectral_centroid_hz),
            spectral_bandwidth_hz: mean(self.sums.spectral_bandwidth_hz),
            spectral_rolloff_hz: mean(self.sums.spectral_rolloff_hz),
            zero_crossing_rate: mean(self.sums.zero_crossing_rate),
            rms: mean(self.sums.rms),
            silence_share: self.silent as f64 / (self.silent + self.sounding) as f64,
        }
    }
}

#[cfg(test)]
mod tests;
