//! Sections of a song: verses, choruses and the like, as spans of whole bars with labels `A`, `B`,
//! …
//!
//! Boundaries are bars where stems come in or leave, where repeats begin or end, or after a fill.
//! Lengths are free: no multiple of four is assumed. See Marmoret and others, "Barwise music
//! structure analysis with the correlation block-matching segmentation algorithm" (2023).

mod bars;
mod boundaries;
mod labels;
mod segment;
mod similarity;

use crate::chords::HarmonyFeatures;
use crate::chroma::Chroma;

/// Span of time of one section.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Start, in seconds.
    pub start_s: f64,
    /// End, in seconds.
    pub end_s: f64,
    /// Label: sections with the same one are alike. `A` to `Z`, then `A2` and so on.
    pub label: String,
}

/// Sections of a song.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sections {
    /// Sections one after the other, without gaps.
    pub sections: Vec<Section>,
    /// Confidence in the boundaries, 0 to 1.
    pub confidence: f64,
}

/// Evidence for the sections of a song.
#[derive(Clone, Copy, Debug)]
pub struct SectionInput<'a> {
    /// Features of the stems.
    pub features: &'a HarmonyFeatures,
    /// Pitch classes.
    pub chroma: &'a Chroma,
    /// Beats, in seconds.
    pub beats_s: &'a [f64],
    /// First beats of bars, in seconds.
    pub downbeats_s: &'a [f64],
}

/// Confidence in a song as one section.
const ONE_SECTION: f64 = 0.1;
/// Bars from which a song is divided.
const FEWEST_BARS: usize = 6;
/// Beats that make a bar if no downbeats are known.
const BEATS_OF_BAR: usize = 4;

/// Returns the sections of a song: bars between downbeats, or groups of beats, put together.
///
/// The first section begins with the first bar, the last one ends with the last bar. A song without
/// bars, or shorter than six bars, is one section with a low confidence. An empty song has none.
#[must_use]
pub fn find_sections(input: &SectionInput<'_>) -> Sections {
    let seconds = input.features.seconds;
    if seconds <= 0.0 {
        return Sections::default();
    }
    let bars = bars::Bars::new(input, &bar_times(input));
    if bars.count() < FEWEST_BARS {
        let section = Section { start_s: 0.0, end_s: seconds, label: labels::label(0) };
        return Sections { sections: vec![section], confidence: ONE_SECTION };
    }
    let similarity = similarity::Similarity::new(&bars);
    let scores = boundaries::scores(&bars, &similarity);
    let (bounds, confidence) = segment::segment(&scores);
    let labels = labels::labels(&bounds, &similarity);
    let sections = bounds
        .windows(2)
        .zip(labels)
        .map(|(pair, label)| Section {
            start_s: bars.times[pair[0]],
            end_s: bars.times[pair[1]],
            label: labels::label(label),
        })
        .collect();
    Sections { sections, confidence }
}

/// Returns the times between bars, in order and inside of the song.
fn bar_times(input: &SectionInput<'_>) -> Vec<f64> {
    let inside = |times: &[f64]| -> Vec<f64> {
        let mut found: Vec<f64> = Vec::new();
        for &time in times.iter().filter(|&&time| time >= 0.0 && time < input.features.seconds) {
            if found.last().is_none_or(|&last| time > last + 0.1) {
                found.push(time);
            }
        }
        found
    };
    let mut times = inside(input.downbeats_s);
    if times.len() <= FEWEST_BARS {
        times = inside(input.beats_s).into_iter().step_by(BEATS_OF_BAR).collect();
    }
    if let [.., before, last] = times[..] {
        // The last bar has no downbeat after it.
        let end_s = (2.0 * last - before).min(input.features.seconds);
        if end_s - last > 0.5 * (last - before) {
            times.push(end_s);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::{BAND_COUNT, frame_at, frame_seconds};

    /// Returns a song of bars of two seconds: `form` has the length of each section and its kind.
    fn song(form: &[(usize, usize)]) -> (HarmonyFeatures, Chroma, Vec<f64>) {
        let bars = |&(bars, kind): &(usize, usize)| (0..bars).map(move |bar| (bar % 3, kind));
        let (places, kinds): (Vec<usize>, Vec<usize>) = form.iter().flat_map(bars).unzip();
        let seconds = 2.0 * kinds.len() as f64;
        let mut features = HarmonyFeatures { seconds, levels: vec![Vec::new(); 3], ..HarmonyFeatures::default() };
        let mut chroma = Chroma::default();
        for frame in 0..frame_at(seconds) {
            let time_s = frame_seconds(frame);
            let bar = ((time_s / 2.0) as usize).min(kinds.len() - 1);
            let noise = 1.0 + 0.1 * ((frame * 7919 % 101) as f32 / 101.0 - 0.5);
            let plays = [true, kinds[bar] != 0, kinds[bar] == 2];
            for (level, plays) in features.levels.iter_mut().zip(plays) {
                level.push(if plays { 0.1 * noise } else { 0.0 });
            }
            features.bands.push([0.01 * noise * (1 + kinds[bar]) as f32; BAND_COUNT]);
            let mut classes = [0.02; 12];
            for note in [0, 4, 7] {
                classes[(note + 5 * places[bar] + 2 * kinds[bar]) % 12] = noise;
            }
            chroma.treble.push(classes);
            chroma.bass.push(classes);
        }
        let downbeats = (0..kinds.len()).map(|bar| 2.0 * bar as f64).collect();
        (features, chroma, downbeats)
    }

    fn sections(form: &[(usize, usize)], downbeats: impl Fn(Vec<f64>) -> Vec<f64>, beats: &[f64]) -> Sections {
        let (features, chroma, times) = song(form);
        let downbeats = downbeats(times);
        find_sections(&SectionInput { features: &features, chroma: &chroma, beats_s: beats, downbeats_s: &downbeats })
    }

    #[test]
    fn sections_of_odd_lengths_are_found_and_named() {
        let found = sections(&[(5, 0), (7, 1), (5, 0), (7, 1), (3, 2), (9, 1)], |times| times, &[]);
        let starts: Vec<f64> = found.sections.iter().map(|section| section.start_s).collect();
        let labels: String = found.sections.iter().map(|section| section.label.as_str()).collect();
        assert_eq!(starts, [0.0, 10.0, 24.0, 34.0, 48.0, 54.0]);
        assert_eq!(labels, "ABABCB");
        assert_eq!(found.sections[5].end_s, 72.0);
        assert!(found.confidence > 0.4, "{}", found.confidence);
    }

    #[test]
    fn beats_are_grouped_without_downbeats() {
        let beats: Vec<f64> = (0..96).map(|beat| 0.5 * f64::from(beat)).collect();
        let found = sections(&[(9, 0), (11, 1)], |_| Vec::new(), &beats);
        assert!(found.sections.iter().any(|section| (section.start_s - 18.0).abs() < 2.1), "{found:?}");
    }

    #[test]
    fn one_section_remains_without_bars_and_none_without_a_song() {
        let found = sections(&[(9, 0), (11, 1)], |_| vec![f64::NAN, -1.0, 1e9], &[]);
        assert_eq!((found.sections.len(), found.sections[0].end_s, found.confidence), (1, 40.0, ONE_SECTION));
        let features = HarmonyFeatures::default();
        let input =
            SectionInput { features: &features, chroma: &Chroma::default(), beats_s: &[1.0], downbeats_s: &[1.0] };
        assert_eq!(find_sections(&input), Sections::default());
    }
}
