//! Similarity of every bar to every other.

use super::bars::Bars;

/// Similarity matrices of bars: 1 for equal bars.
#[derive(Debug)]
pub(crate) struct Similarity {
    count: usize,
    sound: Vec<f32>,
    harmony: Vec<f32>,
}

impl Similarity {
    /// Creates the matrices of all bars.
    pub(crate) fn new(bars: &Bars) -> Self {
        let count = bars.count();
        let (mut sound, mut harmony) = (vec![0.0; count * count], vec![0.0; count * count]);
        for a in 0..count {
            for b in 0..count {
                sound[a * count + b] = 1.0 - sound_distance(bars, a, b);
                harmony[a * count + b] = 1.0 - harmony_distance(bars, a, b);
            }
        }
        Self { count, sound, harmony }
    }

    /// Returns the number of bars.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Returns how alike the stems' levels and the timbre of two bars are.
    pub(crate) fn sound(&self, a: usize, b: usize) -> f32 {
        self.sound[a * self.count + b]
    }

    /// Returns how alike the pitch classes of two bars are.
    pub(crate) fn harmony(&self, a: usize, b: usize) -> f32 {
        self.harmony[a * self.count + b]
    }

    /// Returns how alike two bars are in all.
    pub(crate) fn both(&self, a: usize, b: usize) -> f32 {
        0.5 * (self.sound(a, b) + self.harmony(a, b))
    }
}

/// Returns the distance of levels: 0 for equal bars, about 1 for unlike ones.
pub(crate) fn sound_distance(bars: &Bars, a: usize, b: usize) -> f32 {
    let patterns = distance(&bars.patterns[a], &bars.patterns[b]);
    let activity = distance(&bars.activity[a], &bars.activity[b]);
    let timbre = distance(&bars.timbre[a], &bars.timbre[b]);
    if bars.activity[a].is_empty() { 4.0 * timbre } else { patterns + 2.0 * activity + 2.0 * timbre }
}

/// Returns one less the cosine of the pitch classes of two bars, with some room for noise.
pub(crate) fn harmony_distance(bars: &Bars, a: usize, b: usize) -> f32 {
    let (a, b) = (&bars.harmony[a], &bars.harmony[b]);
    let product = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths > 0.0 { 2.0 * (1.0 - product(a, b) / lengths) } else { 0.0 }
}

/// Returns the mean distance of the values.
pub(crate) fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.len().max(1) as f32
}
