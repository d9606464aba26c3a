//! The score of one stem.

use super::clef::clefs;
use super::voices::{line_of_hits, lines_of_notes};
use super::{Clef, Event, Feel, Frame, KeySignature, Line, PartKind, QuantisedHit, QuantisedNote, bars};

/// The score of one stem in the bars of its song.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Name of the part.
    pub name: String,
    /// Kind of part.
    pub kind: PartKind,
    /// Key signature.
    pub key: KeySignature,
    /// True if even eighths are played unevenly.
    pub is_swung: bool,
    /// Clefs, one for each staff.
    pub clefs: Vec<Clef>,
    /// Voices, in order of staves.
    pub lines: Vec<Line>,
    /// Bars, metre and tempo.
    pub frame: Frame,
}

impl Score {
    /// Creates the score of a pitched stem. All notes must lie in the bars of `frame`.
    pub fn of_notes(
        name: &str,
        kind: PartKind,
        notes: &[QuantisedNote],
        key: Option<KeySignature>,
        feel: Feel,
        frame: &Frame,
    ) -> Self {
        let pitches: Vec<u8> = notes.iter().map(|note| note.pitch_midi).collect();
        let clefs = clefs(kind, &pitches);
        let lines = lines_of_notes(notes, clefs.len());
        let key = key.unwrap_or_else(|| KeySignature::of_notes(notes));
        Self::new(name, kind, key, feel, clefs, lines, frame)
    }

    /// Creates the score of a drum set. All hits must lie in the bars of `frame`.
    pub fn of_hits(name: &str, hits: &[QuantisedHit], feel: Feel, frame: &Frame) -> Self {
        let key = KeySignature { fifths: 0, mode: None };
        let lines = vec![line_of_hits(hits, frame.metre.group_ticks())];
        Self::new(name, PartKind::Drums, key, feel, clefs(PartKind::Drums, &[]), lines, frame)
    }

    fn new(
        name: &str,
        kind: PartKind,
        key: KeySignature,
        feel: Feel,
        clefs: Vec<Clef>,
        lines: Vec<Line>,
        frame: &Frame,
    ) -> Self {
        let is_swung = matches!(feel, Feel::Swing { .. });
        Self { name: name.into(), kind, key, is_swung, clefs, lines, frame: frame.clone() }
    }

    /// Returns the events of a voice in a bar, which fill it exactly.
    pub fn events(&self, line: usize, bar: usize) -> Vec<Event> {
        bars::fill(&self.lines[line], self.frame.bars[bar], self.frame.metre)
    }

    /// Returns the number of sounds: each note once, however many ties write it.
    pub fn sound_count(&self) -> usize {
        self.lines.iter().flat_map(|line| &line.chords).map(|chord| chord.sounds.len()).sum()
    }
}
