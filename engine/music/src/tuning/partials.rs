//! Partials of a signal that last, with their exact frequencies.

use super::PartialHistogram;
use crate::SAMPLE_RATE;
use crate::spectrum::{Framing, HOP, Stft};
use mixdown_fft::{Complex, RealPlanner};
use std::f64::consts::TAU;

const SIZE: usize = 8192;
/// Partials below are hardly apart in the window, and those above are mostly overtones.
const RANGE_HZ: [f64; 2] = [100.0, 1500.0];
/// Peaks this far below the strongest one of a frame do not count.
const FLOOR: f32 = 0.01;
/// Peaks of frames weaker than this do not count: rounding noise.
const SILENCE: f32 = 1e-4;
/// Overtones that lie between the notes of equal temperament.
const IMPURE_OVERTONES: [f64; 4] = [3.0, 5.0, 6.0, 7.0];

/// Peak of one frame.
#[derive(Clone, Copy, Debug)]
struct Peak {
    hertz: f64,
    magnitude: f32,
}

/// Extractor of a [`PartialHistogram`].
///
/// The advance of a partial's phase between two frames gives its frequency far more exactly than
/// the bin of its peak does (Flanagan and Golden, "Phase vocoder", 1966).
#[derive(Debug)]
pub struct PartialExtractor {
    framing: Framing,
    analysis: Analysis,
}

#[derive(Debug)]
struct Analysis {
    transform: Stft,
    previous: Vec<Complex<f32>>,
    peaks: Vec<Peak>,
    histogram: PartialHistogram,
}

impl Analysis {
    fn add(&mut self, frame: &[f32]) {
        let bins = self.transform.transform(frame);
        find_peaks(bins, &self.previous, &mut self.peaks);
        self.previous.clear();
        self.previous.extend_from_slice(bins);
        for peak in self.peaks.iter().filter(|peak| !is_impure(peak, &self.peaks)) {
            let pitch = 69.0 + 12.0 * (peak.hertz / super::STANDARD_HZ).log2();
            self.histogram.add(pitch, peak.magnitude.sqrt());
        }
    }
}

/// Writes to `peaks` those of `bins` that were there in the frame before, too.
fn find_peaks(bins: &[Complex<f32>], previous: &[Complex<f32>], peaks: &mut Vec<Peak>) {
    peaks.clear();
    let step = f64::from(SAMPLE_RATE) / SIZE as f64;
    let (first, last) = ((RANGE_HZ[0] / step) as usize, (RANGE_HZ[1] / step) as usize);
    let top = bins[first..=last].iter().map(Complex::norm_sqr).fold(0.0, f32::max).sqrt();
    if previous.is_empty() || top < SILENCE {
        return;
    }
    for index in first..=last {
        let [below, here, above] = [index - 1, index, index + 1].map(|bin| bins[bin].norm());
        let before = previous[index].norm();
        let is_steady = before > 0.7 * here && before < 1.4 * here;
        if here < FLOOR * top || here < below || here <= above || !is_steady {
            continue;
        }
        let expected = TAU * (index * HOP) as f64 / SIZE as f64;
        let advance = f64::from(bins[index].arg()) - f64::from(previous[index].arg()) - expected;
        let turns = (advance / TAU - (advance / TAU).round()) * SIZE as f64 / HOP as f64;
        // A phase that contradicts the shape of the peak belongs to two partials at once.
        let shape = peak_offset(below, here, above);
        if (turns - shape).abs() < 0.15 {
            peaks.push(Peak { hertz: (index as f64 + turns) * step, magnitude: here });
        }
    }
}

/// Returns the offset of a peak from its middle bin: a parabola through the levels.
fn peak_offset(below: f32, here: f32, above: f32) -> f64 {
    let [below, here, above] = [below, here, above].map(|magnitude| f64::from(magnitude.max(1e-12)).ln());
    let curve = below - 2.0 * here + above;
    if curve < 0.0 { 0.5 * (below - above) / curve } else { 0.0 }
}

/// Returns true if `peak` is an overtone, not on the grid of notes, of one of the other peaks.
fn is_impure(peak: &Peak, peaks: &[Peak]) -> bool {
    IMPURE_OVERTONES.iter().any(|overtone| {
        let root = peak.hertz / overtone;
        peaks.iter().any(|other| (other.hertz / root - 1.0).abs() < 0.012 && other.magnitude > 0.2 * peak.magnitude)
    })
}

impl PartialExtractor {
    /// Creates an extractor at the start of a signal.
    #[must_use]
    pub fn new() -> Self {
        let transform = Stft::new(&mut RealPlanner::new(), SIZE);
        let analysis =
            Analysis { transform, previous: Vec::new(), peaks: Vec::new(), histogram: PartialHistogram::new() };
        Self { framing: Framing::new(SIZE), analysis }
    }

    /// Appends a block of mono samples at [`SAMPLE_RATE`].
    pub fn push(&mut self, block: &[f32]) {
        self.framing.push(block, |frame| self.analysis.add(frame));
    }

    /// Returns the votes of all partials that lasted.
    #[must_use]
    pub fn finish(mut self) -> PartialHistogram {
        self.framing.finish(|frame| self.analysis.add(frame));
        self.analysis.histogram
    }
}

impl Default for PartialExtractor {
    fn default() -> Self {
        Self::new()
    }
}
