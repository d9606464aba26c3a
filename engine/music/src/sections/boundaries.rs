//! Evidence for a boundary before each bar.

use super::bars::Bars;
use super::similarity::{Similarity, distance};

/// Kinds of evidence.
pub(crate) const EVIDENCE: usize = 10;

/// Weight of each kind of evidence, in standard deviations of the song.
const WEIGHTS: [f64; EVIDENCE] = [0.5, 0.4, 0.4, 0.4, 0.3, 0.4, 0.3, 0.3, 0.3, 0.4];
/// Log odds of a boundary before any bar.
const BIAS: f64 = -1.5;

/// Returns the log odds of a boundary before each bar; those of the first bar have no meaning.
pub(crate) fn scores(bars: &Bars, similarity: &Similarity) -> Vec<f64> {
    let rows = evidence(bars, similarity);
    rows.iter().map(|row| BIAS + row.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum::<f64>()).collect()
}

/// Returns the evidence before each bar, each kind with mean 0 and deviation 1.
pub(crate) fn evidence(bars: &Bars, similarity: &Similarity) -> Vec<[f64; EVIDENCE]> {
    let count = bars.count();
    let mut rows: Vec<[f64; EVIDENCE]> = (0..count)
        .map(|bar| {
            if bar == 0 {
                return [0.0; EVIDENCE];
            }
            [
                novelty(&bars.activity, bar, 1),
                novelty(&bars.activity, bar, 3),
                novelty(&bars.patterns, bar, 2),
                novelty(&bars.patterns, bar, 4),
                novelty(&bars.timbre, bar, 1),
                novelty(&bars.timbre, bar, 3),
                novelty(&bars.harmony, bar, 4),
                repeat_edge(similarity, bar, false),
                repeat_edge(similarity, bar, true),
                f64::from(bars.accents[bar]) + fill(bars, bar),
            ]
        })
        .collect();
    for kind in 0..EVIDENCE {
        let mean = rows[1..].iter().map(|row| row[kind]).sum::<f64>() / (count - 1) as f64;
        let variance = rows[1..].iter().map(|row| (row[kind] - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
        let scale = 1.0 / (variance.sqrt() + 1e-3);
        rows[1..].iter_mut().for_each(|row| row[kind] = ((row[kind] - mean) * scale).clamp(-3.0, 4.0));
    }
    rows
}

/// Returns the distance between the means of up to `reach` bars before and after the start of
/// `bar`.
fn novelty(rows: &[Vec<f32>], bar: usize, reach: usize) -> f64 {
    let mean = |rows: &[Vec<f32>]| -> Vec<f32> {
        let mut mean = vec![0.0; rows[0].len()];
        for row in rows {
            mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / rows.len() as f32);
        }
        mean
    };
    let before = mean(&rows[bar.saturating_sub(reach)..bar]);
    let after = mean(&rows[bar..(bar + reach).min(rows.len())]);
    f64::from(distance(&before, &after))
}

/// Returns how much more alike some other bars are on one side of the start of `bar` than on the
/// other: a repeat begins there, or ends.
fn repeat_edge(similarity: &Similarity, bar: usize, ends: bool) -> f64 {
    let count = similarity.count();
    let run = |other: usize, before: bool| -> Option<f32> {
        let steps = 1..=3;
        let values: Vec<f32> = steps
            .map_while(|step| {
                let (a, b) = if before {
                    (bar.checked_sub(step)?, other.checked_sub(step)?)
                } else {
                    (bar + step - 1, other + step - 1)
                };
                (a < count && b < count).then(|| similarity.both(a, b))
            })
            .collect();
        (!values.is_empty()).then(|| values.iter().sum::<f32>() / values.len() as f32)
    };
    (0..=count)
        .filter(|&other| other.abs_diff(bar) >= 2)
        .filter_map(|other| {
            let (before, after) = (run(other, true), run(other, false));
            let (alike, unlike) = if ends { (before?, after.unwrap_or(0.0)) } else { (after?, before.unwrap_or(0.0)) };
            Some(f64::from(alike * alike.max(0.0) - unlike * unlike.max(0.0)))
        })
        .fold(0.0, f64::max)
}

/// Returns how much the bar before `bar` differs from those around it: a fill.
fn fill(bars: &Bars, bar: usize) -> f64 {
    if bar < 2 {
        return 0.0;
    }
    let last = &bars.patterns[bar - 1];
    let around = distance(last, &bars.patterns[bar - 2]).min(distance(last, &bars.patterns[bar]));
    f64::from(around)
}
