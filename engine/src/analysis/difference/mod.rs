//! Comparison of two files: equality, first difference, level of the difference, delay and gain.

mod outline;
mod sums;

#[cfg(test)]
mod tests;

pub use outline::DifferenceOutline;

use crate::align::{AlignmentSettings, PairSelection, align};
use crate::audio::{AudioBuffer, Block};
use crate::io::{DecodeError, Fold, StemReader};
use crate::meter::{ProgrammeMeter, power_db};
use crate::process::{Source, Tap};
use crate::render::{AlignError, analyse_files};
use crate::units::SampleRate;
use std::path::{Path, PathBuf};
use sums::DifferenceSums;
use thiserror::Error;

/// Frames read at a time.
const BLOCK: usize = 16_384;
/// Largest distance of a delay from a whole number of frames at which it counts as whole.
const WHOLE_FRAMES: f64 = 0.05;

/// Error when two files cannot be compared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DifferenceError {
    /// One of them cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Their delay cannot be measured.
    #[error(transparent)]
    Align(#[from] AlignError),
    /// The caller requested a stop.
    #[error("stopped on request")]
    Stopped,
}

/// Result of the comparison of two files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// Rate, channels, length and every sample are equal.
    pub identical: bool,
    /// Reason for which samples cannot be compared at all: other rates or channels, as a sentence.
    pub incomparable: Option<String>,
    /// Frames of either file.
    pub frames: [u64; 2],
    /// Frames per second of the first.
    pub sample_rate: SampleRate,
    /// First frame that differs; where one file is the beginning of the other, the first that it
    /// lacks.
    pub first_difference_frame: Option<u64>,
    /// Largest difference of two samples, in dBFS; `None` if there is none.
    pub peak_difference_dbfs: Option<f64>,
    /// Power of the difference without any correction, over that of the first, in dB. `None` if
    /// there is no difference, or if the first is silent.
    pub null_depth_db: Option<f64>,
    /// Delay of the second against the first, in frames; `None` if they share too little to measure
    /// it.
    pub offset_frames: Option<f64>,
    /// Gain from the first to the second, in dB, once that delay is undone.
    pub gain_db: Option<f64>,
    /// The second has the opposite polarity.
    pub inverted: bool,
    /// Power of the rest of the second once delay, gain and polarity are undone, over its power, in
    /// dB. `None` if there is no rest.
    pub matched_null_depth_db: Option<f64>,
    /// Integrated loudness of the second less that of the first, in LU; `None` if either has none.
    pub loudness_difference_lu: Option<f64>,
    /// Peaks over time, for drawing.
    pub outline: DifferenceOutline,
}

