//! Probabilities of all frames.

use super::net::{CONTOUR_BINS, Frame, PITCHES};

/// Steps of a stored probability of the contour.
const STEPS: f32 = 255.0;

/// Probabilities of the network, frame by frame.
#[derive(Debug, Default)]
pub(super) struct Posteriors {
    note: Vec<f32>,
    onset: Vec<f32>,
    /// In steps, as it is the largest by far.
    contour: Vec<u8>,
}

impl Posteriors {
    /// Adds a frame; `None` is a frame of silence.
    pub(super) fn push(&mut self, frame: Option<Frame<'_>>) {
        let frames = self.frames() + 1;
        if let Some(frame) = frame {
            self.note.extend_from_slice(frame.note);
            self.onset.extend_from_slice(frame.onset);
            self.contour.extend(frame.contour.iter().map(|value| (value * STEPS).round() as u8));
        } else {
            self.note.resize(frames * PITCHES, 0.0);
            self.onset.resize(frames * PITCHES, 0.0);
            self.contour.resize(frames * CONTOUR_BINS, 0);
        }
    }

    /// Returns the number of frames.
    pub(super) fn frames(&self) -> usize {
        self.note.len() / PITCHES
    }

    /// Returns the probability that a pitch sounds, 0 to 1, of all frames and pitches.
    pub(super) fn notes(&self) -> &[f32] {
        &self.note
    }

    /// Returns the probability that a pitch starts, 0 to 1, of all frames and pitches.
    pub(super) fn onsets(&self) -> &[f32] {
        &self.onset
    }

    /// Returns the probabilities around a pitch in steps of a third of a semitone; the middle one
    /// is at the pitch.
    pub(super) fn contour(&self, frame: usize, pitch: usize) -> [f32; 5] {
        let row = &self.contour[frame * CONTOUR_BINS..][..CONTOUR_BINS];
        [0, 1, 2, 3, 4].map(|bin| {
            let bin = (3 * pitch + bin).checked_sub(1);
            bin.and_then(|bin| row.get(bin)).map_or(0.0, |&steps| f32::from(steps) / STEPS)
        })
    }
}
