//! Aligned stems written as files.

use super::analyse::{BLOCK, open};
use super::error::AlignError;
use crate::align::Move;
use crate::audio::{AudioBuffer, Quantiser, SampleFormat};
use crate::io::wav::{BroadcastExtension, WavFormat, WavWriter};
use crate::io::{Fold, OutputError, OutputGuard, OutputKind, StagedFolder, StemReader};
use crate::process::Source;
use crate::resample::Retiming;
use crate::units::SampleRate;
use std::io;
use std::path::{Path, PathBuf};

/// Unit of the common delay, in seconds: a whole number of frames at every common rate.
const DELAY_STEP_S: f64 = 0.01;

/// A stem to be written.
#[derive(Clone, Debug)]
pub struct AlignedStem {
    /// The stem.
    pub path: PathBuf,
    /// Movement that aligns it, in frames at the rate of the comparison.
    pub movement: Move,
    /// Frame, at that rate, at which its sound starts; none for silence.
    pub first_sound: Option<u64>,
}

/// Returns the names of the written files, in order: those of the stems, ending in `.wav`, numbered
/// where two are equal. Names that differ only in case count as equal, as on many file systems.
fn names(stems: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for stem in stems {
        let base = stem.file_stem().map_or_else(|| "stem".into(), |name| name.to_string_lossy().into_owned());
        let numbered = (2..).map(|n| format!("{base}-{n}.wav"));
        let name = std::iter::once(format!("{base}.wav"))
            .chain(numbered)
            .find(|name| !names.iter().any(|known| known.eq_ignore_ascii_case(name)));
        names.extend(name);
    }
    names
}

/// Destination of aligned stems.
#[derive(Clone, Copy, Debug)]
pub struct AlignedFolder<'a> {
    /// The folder; created if missing.
    pub folder: &'a Path,
    /// Further input files besides the stems: none is replaced.
    pub inputs: &'a [PathBuf],
    /// True if files that mixdown did not write may be replaced.
    pub force: bool,
}

impl AlignedFolder<'_> {
    /// Checks that the stems may be written into the folder. Nothing is decoded, and nothing
    /// remains written.
    ///
    /// # Errors
    /// When a file would replace an input, or a file that mixdown did not write; when the folder
    /// cannot be used.
    pub fn check(&self, stems: &[PathBuf]) -> Result<(), OutputError> {
        let mut guard = OutputGuard::new(self.force);
        guard.add_inputs(stems.iter().chain(self.inputs));
        let names = names(stems);
        for name in &names {
            guard.check(&self.folder.join(name), OutputKind::WAVE)?;
        }
        let mut staged = StagedFolder::open(self.folder)?;
        names.iter().try_for_each(|name| staged.create(name).map(drop))
    }
}

/// Writes aligned stems, each at its own rate, as 32-bit float WAV files that appear together or
/// not at all. A stem that begins before time 0 loses silence, never sound: if sound would be lost,
/// all stems are delayed. Returns the files and that delay in seconds.
///
/// # Errors
/// When a stem cannot be read on or a file cannot be written, and in the cases of
/// [`AlignedFolder::check`].
pub fn write_aligned(
    stems: &[AlignedStem],
    rate: SampleRate,
    out: &AlignedFolder<'_>,
    stop: &dyn Fn() -> bool,
) -> Result<(Vec<PathBuf>, f64), AlignError> {
    let paths: Vec<PathBuf> = stems.iter().map(|stem| stem.path.clone()).collect();
    out.check(&paths)?;
    let delay = stems.iter().map(|stem| stem.movement.room(stem.first_sound)).max().unwrap_or(0);
    let delay_s = (rate.seconds(delay) / DELAY_STEP_S).ceil() * DELAY_STEP_S;
    let mut staged = StagedFolder::open(out.folder)?;
    for (stem, name) in stems.iter().zip(&names(&paths)) {
        write_one(stem, rate, delay_s, name, &mut staged, stop)?;
    }
    Ok((staged.commit()?, delay_s))
}

fn write_one(
    stem: &AlignedStem,
    rate: SampleRate,
    delay_s: f64,
    name: &str,
    staged: &mut StagedFolder,
    stop: &dyn Fn() -> bool,
) -> Result<(), AlignError> {
    let own = StemReader::open(&stem.path, Fold::Stereo)?.info().sample_rate;
    let time_map = stem.movement.time_map.at_rate(own.as_f64() / rate.as_f64());
    let place = Move { time_map, polarity: stem.movement.polarity }.place(0, own.frames(delay_s));
    let (lead, retiming) = place.map_or((0, Retiming::NONE), |place| (place.start, place.retiming));
    let mut source = open(&stem.path, own, retiming)?;
    let format = WavFormat { samples: SampleFormat::Float32, sample_rate: own, channels: source.channels() as u16 };
    let path = staged.path_of(name);
    let failed = |source: io::Error| OutputError::Io { path: path.clone(), source };
    let mut writer = WavWriter::new(io::BufWriter::new(staged.create(name)?), format).map_err(failed)?;
    let mut quantiser = Quantiser::new(format.samples, source.channels(), own, None, false);
    let (mut buffer, mut bytes) = (AudioBuffer::new(source.channels(), BLOCK), Vec::new());
    let mut silence = lead;
    loop {
        if stop() {
            return Err(AlignError::Stopped);
        }
        let (frames, last) = if silence > 0 {
            let frames = silence.min(BLOCK as u64) as usize;
            silence -= frames as u64;
            (frames, false)
        } else {
            let frames = source.read(&mut buffer.block_mut())?;
            (frames, frames < BLOCK)
        };
        bytes.clear();
        quantiser.write(&buffer.first(frames), &mut bytes);
        writer.write(&bytes).map_err(failed)?;
        if last {
            break;
        }
    }
    let bext = BroadcastExtension {
        description: BroadcastExtension::STEM.into(),
        originator: BroadcastExtension::ORIGINATOR.into(),
        ..BroadcastExtension::default()
    };
    writer.finish(&bext).map_err(failed)?;
    Ok(())
}
