//! Features of bars.

use super::SectionInput;
use crate::chroma::{PitchClasses, mean_between};
use crate::spectrum::{BAND_COUNT, frame_seconds};

/// Parts of a bar whose levels make its pattern.
const PARTS: usize = 8;
/// Parts of a bar whose pitch classes make its harmony.
const HARMONY_PARTS: usize = 4;
/// Range of levels that counts, in decibels below the loudest frame.
const RANGE_DB: f32 = 42.0;

/// Features of all bars of a song.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bars {
    /// Times between bars: one more than bars.
    pub(crate) times: Vec<f64>,
    /// Levels of each stem in each part of a bar, 0 for silence to 1.
    pub(crate) patterns: Vec<Vec<f32>>,
    /// Mean level of each stem in a bar, 0 for silence to 1.
    pub(crate) activity: Vec<Vec<f32>>,
    /// Levels of the mix in bands, 0 for silence to 1.
    pub(crate) timbre: Vec<Vec<f32>>,
    /// Pitch classes of the parts of a bar, treble and bass, each part of length 1.
    pub(crate) harmony: Vec<Vec<f32>>,
    /// Level of the highest bands in the first part of a bar beyond that of the whole bar.
    pub(crate) accents: Vec<f32>,
}

impl Bars {
    /// Creates the features of the bars between `times`.
    pub(crate) fn new(input: &SectionInput<'_>, times: &[f64]) -> Self {
        let features = input.features;
        let mut bars = Self { times: times.to_vec(), ..Self::default() };
        let peaks: Vec<f32> = features.levels.iter().map(|stem| loudest(stem)).collect();
        let high: Vec<f32> =
            features.bands.iter().map(|bands| bands[BAND_COUNT - 4..].iter().sum::<f32>().sqrt()).collect();
        let high_peak = loudest(&high);
        let bands: Vec<Vec<f32>> =
            (0..BAND_COUNT).map(|band| features.bands.iter().map(|frame| frame[band].sqrt()).collect()).collect();
        let band_peak = bands.iter().map(|band| loudest(band)).fold(0.0, f32::max);
        for span in times.windows(2) {
            let part = |parts: usize, part: usize| {
                let step = (span[1] - span[0]) / parts as f64;
                (span[0] + step * part as f64, span[0] + step * (part + 1) as f64)
            };
            let mut pattern = Vec::new();
            let mut activity = Vec::new();
            for (stem, &peak) in features.levels.iter().zip(&peaks) {
                pattern.extend((0..PARTS).map(|index| height(mean(stem, part(PARTS, index)), peak)));
                activity.push(height(mean(stem, (span[0], span[1])), peak));
            }
            bars.patterns.push(pattern);
            bars.activity.push(activity);
            let timbre = bands.iter().map(|band| height(mean(band, (span[0], span[1])), band_peak));
            bars.timbre.push(timbre.collect());
            let mut harmony = Vec::new();
            for index in 0..HARMONY_PARTS {
                let (start_s, end_s) = part(HARMONY_PARTS, index);
                harmony.extend(unit(mean_between(&input.chroma.treble, start_s, end_s)));
                harmony.extend(unit(mean_between(&input.chroma.bass, start_s, end_s)));
            }
            bars.harmony.push(harmony);
            let accent =
                height(mean(&high, part(4, 0)), high_peak) - height(mean(&high, (span[0], span[1])), high_peak);
            bars.accents.push(accent);
        }
        bars
    }

    /// Returns the number of bars.
    pub(crate) fn count(&self) -> usize {
        self.patterns.len()
    }
}

/// Returns the level that the loudest twentieth of the frames exceed.
fn loudest(levels: &[f32]) -> f32 {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get(sorted.len() * 19 / 20).copied().unwrap_or(0.0)
}

/// Returns the mean of the frames in a span, in seconds; 0 without any.
fn mean(levels: &[f32], (start_s, end_s): (f64, f64)) -> f32 {
    let rate = 1.0 / frame_seconds(1);
    let first = ((start_s * rate).round() as usize).min(levels.len());
    let end = ((end_s * rate).round() as usize).max(first + 1).min(levels.len());
    levels[first..end].iter().sum::<f32>() / (end - first).max(1) as f32
}

/// Returns a level in decibels below `peak`, as 0 at the end of the range and 1 at the peak.
fn height(level: f32, peak: f32) -> f32 {
    if level <= 0.0 || peak <= 1e-5 {
        return 0.0;
    }
    (1.0 + 20.0 * (level / peak).log10() / RANGE_DB).clamp(0.0, 1.2)
}

/// Returns the square roots of `classes` with a length of 1; zeros stay.
fn unit(classes: PitchClasses) -> PitchClasses {
    let length = classes.iter().sum::<f32>().sqrt();
    classes.map(|class| if length > 0.0 { class.sqrt() / length } else { 0.0 })
}
