//! Hits of drum stems: kick, snare, hi-hat closed and open, toms, crash and ride.
//!
//! A small convolutional network reads the levels of logarithmic bands, relative to the loud parts
//! of the stem. For each frame and drum it gives an activation and a strength. Peaks of the
//! activation are hits, after those that sound alike shared their heights. The approach follows
//! Vogl, Dorfer, Knees, "Drum Transcription from Polyphonic Music with Recurrent Neural Networks",
//! ICASSP 2017, with dilated convolutions in place of recurrence. `models/drums` beside this
//! crate's sources has the weights, and describes the sounds that the network was trained on.

mod alike;
mod bands;
mod front_end;
mod network;
mod picking;
mod weights;

use crate::Hit;
use alike::Sound;
use front_end::{FrontEnd, Spectra};

/// Samples between frames: 10 ms.
const HOP: usize = 220;

/// Drums that the network distinguishes, in the order of [`crate::Drum::ALL`].
const DRUMS: usize = crate::Drum::ALL.len();

/// Transcriber of a drum stem, fed with blocks of any length.
///
/// It keeps two bytes for each band of each frame: 9 kB a second. Hits depend on the loudest parts
/// of the stem, so all are found in [`finish`](Self::finish).
#[derive(Debug)]
pub struct DrumTranscriber {
    front_end: FrontEnd,
}

impl DrumTranscriber {
    /// Creates a transcriber without samples.
    pub fn new() -> Self {
        Self { front_end: FrontEnd::new() }
    }

    /// Adds mono samples at [`crate::SAMPLE_RATE`], full scale at 1. Values that are not finite
    /// count as silence.
    pub fn push(&mut self, samples: &[f32]) {
        self.front_end.push(samples);
    }

    /// Returns the hits of all samples in the order of time, and of [`crate::Drum`] at one time.
    /// Silence has none.
    pub fn finish(self) -> Vec<Hit> {
        let spectra = self.front_end.finish();
        spectra.reference().map_or_else(Vec::new, |reference| transcribe(&spectra, reference))
    }
}

impl Default for DrumTranscriber {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the hits of `spectra`, whose loud parts are at `reference` decibels.
fn transcribe(spectra: &Spectra, reference: f32) -> Vec<Hit> {
    let activations = network::activations(spectra, reference);
    picking::hits(&activations, |frame| Sound::new(spectra, reference, frame))
}

#[cfg(test)]
mod tests;
