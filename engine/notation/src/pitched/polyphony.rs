//! Notes of stems with chords: from each onset on, as long as the pitch sounds.
//!
//! Source: Bittner et al., ICASSP 2022, section 2.3, without its search for notes without onsets.

use super::event::Event;
use super::net::PITCHES;
use super::posteriors::Posteriors;

/// Least probabilities of an onset, from strict to lenient. Soft attacks need lenient ones.
const ONSETS: [f32; 4] = [0.65, 0.55, 0.45, 0.35];
/// Part of what sounds that notes have to explain; if not, a more lenient limit is tried.
const EXPLAINED: f32 = 0.8;
/// Probability from which a pitch sounds.
const SOUNDING: f32 = 0.4;
/// An onset is the most probable one of its pitch within this many frames.
const NEAR: usize = 7;
/// Frames of the shortest note.
const SHORTEST: usize = 6;
/// Frames without sound that end a note.
const GAP: usize = 11;

/// Returns the notes, in the order of their starts.
pub(super) fn find(posteriors: &Posteriors) -> Vec<Event> {
    let onsets = infer_onsets(posteriors);
    let certain = keep_certain(posteriors);
    let total: f32 = certain.iter().sum();
    let mut events = Vec::new();
    for limit in ONSETS {
        events = find_above(posteriors, &onsets, limit);
        let explained: f32 = events.iter().map(|event| sum_of(&certain, event)).sum();
        if explained >= EXPLAINED * total {
            break;
        }
    }
    events
}

/// Returns the probabilities of notes that sound, louder than both neighbours; 0 if not.
fn keep_certain(posteriors: &Posteriors) -> Vec<f32> {
    let mut kept = vec![0.0; posteriors.notes().len()];
    for (kept, notes) in kept.chunks_exact_mut(PITCHES).zip(posteriors.notes().chunks_exact(PITCHES)) {
        for (pitch, kept) in kept.iter_mut().enumerate() {
            let at = |pitch: usize| notes.get(pitch).copied().unwrap_or(0.0);
            let neighbours = at(pitch + 1).max(at(pitch.wrapping_sub(1)));
            if notes[pitch] >= SOUNDING.max(neighbours) {
                *kept = notes[pitch];
            }
        }
    }
    kept
}

fn sum_of(values: &[f32], event: &Event) -> f32 {
    (event.start..event.end).map(|frame| values[frame * PITCHES + event.pitch]).sum()
}

fn find_above(posteriors: &Posteriors, onsets: &[f32], limit: f32) -> Vec<Event> {
    let frames = posteriors.frames();
    let mut left = posteriors.notes().to_vec();
    let mut events = Vec::new();
    // Later onsets first: a note ends where the next one of its pitch begins.
    for start in (1..frames.saturating_sub(1)).rev() {
        for pitch in (0..PITCHES).rev() {
            if !is_onset(onsets, start, pitch, limit) {
                continue;
            }
            let end = find_end(&left, frames, start, pitch);
            if end - start < SHORTEST {
                continue;
            }
            for frame in start..end {
                for pitch in pitch.saturating_sub(1)..=(pitch + 1).min(PITCHES - 1) {
                    left[frame * PITCHES + pitch] = 0.0;
                }
            }
            events.push(Event { start, end, pitch });
        }
    }
    events.reverse();
    events
}

/// Returns whether an onset is probable enough, and more so than those near it; of equal ones the
/// first is.
fn is_onset(onsets: &[f32], frame: usize, pitch: usize, limit: f32) -> bool {
    let onset = onsets[frame * PITCHES + pitch];
    let row = onsets.iter().skip(pitch).step_by(PITCHES);
    onset >= limit
        && row
            .enumerate()
            .skip(frame.saturating_sub(NEAR))
            .take(frame.min(NEAR) + NEAR + 1)
            .all(|(other, value)| *value < onset || (*value == onset && other >= frame))
}

/// Returns the frame after the last one that sounds.
fn find_end(notes: &[f32], frames: usize, start: usize, pitch: usize) -> usize {
    let mut end = start + 1;
    for frame in start + 1..frames {
        if notes[frame * PITCHES + pitch] >= SOUNDING {
            end = frame + 1;
        } else if frame - end + 1 >= GAP {
            break;
        }
    }
    end
}

/// Returns the onsets, at least as probable as the notes rise within one and two frames. The rises
/// are scaled to the most probable onset.
fn infer_onsets(posteriors: &Posteriors) -> Vec<f32> {
    let notes = posteriors.notes();
    let mut rises = vec![0.0f32; notes.len()];
    for (index, rise) in rises.iter_mut().enumerate().skip(2 * PITCHES) {
        let before = notes[index - PITCHES].max(notes[index - 2 * PITCHES]);
        *rise = (notes[index] - before).max(0.0);
    }
    let largest = |values: &[f32]| values.iter().copied().fold(0.0, f32::max);
    let steepest = largest(&rises);
    let scale = if steepest > 0.0 { largest(posteriors.onsets()) / steepest } else { 0.0 };
    for (rise, onset) in rises.iter_mut().zip(posteriors.onsets()) {
        *rise = onset.max(*rise * scale);
    }
    rises
}
