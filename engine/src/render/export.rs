//! Where the master goes: a staged WAV file that is read back, or memory.

use super::error::RenderError;
use super::progress::{OnProgress, Phase, PhaseProgress};
use crate::audio::{AudioBuffer, Block, ChannelLayout, Quantiser};
use crate::io::wav::{BroadcastExtension, WavFormat, WavWriter};
use crate::io::{Fold, OutputError, StagedFolder, StemReader};
use crate::meter::{Measurement, ProgrammeMeter};
use crate::process::{Source, Tap};
use crate::session::OutputSettings;
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

/// The name of the master.
pub(super) const FINAL_MIX: &str = "final_mix.wav";

/// Takes in the master, block by block, as often as it is restarted.
pub(super) enum Sink<'a> {
    /// A file in a folder.
    File(Box<FileSink<'a>>),
    /// Memory: nothing is quantised.
    Memory(MemorySink),
}

/// The file, while it is written.
pub(super) struct FileSink<'a> {
    staged: &'a mut StagedFolder,
    settings: &'a OutputSettings,
    bext: BroadcastExtension,
    rate: SampleRate,
    writer: Option<WavWriter<File>>,
    quantiser: Quantiser,
    bytes: Vec<u8>,
}

/// The samples so far.
pub(super) struct MemorySink {
    rate: SampleRate,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl<'a> FileSink<'a> {
    pub(super) fn new(
        staged: &'a mut StagedFolder,
        settings: &'a OutputSettings,
        bext: BroadcastExtension,
        rate: SampleRate,
    ) -> Self {
        Self { staged, settings, bext, rate, writer: None, quantiser: quantiser(settings, rate), bytes: Vec::new() }
    }

    fn path(&self) -> PathBuf {
        self.staged.path_of(FINAL_MIX)
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> RenderError + use<> {
        let path = self.path();
        |source| RenderError::Output(OutputError::Io { path, source })
    }

    /// Flushes what the writer holds, completes the header, and measures what is in the file.
    fn finish(
        &mut self,
        predicted: &Measurement,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Measurement, RenderError> {
        if let Some(writer) = self.writer.take() {
            let bext = BroadcastExtension {
                loudness_lufs: predicted.integrated_lufs,
                loudness_range_lu: predicted.loudness_range_lu,
                max_true_peak_dbtp: predicted.true_peak_dbtp,
                max_momentary_lufs: predicted.max_momentary_lufs,
                max_short_term_lufs: predicted.max_short_term_lufs,
                ..self.bext.clone()
            };
            writer.finish(&bext).map_err(self.failed())?;
        }
        match self.staged.staged_path(FINAL_MIX) {
            Some(path) => read_back(path, predicted.frames, on_progress),
            None => Ok(predicted.clone()),
        }
    }
}

fn quantiser(settings: &OutputSettings, rate: SampleRate) -> Quantiser {
    Quantiser::new(settings.format, 2, rate, settings.dither.then_some(settings.seed), settings.shape)
}

/// Frames measured at a time.
const BLOCK_FRAMES: usize = 16_384;

/// Measures a written file.
fn read_back(path: &Path, frames: u64, on_progress: &mut OnProgress<'_>) -> Result<Measurement, RenderError> {
    let mut progress = PhaseProgress::start(on_progress, Phase::Verifying, frames)?;
    let mut reader = StemReader::open(path, Fold::Keep)?;
    let mut meter = ProgrammeMeter::new(reader.sample_rate(), &reader.info().layout);
    let mut buffer = AudioBuffer::new(reader.channels(), BLOCK_FRAMES);
    let mut done = 0;
    loop {
        let frames = reader.read(&mut buffer.block_mut())?;
        meter.observe(&buffer.first(frames));
        done += frames as u64;
        progress.at(done)?;
        if frames < BLOCK_FRAMES {
            return Ok(meter.measurement());
        }
    }
}

impl MemorySink {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self { rate, left: Vec::new(), right: Vec::new() }
    }

    pub(super) fn into_audio(self) -> AudioBuffer {
        AudioBuffer::from_channels(&[self.left, self.right])
    }
}

impl Sink<'_> {
    /// Forgets what was written; called before every pass.
    pub(super) fn restart(&mut self) -> Result<(), RenderError> {
        match self {
            Self::Memory(memory) => {
                memory.left.clear();
                memory.right.clear();
                Ok(())
            }
            Self::File(sink) => {
                sink.writer = None;
                let mut file = match sink.staged.reopen(FINAL_MIX)? {
                    Some(file) => file,
                    None => sink.staged.create(FINAL_MIX)?,
                };
                let emptied = file.set_len(0).and_then(|()| file.rewind());
                emptied.map_err(sink.failed())?;
                let format = WavFormat { samples: sink.settings.format, sample_rate: sink.rate, channels: 2 };
                sink.writer = Some(WavWriter::new(file, format).map_err(sink.failed())?);
                sink.quantiser = quantiser(sink.settings, sink.rate);
                Ok(())
            }
        }
    }

    /// Appends a block.
    pub(super) fn write(&mut self, block: &Block<'_>) -> Result<(), RenderError> {
        match self {
            Self::Memory(memory) => {
                memory.left.extend_from_slice(block.channel(0));
                memory.right.extend_from_slice(block.channel(1));
                Ok(())
            }
            Self::File(sink) => {
                sink.bytes.clear();
                sink.quantiser.write(block, &mut sink.bytes);
                let written = sink.writer.as_mut().map_or(Ok(()), |writer| writer.write(&sink.bytes));
                written.map_err(sink.failed())
            }
        }
    }

    /// Completes the result and measures it as it lies there.
    pub(super) fn finish(
        &mut self,
        predicted: &Measurement,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Measurement, RenderError> {
        match self {
            Self::File(sink) => sink.finish(predicted, on_progress),
            Self::Memory(memory) => {
                let mut meter = ProgrammeMeter::new(memory.rate, &ChannelLayout::stereo());
                for (left, right) in memory.left.chunks(BLOCK_FRAMES).zip(memory.right.chunks(BLOCK_FRAMES)) {
                    meter.observe(&AudioBuffer::from_channels(&[left.to_vec(), right.to_vec()]).block());
                }
                Ok(meter.measurement())
            }
        }
    }

    /// Samples that had to be cut to full scale.
    pub(super) fn clipped_samples(&self) -> u64 {
        match self {
            Self::File(sink) => sink.quantiser.clipped_samples(),
            Self::Memory(_) => 0,
        }
    }
}
