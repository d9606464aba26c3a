//! Tempi that may be the tempo of a song.

use super::{FASTEST_BPM, Repetition, SLOWEST_BPM};

/// Tempi that are compared, evenly spaced by ratio.
const GRID: usize = 480;
/// Peaks of repetition that become candidates.
const PEAKS: usize = 4;
/// Ratio within which two tempi are the same.
const SAME: f64 = 1.04;
/// Tempi that listeners and players confuse, as ratios.
const RELATIONS: [f64; 8] = [0.5, 2.0, 1.5, 2.0 / 3.0, 4.0 / 3.0, 0.75, 3.0, 1.0 / 3.0];
/// Range in which repetition is searched, in beats a minute.
const SEARCHED_BPM: [f64; 2] = [40.0, 240.0];

/// Returns candidates in beats a minute, the most repetitive first. `weighted` has the repetition
/// of several curves, and the weight of each.
pub fn candidates_bpm(weighted: &[(&Repetition, f64)]) -> Vec<f64> {
    let [low, high] = SEARCHED_BPM;
    let tempo = |index: usize| low * (high / low).powf(index as f64 / (GRID - 1) as f64);
    let strength =
        |bpm: f64| -> f64 { weighted.iter().map(|(curve, weight)| weight * curve.of_period(60.0 / bpm)).sum() };
    let grid: Vec<(f64, f64)> = (0..GRID).map(tempo).map(|bpm| (strength(bpm), bpm)).collect();
    let mut peaks: Vec<(f64, f64)> =
        grid.windows(3).filter(|near| near[1].0 > near[0].0 && near[1].0 >= near[2].0).map(|near| near[1]).collect();
    peaks.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut found = Vec::new();
    for (strength, bpm) in peaks {
        if found.len() < PEAKS && strength > 0.0 {
            merge_bpm(&mut found, bpm);
        }
    }
    found
}

/// Adds a tempo in beats a minute unless it is out of range, or `found` has it within four percent.
pub fn merge_bpm(found: &mut Vec<f64>, bpm: f64) {
    let is_new = found.iter().all(|&other| (bpm / other).max(other / bpm) > SAME);
    if is_new && (SLOWEST_BPM..=FASTEST_BPM).contains(&bpm) {
        found.push(bpm);
    }
}

/// Returns a tempo, and those that it is confused with.
pub(crate) fn related_bpm(bpm: f64) -> impl Iterator<Item = f64> {
    std::iter::once(bpm).chain(RELATIONS.into_iter().map(move |ratio| bpm * ratio))
}
