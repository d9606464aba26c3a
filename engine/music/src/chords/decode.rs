//! Sequence of chords that fits all evidence best.

use super::emission::{NO_CHORD, STATE_COUNT, chord_of, evidence};
use super::inversion::bass_of;
use super::{Chord, ChordSegment, Grid, GridCell, Place};
use crate::chroma::{CLASS_COUNT, Chroma, PitchClasses, mean_between};
use crate::key::{KeySegment, fit_to_key};
use crate::spectrum::frame_seconds;

/// Cost of a change of chord at each [`Place`].
const CHANGE: [f32; 4] = [6.5, 9.4, 5.5, 4.5];
/// Worth of a chord that fits the key, for each change to it.
const IN_KEY: f32 = 1.5;
/// Length of a cell whose evidence counts once, in seconds.
const UNIT_S: f64 = 0.3;

/// Evidence of one cell.
struct Cell {
    span: GridCell,
    treble: PitchClasses,
    bass: PitchClasses,
    scores: [f32; STATE_COUNT],
    prior: [f32; STATE_COUNT],
}

/// Returns the chords of a song: one after the other, without gaps, equal neighbours joined.
///
/// `loudness` has one value a frame, 0 to 1. With `keys`, chords of the key of the time are
/// likelier.
#[must_use]
pub fn decode(chroma: &Chroma, loudness: &[f32], grid: &Grid, keys: &[KeySegment]) -> Vec<ChordSegment> {
    let cells: Vec<Cell> = grid.cells.iter().map(|&span| cell(chroma, loudness, span, keys)).collect();
    let path = viterbi(&cells);
    let mut segments = Vec::new();
    let mut start = 0;
    for end in 1..=path.len() {
        if end == path.len() || path[end] != path[start] {
            segments.push(segment(&cells[start..end], path[start]));
            start = end;
        }
    }
    segments
}

fn cell(chroma: &Chroma, loudness: &[f32], span: GridCell, keys: &[KeySegment]) -> Cell {
    let treble = mean_between(&chroma.treble, span.start_s, span.end_s);
    let bass = mean_between(&chroma.bass, span.start_s, span.end_s);
    let rate = 1.0 / frame_seconds(1);
    let first = ((span.start_s * rate) as usize).min(loudness.len());
    let end = ((span.end_s * rate) as usize + 1).clamp(first, loudness.len());
    let level = loudness[first..end].iter().sum::<f32>() / (end - first).max(1) as f32;
    let weight = ((span.end_s - span.start_s) / UNIT_S).min(1.5) as f32;
    let scores = evidence(&treble, &bass, level).map(|score| score * weight);
    let middle = 0.5 * (span.start_s + span.end_s);
    let key = keys.iter().find(|key| middle < key.end_s).or(keys.last());
    let mut prior = [0.0; STATE_COUNT];
    if let Some(key) = key {
        for (state, prior) in prior.iter_mut().enumerate() {
            *prior = chord_of(state).map_or(0.5, |chord| fit_to_key(chord, key.key) as f32) * IN_KEY;
        }
    }
    Cell { span, treble, bass, scores, prior }
}

/// Returns the best sequence of states.
fn viterbi(cells: &[Cell]) -> Vec<usize> {
    let best_of = |scores: &[f32; STATE_COUNT]| {
        (1..STATE_COUNT).fold(0, |best, state| if scores[state] > scores[best] { state } else { best })
    };
    let mut totals = [0.0_f32; STATE_COUNT];
    let mut origins: Vec<[u8; STATE_COUNT]> = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let best = best_of(&totals);
        let change = totals[best] - CHANGE[cell.span.place as usize];
        let mut origin = [0; STATE_COUNT];
        let mut next = [0.0; STATE_COUNT];
        for state in 0..STATE_COUNT {
            let enter = change + cell.prior[state];
            let stays = index == 0 || totals[state] >= enter;
            origin[state] = if stays { state } else { best } as u8;
            let before = if index == 0 { cell.prior[state] } else { totals[state].max(enter) };
            next[state] = before + cell.scores[state];
        }
        // Sums stay small, so that they keep their precision over long songs.
        let top = next[best_of(&next)];
        totals = next.map(|total| total - top);
        origins.push(origin);
    }
    let mut state = best_of(&totals);
    let mut path = Vec::with_capacity(cells.len());
    for origin in origins.iter().rev() {
        path.push(state);
        state = origin[state].into();
    }
    path.reverse();
    path
}

/// Returns the span of cells in one state.
fn segment(cells: &[Cell], state: usize) -> ChordSegment {
    let mut bass = [0.0; CLASS_COUNT];
    let mut treble = [0.0; CLASS_COUNT];
    let mut confidence = 0.0;
    for cell in cells {
        bass.iter_mut().zip(cell.bass).for_each(|(sum, value)| *sum += value);
        treble.iter_mut().zip(cell.treble).for_each(|(sum, value)| *sum += value);
        confidence += probability(&cell.scores, state) / cells.len() as f64;
    }
    let chord = chord_of(state).map(|chord: Chord| chord.with_bass(bass_of(chord, &bass)));
    let (start_s, end_s) = (cells[0].span.start_s, cells[cells.len() - 1].span.end_s);
    ChordSegment { start_s, end_s, chord, confidence }
}

/// Returns the part of all evidence that is for chords with the root and the third of `state`.
fn probability(scores: &[f32; STATE_COUNT], state: usize) -> f64 {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let kind = |state: usize| chord_of(state).map(|chord| (chord.root(), chord.quality().third() as usize));
    let (mut all, mut alike) = (0.0, 0.0);
    for (other, score) in scores.iter().enumerate() {
        let weight = f64::from(score - top).exp();
        all += weight;
        alike += if kind(other) == kind(state) { weight } else { 0.0 };
    }
    alike / all
}

const _: () = assert!(NO_CHORD <= u8::MAX as usize && Place::Downbeat as usize == CHANGE.len() - 1);
