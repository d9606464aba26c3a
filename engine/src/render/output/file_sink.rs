//! A file as the destination of the master: a staged WAV file, read back while it is written. It
//! may be packed into another container.

use super::compressed_master;
use super::sink::{MasterSink, OpenSink};
use super::verify::{ExtraMeters, ReadBack};
use super::written::WrittenMaster;
use crate::audio::{Block, Quantiser};
use crate::io::wav::{BroadcastExtension, WavFormat, WavWriter, WrittenSamples};
use crate::io::{Fold, OutputError, StagedFolder, StemReader};
use crate::meter::Measurement;
use crate::render::error::RenderError;
use crate::render::progress::{OnProgress, Phase, PhaseProgress};
use crate::session::{Container, OutputSettings};
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, BufWriter, Seek};
use std::path::{Path, PathBuf};

/// Name of the WAV file during the passes, if the final master is not a WAV file.
const INTERMEDIATE: &str = "final_mix.wav";

/// Returns the name of the WAV file: the master's, if it remains a WAV file.
pub(crate) fn wav_name(settings: &OutputSettings) -> String {
    match settings.format.container() {
        Container::Wav => settings.file_name(),
        Container::Flac | Container::Opus => INTERMEDIATE.into(),
    }
}

/// A staged file.
pub(crate) struct FileSink<'a> {
    staged: &'a mut StagedFolder,
    settings: &'a OutputSettings,
    wav: String,
    bext: BroadcastExtension,
    rate: SampleRate,
    /// Position of the first frame in the WAV file, in bytes.
    data_start: u64,
    /// True if no stage but the limiter may have computed the samples.
    exact: bool,
    mix_only: bool,
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
        Self { staged, settings, wav: wav_name(settings), bext, rate, data_start: 0, exact, mix_only }
    }

    fn path(&self) -> PathBuf {
        self.staged.path_of(&self.wav)
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> RenderError + use<> {
        let path = self.path();
        |source| RenderError::Output(OutputError::Io { path, source })
    }

    /// Returns the current path of the file: under the name given by `begin`.
    fn staged_path(&self) -> PathBuf {
        self.staged.staged_path(&self.wav).map_or_else(|| self.path(), Path::to_path_buf)
    }

    /// Completes the header with the measurement of the file, and checks that a reader finds the
    /// same number of frames.
    fn finish(&mut self, writing: Writing, clipped_samples: u64) -> Result<WrittenMaster, RenderError> {
        let Writing { writer, mut back, unread, .. } = writing;
        back.read_next(unread, [None, None]).map_err(self.failed())?;
        let written = WrittenMaster { clipped_samples, ..back.into_written().map_err(RenderError::MeterLog)? };
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
            return Ok(WrittenMaster { clipped_samples, ..self.encode_opus(measured)? });
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

impl<'a> MasterSink for FileSink<'a> {
    type Open<'s>
        = OpenFile<'s, 'a>
    where
        Self: 's;

    fn begin(&mut self) -> Result<OpenFile<'_, 'a>, RenderError> {
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
        let quantiser = quantiser(self.settings, self.rate, self.exact);
        Ok(OpenFile { sink: self, writing: Writing { writer, back, unread: 0, bytes: Vec::new() }, quantiser })
    }
}

/// The file while it is written.
pub(crate) struct OpenFile<'s, 'a> {
    sink: &'s mut FileSink<'a>,
    writing: Writing,
    quantiser: Quantiser,
}

impl OpenSink for OpenFile<'_, '_> {
    fn write(&mut self, block: &Block<'_>, others: ExtraMeters<'_>) -> Result<(), RenderError> {
        let Self { sink, writing, quantiser } = self;
        if let Err(error) = writing.write(block, quantiser, others) {
            return Err(sink.failed()(error));
        }
        writing.back.store_pages().map_err(RenderError::MeterLog)
    }

    fn finish(self, frames: u64, on_progress: &mut OnProgress<'_>) -> Result<WrittenMaster, RenderError> {
        let mut progress = PhaseProgress::start(on_progress, Phase::Verifying, frames)?;
        let written = self.sink.finish(self.writing, self.quantiser.clipped_samples())?;
        progress.at(frames)?;
        Ok(written)
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
        let (written, read) = rayon::join(write, || back.read_next(*unread, others));
        self.unread = block.frames();
        written.and(read)
    }
}

fn quantiser(settings: &OutputSettings, rate: SampleRate, exact: bool) -> Quantiser {
    let dither = settings.dither.then_some(settings.seed);
    let quantiser = Quantiser::new(settings.format.samples(), 2, rate, dither, settings.shape);
    if exact { quantiser.keeping_exact() } else { quantiser }
}
