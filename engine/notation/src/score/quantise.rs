//! Notes and hits on the grid of the beats.

use super::grid::Grids;
use super::{Feel, Metre, Timeline};
use crate::{Drum, Hit, Note};
use std::collections::BTreeMap;

/// A note on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantisedNote {
    /// Start, in ticks from bar 1.
    pub start: i64,
    /// End, in ticks, after the start.
    pub end: i64,
    /// Pitch as a MIDI note number.
    pub pitch_midi: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A drum hit on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantisedHit {
    /// Place, in ticks from bar 1.
    pub tick: i64,
    /// The drum.
    pub drum: Drum,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// Onsets within this time of the first are one: a chord whose notes do not start together.
const CHORD_S: f64 = 0.035;

/// Snaps notes to the beats of a song. Each beat of each stem has sixteenths or triplets,
/// whichever costs less; in compound metres all have sixteenths.
#[derive(Clone, Copy, Debug)]
pub struct Quantiser<'a> {
    timeline: &'a Timeline,
    feel: Feel,
    metre: Metre,
}

impl<'a> Quantiser<'a> {
    /// Creates a quantiser for one song.
    pub fn new(timeline: &'a Timeline, feel: Feel) -> Self {
        let metre = Metre::new(timeline.beats_per_bar(), 60.0 / timeline.beat_length_s(), feel);
        Self { timeline, feel, metre }
    }

    /// Returns the metre that the ticks are counted in.
    pub fn metre(&self) -> Metre {
        self.metre
    }

    /// Quantises notes of one stem. They are sorted by start and pitch; of two equal ones the
    /// longer stays, and a pitch that sounds again ends the note before.
    pub fn notes(&self, notes: &[Note]) -> Vec<QuantisedNote> {
        let onsets = Onsets::new(notes.iter().map(|note| note.start_s));
        let grids = self.grids(&onsets);
        let mut found: BTreeMap<(i64, u8), QuantisedNote> = BTreeMap::new();
        for note in notes {
            let start = grids.snap(self.position(onsets.of(note.start_s)));
            let end = grids.snap(self.position(note.end_s)).max(grids.after(start));
            let new = QuantisedNote { start, end, pitch_midi: note.pitch_midi, velocity: note.velocity };
            let kept = found.entry((start, note.pitch_midi)).or_insert(new);
            if end > kept.end {
                *kept = new;
            }
        }
        let mut notes: Vec<QuantisedNote> = found.into_values().collect();
        let mut next_start = BTreeMap::new();
        for note in notes.iter_mut().rev() {
            let next = next_start.insert(note.pitch_midi, note.start).unwrap_or(i64::MAX);
            note.end = note.end.min(next);
        }
        notes
    }

    /// Quantises hits of one stem, sorted by place and drum; of two equal ones the louder stays.
    pub fn hits(&self, hits: &[Hit]) -> Vec<QuantisedHit> {
        let onsets = Onsets::new(hits.iter().map(|hit| hit.time_s));
        let grids = self.grids(&onsets);
        let mut found: BTreeMap<(i64, Drum), u8> = BTreeMap::new();
        for hit in hits {
            let tick = grids.snap(self.position(onsets.of(hit.time_s)));
            let velocity = found.entry((tick, hit.drum)).or_insert(hit.velocity);
            *velocity = hit.velocity.max(*velocity);
        }
        found.into_iter().map(|((tick, drum), velocity)| QuantisedHit { tick, drum, velocity }).collect()
    }

    fn position(&self, time_s: f64) -> f64 {
        self.feel.straightened(self.timeline.position(time_s))
    }

    fn grids(&self, onsets: &Onsets) -> Grids {
        let positions: Vec<f64> = onsets.chords.iter().map(|(_, mean)| self.position(*mean)).collect();
        Grids::choose(&positions, self.metre, self.timeline.beat_length_s())
    }
}

/// Onsets of one stem, those of a chord as one.
struct Onsets {
    /// First onset and mean of each chord, rising.
    chords: Vec<(f64, f64)>,
}

impl Onsets {
    fn new(times_s: impl Iterator<Item = f64>) -> Self {
        let mut times: Vec<f64> = times_s.collect();
        times.sort_by(f64::total_cmp);
        let mut chords: Vec<(f64, f64, u32)> = Vec::new();
        for time in times {
            match chords.last_mut() {
                Some((first, sum, count)) if time - *first <= CHORD_S => {
                    *sum += time;
                    *count += 1;
                }
                _ => chords.push((time, time, 1)),
            }
        }
        Self { chords: chords.into_iter().map(|(first, sum, count)| (first, sum / f64::from(count))).collect() }
    }

    /// Returns the mean onset of the chord that an onset belongs to.
    fn of(&self, time_s: f64) -> f64 {
        let after = self.chords.partition_point(|(first, _)| *first <= time_s);
        after.checked_sub(1).map_or(time_s, |index| self.chords[index].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(start_s: f64, end_s: f64, pitch_midi: u8) -> Note {
        Note { start_s, end_s, pitch_midi, velocity: 80, bend_cents: 0.0 }
    }

    fn timeline() -> Timeline {
        let beats: Vec<f64> = (0..17).map(|beat| 1.0 + 0.5 * f64::from(beat)).collect();
        Timeline::new(&beats, &[1.0], 4).unwrap()
    }

    #[test]
    fn notes_start_on_the_grid_and_end_after_their_start() {
        let timeline = timeline();
        let notes = [note(1.01, 1.24, 60), note(1.03, 1.5, 64), note(1.51, 1.52, 60), note(0.76, 0.99, 55)];
        let found = Quantiser::new(&timeline, Feel::Straight).notes(&notes);
        let ticks: Vec<(i64, i64, u8)> = found.iter().map(|note| (note.start, note.end, note.pitch_midi)).collect();
        assert_eq!(ticks, [(-12, 0, 55), (0, 12, 60), (0, 24, 64), (24, 30, 60)]);
    }

    #[test]
    fn a_pitch_never_overlaps_itself() {
        let timeline = timeline();
        let notes = [note(1.0, 3.0, 60), note(1.01, 1.2, 60), note(2.0, 2.5, 60)];
        let found = Quantiser::new(&timeline, Feel::Straight).notes(&notes);
        let ticks: Vec<(i64, i64)> = found.iter().map(|note| (note.start, note.end)).collect();
        assert_eq!(ticks, [(0, 48), (48, 72)]);
    }

    #[test]
    fn of_equal_hits_the_louder_stays() {
        let timeline = timeline();
        let hit = |time_s, velocity| Hit { time_s, drum: Drum::Snare, velocity };
        let found = Quantiser::new(&timeline, Feel::Straight).hits(&[hit(1.5, 40), hit(1.52, 90), hit(2.0, 60)]);
        assert_eq!(found.iter().map(|hit| (hit.tick, hit.velocity)).collect::<Vec<_>>(), [(24, 90), (48, 60)]);
    }
}
