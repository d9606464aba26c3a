//! Storage of the pre-master between the two passes: memory up to a limit, then an unnamed
//! temporary file.

use crate::audio::{Block, BlockMut};
use crate::spool::Spool;
use std::io;
use std::path::Path;

/// Bytes per frame in the file.
const FRAME_BYTES: usize = 8;

/// Stereo audio written once from start to end, then read as often as needed.
#[derive(Debug)]
pub struct PremasterSpill {
    /// Left and right, frame by frame.
    spool: Spool,
    bytes: Vec<u8>,
    frames: u64,
    read_at: u64,
}

impl PremasterSpill {
    /// Creates a store that holds `limit_frames` in memory, and more than that in a file in
    /// `folder`, or in the system's folder for temporary files. The file is unlinked at once:
    /// nothing can be left behind.
    pub fn new(limit_frames: usize, folder: Option<&Path>) -> Self {
        let spool = Spool::new(limit_frames.saturating_mul(FRAME_BYTES), folder);
        Self { spool, bytes: Vec::new(), frames: 0, read_at: 0 }
    }

    /// Returns the number of frames written.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Appends a stereo block.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn write(&mut self, block: &Block<'_>) -> io::Result<()> {
        self.frames += block.frames() as u64;
        let samples = block.channel(0).iter().zip(block.channel(1)).flat_map(|(&left, &right)| [left, right]);
        self.bytes.clear();
        self.bytes.extend(samples.flat_map(f32::to_le_bytes));
        self.spool.append(&self.bytes).map(|_| ())
    }

    /// Starts reading from the first frame.
    pub fn rewind(&mut self) {
        self.read_at = 0;
    }

    /// Fills a stereo block with the next frames.
    ///
    /// # Errors
    /// When there are not that many frames, or the temporary file cannot be read.
    pub fn read(&mut self, block: &mut BlockMut<'_>) -> io::Result<()> {
        let frames = block.frames();
        let (left, right) = block.pair_mut();
        self.bytes.resize(frames * FRAME_BYTES, 0);
        self.spool.read(self.read_at * FRAME_BYTES as u64, &mut self.bytes)?;
        for ((pair, l), r) in self.bytes.chunks_exact(FRAME_BYTES).zip(left).zip(right) {
            *l = f32::from_le_bytes([pair[0], pair[1], pair[2], pair[3]]);
            *r = f32::from_le_bytes([pair[4], pair[5], pair[6], pair[7]]);
        }
        self.read_at += frames as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;

    #[test]
    fn memory_and_file_return_the_same_frames_twice() {
        let left: Vec<f32> = (0..1_000).map(|n| n as f32).collect();
        let right: Vec<f32> = left.iter().map(|x| -x).collect();
        let audio = AudioBuffer::from_channels(&[left, right]);
        for limit in [10, 500, 5_000] {
            let mut premaster = PremasterSpill::new(limit, None);
            for start in (0..1_000).step_by(130) {
                premaster.write(&audio.block().slice(start..(start + 130).min(1_000))).unwrap();
            }
            assert_eq!(premaster.frames(), 1_000);
            for _ in 0..2 {
                premaster.rewind();
                let mut back = AudioBuffer::new(2, 1_000);
                for start in (0..1_000).step_by(77) {
                    premaster.read(&mut back.block_mut().slice_mut(start..(start + 77).min(1_000))).unwrap();
                }
                assert_eq!(back, audio);
            }
        }
    }

    #[test]
    fn reading_past_the_end_is_an_error() {
        let mut premaster = PremasterSpill::new(10, None);
        premaster.write(&AudioBuffer::new(2, 3).block()).unwrap();
        assert!(premaster.read(&mut AudioBuffer::new(2, 4).block_mut()).is_err());
    }
}
