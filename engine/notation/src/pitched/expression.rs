//! Strength and bend of notes.

use super::attacks::Envelope;
use super::event::Event;
use super::posteriors::Posteriors;

/// Frames after the start within which a note is loudest.
const ATTACK_FRAMES: usize = 8;
/// Velocity of the loudest note.
const LOUDEST: f32 = 112.0;

/// Returns the level of a note just after its start, as an amplitude.
pub(super) fn measure_level(event: &Event, envelope: &Envelope) -> f32 {
    let end = (event.start + ATTACK_FRAMES).min(event.end).min(envelope.levels.len());
    envelope.levels[event.start.min(end)..end].iter().copied().fold(0.0, f32::max)
}

/// Returns the velocity of a level. Amplitudes are the squares of velocities, as in the standard
/// DLS Level 1 of the MIDI Manufacturers Association.
pub(super) fn velocity(level: f32, loudest: f32) -> u8 {
    let part = if loudest > 0.0 { (level / loudest).sqrt() } else { 0.0 };
    (LOUDEST * part).round().clamp(1.0, 127.0) as u8
}

/// Probability that the contour has besides pitches.
const BACKGROUND: f32 = 0.12;
/// Steps of the contour.
const BIN_CENTS: f64 = 100.0 / 3.0;

/// Returns the mean distance of a note from its pitch, in cents, from the middle of the contour.
pub(super) fn measure_bend(event: &Event, posteriors: &Posteriors) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for frame in event.start..event.end {
        for (steps, value) in (-2..=2).zip(posteriors.contour(frame, event.pitch)) {
            let value = f64::from((value - BACKGROUND).max(0.0));
            sum += f64::from(steps) * value;
            weight += value;
        }
    }
    if weight > 0.0 { BIN_CENTS * sum / weight } else { 0.0 }
}
