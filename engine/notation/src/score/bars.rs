//! Voices as notes and rests that fill bars.

use super::values::first_value;
use super::{Bar, Chord, Line, Metre, Sound, TICKS_PER_QUARTER, Value};
use std::collections::BTreeSet;

/// Ties of a chord to its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tie {
    /// True if it continues the chord before.
    pub from_last: bool,
    /// True if the next continues it.
    pub to_next: bool,
}

/// A written chord or rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Start, in ticks from bar 1.
    pub start: i64,
    /// Value; none for a rest of a whole bar, whatever its length.
    pub value: Option<Value>,
    /// Length, in ticks.
    pub ticks: i64,
    /// Sounds with their velocities; none in a rest.
    pub sounds: Vec<(Sound, u8)>,
    /// Ties of all its sounds.
    pub tie: Tie,
    /// True where the bracket of a triplet starts.
    pub starts_triplet: bool,
    /// True where the bracket of a triplet ends.
    pub ends_triplet: bool,
}

/// Fills a bar with the events of a voice. Their lengths add up to that of the bar.
pub(super) fn fill(line: &Line, bar: Bar, metre: Metre) -> Vec<Event> {
    let (end, mut at) = (bar.start + bar.ticks, bar.start);
    let first = line.chords.partition_point(|chord| chord.end <= bar.start);
    let here: Vec<&Chord> = line.chords[first..].iter().take_while(|chord| chord.start < end).collect();
    if here.is_empty() {
        let tie = Tie::default();
        let (starts_triplet, ends_triplet) = (false, false);
        let rest =
            Event { start: at, value: None, ticks: bar.ticks, sounds: Vec::new(), tie, starts_triplet, ends_triplet };
        return vec![rest];
    }
    let mut bar_events = BarEvents { bar, metre, triplets: triplets(&here), events: Vec::new() };
    for chord in here {
        if chord.start > at {
            bar_events.add(at, chord.start, None);
        }
        at = chord.end.min(end);
        bar_events.add(chord.start.max(bar.start), at, Some(chord));
    }
    if at < end {
        bar_events.add(at, end, None);
    }
    bar_events.events
}

/// Returns the starts of the quarters that chords divide in three.
fn triplets(chords: &[&Chord]) -> BTreeSet<i64> {
    let edges = chords.iter().flat_map(|chord| [chord.start, chord.end]);
    let divided = edges.filter(|tick| tick % (TICKS_PER_QUARTER / 4) != 0);
    divided.map(|tick| tick.div_euclid(TICKS_PER_QUARTER) * TICKS_PER_QUARTER).collect()
}

/// A bar that is being filled.
struct BarEvents {
    bar: Bar,
    metre: Metre,
    triplets: BTreeSet<i64>,
    events: Vec<Event>,
}

impl BarEvents {
    /// Adds a span as events; without a chord it is a rest.
    fn add(&mut self, from: i64, to: i64, chord: Option<&Chord>) {
        // A pick-up bar is the end of a whole one: its beats are counted from there.
        let opening = self.bar.start + self.bar.ticks - self.metre.bar_ticks();
        let mut at = from;
        while at < to {
            let quarter = at.div_euclid(TICKS_PER_QUARTER) * TICKS_PER_QUARTER;
            let in_triplet = self.triplets.contains(&quarter);
            let value = first_value(at - opening, to - at, self.metre, chord.is_none(), in_triplet);
            let next = at + value.ticks;
            let tie =
                chord.map_or_else(Tie::default, |chord| Tie { from_last: at > chord.start, to_next: next < chord.end });
            self.events.push(Event {
                start: at,
                value: Some(value),
                ticks: value.ticks,
                sounds: chord.map(|chord| chord.sounds.clone()).unwrap_or_default(),
                tie,
                starts_triplet: value.triplet && at == quarter,
                ends_triplet: value.triplet && next == quarter + TICKS_PER_QUARTER,
            });
            at = next;
        }
    }
}
