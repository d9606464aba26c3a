//! Votes of partials for a deviation, note by note.

/// Cents that a vote can be for: one semitone.
pub(crate) const CENTS: usize = 100;
/// Notes of the votes: MIDI numbers 0 to 127.
const NOTES: usize = 128;

/// Weights of partials by note and by deviation from it, a cent a bin.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialHistogram {
    weights: Vec<f32>,
}

impl PartialHistogram {
    /// Creates a histogram without votes.
    #[must_use]
    pub fn new() -> Self {
        Self { weights: vec![0.0; NOTES * CENTS] }
    }

    /// Adds a vote of `weight` for a partial at `pitch`, in semitones (A4 = 440 Hz is 69).
    ///
    /// The vote is split between the two bins next to it, so that their mean is exact. A pitch
    /// outside of 0 to 127 does not count.
    pub fn add(&mut self, pitch: f64, weight: f32) {
        if !(0.0..(NOTES - 1) as f64).contains(&pitch) {
            return;
        }
        let note = pitch.round();
        let position = (pitch - note + 0.5) * CENTS as f64;
        let bin = position.floor();
        let part = (position - bin) as f32;
        let row = note as usize * CENTS;
        self.weights[row + bin as usize % CENTS] += weight * (1.0 - part);
        self.weights[row + (bin as usize + 1) % CENTS] += weight * part;
    }

    /// Adds all votes of `other`, times `factor`.
    pub fn merge(&mut self, other: &Self, factor: f32) {
        for (weight, other) in self.weights.iter_mut().zip(&other.weights) {
            *weight += factor * other;
        }
    }

    /// Returns the weights of each note; bin 50 is for no deviation, bin 0 for half a semitone
    /// below.
    pub fn notes(&self) -> impl Iterator<Item = &[f32]> {
        self.weights.chunks_exact(CENTS)
    }
}

impl Default for PartialHistogram {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_are_split_so_that_their_mean_is_exact() {
        let mut histogram = PartialHistogram::new();
        histogram.add(69.123, 2.0);
        histogram.add(f64::NAN, 1.0);
        histogram.add(-3.0, 1.0);
        let row = histogram.notes().nth(69).unwrap();
        assert!((row[62] - 1.4).abs() < 1e-4 && (row[63] - 0.6).abs() < 1e-4);
        assert!((histogram.weights.iter().sum::<f32>() - 2.0).abs() < 1e-6);
    }

    #[test]
    fn half_a_semitone_wraps() {
        let mut histogram = PartialHistogram::new();
        histogram.add(60.4999, 1.0);
        let row = histogram.notes().nth(60).unwrap();
        assert!((row[99] + row[0] - 1.0).abs() < 1e-6);
    }
}
