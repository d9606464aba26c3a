//! Destinations of the master: a staged WAV file that is read back while it is written and may be
//! packed into another container, or memory.

use super::compressed_master;
use super::verify::{ExtraMeters, ReadBack};
use super::written::WrittenMaster;
use crate::audio::{AudioBuffer, Block, ChannelLayout, Quantiser};
use crate::io::wav::{BroadcastExtension, WavFormat, WavWriter, WrittenSamples};
use crate::io::{Fold, OutputError, StagedFolder, StemReader};
use crate::meter::{Measurement, ProgrammeMeter};
use crate::process::Tap;
use crate::render::error::RenderError;
use crate::render::progress::{OnProgress, Phase, PhaseProgress};
use crate::session::{Container, OutputSettings};
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, BufWriter, Seek};
use std::path::{Path, PathBuf};

/// Name of the WAV file during the passes, if the final master is not a WAV file.
const WAITING: &str = "final_mix.wav";

/// Returns the name of the WAV file: the master's, if it remains a WAV file.
pub(crate) fn wav_name(settings: &OutputSettings) -> String {
    match settings.format.container() {
        Container::Wav => settings.file_name(),
        Container::Flac | Container::Opus => WAITING.into(),
    }
}

/// Receives the master, block by block, as often as it is restarted.
pub(crate) enum Sink<'a> {
    /// A file in a folder.
    File(Box<FileSink<'a>>),
    /// Memory, without quantisation.
    Memory(MemorySink),
}

/// The file while it is written.
pub(crate) struct FileSink<'a> {
    staged: &'a mut StagedFolder,
    settings: &'a OutputSettings,
    wav: String,
    bext: BroadcastExtension,
    rate: SampleRate,
    writing: Option<Writing>,
    /// Position of the first frame in the WAV file, in bytes.
    data_start: u64,
    quantiser: Quantiser,
    /// True if no stage but the limiter may have computed the samples.
    exact: bool,
    mix_only: bool,
}

