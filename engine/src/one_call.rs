//! The commonest tasks, each in one call with its defaults. The modules have the same with settings
//! and progress.

#[cfg(feature = "align")]
use crate::align::{Alignment, AlignmentSettings, PairSelection};
use crate::analysis::{DrawError, FileWaveform, WaveformData, draw_file, measure_file};
use crate::io::DecodeError;
use crate::meter::Measurement;
#[cfg(feature = "align")]
use crate::render::{AlignError, compare_files};
use std::path::Path;
#[cfg(feature = "align")]
use std::path::PathBuf;

/// Measures a file: loudness (EBU R 128), loudness range, true peak, levels. Control thread; uses
/// rayon's pool. [`analysis::measure_file`](crate::analysis::measure_file) also reports progress,
/// and readings over time.
///
/// ```
/// # let file = mixdown_fixtures::path("stems/band/drums.flac");
/// let measured = mixdown_engine::measure(file)?;
/// assert!(measured.integrated_lufs.is_some_and(|lufs| (-40.0..0.0).contains(&lufs)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read, or contains no frame.
pub fn measure(path: impl AsRef<Path>) -> Result<Measurement, DecodeError> {
    Ok(measure_file(path.as_ref(), false, |_, _| {})?.meter.measurement())
}

/// Draws the waveform of a file: 256 frames per pixel, 16 bits, all channels in one. Control
/// thread; uses rayon's pool. [`analysis::draw_file`](crate::analysis::draw_file) takes other
/// settings.
///
/// ```
/// # let file = mixdown_fixtures::path("stems/band/drums.flac");
/// let waveform = mixdown_engine::waveform(file)?;
/// # let folder = tempfile::tempdir()?;
/// # let out = folder.path().join("drums.dat");
/// waveform.write_dat(&mut std::fs::File::create(out)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read, or contains no frame.
pub fn waveform(path: impl AsRef<Path>) -> Result<WaveformData, DrawError> {
    draw_file(path.as_ref(), FileWaveform::default())
}

/// Compares recordings, and decides by which delay each is to be moved. Nothing is written. Control
/// thread; uses rayon's pool. [`render::compare_files`](crate::render::compare_files) takes
/// settings, and [`render::write_aligned`](crate::render::write_aligned) writes the files in time.
///
/// ```
/// # let file = |name: &str| mixdown_fixtures::path(format!("stems/band/{name}.flac"));
/// let alignment = mixdown_engine::align([file("drums"), file("bass")])?;
/// for stem in &alignment.stems {
///     println!("{:?}: {}", stem.decision, stem.reason);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If a file cannot be read.
#[cfg(feature = "align")]
pub fn align(paths: impl IntoIterator<Item: Into<PathBuf>>) -> Result<Alignment, AlignError> {
    let paths: Vec<PathBuf> = paths.into_iter().map(Into::into).collect();
    let compared = compare_files(&paths, &AlignmentSettings::default(), PairSelection::All, &|| false)?;
    Ok(compared.alignment)
}
