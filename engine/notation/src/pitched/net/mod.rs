//! The network basic-pitch: probabilities of contours, notes and onsets.
//!
//! Source: Bittner, Bosch, Rubinstein, Meseguer-Brocal, Ewert, "A Lightweight Instrument-Agnostic
//! Model for Polyphonic Note Transcription and Multipitch Estimation", ICASSP 2022. The weights are
//! Apache 2.0, see `models/basic_pitch` beside this crate's sources.

mod convolution;
mod harmonics;
mod kernels;
mod network;
mod plane;
mod spectrum;
mod weights;

pub(super) use network::{CONTOUR_BINS, Frame, Network, PITCHES};

/// Samples between frames.
pub(super) const HOP: usize = 256;

/// Samples of a window.
pub(super) const WINDOW: usize = 43_844;

/// Frames of a window. Frame `i` is centred on sample `i * HOP`.
pub(super) const FRAMES: usize = 172;

/// First frame of a window that has all its context.
pub(super) const FIRST_KEPT: usize = 15;

/// Frames of a window with all their context; windows are this many hops apart.
pub(super) const KEPT: usize = 142;

#[cfg(test)]
mod tests;
