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

/// Everything begins later by whole multiples of this, in seconds: a whole number of frames at
/// every common rate.
const ROOM_S: f64 = 0.01;

/// A stem to write.
#[derive(Clone, Debug)]
pub struct Written {
    /// The stem.
    pub path: PathBuf,
    /// What puts it in time, in frames at the rate of the comparison.
    pub movement: Move,
    /// The frame, at that rate, where it begins to sound; none for silence.
    pub first_sound: Option<u64>,
}

/// The names of the written files, in order: those of the stems, ending in `.wav`, numbered where
/// two are alike. Names that differ in case alone count as alike, as many file systems have it.
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

/// Where aligned stems are written.
#[derive(Clone, Copy, Debug)]
pub struct AlignedFolder<'a> {
    /// The folder; made where it is missing.
    pub folder: &'a Path,
    /// Other files that are read than the stems: none is replaced.
    pub inputs: &'a [PathBuf],
    /// Whether files may be replaced that mixdown did not write.
    pub force: bool,
}

impl AlignedFolder<'_> {
    /// Sees to it that the stems may be written into the folder. Nothing is decoded, nothing stays
    /// written.
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

/// Writes stems in time, each at its own rate, as 32-bit float WAV files that appear together or
/// not at all. A stem that begins before time 0 loses silence, never sound: where there is sound,
/// everything begins later. Returns the files, and the seconds by which everything begins later.
///
/// # Errors
/// When a stem cannot be read on or a file not be written, and what [`AlignedFolder::check`]
/// refuses.
pub fn write_aligned(
    stems: &[Written],
    rate: SampleRate,
    out: &AlignedFolder<'_>,
    stop: &dyn Fn() -> bool,
) -> Result<(Vec<PathBuf>, f64), AlignError> {
    let paths: Vec<PathBuf> = stems.iter().map(|stem| stem.path.clone()).collect();
    out.check(&paths)?;
    let room = stems.iter().map(|stem| stem.movement.room(stem.first_sound)).max().unwrap_or(0);
    let room_s = (rate.seconds(room) / ROOM_S).ceil() * ROOM_S;
    let mut staged = StagedFolder::open(out.folder)?;
    for (stem, name) in stems.iter().zip(&names(&paths)) {
        write_one(stem, rate, room_s, name, &mut staged, stop)?;
    }
    Ok((staged.commit()?, room_s))
}

fn write_one(
    stem: &Written,
    rate: SampleRate,
    room_s: f64,
    name: &str,
    staged: &mut StagedFolder,
    stop: &dyn Fn() -> bool,
) -> Result<(), AlignError> {
    let own = StemReader::open(&stem.path, Fold::Stereo)?.info().sample_rate;
    let warp = stem.movement.warp.at_rate(own.as_f64() / rate.as_f64());
    let place = Move { warp, polarity: stem.movement.polarity }.place(0, own.frames(room_s));
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
