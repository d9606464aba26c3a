//! Evidence of each beat.

/// Number of columns.
pub(super) const COLUMNS: usize = 8;

/// One value for each beat in each list; a list without values is no evidence. Units do not matter:
/// each list is judged by its mean and its spread.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BeatEvidence {
    /// Onsets of kicks.
    pub kick: Vec<f64>,
    /// Onsets of snares.
    pub snare: Vec<f64>,
    /// Onsets of cymbals.
    pub cymbal: Vec<f64>,
    /// Onsets of the bass.
    pub bass: Vec<f64>,
    /// Change of the pitch of the bass at the beat.
    pub bass_change: Vec<f64>,
    /// Onsets of chords.
    pub harmony: Vec<f64>,
    /// Change of harmony at the beat.
    pub harmony_change: Vec<f64>,
    /// Probability of a downbeat by a network.
    pub downbeat: Vec<f64>,
}

impl BeatEvidence {
    /// Returns the number of beats.
    pub(super) fn beats(&self) -> usize {
        self.columns().into_iter().map(<[f64]>::len).max().unwrap_or(0)
    }

    /// Returns the columns with a mean of 0 and a spread of 1, or zeros where all values are equal.
    pub(super) fn standardised(&self) -> [Vec<f64>; COLUMNS] {
        let beats = self.beats();
        self.columns().map(|column| standardise(column, beats))
    }

    fn columns(&self) -> [&[f64]; COLUMNS] {
        [
            &self.kick,
            &self.snare,
            &self.cymbal,
            &self.bass,
            &self.bass_change,
            &self.harmony,
            &self.harmony_change,
            &self.downbeat,
        ]
    }
}

fn standardise(column: &[f64], beats: usize) -> Vec<f64> {
    let is_usable = column.len() == beats && column.iter().all(|value| value.is_finite());
    let count = beats.max(1) as f64;
    let mean = column.iter().sum::<f64>() / count;
    let spread = (column.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
    if !is_usable || spread < 1e-6 {
        return vec![0.0; beats];
    }
    // Single extreme beats, such as a crash, do not outweigh the rest.
    column.iter().map(|value| ((value - mean) / spread).clamp(-3.0, 3.0)).collect()
}
