//! The network: spectrum, contour, notes, onsets.

use super::convolution::{Convolution, Shape};
use super::harmonics::{CONTOUR, Harmonics};
use super::plane::{PHASE, Plane, split_phases};
use super::spectrum::Spectrum;
use super::weights::{SPECTRUM, WEIGHTS};
use super::{FIRST_KEPT, FRAMES, KEPT};
use std::ops::Range;

/// Pitches of notes and onsets: the keys of a piano, the lowest has MIDI number 21.
pub(in crate::pitched) const PITCHES: usize = 88;

/// Bins of the contour: three for each pitch, its own in the middle.
pub(in crate::pitched) const CONTOUR_BINS: usize = CONTOUR;

/// Bins between the fundamental and each channel: one octave below, then the harmonics 1 to 7.
const SHIFTS: [isize; 8] = [-36, 0, 36, 57, 72, 84, 93, 101];

/// Probabilities of one frame, 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(in crate::pitched) struct Frame<'a> {
    /// [`CONTOUR_BINS`] bins.
    pub(in crate::pitched) contour: &'a [f32],
    /// [`PITCHES`] pitches that sound.
    pub(in crate::pitched) note: &'a [f32],
    /// [`PITCHES`] pitches that start.
    pub(in crate::pitched) onset: &'a [f32],
}

/// Network with its working memory. Only frames with all their context are computed.
#[derive(Debug)]
pub(in crate::pitched) struct Network {
    spectrum: Spectrum,
    levels: Vec<f32>,
    stacked: Plane,
    harmonics: Harmonics,
    contours: Plane,
    contour_output: Convolution,
    contour: Plane,
    split_contour: Plane,
    note: Convolution,
    notes: Plane,
    note_output: Convolution,
    onset: Convolution,
    /// The note output, then the channels of the onset convolution.
    onsets: Plane,
    onset_output: Convolution,
    onset_row: Plane,
}

/// Frames that a layer computes so that those after it, `context` frames on each side, have all.
const fn frames(context: usize) -> Range<usize> {
    FIRST_KEPT - context..FIRST_KEPT + KEPT + context
}

impl Network {
    /// Creates a network.
    pub(in crate::pitched) fn new() -> Self {
        let weights = &*WEIGHTS;
        let shape = |inputs, frames, bins, step| Shape { inputs, frames, bins, step };
        let stacked = Plane::new(SHIFTS.len(), 3 * PHASE);
        let contours = Plane::new(8, 272);
        let split_contour = Plane::new(1, 3 * PHASE);
        let (notes, onsets) = (Plane::new(32, 96), Plane::new(33, 96));
        Self {
            spectrum: Spectrum::new(),
            levels: vec![0.0; FRAMES * SPECTRUM],
            harmonics: Harmonics::new(&weights.contour),
            contour_output: Convolution::new(&weights.contour_output, shape(8, 5, 5, 1), contours.stride),
            contour: Plane::new(1, CONTOUR),
            note: Convolution::new(&weights.note, shape(1, 7, 7, 3), split_contour.stride),
            note_output: Convolution::new(&weights.note_output, shape(32, 7, 3, 1), notes.stride),
            onset: Convolution::new(&weights.onset, shape(8, 5, 5, 3), stacked.stride),
            onset_output: Convolution::new(&weights.onset_output, shape(33, 3, 3, 1), onsets.stride),
            onset_row: Plane::new(1, PITCHES),
            stacked,
            contours,
            split_contour,
            notes,
            onsets,
        }
    }

    /// Reports each kept frame of a window, in their order.
    pub(in crate::pitched) fn run(&mut self, window: &[f32], mut report: impl FnMut(Frame<'_>)) {
        self.spectrum.analyse(window, &mut self.levels);
        let [factor, summand] = WEIGHTS.normal;
        for level in &mut self.levels {
            *level = *level * factor + summand;
        }
        self.stack();
        self.harmonics.rectify(frames(9), &mut self.contours, 2);
        self.contour_output.squash(&self.contours, frames(7), &mut self.contour, CONTOUR, 0);
        for frame in frames(7) {
            split_phases(self.split_contour.row_mut(0, frame), self.contour.row(0, frame), 2);
        }
        self.note.rectify(&self.split_contour, frames(4), &mut self.notes, 0, 1);
        self.note_output.squash(&self.notes, frames(1), &mut self.onsets, PITCHES, 1);
        self.onset.rectify(&self.stacked, frames(1), &mut self.onsets, 1, 1);
        self.onset_output.squash(&self.onsets, frames(0), &mut self.onset_row, PITCHES, 0);
        for frame in frames(0) {
            report(Frame {
                contour: self.contour.row(0, frame),
                note: &self.onsets.row(0, frame)[1..=PITCHES],
                onset: self.onset_row.row(0, frame),
            });
        }
    }

    /// Gives each channel the levels at its harmonic.
    fn stack(&mut self) {
        for frame in frames(10) {
            let levels = &self.levels[frame * SPECTRUM..][..SPECTRUM];
            for (channel, shift) in SHIFTS.into_iter().enumerate() {
                let first = (-shift).max(0) as usize;
                let last = (SPECTRUM as isize - shift).min(CONTOUR as isize) as usize;
                let levels = &levels[(first as isize + shift) as usize..][..last - first];
                split_phases(self.stacked.row_mut(channel, frame), levels, first + 1);
                self.harmonics.add_input(channel, frame, |row| row[first..last].copy_from_slice(levels));
            }
        }
    }
}
