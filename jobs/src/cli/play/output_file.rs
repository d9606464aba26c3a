//! The output as a file that appears whole or not at all.

use crate::cli::Failure;
use crate::cli::destination::Destination;
use mixdown_engine::audio::{Block, Quantiser, SampleFormat};
use mixdown_engine::io::OutputError;
use mixdown_engine::io::wav::{BroadcastExtension, WavFormat, WavWriter};
use mixdown_engine::render::RenderError;
use mixdown_engine::units::SampleRate;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A 32-bit float WAV file that is being written.
pub(super) struct WavOutlet {
    destination: Destination,
    writer: WavWriter<File>,
    quantiser: Quantiser,
    bytes: Vec<u8>,
    /// Frames still to be left out: the engine's latency.
    skip: u64,
    path: PathBuf,
}

impl WavOutlet {
    /// Starts a file without the first `skip` frames.
    pub(super) fn create(path: &Path, rate: SampleRate, skip: u64) -> Result<Self, Failure> {
        let (destination, file) = Destination::create(path, "--wav")?;
        let samples = SampleFormat::Float32;
        let format = WavFormat { samples, sample_rate: rate, channels: 2 };
        let writer = WavWriter::new(file, format).map_err(|source| write_error(path, source))?;
        let quantiser = Quantiser::new(samples, 2, rate, None, false);
        Ok(Self { destination, writer, quantiser, bytes: Vec::new(), skip, path: path.into() })
    }

    /// Appends the next frames.
    pub(super) fn write(&mut self, block: &Block<'_>) -> Result<(), Failure> {
        let skipped = self.skip.min(block.frames() as u64) as usize;
        self.skip -= skipped as u64;
        self.bytes.clear();
        self.quantiser.write(&block.slice(skipped..block.frames()), &mut self.bytes);
        self.writer.write(&self.bytes).map_err(|source| write_error(&self.path, source))
    }

    /// Lets the file appear.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let bext = BroadcastExtension {
            description: "Mix".into(),
            originator: BroadcastExtension::ORIGINATOR.into(),
            ..BroadcastExtension::default()
        };
        self.writer.finish(&bext).map_err(|source| write_error(&self.path, source))?;
        self.destination.finish()
    }
}

fn write_error(path: &Path, source: std::io::Error) -> Failure {
    Failure::Render(RenderError::from(OutputError::Io { path: path.to_path_buf(), source }))
}
