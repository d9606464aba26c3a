//! Where the master goes: a staged WAV file that is read back, or memory.

use super::error::RenderError;
use super::progress::{OnProgress, Phase, PhaseProgress};
use crate::analysis::{WaveformData, WaveformGenerator, WaveformSettings, stores_floats, watch_stem};
use crate::audio::{AudioBuffer, Block, ChannelLayout, Quantiser};
use crate::io::wav::{BroadcastExtension, WavFormat, WavWriter};
use crate::io::{Fold, OutputError, StagedFolder, StemReader};
use crate::meter::{Measurement, ProgrammeMeter};
use crate::process::Tap;
use crate::session::OutputSettings;
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

/// The name of the master.
pub(super) const FINAL_MIX: &str = "final_mix.wav";

/// What lies in the file, or in memory.
pub(super) struct Written {
    pub(super) measurement: Measurement,
    /// Drawn from the same samples; `None` when no data is asked for.
    pub(super) waveform: Option<WaveformData>,
}

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
    mix_only: bool,
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
        mix_only: bool,
    ) -> Self {
        let quantiser = quantiser(settings, rate);
        Self { staged, settings, bext, rate, writer: None, quantiser, bytes: Vec::new(), mix_only }
    }

    fn path(&self) -> PathBuf {
        self.staged.path_of(FINAL_MIX)
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> RenderError + use<> {
        let path = self.path();
        |source| RenderError::Output(OutputError::Io { path, source })
    }

    /// Flushes what the writer holds, completes the header, and measures what is in the file.
    fn finish(&mut self, predicted: &Measurement, on_progress: &mut OnProgress<'_>) -> Result<Written, RenderError> {
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
        // The file was started by `restart`; by its own name, what is missing is an error like any other.
        let path = self.staged.staged_path(FINAL_MIX).map_or_else(|| self.path(), Path::to_path_buf);
        read_back(&path, predicted.frames, self.mix_only, on_progress)
    }
}

fn quantiser(settings: &OutputSettings, rate: SampleRate) -> Quantiser {
    Quantiser::new(settings.format, 2, rate, settings.dither.then_some(settings.seed), settings.shape)
}

/// Frames of memory measured at a time.
const BLOCK_FRAMES: usize = 16_384;

/// Measures a written file, and draws it unless the mix is all that is asked for.
fn read_back(
    path: &Path,
    frames: u64,
    mix_only: bool,
    on_progress: &mut OnProgress<'_>,
) -> Result<Written, RenderError> {
    let mut progress = PhaseProgress::start(on_progress, Phase::Verifying, frames)?;
    let mut reader = StemReader::open_at_least(path, Fold::Keep, 1)?;
    let info = reader.info();
    let mut meter = ProgrammeMeter::new(info.sample_rate, &info.layout);
    let settings = WaveformSettings { from_floats: stores_floats(info), ..WaveformSettings::default() };
    let generator = || WaveformGenerator::new(info.sample_rate, info.layout.count(), settings);
    let mut waveform = (!mix_only).then(generator).transpose()?;
    let watch = |block: &Block<'_>| {
        meter.observe_offline(block);
        if let Some(waveform) = &mut waveform {
            waveform.observe(block);
        }
    };
    watch_stem(&mut reader, watch, |done| -> Result<(), RenderError> { Ok(progress.at(done)?) })?;
    Ok(Written { measurement: meter.measurement(), waveform: waveform.map(WaveformGenerator::into_data) })
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
    ) -> Result<Written, RenderError> {
        match self {
            Self::File(sink) => sink.finish(predicted, on_progress),
            Self::Memory(memory) => {
                let mut meter = ProgrammeMeter::new(memory.rate, &ChannelLayout::stereo());
                for (left, right) in memory.left.chunks(BLOCK_FRAMES).zip(memory.right.chunks(BLOCK_FRAMES)) {
                    let block = AudioBuffer::from_channels(&[left.to_vec(), right.to_vec()]);
                    meter.observe(&block.block());
                }
                Ok(Written { measurement: meter.measurement(), waveform: None })
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
