//! Level of a signal, frame by frame.

use super::{Framing, HOP};

/// Extractor of the root mean square of each frame of [`HOP`] samples.
#[derive(Debug)]
pub struct LevelExtractor {
    framing: Framing,
    levels: Vec<f32>,
}

fn level(frame: &[f32]) -> f32 {
    (frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len() as f32).sqrt()
}

impl LevelExtractor {
    /// Creates an extractor at the start of a signal.
    #[must_use]
    pub fn new() -> Self {
        Self { framing: Framing::new(HOP), levels: Vec::new() }
    }

    /// Appends a block of mono samples at [`crate::SAMPLE_RATE`].
    pub fn push(&mut self, block: &[f32]) {
        self.framing.push(block, |frame| self.levels.push(level(frame)));
    }

    /// Returns the level of each frame, 0 to 1 for samples within full scale.
    #[must_use]
    pub fn finish(mut self) -> Vec<f32> {
        self.framing.finish(|frame| self.levels.push(level(frame)));
        self.levels
    }
}

impl Default for LevelExtractor {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_signal() {
        let mut extractor = LevelExtractor::new();
        extractor.push(&vec![0.5; 4 * HOP]);
        extractor.push(&vec![0.0; 4 * HOP]);
        let levels = extractor.finish();
        assert_eq!(levels.len(), 9);
        assert!((levels[2] - 0.5).abs() < 1e-6 && (levels[4] - 0.5 / 2_f32.sqrt()).abs() < 1e-6);
        assert!(levels[5] < 1e-9);
    }
}
