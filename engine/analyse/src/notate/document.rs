//! The notes of a stem, as they are written in JSON.

use super::{Part, PartKind};
use mixdown_engine::meter::rounded;
use mixdown_notation::{Drum, Hit, Note};
use serde::{Deserialize, Serialize};

/// Form of the document.
pub const NOTES_SCHEMA: &str = "mixdown.notes/1";

/// Longest stem that a document describes, in seconds: a score of more would not fit in memory.
const LONGEST_S: f64 = 6.0 * 3_600.0;

/// Notes and hits of one stem, as played. Times are in seconds from the start of the stem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotesDocument {
    /// Form of this document: [`NOTES_SCHEMA`].
    pub schema: String,
    /// Notes, by start; none in a drum stem.
    pub notes: Vec<NoteEntry>,
    /// Hits, by time; none but in a drum stem.
    pub hits: Vec<HitEntry>,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteEntry {
    /// Start.
    pub start_s: f64,
    /// End.
    pub end_s: f64,
    /// MIDI note number; 60 is middle C.
    pub pitch_midi: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// Mean distance from the pitch.
    pub bend_cents: f64,
}

/// A drum hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HitEntry {
    /// Time.
    pub time_s: f64,
    /// `kick`, `snare`, `hihat_closed`, `hihat_open`, `tom`, `crash` or `ride`.
    pub drum: String,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

impl NotesDocument {
    /// Returns the document of a stem.
    pub fn of(part: &Part) -> Self {
        let seconds = |time: f64| rounded(time, 4);
        let notes = part.notes.iter().map(|note| NoteEntry {
            start_s: seconds(note.start_s),
            end_s: seconds(note.end_s),
            pitch_midi: note.pitch_midi,
            velocity: note.velocity,
            bend_cents: rounded(note.bend_cents, 1),
        });
        let hits = part.hits.iter().map(|hit| HitEntry {
            time_s: seconds(hit.time_s),
            drum: hit.drum.name().into(),
            velocity: hit.velocity,
        });
        Self { schema: NOTES_SCHEMA.into(), notes: notes.collect(), hits: hits.collect() }
    }

    /// Returns the stem of a document, as long as its last note or hit. Notes without a length or
    /// beyond six hours, and hits of drums that this version does not have, are left out.
    pub fn part(&self, name: &str, kind: PartKind) -> Part {
        let holds = |time: f64| (0.0..=LONGEST_S).contains(&time);
        let sounds = |note: &&NoteEntry| holds(note.start_s) && holds(note.end_s) && note.start_s < note.end_s;
        let notes = self.notes.iter().filter(sounds).map(|note| Note {
            start_s: note.start_s,
            end_s: note.end_s,
            pitch_midi: note.pitch_midi.min(127),
            velocity: note.velocity.clamp(1, 127),
            bend_cents: if note.bend_cents.is_finite() { note.bend_cents } else { 0.0 },
        });
        let hits = self.hits.iter().filter(|hit| holds(hit.time_s)).filter_map(|hit| {
            let drum = Drum::ALL.into_iter().find(|drum| drum.name() == hit.drum)?;
            Some(Hit { time_s: hit.time_s, drum, velocity: hit.velocity.clamp(1, 127) })
        });
        let (notes, hits): (Vec<Note>, Vec<Hit>) = (notes.collect(), hits.collect());
        let ends = notes.iter().map(|note| note.end_s).chain(hits.iter().map(|hit| hit.time_s));
        let duration_s = ends.fold(0.0, f64::max);
        Part { name: name.to_owned(), kind, duration_s, notes, hits, warnings: Vec::new() }
    }
}