/// Compares two files, all channels as they are. `stop` may be called from any thread. Control
/// thread; uses rayon's pool.
///
/// # Errors
/// If a file cannot be read, or `stop` returns true.
pub fn compare_files(
    first: &Path,
    second: &Path,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Difference, DifferenceError> {
    let open = |path: &Path| StemReader::open_at_least(path, Fold::Keep, 1);
    let mut readers = [open(first)?, open(second)?];
    let incomparable = incomparable(&readers);
    let rate = readers[0].sample_rate();
    let mut meters = [0, 1].map(|n| ProgrammeMeter::new(readers[n].info().sample_rate, &readers[n].info().layout));
    let mut buffers = [0, 1].map(|n| AudioBuffer::new(readers[n].channels(), BLOCK));
    let mut sums = DifferenceSums::default();
    let mut outline = DifferenceOutline::new(rate);
    let mut frames = [0_u64; 2];
    loop {
        if stop() {
            return Err(DifferenceError::Stopped);
        }
        let mut read = [0; 2];
        for n in 0..2 {
            read[n] = readers[n].read(&mut buffers[n].block_mut())?;
            meters[n].observe(&buffers[n].first(read[n]));
        }
        if incomparable.is_none() {
            sums.add(&buffers[0].first(read[0]), &buffers[1].first(read[1]));
            outline.add(&buffers[0].first(read[0]), &buffers[1].first(read[1]));
        }
        frames = [frames[0] + read[0] as u64, frames[1] + read[1] as u64];
        if read == [0, 0] {
            break;
        }
    }
    outline.finish();
    let loudness = |n: usize| meters[n].measurement().integrated_lufs;
    let identical = incomparable.is_none() && frames[0] == frames[1] && sums.first_difference.is_none();
    let mut difference = Difference {
        identical,
        frames,
        sample_rate: rate,
        first_difference_frame: sums.first_difference,
        peak_difference_dbfs: (sums.peak > 0.0).then(|| 20.0 * sums.peak.log10()),
        null_depth_db: sums.null_depth_db(),
        offset_frames: None,
        gain_db: None,
        inverted: false,
        matched_null_depth_db: None,
        loudness_difference_lu: loudness(1).zip(loudness(0)).map(|(second, first)| second - first),
        outline,
        incomparable,
    };
    if identical {
        (difference.offset_frames, difference.gain_db) = (Some(0.0), Some(0.0));
    } else if difference.incomparable.is_none() {
        difference.offset_frames = offset_frames(first, second, rate, stop)?;
        if let Some(offset) = difference.offset_frames {
            let matched = match offset.round() {
                0.0 => sums,
                whole => sums_at([open(first)?, open(second)?], whole as i64, stop)?,
            };
            difference.gain_db = matched.gain().map(|gain| 20.0 * gain.abs().log10());
            difference.inverted = matched.gain().is_some_and(|gain| gain < 0.0);
            difference.matched_null_depth_db = matched.residual_power().and_then(power_db);
        }
    }
    Ok(difference)
}

/// Returns the reason for which two files have no samples to compare.
fn incomparable(readers: &[StemReader; 2]) -> Option<String> {
    let [first, second] = [readers[0].info(), readers[1].info()];
    if first.sample_rate != second.sample_rate {
        return Some(format!("{} Hz and {} Hz", first.sample_rate.hz(), second.sample_rate.hz()));
    }
    let channels = readers.each_ref().map(StemReader::channels);
    (channels[0] != channels[1]).then(|| format!("{} and {} channels", channels[0], channels[1]))
}

/// Returns the delay of the second file in frames, if it can be measured; a whole number where it
/// is one but for noise.
fn offset_frames(
    first: &Path,
    second: &Path,
    rate: SampleRate,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Option<f64>, DifferenceError> {
    let paths: [PathBuf; 2] = [first.into(), second.into()];
    let analysed = analyse_files(&paths, rate, stop)?;
    if analysed.iter().any(|file| file.unfit.is_some()) {
        return Ok(None);
    }
    let features: Vec<_> = analysed.into_iter().map(|file| file.features).collect();
    let settings = AlignmentSettings { assume_related: true, reference: Some(0), ..AlignmentSettings::default() };
    let alignment = align(&features, &settings, PairSelection::All, &|_| stop());
    if stop() {
        return Err(DifferenceError::Stopped);
    }
    let late = alignment.stems.get(1).and_then(|stem| stem.late_samples);
    Ok(late.map(|late| if (late - late.round()).abs() < WHOLE_FRAMES { late.round() } else { late }))
}

/// Returns the sums over the common part of two files when the second is delayed by `late` frames.
fn sums_at(
    mut readers: [StemReader; 2],
    late: i64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<DifferenceSums, DifferenceError> {
    let mut skip = [late.min(0).unsigned_abs(), late.max(0).unsigned_abs()];
    let mut buffers = [0, 1].map(|n| AudioBuffer::new(readers[n].channels(), BLOCK));
    let mut sums = DifferenceSums::default();
    loop {
        if stop() {
            return Err(DifferenceError::Stopped);
        }
        let mut read = [0; 2];
        for n in 0..2 {
            while skip[n] > 0 {
                let frames = skip[n].min(BLOCK as u64) as usize;
                let skipped = readers[n].read(&mut buffers[n].first_mut(frames))?;
                skip[n] = if skipped < frames { 0 } else { skip[n] - skipped as u64 };
            }
            read[n] = readers[n].read(&mut buffers[n].block_mut())?;
        }
        let frames = read[0].min(read[1]);
        let part = |n: usize| -> Block<'_> { buffers[n].first(frames) };
        sums.add(&part(0), &part(1));
        if frames < BLOCK {
            return Ok(sums);
        }
    }
}
