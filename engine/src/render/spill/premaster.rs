//! Storage of the pre-master between the two passes: memory up to a limit, then an unnamed
//! temporary file.

use super::temp_file::PageFile;
use crate::audio::{Block, BlockMut};
use std::io;
use std::path::Path;

/// Bytes per frame in the file.
const FRAME_BYTES: u64 = 8;

/// A stereo recording that is written once, front to back, and then read as often as needed.
#[derive(Debug)]
pub struct PremasterSpill {
    /// Left and right, frame by frame.
    memory: Vec<f32>,
    file: PageFile,
    bytes: Vec<u8>,
    limit_frames: usize,
    frames: u64,
    read_at: u64,
}

impl PremasterSpill {
    /// Creates scratch that holds `limit_frames` in memory and more than that in a file in
    /// `folder`, or in the system's folder for temporary files. The file is unlinked at once:
    /// nothing can be left behind.
    pub fn new(limit_frames: usize, folder: Option<&Path>) -> Self {
        Self { memory: Vec::new(), file: PageFile::new(folder), bytes: Vec::new(), limit_frames, frames: 0, read_at: 0 }
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
        if self.frames <= self.limit_frames as u64 {
            self.memory.extend(samples);
            return Ok(());
        }
        if !self.memory.is_empty() {
            self.spill()?;
        }
        self.bytes.clear();
        self.bytes.extend(samples.flat_map(f32::to_le_bytes));
        self.file.append(&self.bytes).map(|_| ())
    }

    /// Moves the contents of memory into the file, and frees the memory.
    fn spill(&mut self) -> io::Result<()> {
        const SAMPLES_AT_ONCE: usize = 16_384;
        for part in std::mem::take(&mut self.memory).chunks(SAMPLES_AT_ONCE) {
            self.bytes.clear();
            self.bytes.extend(part.iter().flat_map(|sample| sample.to_le_bytes()));
            self.file.append(&self.bytes)?;
        }
        Ok(())
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
        let samples = block.frames() * 2;
        let (left, right) = block.pair_mut();
        if self.file.length() > 0 {
            self.bytes.resize(samples * 4, 0);
            self.file.read(self.read_at * FRAME_BYTES, &mut self.bytes)?;
            for ((pair, l), r) in self.bytes.chunks_exact(8).zip(left).zip(right) {
                *l = f32::from_le_bytes([pair[0], pair[1], pair[2], pair[3]]);
                *r = f32::from_le_bytes([pair[4], pair[5], pair[6], pair[7]]);
            }
        } else {
            let start = self.read_at as usize * 2;
            let held = self.memory.get(start..start + samples).ok_or(io::ErrorKind::UnexpectedEof)?;
            for ((pair, l), r) in held.chunks_exact(2).zip(left).zip(right) {
                (*l, *r) = (pair[0], pair[1]);
            }
        }
        self.read_at += samples as u64 / 2;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;

    #[test]
    fn memory_and_file_give_back_the_same_twice() {
        let left: Vec<f32> = (0..1_000).map(|n| n as f32).collect();
        let right: Vec<f32> = left.iter().map(|x| -x).collect();
        let audio = AudioBuffer::from_channels(&[left, right]);
        for limit in [10, 500, 5_000] {
            let mut scratch = PremasterSpill::new(limit, None);
            for start in (0..1_000).step_by(130) {
                scratch.write(&audio.block().slice(start..(start + 130).min(1_000))).unwrap();
            }
            assert_eq!(scratch.frames(), 1_000);
            for _ in 0..2 {
                scratch.rewind();
                let mut back = AudioBuffer::new(2, 1_000);
                for start in (0..1_000).step_by(77) {
                    scratch.read(&mut back.block_mut().slice_mut(start..(start + 77).min(1_000))).unwrap();
                }
                assert_eq!(back, audio);
            }
        }
    }

    #[test]
    fn reading_past_the_end_is_an_error() {
        let mut scratch = PremasterSpill::new(10, None);
        scratch.write(&AudioBuffer::new(2, 3).block()).unwrap();
        assert!(scratch.read(&mut AudioBuffer::new(2, 4).block_mut()).is_err());
    }
}
