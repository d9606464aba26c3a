//! Comparison of files: at the rate of one of them, without those that cannot be compared.

use super::analyse::{AnalysedFile, analyse_files};
use super::error::AlignError;
use crate::align::{self, Alignment, AlignmentSettings, PairSelection, StemFeatures};
use crate::io::{DecodeError, Fold, StemReader};
use crate::units::SampleRate;
use std::path::{Path, PathBuf};

/// Files, compared.
#[derive(Debug)]
#[non_exhaustive]
pub struct ComparedFiles {
    /// The rate at which they were compared: that of the reference, or else of the first file.
    pub rate: SampleRate,
    /// Result for each file, in the order given.
    pub alignment: Alignment,
    /// Analysis of each file, in the order given.
    pub files: Vec<AnalysedFile>,
}

/// Compares files. With [`PairSelection::With`] that file is a mix in which the others are
/// searched; it must be the first. `stop` may be called from any thread; it returns true to stop.
/// Uses rayon's pool.
///
/// # Errors
/// When a file cannot be read, or `stop` returned true. A file without sound, with fewer frames
/// than a stem needs, or with samples that are not finite is not an error: its reason is stated.
pub fn compare_files(
    paths: &[PathBuf],
    settings: &AlignmentSettings,
    pairs: PairSelection,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<ComparedFiles, AlignError> {
    let Some(reference) = paths.get(settings.reference.unwrap_or(0)).or(paths.first()) else {
        let alignment = Alignment { reference: None, stems: Vec::new() };
        return Ok(ComparedFiles { rate: SampleRate::DEFAULT, alignment, files: Vec::new() });
    };
    let rate = rate_of(reference, paths)?;
    let (features, unfit): (Vec<StemFeatures>, Vec<Option<String>>) =
        analyse_files(paths, rate, stop)?.into_iter().map(|file| (file.features, file.unfit)).unzip();
    // A stem that cannot be compared takes no part.
    let silent = || StemFeatures::new(rate, 0);
    let (mut compared, mut kept) = (Vec::new(), Vec::new());
    for (features, unfit) in features.into_iter().zip(&unfit) {
        let (now, aside) = if unfit.is_some() { (silent(), features) } else { (features, silent()) };
        compared.push(now);
        kept.push(aside);
    }
    let watch = |_| stop();
    let mut alignment = match pairs {
        PairSelection::With(_) => align::align_to_mix(&compared, settings, &watch),
        PairSelection::All => align::align(&compared, settings, PairSelection::All, &watch),
    };
    if stop() {
        return Err(AlignError::Stopped);
    }
    for (stem, reason) in alignment.stems.iter_mut().zip(&unfit) {
        if let Some(reason) = reason {
            stem.reason.clone_from(reason);
        }
    }
    let files = compared.into_iter().zip(kept).zip(unfit).map(|((compared, aside), unfit)| AnalysedFile {
        features: if unfit.is_some() { aside } else { compared },
        unfit,
    });
    Ok(ComparedFiles { rate, alignment, files: files.collect() })
}

/// Returns the rate of a file, or else of the first readable one. When none is readable and `first`
/// is merely too short, it is 48 kHz.
fn rate_of(first: &Path, paths: &[PathBuf]) -> Result<SampleRate, DecodeError> {
    let open = |path: &Path| StemReader::open(path, Fold::Stereo).map(|reader| reader.info().sample_rate);
    let error = match open(first) {
        Ok(rate) => return Ok(rate),
        Err(error) => error,
    };
    let too_short = matches!(error, DecodeError::TooShort { .. } | DecodeError::NoAudio { .. });
    let any = too_short.then_some(SampleRate::DEFAULT);
    paths.iter().find_map(|path| open(path).ok()).or(any).ok_or(error)
}
