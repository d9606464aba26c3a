//! What alignment keeps of a stem while it is decoded: its mono sum, in memory up to a limit and then in a nameless file.

use crate::audio::Block;
use crate::process::Tap;
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// A stem in mono, at the session rate, for [`align`](super::align()).
///
/// Feed it every block of the stem from session time 0. Channels are averaged (a stem whose channels cancel is silent here);
/// what is not finite counts as silence. What the limit leaves no room for in memory goes to an unlinked temporary file; when that
/// cannot be written, the beginning alone counts.
#[derive(Debug)]
pub struct StemFeatures {
    rate: SampleRate,
    memory: Vec<f32>,
    /// Samples that memory may hold.
    most: usize,
    file: Option<Mutex<File>>,
    /// The file could not be written: nothing after `kept` counts.
    broken: bool,
    kept: usize,
    frames: u64,
    peak: f32,
    first_sound: Option<u64>,
    mono: Vec<f32>,
}

impl StemFeatures {
    /// 16 MiB a stem: 95 s at 44.1 kHz, 87 s at 48 kHz. Sixteen stems take 256 MiB, however long they are.
    pub const DEFAULT_MAX_BYTES: usize = 16 << 20;
    /// A stem has begun when a sample is above this: −100 dBFS, the least that 16 bits hold.
    const FIRST_SOUND: f32 = 1e-5;

    /// An empty stem that will hold at most `max_bytes` of samples in memory. Control thread.
    pub fn new(rate: SampleRate, max_bytes: usize) -> Self {
        Self {
            rate,
            memory: Vec::new(),
            most: max_bytes / size_of::<f32>(),
            file: None,
            broken: false,
            kept: 0,
            frames: 0,
            peak: 0.0,
            first_sound: None,
            mono: Vec::new(),
        }
    }

    /// The rate it was made for.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Frames seen in all.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The first frame whose mono sum is above −100 dBFS; none while there was no such frame.
    pub fn first_sound(&self) -> Option<u64> {
        self.first_sound
    }

    /// Frames that can be read.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// The largest absolute sample kept.
    pub(super) fn peak(&self) -> f32 {
        self.peak
    }

    /// Copies the samples from frame `start` on, which may be negative; silence where there are none.
    pub(super) fn read(&self, start: i64, out: &mut [f32]) {
        out.fill(0.0);
        let skip = usize::try_from(-start).unwrap_or(0);
        let start = usize::try_from(start).unwrap_or(0);
        if skip >= out.len() || start >= self.kept {
            return;
        }
        let count = (out.len() - skip).min(self.kept - start);
        let out = &mut out[skip..skip + count];
        let held = self.memory.len().saturating_sub(start).min(count);
        if held > 0 {
            out[..held].copy_from_slice(&self.memory[start..start + held]);
        }
        // A file that cannot be read back is silence: nothing is found there, and nothing is moved.
        if held < count && self.read_file(start + held - self.memory.len(), &mut out[held..]).is_err() {
            out[held..].fill(0.0);
        }
    }

    fn read_file(&self, start: usize, out: &mut [f32]) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut bytes = vec![0; size_of_val(out)];
        {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start((start * size_of::<f32>()) as u64))?;
            file.read_exact(&mut bytes)?;
        }
        for (sample, bytes) in out.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *sample = f32::from_le_bytes(*bytes);
        }
        Ok(())
    }

    fn spill(&mut self, from: usize) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => Mutex::new(tempfile::tempfile()?),
        };
        let mut bytes = vec![0; size_of_val(&self.mono[from..])];
        for (bytes, sample) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(&self.mono[from..]) {
            *bytes = sample.to_le_bytes();
        }
        {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::End(0))?;
            file.write_all(&bytes)?;
        }
        self.file = Some(file);
        Ok(())
    }
}

impl Tap for StemFeatures {
    /// Offline: the memory grows up to its limit, then a file does.
    fn observe(&mut self, block: &Block<'_>) {
        let start = self.frames;
        self.frames += block.frames() as u64;
        if self.broken {
            return;
        }
        self.mono.clear();
        self.mono.resize(block.frames(), 0.0);
        for channel in 0..block.channels() {
            for (sum, sample) in self.mono.iter_mut().zip(block.channel(channel)) {
                *sum += if sample.is_finite() { sample / block.channels() as f32 } else { 0.0 };
            }
        }
        if self.first_sound.is_none() {
            let first = self.mono.iter().position(|sample| sample.abs() > Self::FIRST_SOUND);
            self.first_sound = first.map(|at| start + at as u64);
        }
        self.peak = self.mono.iter().fold(self.peak, |peak, sample| peak.max(sample.abs()));
        let room = (self.most - self.memory.len()).min(self.mono.len());
        self.memory.extend_from_slice(&self.mono[..room]);
        self.kept += room;
        if room < self.mono.len() {
            match self.spill(room) {
                Ok(()) => self.kept += self.mono.len() - room,
                Err(_) => self.broken = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;

    #[test]
    fn the_mean_of_the_channels_is_kept_beyond_what_memory_holds() {
        let mut stem = StemFeatures::new(SampleRate::new(8_000).unwrap(), 5 * size_of::<f32>());
        let stereo = AudioBuffer::from_channels(&[vec![0.0, 0.5, f32::NAN, 0.0], vec![0.0, 0.5, 1.0, -1.0]]);
        stem.observe(&stereo.block());
        stem.observe(&Block::mono(&[0.25, 0.75, 1.0]));
        stem.observe(&Block::mono(&[2.0]));
        let mut all = [9.0; 12];
        stem.read(-2, &mut all);
        assert_eq!(all, [0.0, 0.0, 0.0, 0.5, 0.5, -0.5, 0.25, 0.75, 1.0, 2.0, 0.0, 0.0]);
        assert_eq!((stem.frames(), stem.kept(), stem.first_sound()), (8, 8, Some(1)));
        let mut part = [0.0; 2];
        stem.read(6, &mut part);
        assert_eq!(part, [1.0, 2.0]);
    }
}
