//! One audio file, measured or drawn from its first frame to its last.

use super::{Bits, WaveformData, WaveformGenerator, WaveformSettings, watch_stem};
use crate::io::{DecodeError, Fold, StemInfo, StemOutcome, StemReader};
use crate::meter::ProgrammeMeter;
use crate::process::{BuildError, Source, Tap};
use std::path::Path;
use thiserror::Error;

/// Measured file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MeasuredFile {
    /// Properties stated in the file.
    pub info: StemInfo,
    /// Findings of the reader.
    pub outcome: StemOutcome,
    /// Meter that observed all of it.
    pub meter: ProgrammeMeter,
}

/// Measures every channel of a file, none folded. With `series` the meter keeps its readings every
/// 100 ms too. `progress` receives the frames read so far and the frames expected. Control thread;
/// uses rayon's pool.
///
/// # Errors
/// If the file cannot be read, or contains no frame.
pub fn measure_file(
    path: &Path,
    series: bool,
    mut progress: impl FnMut(u64, Option<u64>),
) -> Result<MeasuredFile, DecodeError> {
    let mut reader = StemReader::open_at_least(path, Fold::Keep, 1)?;
    let info = reader.info();
    let (rate, layout, expected) = (info.sample_rate, &info.layout, info.frames);
    let mut meter = if series { ProgrammeMeter::with_series(rate, layout) } else { ProgrammeMeter::new(rate, layout) };
    watch_stem(
        &mut reader,
        |block| meter.observe_offline(block),
        |done| -> Result<(), DecodeError> {
            progress(done, expected);
            Ok(())
        },
    )?;
    Ok(MeasuredFile { info: reader.info().clone(), outcome: reader.outcome().clone(), meter })
}

/// Error when a waveform cannot be drawn.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DrawError {
    /// The file cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The settings are out of their range.
    #[error(transparent)]
    Settings(#[from] BuildError),
}

/// Settings for the waveform of a file, by the reference program's rule for the sample format of
/// the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileWaveform {
    /// Frames per pixel: 2 or more.
    pub samples_per_pixel: u32,
    /// Bits per value.
    pub bits: Bits,
    /// One waveform per channel; otherwise one of their mean.
    pub split_channels: bool,
}

impl Default for FileWaveform {
    /// 256 frames per pixel, 16 bits, all channels in one.
    fn default() -> Self {
        Self { samples_per_pixel: 256, bits: Bits::Sixteen, split_channels: false }
    }
}

/// Draws the waveform of a file, none of its channels folded. Control thread; uses rayon's pool.
///
/// # Errors
/// If the file cannot be read, contains no frame, or a setting is out of range.
pub fn draw_file(path: &Path, waveform: FileWaveform) -> Result<WaveformData, DrawError> {
    let mut reader = StemReader::open_at_least(path, Fold::Keep, 1)?;
    let settings = WaveformSettings {
        samples_per_pixel: waveform.samples_per_pixel,
        bits: waveform.bits,
        split_channels: waveform.split_channels,
        from_floats: stores_floats(reader.info()),
    };
    let mut generator = WaveformGenerator::new(reader.sample_rate(), reader.channels(), settings)?;
    watch_stem(&mut reader, |block| generator.observe(block), |_| Ok::<(), DrawError>(()))?;
    Ok(generator.into_data())
}

/// Returns true if a file's samples are stored as floating-point numbers.
pub fn stores_floats(info: &StemInfo) -> bool {
    info.codec.starts_with("pcm_f")
}
