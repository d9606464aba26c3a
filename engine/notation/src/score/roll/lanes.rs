//! Rows of a piano roll: semitones or drums.

use crate::score::spell;
use crate::{Drum, Hit, Note};
use std::fmt::Write as _;

/// Height of a semitone, and of a drum's lane.
const SEMITONE: f64 = 7.0;
const DRUM: f64 = 16.0;
/// Fewest semitones shown.
const MIN_SEMITONES: u8 = 12;

/// The rows.
pub(super) enum Lanes {
    /// One for each pitch between two.
    Pitches {
        /// Lowest.
        low: u8,
        /// Highest.
        high: u8,
    },
    /// One for each drum that is hit, cymbals at the top.
    Drums(Vec<Drum>),
}

impl Lanes {
    /// Creates rows for the range of notes, from C to B.
    pub(super) fn of_notes(notes: &[Note]) -> Self {
        let low = notes.iter().map(|note| note.pitch_midi).min().unwrap_or(60);
        let high = notes.iter().map(|note| note.pitch_midi).max().unwrap_or(71);
        let low = low / 12 * 12;
        Self::Pitches { low, high: high.max(low + MIN_SEMITONES - 1) }
    }

    /// Creates rows for the drums that are hit.
    pub(super) fn of_hits(hits: &[Hit]) -> Self {
        Self::Drums(Drum::ALL.into_iter().rev().filter(|drum| hits.iter().any(|hit| hit.drum == *drum)).collect())
    }

    /// Returns the height of all rows.
    pub(super) fn height(&self) -> f64 {
        match self {
            Self::Pitches { low, high } => f64::from(high - low + 1) * SEMITONE,
            Self::Drums(drums) => drums.len() as f64 * DRUM,
        }
    }

    /// Returns the rows of a system with their names: black keys darker, each C named.
    pub(super) fn background(&self, left: f64, right: f64, top: f64) -> String {
        let mut out = String::new();
        let mut row = |y: f64, height: f64| {
            let _ = write!(
                out,
                "<rect class=\"row\" x=\"{left}\" y=\"{y}\" width=\"{:.1}\" height=\"{height}\"/>",
                right - left
            );
        };
        let mut names = Vec::new();
        match self {
            Self::Pitches { low, high } => {
                for pitch in *low..=*high {
                    let y = top + f64::from(high - pitch) * SEMITONE;
                    match pitch % 12 {
                        1 | 3 | 6 | 8 | 10 => row(y, SEMITONE),
                        0 => names.push((y + SEMITONE, true, format!("C{}", i32::from(pitch) / 12 - 1))),
                        5 => names.push((y + SEMITONE, false, format!("F{}", i32::from(pitch) / 12 - 1))),
                        _ => {}
                    }
                }
            }
            Self::Drums(drums) => {
                for (index, drum) in drums.iter().enumerate() {
                    let y = top + index as f64 * DRUM;
                    if index % 2 == 0 {
                        row(y, DRUM);
                    }
                    names.push((y + DRUM - 4.0, false, drum.name().replace('_', " ").replace("hihat", "hat")));
                }
            }
        }
        for (y, has_edge, name) in names {
            let _ = write!(out, "<text class=\"name\" x=\"{:.1}\" y=\"{y:.1}\">{name}</text>", left - 6.0);
            if has_edge {
                let _ = write!(out, "<path class=\"edge\" d=\"M{left} {y:.1}H{right:.1}\"/>");
            }
        }
        out
    }

    /// Returns a note of a width at a place; the pointer shows its name.
    pub(super) fn note(&self, note: &Note, x: f64, width: f64, top: f64) -> String {
        let Self::Pitches { high, .. } = self else { return String::new() };
        let y = top + f64::from(high.saturating_sub(note.pitch_midi)) * SEMITONE;
        let name = spell(note.pitch_midi, 0);
        let accidental = ["♭", "", "♯"][(name.alter.clamp(-1, 1) + 1) as usize];
        let title = format!("{}{accidental}{} at {:.2} s", name.step, name.octave, note.start_s);
        rectangle(x, y + 0.5, width, SEMITONE - 1.0, note.velocity, &title)
    }

    /// Returns a hit at a place.
    pub(super) fn hit(&self, hit: &Hit, x: f64, width: f64, top: f64) -> String {
        let Self::Drums(drums) = self else { return String::new() };
        let row = drums.iter().position(|drum| *drum == hit.drum).unwrap_or(0);
        let title = format!("{} at {:.2} s", hit.drum.name(), hit.time_s);
        rectangle(x, top + row as f64 * DRUM + 2.0, width, DRUM - 4.0, hit.velocity, &title)
    }
}

/// Returns a note; soft ones are paler.
fn rectangle(x: f64, y: f64, width: f64, height: f64, velocity: u8, title: &str) -> String {
    let opacity = 0.35 + 0.65 * f64::from(velocity.min(127)) / 127.0;
    format!(
        "<rect class=\"note\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" rx=\"1.5\" \
         opacity=\"{opacity:.2}\"><title>{title}</title></rect>"
    )
}
