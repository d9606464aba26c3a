//! The session positions of rendered frames.

use std::collections::VecDeque;

/// Blocks that are remembered: longer than any latency.
const BLOCKS: usize = 256;

/// The session positions of recently rendered frames, to the block.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    /// Rendered frame and session frame at the beginning of each block.
    blocks: VecDeque<(u64, u64)>,
}

impl Positions {
    /// Notes the position at the beginning of a block.
    pub(super) fn note(&mut self, frame: u64, position: u64) {
        while self.blocks.back().is_some_and(|(last, _)| *last >= frame) {
            self.blocks.pop_back();
        }
        if self.blocks.len() == BLOCKS {
            self.blocks.pop_front();
        }
        self.blocks.push_back((frame, position));
    }

    /// Returns the session frame of a rendered frame.
    pub(super) fn at(&self, frame: u64) -> u64 {
        let block = self.blocks.iter().rev().find(|(begin, _)| *begin <= frame).or(self.blocks.front());
        block.map_or(0, |(begin, position)| position + frame.saturating_sub(*begin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_from_its_block() {
        let mut positions = Positions::default();
        for (frame, position) in [(0, 0), (512, 512), (1_024, 90_000), (1_024, 70_000)] {
            positions.note(frame, position);
        }
        assert_eq!(
            [0, 511, 512, 1_023, 1_024, 2_000].map(|frame| positions.at(frame)),
            [0, 511, 512, 1_023, 70_000, 70_976]
        );
    }
}
