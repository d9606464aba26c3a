//! Starts of notes with soft attacks.

use super::event::Event;
use super::net::PITCHES;
use super::posteriors::Posteriors;

/// Frames between the most probable onset and the start of a note, at most.
const REACH: usize = 14;
/// Least probability of the first onset, relative to the most probable one.
const PART: f32 = 0.5;
/// Probability of a note before its start.
const ABSENT: f32 = 0.1;
/// Least rise of the probability of the note from its first onset to the most probable one.
const RISE: f32 = 0.1;
/// Fall of the probability that does not interrupt its rise.
const RIPPLE: f32 = 0.02;
/// Frames by which onsets of voices are late.
const LATE: usize = 1;

/// Moves the start of each note to the first onset of its rise.
///
/// While a voice swells, several onsets follow each other, and a later one is often the most
/// probable.
pub(super) fn advance(events: &mut [Event], posteriors: &Posteriors) {
    for event in events {
        event.start = find_first(event, posteriors).saturating_sub(LATE);
    }
}

fn find_first(event: &Event, posteriors: &Posteriors) -> usize {
    let note = |frame: usize| posteriors.notes()[frame * PITCHES + event.pitch];
    let onset = |frame: usize| posteriors.onsets()[frame * PITCHES + event.pitch];
    let mut first = event.start;
    for frame in (event.start.saturating_sub(REACH - 1).max(1)..event.start).rev() {
        if note(frame) < ABSENT || note(frame) > note(first) + RIPPLE {
            break;
        }
        let is_peak = onset(frame) >= onset(frame - 1) && onset(frame) >= onset(frame + 1);
        if is_peak && onset(frame) >= PART * onset(event.start) && note(frame) < note(event.start) - RISE {
            first = frame;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::super::net::{CONTOUR_BINS, Frame};
    use super::*;

    /// Returns posteriors of one pitch from its probabilities of note and onset.
    fn posteriors(values: &[[f32; 2]]) -> Posteriors {
        let mut posteriors = Posteriors::default();
        for &[note, onset] in values {
            let row = |value| std::array::from_fn::<f32, PITCHES, _>(|pitch| if pitch == 40 { value } else { 0.0 });
            let frame = Frame { contour: &[0.0; CONTOUR_BINS], note: &row(note), onset: &row(onset) };
            posteriors.push(Some(frame));
        }
        posteriors
    }

    #[test]
    fn a_swelling_note_starts_at_its_first_onset() {
        let values = [[0.05, 0.0], [0.15, 0.1], [0.2, 0.5], [0.3, 0.3], [0.5, 0.4], [0.7, 0.8], [0.8, 0.2], [0.8, 0.0]];
        let mut events = [Event { start: 5, end: 8, pitch: 40 }];
        advance(&mut events, &posteriors(&values));
        assert_eq!(events[0], Event { start: 2 - LATE, end: 8, pitch: 40 });
    }

    #[test]
    fn a_note_does_not_start_within_the_one_before() {
        let values = [[0.8, 0.1], [0.8, 0.7], [0.8, 0.2], [0.4, 0.1], [0.5, 0.2], [0.7, 0.8], [0.8, 0.2], [0.8, 0.0]];
        let mut events = [Event { start: 5, end: 8, pitch: 40 }];
        advance(&mut events, &posteriors(&values));
        assert_eq!(events[0].start, 5 - LATE);
    }
}
