//! A whole separation: song in, parts and residual report out, all of them or none.

use crate::audio::PartFile;
use crate::document::{PartEntry, PlacementEntry, Polarity, SCHEMA, Separation};
use crate::placed::{find_delay, measure, place};
use crate::residual::rms_dbfs;
use crate::{BackEnd, SeparateError, Song, Watch};
use mixdown_engine::io::{OutputError, OutputGuard, OutputKind, StagedFolder};
use mixdown_engine::meter::rounded;
use serde::Deserialize;
use std::io::{BufReader, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Name of the residual report in the folder of the parts.
pub const REPORT_NAME: &str = "residual.json";

/// Shares of the progress at which the stages end: the song is read, parts are made, their delay is
/// found, they are placed; the rest is the residual.
const READ: f64 = 0.03;
const MADE: f64 = 0.85;
const FOUND: f64 = 0.9;
const PLACED: f64 = 0.95;

/// Separates a song with a back end into the folder `out`: a WAV file of 32-bit floats per part,
/// with rate, length and channels of the song, and [`REPORT_NAME`]. The files appear together at
/// the end. Files that mixdown did not write are replaced with `force` only.
///
/// `progress` receives the share that is done, 0 to 1, and may stop the work, whatever the back end
/// does at that time. Memory is bounded, whatever the length of the song; temporary files in `out`
/// hold the parts twice. Blocks; runs on the calling thread.
///
/// # Errors
/// If a file cannot be read, may not or cannot be written, the back end fails, or `progress`
/// stopped it. Nothing is left behind then.
pub fn separate(
    song: &Path,
    back_end: &BackEnd,
    out: &Path,
    force: bool,
    mut progress: impl FnMut(f64) -> ControlFlow<()>,
) -> Result<Separation, SeparateError> {
    let observer: &mut dyn FnMut(f64) -> ControlFlow<()> = &mut progress;
    let separator = back_end.separator();
    let names = separator.part_names();
    check_outputs(song, &names, out, force)?;
    let song = Song::survey(song, &mut Watch::new(0.0..READ, observer))?;

    let mut staged = StagedFolder::open(out)?;
    // Begun at once, so that a folder that cannot be written to is noticed before the work.
    let files =
        names.iter().map(|name| Ok(staged.create(file_name(name))?)).collect::<Result<Vec<_>, SeparateError>>()?;
    let work = tempfile::Builder::new()
        .prefix(".separation.")
        .tempdir_in(out)
        .map_err(|source| SeparateError::write(out, source))?;
    let parts = separator.separate(&song, work.path(), &mut Watch::new(READ..MADE, observer))?;

    let delay = find_delay(&song, &parts, &mut Watch::new(MADE..FOUND, observer))?;
    let files = files
        .into_iter()
        .zip(&names)
        .map(|(file, name)| PartFile::over(file, &out.join(file_name(name)), song.rate, song.channels))
        .collect::<Result<Vec<_>, _>>()?;
    let placed = place(&song, &parts, files, delay, &mut Watch::new(FOUND..PLACED, observer))?;
    drop(work);

    let written = |name: &String| staged.staged_path(&file_name(name)).map(Path::to_path_buf);
    let written: Vec<PathBuf> = names.iter().filter_map(written).collect();
    let residual = measure(&song, &written, placed.placement.factor(), &mut Watch::new(PLACED..1.0, observer))?;

    let samples = song.frames as f64 * song.channels as f64;
    let placement = placed.placement;
    let separation = Separation {
        ok: true,
        schema: SCHEMA.into(),
        song: song.path.clone(),
        with: back_end.name().into(),
        model: back_end.model().map(str::to_owned),
        sample_rate_hz: song.rate.hz(),
        channels: song.channels,
        frames: song.frames,
        duration_s: song.rate.seconds(song.frames),
        parts: names
            .iter()
            .zip(&placed.energies)
            .map(|(name, energy)| PartEntry {
                name: name.clone(),
                path: out.join(file_name(name)),
                rms_dbfs: rms_dbfs(*energy, samples),
            })
            .collect(),
        placement: PlacementEntry {
            found: placement.is_found,
            delay_frames: placement.delay_frames,
            gain_db: rounded(20.0 * placement.gain.log10(), 3),
            polarity: if placement.is_inverted { Polarity::Inverted } else { Polarity::Normal },
            correlation: rounded(placement.correlation, 6),
        },
        residual,
        warnings: song.warnings.clone(),
    };
    staged.write_with(REPORT_NAME, |file| {
        serde_json::to_writer_pretty(&mut *file, &separation)?;
        file.write_all(b"\n")
    })?;
    staged.commit()?;
    Ok(separation)
}

/// The residual report, identified by its `schema` key.
const REPORT: OutputKind = OutputKind::new("a residual report of mixdown", |file| {
    let read: Result<Head, _> = serde_json::from_reader(BufReader::new(file));
    read.is_ok_and(|head| head.schema == SCHEMA)
});

/// The part of a report that identifies it.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

fn file_name(part: &str) -> String {
    format!("{part}.wav")
}

/// Checks that every file of the result may be written.
fn check_outputs(song: &Path, names: &[String], out: &Path, force: bool) -> Result<(), OutputError> {
    let mut guard = OutputGuard::new(force);
    guard.add_inputs([song]);
    if out.exists() && !out.is_dir() {
        return Err(OutputError::NotAFolder(out.into()));
    }
    for name in names {
        guard.check(&out.join(file_name(name)), OutputKind::WAVE)?;
    }
    guard.check(&out.join(REPORT_NAME), REPORT)
}
