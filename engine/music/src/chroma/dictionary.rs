//! Notes with overtones that explain a spectrum.

use crate::spectrum::{BIN_COUNT, LogMap, bin_hz};

/// Lowest note of a dictionary, as a MIDI number: B0, below the lowest string of a bass.
pub const LOWEST_NOTE: usize = 23;
/// Highest note of a dictionary, as a MIDI number: E7.
pub const HIGHEST_NOTE: usize = 100;
/// Notes of a dictionary.
pub const NOTE_COUNT: usize = HIGHEST_NOTE - LOWEST_NOTE + 1;

/// Partials of each note.
const PARTIALS: u32 = 12;
/// Ratio of one partial to the one before, of whitened magnitudes.
const DECAY: f64 = 0.75;
/// Passes over all notes; the strengths hardly change after.
const SWEEPS: usize = 8;
/// Gain that a note must bring to be there at all: keeps explanations short.
const SPARSITY: f32 = 0.3;

/// Spectra of notes at one tuning.
#[derive(Debug)]
pub struct NoteDictionary {
    spectra: Vec<Vec<f32>>,
    products: Vec<f32>,
}

impl NoteDictionary {
    /// Creates the spectra of all notes, `cents` away from standard pitch.
    #[must_use]
    pub fn new(cents: f64) -> Self {
        let map = LogMap::new();
        let spectra: Vec<Vec<f32>> = (LOWEST_NOTE..=HIGHEST_NOTE).map(|note| spectrum(&map, note, cents)).collect();
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum();
        let products = spectra.iter().flat_map(|a| spectra.iter().map(move |b| product(a, b))).collect();
        Self { spectra, products }
    }

    /// Writes to `strengths` those not negative strengths of the notes that explain `whitened`
    /// best.
    ///
    /// Least squares by coordinate descent: one note after the other takes its best value.
    pub fn explain(&self, whitened: &[f32], strengths: &mut [f32; NOTE_COUNT]) {
        let mut errors = [0.0_f32; NOTE_COUNT];
        for (error, spectrum) in errors.iter_mut().zip(&self.spectra) {
            *error = SPARSITY - spectrum.iter().zip(whitened).map(|(a, b)| a * b).sum::<f32>();
        }
        *strengths = [0.0; NOTE_COUNT];
        for _ in 0..SWEEPS {
            for note in 0..NOTE_COUNT {
                let row = &self.products[note * NOTE_COUNT..][..NOTE_COUNT];
                let step = (strengths[note] - errors[note] / row[note]).max(0.0) - strengths[note];
                if step != 0.0 {
                    strengths[note] += step;
                    errors.iter_mut().zip(row).for_each(|(error, product)| *error += step * product);
                }
            }
        }
    }
}

/// Returns the spectrum of a note, of length 1.
fn spectrum(map: &LogMap, note: usize, cents: f64) -> Vec<f32> {
    let hertz = 440.0 * ((note as f64 - 69.0 + cents / 100.0) / 12.0).exp2();
    let mut spectrum = vec![0.0_f32; BIN_COUNT];
    for partial in 1..=PARTIALS {
        let centre = hertz * f64::from(partial);
        let strength = DECAY.powi(partial as i32 - 1) as f32;
        for (index, value) in spectrum.iter_mut().enumerate() {
            let distance = 12.0 * (bin_hz(index) / centre).log2();
            if distance.abs() < 1.5 {
                // Whitening takes the skirts of a peak away.
                let shape = (map.response(index, centre).min(1.0).sqrt() - 0.5).max(0.0) * 2.0;
                *value = value.max(strength * shape);
            }
        }
    }
    let length = spectrum.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    for value in &mut spectrum {
        *value /= length;
    }
    spectrum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_notes_is_explained_by_these_notes() {
        let dictionary = NoteDictionary::new(20.0);
        let parts = [(36, 3.0), (52, 2.0), (55, 2.5), (72, 1.5)];
        let mut whitened = vec![0.0; BIN_COUNT];
        for (note, strength) in parts {
            let spectrum = &dictionary.spectra[note - LOWEST_NOTE];
            whitened.iter_mut().zip(spectrum).for_each(|(sum, value)| *sum += strength * value);
        }
        let mut strengths = [0.0; NOTE_COUNT];
        dictionary.explain(&whitened, &mut strengths);
        for (index, &strength) in strengths.iter().enumerate() {
            let there = parts.iter().find(|(note, _)| note - LOWEST_NOTE == index).map_or(0.0, |part| part.1);
            assert!((strength - there).abs() < 0.6, "note {}: {strength}", index + LOWEST_NOTE);
        }
    }

    #[test]
    fn nothing_is_explained_by_no_note() {
        let mut strengths = [1.0; NOTE_COUNT];
        NoteDictionary::new(0.0).explain(&[0.0; BIN_COUNT], &mut strengths);
        assert_eq!(strengths, [0.0; NOTE_COUNT]);
    }
}
