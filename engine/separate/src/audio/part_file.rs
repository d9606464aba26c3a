//! A WAV file of one part: 32-bit floats, marked as a stem of mixdown.

use crate::SeparateError;
use mixdown_engine::audio::SampleFormat;
use mixdown_engine::io::wav::{BroadcastExtension, WavFormat, WavWriter};
use mixdown_engine::units::SampleRate;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A file that is being written.
pub(crate) struct PartFile {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    bytes: Vec<u8>,
}

impl PartFile {
    /// Creates a file at a path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn create(path: &Path, rate: SampleRate, channels: usize) -> Result<Self, SeparateError> {
        let file = File::create(path).map_err(|source| SeparateError::write(path, source))?;
        Self::over(file, path, rate, channels)
    }

    /// Starts the content of a file that will appear at `path`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn over(file: File, path: &Path, rate: SampleRate, channels: usize) -> Result<Self, SeparateError> {
        let format = WavFormat { samples: SampleFormat::Float32, sample_rate: rate, channels: channels as u16 };
        let writer =
            WavWriter::new(BufWriter::new(file), format).map_err(|source| SeparateError::write(path, source))?;
        Ok(Self { path: path.into(), writer, bytes: Vec::new() })
    }

    /// Appends frames; all channels have equally many.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn write(&mut self, channels: &[&[f32]]) -> Result<(), SeparateError> {
        self.bytes.clear();
        for frame in 0..channels.first().map_or(0, |samples| samples.len()) {
            for samples in channels {
                self.bytes.extend_from_slice(&samples[frame].to_le_bytes());
            }
        }
        self.writer.write(&self.bytes).map_err(|source| SeparateError::write(&self.path, source))
    }

    /// Completes the header.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn finish(self) -> Result<(), SeparateError> {
        let bext = BroadcastExtension {
            description: BroadcastExtension::STEM.into(),
            originator: BroadcastExtension::ORIGINATOR.into(),
            ..BroadcastExtension::default()
        };
        let written = self.writer.finish(&bext).and_then(|buffer| buffer.into_inner().map_err(io::Error::from));
        written.map(drop).map_err(|source| SeparateError::write(&self.path, source))
    }
}