/// The samples so far.
pub(crate) struct MemorySink {
    rate: SampleRate,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl<'a> FileSink<'a> {
    /// Creates a sink. `exact` is [`is_exact`](crate::render::offline::exact_sum::is_exact) of its
    /// plan.
    pub(crate) fn new(
        staged: &'a mut StagedFolder,
        settings: &'a OutputSettings,
        bext: BroadcastExtension,
        rate: SampleRate,
        (exact, mix_only): (bool, bool),
    ) -> Self {
        let quantiser = quantiser(settings, rate, exact);
        Self {
            staged,
            settings,
            wav: wav_name(settings),
            bext,
            rate,
            writing: None,
            data_start: 0,
            quantiser,
            exact,
            mix_only,
        }
    }

    fn path(&self) -> PathBuf {
        self.staged.path_of(&self.wav)
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> RenderError + use<> {
        let path = self.path();
        |source| RenderError::Output(OutputError::Io { path, source })
    }

    /// Restarts the file.
    fn restart(&mut self) -> Result<(), RenderError> {
        self.writing = None;
        // A new file is not truncated: Linux would then write it to disk as soon as it is closed,
        // and closing would wait for that.
        let emptied = match self.staged.reopen(&self.wav)? {
            Some(mut file) => file.set_len(0).and_then(|()| file.rewind()).map(|()| file),
            None => Ok(self.staged.create(&self.wav)?),
        };
        let format = self.format();
        let named = [(*b"INAM", self.settings.title()), (*b"IART", self.settings.artist.as_deref())];
        let tags: Vec<_> = named.into_iter().filter_map(|(id, text)| Some((id, text?))).collect();
        let writer = emptied.and_then(|file| WavWriter::tagged(file, format, &tags)).map_err(self.failed())?;
        let read = File::open(self.staged_path())
            .and_then(|file| ReadBack::new(file, writer.data_start(), format, self.staged.folder()));
        let mut back = read.map_err(self.failed())?;
        if !self.mix_only {
            back = back.drawing(format, self.staged.folder())?;
        }
        self.data_start = writer.data_start();
        self.writing = Some(Writing { writer, back, unread: 0, bytes: Vec::new() });
        self.quantiser = quantiser(self.settings, self.rate, self.exact);
        Ok(())
    }

    /// Returns the current path of the file: under the name given by `restart`.
    fn staged_path(&self) -> PathBuf {
        self.staged.staged_path(&self.wav).map_or_else(|| self.path(), Path::to_path_buf)
    }

    /// Completes the header with the measurement of the file, and checks that a reader finds the
    /// same number of frames.
    fn finish(&mut self) -> Result<WrittenMaster, RenderError> {
        let Some(Writing { writer, mut back, unread, .. }) = self.writing.take() else {
            return Err(self.failed()(io::ErrorKind::NotFound.into()));
        };
        back.take_in(unread, [None, None]).map_err(self.failed())?;
        let written = back.into_written().map_err(RenderError::MeterLog)?;
        let measured = &written.measurement;
        let bext = BroadcastExtension {
            loudness_lufs: measured.integrated_lufs,
            loudness_range_lu: measured.loudness_range_lu,
            max_true_peak_dbtp: measured.true_peak_dbtp,
            max_momentary_lufs: measured.max_momentary_lufs,
            max_short_term_lufs: measured.max_short_term_lufs,
            ..self.bext.clone()
        };
        writer.finish(&bext).map_err(self.failed())?;
        let found = StemReader::open_at_least(&self.staged_path(), Fold::Keep, 1)?.info().frames;
        if found != Some(measured.frames) {
            let differs = format!("its header gives {found:?} frames for {}", measured.frames);
            return Err(self.failed()(io::Error::new(io::ErrorKind::InvalidData, differs)));
        }
        if self.settings.format.container() == Container::Opus {
            return self.encode_opus(measured);
        }
        Ok(written)
    }

    fn format(&self) -> WavFormat {
        WavFormat { samples: self.settings.format.samples(), sample_rate: self.rate, channels: 2 }
    }

    fn samples(&self) -> io::Result<WrittenSamples> {
        WrittenSamples::new(File::open(self.staged_path())?, self.data_start, self.format())
    }

    /// Packs the finished file into its container, after the last pass.
    pub(crate) fn pack(&mut self, measured: &Measurement) -> Result<(), RenderError> {
        match self.settings.format.container() {
            Container::Wav => return Ok(()),
            // Every pass has been encoded.
            Container::Opus => {}
            Container::Flac => self.encode_flac(measured)?,
        }
        self.staged.discard(&self.wav);
        Ok(())
    }

    /// Encodes the file, and checks that it decodes to the same bits.
    fn encode_flac(&mut self, measured: &Measurement) -> Result<(), RenderError> {
        let name = &self.settings.file_name();
        let path = self.staged.path_of(name);
        let failed = |source| RenderError::Output(OutputError::Io { path: path.clone(), source });
        let file = BufWriter::new(self.staged.create(name)?);
        let tags = [compressed_master::replay_gain(measured), compressed_master::names(self.settings)].concat();
        compressed_master::flac(file, &self.staged_path(), (self.data_start, measured.frames), self.format(), &tags)
            .map_err(failed)?;
        let packed = self.staged.staged_path(name).map_or_else(|| path.clone(), Path::to_path_buf);
        let same = compressed_master::is_same(&packed, &mut self.samples().map_err(failed)?, measured.frames)?;
        if !same {
            let why = "the encoded samples are not those that were measured; write wav24 instead";
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, why)));
        }
        Ok(())
    }

    /// Encodes the file, and measures the decoded result.
    fn encode_opus(&mut self, measured: &Measurement) -> Result<WrittenMaster, RenderError> {
        let name = &self.settings.file_name();
        let path = self.staged.path_of(name);
        let failed = |source| RenderError::Output(OutputError::Io { path: path.clone(), source });
        self.staged.discard(name);
        let file = BufWriter::new(self.staged.create(name)?);
        let tags = [compressed_master::r128_gain(measured), compressed_master::names(self.settings)].concat();
        compressed_master::opus(file, &mut self.samples().map_err(failed)?, measured.frames, &tags).map_err(failed)?;
        let packed = self.staged.staged_path(name).map_or_else(|| path.clone(), Path::to_path_buf);
        let mut mix = self.samples().map_err(failed)?;
        compressed_master::measured((&packed, &path), &mut mix, self.staged.folder(), self.format(), self.mix_only)
    }
}

