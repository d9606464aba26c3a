//! Hypotheses of metre, and the choice between them.

use super::evidence::{BeatEvidence, COLUMNS};

/// Numbers of beats in a bar, with the logarithm of how usual each is.
const LENGTHS: [(usize, f64); 6] = [(2, -2.8), (3, 0.3), (4, 0.5), (5, -1.7), (6, -2.5), (7, -2.3)];
/// Fewest beats with a metre.
const FEWEST_BEATS: usize = 8;
/// Beats from which evidence grows no further: neighbouring bars repeat each other.
const MOST_BEATS: f64 = 160.0;
/// Weights of the columns, in their order.
const WEIGHTS: [f64; COLUMNS] = [0.7, -0.5, 0.0, 0.4, 1.0, 0.6, 1.35, 1.1];
/// Weights of the repetition of the columns after a bar.
const REPETITION_WEIGHTS: [f64; COLUMNS] = [0.26, 0.4, 0.22, 0.17, 0.25, 0.22, 0.45, 0.35];

/// Metre of a song.
#[derive(Debug, Clone, PartialEq)]
pub struct Metre {
    /// Beats in a bar, 2 to 7.
    pub beats_per_bar: u32,
    /// Indices of the beats that begin bars. Beats before the first are a pick-up.
    pub downbeats: Vec<usize>,
    /// Confidence in the number of beats, 0 to 1.
    pub confidence: f64,
    /// Confidence in number and downbeats together, 0 to 1.
    pub confidence_of_downbeats: f64,
}

/// Fit of bars of one length to beats, at their best phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BarFit {
    /// Beats in a bar.
    pub(crate) length: usize,
    /// Weighted correlation of downbeats with the evidence.
    pub(crate) downbeats: f64,
    /// Weighted repetition of the evidence after a bar.
    pub(crate) repetition: f64,
    /// Score of the length, as [`find_metre`] compares it.
    pub(crate) score: f64,
}

/// Returns the fit of each length of a bar. `None` as [`find_metre`].
pub(crate) fn bar_fits(evidence: &BeatEvidence) -> Option<Vec<BarFit>> {
    let columns = usable(evidence)?;
    let scale = scale(&columns);
    let fit = |(length, prior): (usize, f64)| {
        let downbeats = (0..length).map(|phase| accents(&columns, length, phase)).fold(f64::NEG_INFINITY, f64::max);
        let repetition = repetitions(&columns, length);
        BarFit { length, downbeats, repetition, score: prior + scale * (downbeats + repetition) }
    };
    Some(LENGTHS.into_iter().map(fit).collect())
}

/// Returns the standardised columns of enough beats with some evidence.
fn usable(evidence: &BeatEvidence) -> Option<[Vec<f64>; COLUMNS]> {
    let columns = evidence.standardised();
    let is_evidence = columns.iter().flatten().any(|&value| value != 0.0);
    (evidence.beats() >= FEWEST_BEATS && is_evidence).then_some(columns)
}

/// Returns the weight of a fit, which grows with the number of beats.
fn scale(columns: &[Vec<f64>; COLUMNS]) -> f64 {
    (columns[0].len() as f64).min(MOST_BEATS).sqrt()
}

/// Finds the metre. `None` with fewer than 8 beats, or without evidence.
pub fn find_metre(evidence: &BeatEvidence) -> Option<Metre> {
    let columns = usable(evidence)?;
    let (beats, scale) = (evidence.beats(), scale(&columns));
    let hypotheses: Vec<Hypothesis> = LENGTHS
        .iter()
        .flat_map(|&length| (0..length.0).map(move |phase| (length, phase)))
        .map(|((length, prior), phase)| Hypothesis {
            length,
            phase,
            score: prior + scale * (accents(&columns, length, phase) + repetitions(&columns, length)),
        })
        .collect();
    let best = hypotheses.iter().max_by(|one, other| one.score.total_cmp(&other.score))?;
    let power = |one: &Hypothesis| (one.score - best.score).exp();
    let all: f64 = hypotheses.iter().map(power).sum();
    let same: f64 = hypotheses.iter().filter(|one| one.length == best.length).map(power).sum();
    Some(Metre {
        beats_per_bar: best.length as u32,
        downbeats: (best.phase..beats).step_by(best.length).collect(),
        confidence: same / all,
        confidence_of_downbeats: 1.0 / all,
    })
}

struct Hypothesis {
    length: usize,
    phase: usize,
    score: f64,
}

/// Returns the weighted correlation of downbeats with the evidence.
fn accents(columns: &[Vec<f64>; COLUMNS], length: usize, phase: usize) -> f64 {
    columns.iter().zip(&WEIGHTS).map(|(column, weight)| weight * correlation(column, length, phase)).sum()
}

/// Returns the weighted repetition of the columns after a bar.
fn repetitions(columns: &[Vec<f64>; COLUMNS], length: usize) -> f64 {
    columns.iter().zip(&REPETITION_WEIGHTS).map(|(column, weight)| weight * repetition(column, length)).sum()
}

/// Returns the correlation of a standardised column with downbeats, -1 to 1.
pub(super) fn correlation(column: &[f64], length: usize, phase: usize) -> f64 {
    let (sum, count) =
        column.iter().skip(phase).step_by(length).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    let beats = column.len() as f64;
    let share = count / beats;
    if count == 0.0 || share >= 1.0 { 0.0 } else { sum / beats / (share * (1.0 - share)).sqrt() }
}

/// Returns the correlation of a standardised column with itself a bar later, about -1 to 1.
fn repetition(column: &[f64], length: usize) -> f64 {
    let pairs = column.iter().zip(&column[length.min(column.len())..]);
    pairs.map(|(one, other)| one * other).sum::<f64>() / column.len().max(1) as f64
}
