//! Starts of notes at attacks of the stem.

use super::event::Event;

/// Frames before a start within which its attack is.
const BEFORE: usize = 8;
/// Frames after a start within which its attack is, for [`LOW`] pitches and the others. The network
/// is less exact the longer its kernels are.
const AFTER: [usize; 2] = [8, 4];
/// The lowest pitch that is not low: E1.
const LOW: usize = 7;
/// Least rise of an attack, in decades of amplitude.
const LEAST: f32 = 0.03;
/// Least frames between starts.
const APART: usize = 3;

/// Moves the start of each note of one voice to the largest attack near it.
pub(super) fn snap(events: &mut [Event], attacks: &[f32]) {
    let mut earliest = 1;
    for event in &mut *events {
        let after = AFTER[usize::from(event.pitch >= LOW)];
        let first = event.start.saturating_sub(BEFORE).max(earliest);
        let end = (event.start + after + 1).min(event.end).min(attacks.len());
        let largest = (first..end).max_by(|&one, &other| attacks[one].total_cmp(&attacks[other]).then(other.cmp(&one)));
        if let Some(frame) = largest.filter(|&frame| attacks[frame] >= LEAST) {
            event.start = frame;
        }
        earliest = event.start + APART;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_start_at_the_largest_attack_near_them() {
        let mut attacks = vec![0.0; 60];
        (attacks[17], attacks[20], attacks[46]) = (0.2, 0.4, 0.3);
        let events = [(18, 38, 20), (40, 55, 20)].map(|(start, end, pitch)| Event { start, end, pitch });
        let snapped = |pitch: usize| {
            let mut events = events.map(|event| Event { pitch, ..event });
            snap(&mut events, &attacks);
            events.map(|event| event.start)
        };
        assert_eq!(snapped(20), [20, 40]);
        assert_eq!(snapped(3), [20, 46]);
    }

    #[test]
    fn small_attacks_and_the_note_before_do_not_count() {
        let mut attacks = vec![0.01; 30];
        attacks[10] = 0.3;
        let mut events = [(11, 14, 20), (14, 25, 22)].map(|(start, end, pitch)| Event { start, end, pitch });
        snap(&mut events, &attacks);
        assert_eq!(events.map(|event| event.start), [10, 14]);
    }
}