/// A file that is being written.
struct Writing {
    writer: WavWriter<File>,
    back: ReadBack,
    /// Frames that were written and not read back yet.
    unread: usize,
    bytes: Vec<u8>,
}

impl Writing {
    /// Appends a block. Meanwhile the previous one is read back and metered, together with the
    /// other meters.
    fn write(&mut self, block: &Block<'_>, quantiser: &mut Quantiser, others: ExtraMeters<'_>) -> io::Result<()> {
        let Self { writer, back, unread, bytes } = self;
        let write = || {
            bytes.clear();
            quantiser.write(block, bytes);
            writer.write(bytes)
        };
        let (written, read) = rayon::join(write, || back.take_in(*unread, others));
        self.unread = block.frames();
        written.and(read)
    }
}

fn quantiser(settings: &OutputSettings, rate: SampleRate, exact: bool) -> Quantiser {
    let dither = settings.dither.then_some(settings.seed);
    let quantiser = Quantiser::new(settings.format.samples(), 2, rate, dither, settings.shape);
    if exact { quantiser.keeping_exact() } else { quantiser }
}

/// Frames of memory measured at a time.
const BLOCK_FRAMES: usize = 16_384;

impl MemorySink {
    pub(crate) fn new(rate: SampleRate) -> Self {
        Self { rate, left: Vec::new(), right: Vec::new() }
    }

    pub(crate) fn into_audio(self) -> AudioBuffer {
        AudioBuffer::from_channels(&[self.left, self.right])
    }
}

impl Sink<'_> {
    /// Discards the audio written so far; called before every pass.
    pub(crate) fn restart(&mut self) -> Result<(), RenderError> {
        match self {
            Self::Memory(memory) => {
                memory.left.clear();
                memory.right.clear();
                Ok(())
            }
            Self::File(sink) => sink.restart(),
        }
    }

    /// Appends a block; meanwhile the other meters process theirs.
    pub(crate) fn write(&mut self, block: &Block<'_>, others: ExtraMeters<'_>) -> Result<(), RenderError> {
        match self {
            Self::Memory(memory) => {
                others.into_iter().flatten().for_each(|(meter, block)| meter.observe(&block));
                memory.left.extend_from_slice(block.channel(0));
                memory.right.extend_from_slice(block.channel(1));
                Ok(())
            }
            Self::File(sink) => {
                let FileSink { writing: Some(writing), quantiser, .. } = &mut **sink else { return Ok(()) };
                if let Err(error) = writing.write(block, quantiser, others) {
                    return Err(sink.failed()(error));
                }
                writing.back.keep().map_err(RenderError::MeterLog)
            }
        }
    }

    /// Completes the result of `frames` frames, and measures the written audio.
    pub(crate) fn finish(
        &mut self,
        frames: u64,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<WrittenMaster, RenderError> {
        let mut progress = PhaseProgress::start(on_progress, Phase::Verifying, frames)?;
        let written = match self {
            Self::File(sink) => sink.finish()?,
            Self::Memory(memory) => {
                let mut meter = ProgrammeMeter::new(memory.rate, &ChannelLayout::stereo());
                for (left, right) in memory.left.chunks(BLOCK_FRAMES).zip(memory.right.chunks(BLOCK_FRAMES)) {
                    let block = AudioBuffer::from_channels(&[left.to_vec(), right.to_vec()]);
                    meter.observe(&block.block());
                }
                WrittenMaster { measurement: meter.measurement(), waveform: None }
            }
        };
        progress.at(frames)?;
        Ok(written)
    }

    /// Returns the number of samples clipped to full scale.
    pub(crate) fn clipped_samples(&self) -> u64 {
        match self {
            Self::File(sink) => sink.quantiser.clipped_samples(),
            Self::Memory(_) => 0,
        }
    }
}
