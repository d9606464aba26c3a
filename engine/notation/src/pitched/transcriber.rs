//! Transcription of one stem.

use super::attacks::{Attacks, Envelope};
use super::event::Event;
use super::expression::{measure_bend, measure_level, velocity};
use super::kind::StemKind;
use super::net::{HOP, PITCHES};
use super::posteriors::Posteriors;
use super::windows::Windows;
use super::{monophony, polyphony, soft_start};
use crate::{Note, SAMPLE_RATE};

/// MIDI number of the lowest pitch.
const LOWEST_MIDI: u8 = 21;

/// Finds the notes of a stem, fed with blocks of any length.
///
/// Memory grows by about 1.2 kB a frame, of which there are 86 a second.
#[derive(Debug)]
pub struct Transcriber {
    kind: StemKind,
    windows: Windows,
    attacks: Attacks,
    posteriors: Posteriors,
}

impl Transcriber {
    /// Creates a transcription of a kind of stem.
    pub fn new(kind: StemKind) -> Self {
        Self { kind, windows: Windows::new(), attacks: Attacks::new(), posteriors: Posteriors::default() }
    }

    /// Adds mono samples at [`SAMPLE_RATE`]. Values that are not finite count as silence.
    pub fn push(&mut self, samples: &[f32]) {
        let Self { windows, attacks, posteriors, .. } = self;
        windows.push(samples, |frame| posteriors.push(frame));
        attacks.push(samples);
    }

    /// Returns the notes of all samples, in the order of their starts, then of their pitches.
    pub fn finish(self) -> Vec<Note> {
        let Self { kind, windows, attacks, mut posteriors } = self;
        windows.finish(|frame| posteriors.push(frame));
        let envelope = attacks.finish();
        let mut events = find(kind, &posteriors, &envelope);
        events.sort_unstable_by_key(|event| (event.start, event.pitch));
        separate(&mut events);
        let levels: Vec<f32> = events.iter().map(|event| measure_level(event, &envelope)).collect();
        let loudest = levels.iter().copied().fold(0.0, f32::max);
        let notes = events.iter().zip(&levels).map(|(event, &level)| Note {
            start_s: seconds(event.start),
            end_s: seconds(event.end),
            pitch_midi: LOWEST_MIDI + event.pitch as u8,
            velocity: velocity(level, loudest),
            bend_cents: measure_bend(event, &posteriors),
        });
        notes.collect()
    }
}

/// Ends notes where the next one of their pitch starts. Notes are in the order of their starts.
fn separate(events: &mut Vec<Event>) {
    let mut next = [usize::MAX; PITCHES];
    for event in events.iter_mut().rev() {
        event.end = event.end.min(next[event.pitch]);
        next[event.pitch] = event.start;
    }
    events.retain(|event| event.start < event.end);
}

/// Returns the time of a frame. Attacks show half a hop late on average.
fn seconds(frame: usize) -> f64 {
    (frame as f64 - 0.5).max(0.0) * HOP as f64 / f64::from(SAMPLE_RATE)
}

fn find(kind: StemKind, posteriors: &Posteriors, envelope: &Envelope) -> Vec<Event> {
    match kind {
        StemKind::Bass => monophony::find(posteriors, envelope),
        StemKind::Vocals => {
            let mut events = polyphony::find(posteriors);
            soft_start::advance(&mut events, posteriors);
            events
        }
        StemKind::Other => polyphony::find(posteriors),
    }
}
