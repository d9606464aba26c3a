//! Dynamics with one gain for all channels, which a key moves: the key's chunks are measured before
//! the signal's are changed.

use super::gain_stage::CHUNK;
use crate::audio::{Block, BlockMut};

/// Detector of a key, and the gain that it moves.
pub(super) trait KeyedGain {
    /// Measures up to [`CHUNK`] frames of the key. Returns false where the gain rests throughout.
    fn measure(&mut self, key: &Block<'_>) -> bool;

    /// Delays the frames of the signal, and applies the gain that the same frames of the key gave
    /// where it `moves`.
    fn apply(&mut self, block: &mut BlockMut<'_>, moves: bool);

    /// Runs over a block, with the key of a side-chain or, without one, its own signal.
    fn run(&mut self, block: &mut BlockMut<'_>, key: Option<&Block<'_>>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let range = start..block.frames().min(start + CHUNK);
            let moves = match key {
                Some(key) => self.measure(&key.slice(range.clone())),
                None => self.measure(&block.as_block().slice(range.clone())),
            };
            self.apply(&mut block.slice_mut(range), moves);
        }
    }
}
