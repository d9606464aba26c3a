//! Notes of stems with one voice: the path through the pitches, cut at attacks.

use super::attacks::Envelope;
use super::event::Event;
use super::net::PITCHES;
use super::path::{self, SILENT};
use super::posteriors::Posteriors;
use super::snap::snap;

/// Lowest pitch, B0, and the pitch above the highest.
const PITCH_RANGE: [usize; 2] = [2, 50];
/// Least probability of an onset that cuts a note.
const ONSET: f32 = 0.65;
/// Least rise of the stem that cuts a note, in decades of amplitude.
const ATTACK: f32 = 0.1;
/// Probability of silence.
const SILENCE: f32 = 0.25;
/// Cost of another pitch.
const CHANGE: f32 = 2.0;
/// Level of silence, relative to the loudest frame: -60 dB. The network has low notes before they
/// start.
const QUIET: f32 = 1e-3;
/// Factors of the probabilities of B0 and C1, which the network finds less probable than others.
const WEAK: [f32; 2] = [2.0, 1.3];
/// Least probability of a pitch in a frame.
const FLOOR: f32 = 0.02;
/// Frames of the shortest note.
const SHORTEST: usize = 4;
/// Frames between cuts.
const APART: usize = 5;
/// The path stays on a pitch while it decays: a cut up to this many frames before another pitch is
/// the start of that one.
const EARLY: usize = 7;
/// An attack is at least this part of the largest one within [`NEAR`] frames.
const PROMINENT: f32 = 0.5;
const NEAR: usize = 20;

/// Returns the notes, in the order of their starts.
pub(super) fn find(posteriors: &Posteriors, envelope: &Envelope) -> Vec<Event> {
    let attacks = &envelope.attacks;
    let states = path::decode(&scores(posteriors, &envelope.levels), SILENCE.ln(), CHANGE);
    let mut events = Vec::new();
    let (mut at, mut carried) = (0, None);
    for run in states.chunk_by(|one, other| one == other) {
        let (start, end, pitch) = (at, at + run.len(), run[0]);
        at = end;
        if pitch == SILENT {
            continue;
        }
        let mut cuts = vec![carried.take().unwrap_or(start)];
        for frame in start + APART..end.saturating_sub(2) {
            let is_apart = cuts.last().is_some_and(|last| frame - last >= APART);
            if is_apart && is_cut(posteriors, attacks, frame, pitch) {
                cuts.push(frame);
            }
        }
        // The network begins low notes early: the cut is the attack itself, not another note.
        if cuts.get(1).is_some_and(|second| second - cuts[0] <= EARLY) {
            cuts.remove(1);
        }
        let is_followed = states.get(end).is_some_and(|&next| next != SILENT);
        match cuts[..] {
            [_, .., last] if is_followed && end - last <= EARLY => carried = Some(last),
            _ => cuts.push(end),
        }
        let notes = cuts.windows(2).map(|cut| Event { start: cut[0], end: cut[1], pitch });
        events.extend(notes.filter(|event| event.end - event.start >= SHORTEST));
    }
    snap(&mut events, attacks);
    events
}

/// Returns logarithms of probabilities: the mean of note and contour where the stem sounds.
fn scores(posteriors: &Posteriors, levels: &[f32]) -> Vec<f32> {
    let quiet = QUIET * levels.iter().copied().fold(0.0, f32::max);
    let mut scores = vec![FLOOR.ln(); posteriors.notes().len()];
    let rows = scores.chunks_exact_mut(PITCHES).zip(posteriors.notes().chunks_exact(PITCHES));
    for ((frame, (scores, notes)), level) in rows.enumerate().zip(levels) {
        if *level <= quiet {
            continue;
        }
        let [lowest, above] = PITCH_RANGE;
        for pitch in lowest..above {
            let [_, below, at, over, _] = posteriors.contour(frame, pitch);
            let contour = below.max(at).max(over);
            let factor = WEAK.get(pitch - lowest).copied().unwrap_or(1.0);
            scores[pitch] = (0.5 * factor * (notes[pitch] + contour) + FLOOR).ln();
        }
    }
    scores
}

/// Returns whether a pitch starts again in a frame, by its onset or by an attack of the stem.
fn is_cut(posteriors: &Posteriors, attacks: &[f32], frame: usize, pitch: usize) -> bool {
    let frames = posteriors.frames();
    let onset = |frame: usize| posteriors.onsets()[frame * PITCHES + pitch];
    let around = |near: usize| frame.saturating_sub(near)..(frame + near + 1).min(frames);
    let highest_attack = |near: usize| attacks[around(near)].iter().copied().fold(0.0, f32::max);
    let has_onset = onset(frame) >= ONSET && around(3).all(|other| onset(other) <= onset(frame));
    let attack = attacks[frame];
    has_onset || attack >= ATTACK && attack >= highest_attack(4) && attack >= PROMINENT * highest_attack(NEAR)
}
