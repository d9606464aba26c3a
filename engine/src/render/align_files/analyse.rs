//! Decoding of files for alignment, each converted to one rate.

use super::error::AlignError;
use crate::align::StemFeatures;
use crate::audio::AudioBuffer;
use crate::io::{DecodeError, Fold, StemReader};
use crate::process::{Source, Tap};
use crate::resample::{RateConverter, Retimed, Retiming};
use crate::units::SampleRate;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Frames read at once.
pub(super) const BLOCK: usize = 16_384;

/// Analysis of one file.
#[derive(Debug)]
#[non_exhaustive]
pub struct AnalysedFile {
    /// Features that alignment compares.
    pub features: StemFeatures,
    /// Reason why it cannot be compared, if it is too short or contains samples that are not
    /// finite.
    pub unfit: Option<String>,
}

/// Analyses files, each converted to `rate`. Uses rayon's pool; `stop` may be called from any
/// thread.
///
/// # Errors
/// When a file cannot be read at all. A file without sound, with fewer frames than a stem needs, or
/// with samples that are not finite is not an error: it is unfit.
pub fn analyse_files(
    paths: &[PathBuf],
    rate: SampleRate,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<AnalysedFile>, AlignError> {
    paths.par_iter().map(|path| analyse_file(path, rate, stop)).collect()
}

fn analyse_file(path: &Path, rate: SampleRate, stop: &(dyn Fn() -> bool + Sync)) -> Result<AnalysedFile, AlignError> {
    let mut features = StemFeatures::new(rate, StemFeatures::DEFAULT_MAX_BYTES);
    let unfit = match analyse_source(path, &mut features, stop) {
        Err(AlignError::Decode(error)) => Some(why_unfit(error)?),
        result => result.map(|()| None)?,
    };
    Ok(AnalysedFile { features, unfit })
}

fn analyse_source(
    path: &Path,
    features: &mut StemFeatures,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<(), AlignError> {
    let mut source = open(path, features.rate(), Retiming::NONE)?;
    let info = source.source().source().info();
    features.set_time_reference(info.time_reference, info.sample_rate);
    let mut buffer = AudioBuffer::new(source.channels(), BLOCK);
    loop {
        if stop() {
            return Err(AlignError::Stopped);
        }
        let frames = source.read(&mut buffer.block_mut())?;
        features.observe(&buffer.first(frames));
        if frames < BLOCK {
            return Ok(());
        }
    }
}

fn why_unfit(error: DecodeError) -> Result<String, DecodeError> {
    match error {
        DecodeError::TooShort { .. } | DecodeError::NoAudio { .. } => Ok(format!("too_short: {error}")),
        DecodeError::NonFinite { .. } => Ok(format!("damaged: {error}")),
        other => Err(other),
    }
}

/// Opens a file, converted to another rate.
pub(super) fn open(
    path: &Path,
    rate: SampleRate,
    retiming: Retiming,
) -> Result<Retimed<RateConverter<StemReader>>, AlignError> {
    let reader = StemReader::open(path, Fold::Stereo)?;
    RateConverter::new(reader, rate)
        .and_then(|source| Retimed::new(source, retiming))
        .map_err(|source| AlignError::Resample { path: path.to_path_buf(), source })
}
