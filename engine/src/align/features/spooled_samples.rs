//! Samples of one channel, in memory up to a limit and then in an unnamed file.

use super::thresholds::THRESHOLDS;
use crate::spool::Spool;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Growing row of samples that takes no more memory than its limit.
#[derive(Debug)]
pub(crate) struct Samples {
    memory: Vec<f32>,
    /// Most samples held in memory.
    most: usize,
    /// Samples beyond those.
    rest: Mutex<Spool>,
    /// The file could not be written: nothing more is kept.
    broken: bool,
    kept: usize,
}

impl Samples {
    /// Creates an empty row that holds at most `max_bytes` of samples in memory.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            memory: Vec::new(),
            most: max_bytes / size_of::<f32>(),
            rest: Mutex::new(Spool::new(0, None)),
            broken: false,
            kept: 0,
        }
    }

    /// Returns the number of samples.
    pub(crate) fn len(&self) -> usize {
        self.kept
    }

    /// Returns true if appending has failed and nothing more is kept.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Appends samples. Where the file cannot be written, later samples do not count.
    pub(crate) fn push(&mut self, samples: &[f32]) {
        if self.broken {
            return;
        }
        let room = (self.most - self.memory.len()).min(samples.len());
        self.memory.extend_from_slice(&samples[..room]);
        self.kept += room;
        if room < samples.len() {
            match self.spill(&samples[room..]) {
                Ok(()) => self.kept += samples.len() - room,
                Err(_) => self.broken = true,
            }
        }
    }

    /// Copies the samples from number `start` on, which may be negative; silence where there are
    /// none.
    pub(crate) fn read(&self, start: i64, out: &mut [f32]) {
        let skip = usize::try_from(-start).unwrap_or(0).min(out.len());
        let start = usize::try_from(start).unwrap_or(0);
        let count = (out.len() - skip).min(self.kept.saturating_sub(start));
        let (before, rest) = out.split_at_mut(skip);
        let (out, after) = rest.split_at_mut(count);
        before.fill(0.0);
        after.fill(0.0);
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
        let mut bytes = vec![0; THRESHOLDS.spool_samples.min(out.len()) * size_of::<f32>()];
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut at = (start * size_of::<f32>()) as u64;
        for part in out.chunks_mut(THRESHOLDS.spool_samples) {
            let bytes = &mut bytes[..size_of_val(part)];
            rest.read(at, bytes)?;
            at += bytes.len() as u64;
            for (sample, bytes) in part.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *sample = f32::from_le_bytes(*bytes);
            }
        }
        Ok(())
    }

    fn spill(&mut self, samples: &[f32]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(THRESHOLDS.spool_samples.min(samples.len()) * size_of::<f32>());
        let rest = self.rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        for part in samples.chunks(THRESHOLDS.spool_samples) {
            bytes.clear();
            bytes.extend(part.iter().flat_map(|sample| sample.to_le_bytes()));
            rest.append(&bytes)?;
        }
        Ok(())
    }
}
