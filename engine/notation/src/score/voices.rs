//! Voices: notes as chords that follow each other without overlap.

use super::clef::MIDDLE_C;
use super::{QuantisedHit, QuantisedNote, TICKS_PER_QUARTER};
use crate::Drum;
use std::collections::BTreeMap;

/// A pitch or a drum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sound {
    /// MIDI note number.
    Pitch(u8),
    /// Part of a drum set.
    Drum(Drum),
}

/// Sounds that start together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chord {
    /// Start, in ticks from bar 1.
    pub start: i64,
    /// End, in ticks, after the start and not after the next chord's.
    pub end: i64,
    /// Sounds with their velocities, the lowest first; no sound twice.
    pub sounds: Vec<(Sound, u8)>,
}

/// A voice on a staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Index of the staff, 0 at the top.
    pub staff: usize,
    /// Chords in order.
    pub chords: Vec<Chord>,
}

/// Share of all sounding time that one voice may cut off; more of it makes a second voice.
const MAX_CUT: f64 = 0.2;

/// Distributes notes over voices. Two staves have a voice each, divided at middle C. One staff has
/// a second voice only if a single one would cut off much; it takes what is held below later notes.
pub(super) fn lines_of_notes(notes: &[QuantisedNote], staves: usize) -> Vec<Line> {
    if staves == 2 {
        let (upper, lower): (Vec<_>, Vec<_>) = notes.iter().partition(|note| note.pitch_midi >= MIDDLE_C);
        return vec![Line { staff: 0, chords: chords(&upper) }, Line { staff: 1, chords: chords(&lower) }];
    }
    let single = chords(notes);
    if cut_share(notes, &single) <= MAX_CUT {
        return vec![Line { staff: 0, chords: single }];
    }
    let (lower, upper): (Vec<_>, Vec<_>) = notes.iter().partition(|note| is_held_below(note, notes));
    vec![Line { staff: 0, chords: chords(&upper) }, Line { staff: 0, chords: chords(&lower) }]
}

/// Writes hits as one voice. A hit lasts to the next, or to the end of its group of `group` ticks:
/// it has no end of its own.
pub(super) fn line_of_hits(hits: &[QuantisedHit], group: i64) -> Line {
    let mut starts: BTreeMap<i64, Vec<(Sound, u8)>> = BTreeMap::new();
    for hit in hits {
        starts.entry(hit.tick).or_default().push((Sound::Drum(hit.drum), hit.velocity));
    }
    let end = |start: i64| (start.div_euclid(group) + 1) * group;
    let chords = starts.into_iter().map(|(start, sounds)| Chord { start, end: end(start), sounds }).collect();
    Line { staff: 0, chords: cut(chords) }
}

/// Groups notes by start; each chord has the length of its longest note, cut at the next chord.
fn chords(notes: &[QuantisedNote]) -> Vec<Chord> {
    let mut starts: BTreeMap<i64, Chord> = BTreeMap::new();
    for note in notes {
        let chord =
            starts.entry(note.start).or_insert_with(|| Chord { start: note.start, end: note.end, sounds: Vec::new() });
        chord.end = chord.end.max(note.end);
        chord.sounds.push((Sound::Pitch(note.pitch_midi), note.velocity));
    }
    let mut chords: Vec<Chord> = starts.into_values().collect();
    for chord in &mut chords {
        chord.sounds.sort_unstable();
        chord.sounds.dedup_by_key(|(sound, _)| *sound);
    }
    cut(chords)
}

fn cut(mut chords: Vec<Chord>) -> Vec<Chord> {
    let mut next = i64::MAX;
    for chord in chords.iter_mut().rev() {
        chord.end = chord.end.min(next);
        next = chord.start;
    }
    chords
}

/// Returns the share of sounding time that chords do not have.
fn cut_share(notes: &[QuantisedNote], chords: &[Chord]) -> f64 {
    let (mut whole, mut lost) = (0, 0);
    for note in notes {
        let chord = chords.partition_point(|chord| chord.start < note.start);
        whole += note.end - note.start;
        lost += chords.get(chord).map_or(0, |chord| (note.end - chord.end).max(0));
    }
    if whole == 0 { 0.0 } else { lost as f64 / whole as f64 }
}

/// Returns true if a note is held for half a beat or more while a higher one sounds.
fn is_held_below(note: &QuantisedNote, notes: &[QuantisedNote]) -> bool {
    let from = notes.partition_point(|other| other.start <= note.start);
    notes[from..]
        .iter()
        .take_while(|other| other.start < note.end)
        .any(|other| other.pitch_midi > note.pitch_midi && note.end - other.start >= TICKS_PER_QUARTER / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(start: i64, end: i64, pitch_midi: u8) -> QuantisedNote {
        QuantisedNote { start, end, pitch_midi, velocity: 64 }
    }

    fn spans(line: &Line) -> Vec<(i64, i64, usize)> {
        line.chords.iter().map(|chord| (chord.start, chord.end, chord.sounds.len())).collect()
    }

    #[test]
    fn small_overlaps_are_cut_and_chords_stay_together() {
        let lines = lines_of_notes(&[note(0, 26, 60), note(0, 24, 64), note(24, 48, 62)], 1);
        assert_eq!(lines.len(), 1);
        assert_eq!(spans(&lines[0]), [(0, 24, 2), (24, 48, 1)]);
    }

    #[test]
    fn a_held_note_below_a_melody_is_a_second_voice() {
        let notes = [note(0, 96, 48), note(0, 24, 72), note(24, 48, 74), note(48, 96, 76)];
        let lines = lines_of_notes(&notes, 1);
        assert_eq!(
            lines.iter().map(spans).collect::<Vec<_>>(),
            [vec![(0, 24, 1), (24, 48, 1), (48, 96, 1)], vec![(0, 96, 1)]]
        );
        let staves = lines_of_notes(&notes, 2);
        assert_eq!((staves[0].chords.len(), spans(&staves[1]), staves[1].staff), (3, vec![(0, 96, 1)], 1));
    }

    #[test]
    fn hits_end_with_their_beat_or_the_next_hit() {
        let hit = |tick, drum| QuantisedHit { tick, drum, velocity: 90 };
        let hits = [hit(-6, Drum::Snare), hit(0, Drum::Kick), hit(0, Drum::Crash), hit(18, Drum::Kick)];
        assert_eq!(spans(&line_of_hits(&hits, 24)), [(-6, 0, 1), (0, 18, 2), (18, 24, 1)]);
    }
}
