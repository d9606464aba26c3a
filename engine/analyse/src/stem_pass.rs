//! The first pass: each stem by itself, for its readings and its type.

use crate::document::Stem;
use crate::stream::{BLOCK_FRAMES, MonoStream};
use crate::{AnalyseError, Watch};
use mixdown_engine::meter::{Measurement, rounded};
use mixdown_music::descriptors::DescriptorExtractor;
use mixdown_music::onsets::{OnsetsExtractor, onset_rate};
use mixdown_music::stem_type::{StemType, StemTypeExtractor};
use std::path::Path;

/// A stem with what the second pass needs of it.
pub(crate) struct TypedStem {
    pub(crate) entry: Stem,
    pub(crate) stem_type: StemType,
    /// Samples at the rate of the analysis.
    pub(crate) samples: u64,
    /// Sum of their squares.
    pub(crate) energy: f64,
}

/// Reads a stem to its end, and returns its entry in the document.
///
/// # Errors
/// If the file cannot be read, or the observer of progress stopped it.
pub(crate) fn read_stem(path: &Path, watch: &Watch<'_>) -> Result<TypedStem, AnalyseError> {
    let mut stream = MonoStream::open(path, true)?;
    let (mut descriptors, mut types, mut onsets) =
        (DescriptorExtractor::new(), StemTypeExtractor::new(), OnsetsExtractor::new());
    let mut block = vec![0.0; BLOCK_FRAMES];
    let (mut samples, mut energy) = (0, 0.0);
    loop {
        let frames = stream.read(&mut block)?;
        descriptors.push(&block[..frames]);
        types.push(&block[..frames]);
        onsets.push(&block[..frames]);
        samples += frames as u64;
        energy += block[..frames].iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        watch.advance(frames)?;
        if frames < BLOCK_FRAMES {
            break;
        }
    }
    let kind = types.finish();
    let onset_rate_hz = onset_rate(&onsets.finish().all());
    let entry = entry(path, &stream, &descriptors.finish(), (kind.stem_type, kind.confidence), onset_rate_hz);
    Ok(TypedStem { entry, stem_type: kind.stem_type, samples, energy })
}

fn entry(
    path: &Path,
    stream: &MonoStream,
    descriptors: &mixdown_music::descriptors::Descriptors,
    (stem_type, confidence): (StemType, f64),
    onset_rate_hz: f64,
) -> Stem {
    let measured = stream.meter().map(|meter| meter.measurement().rounded());
    let level = |pick: fn(&Measurement) -> Option<f64>| measured.as_ref().and_then(pick);
    let sounds = descriptors.silence_share < 1.0;
    let of_sound = |value: f64, decimals| (sounds && value.is_finite()).then(|| rounded(value, decimals));
    Stem {
        path: path.into(),
        stem_type: stem_type.name().into(),
        type_confidence: rounded(confidence, 3),
        duration_s: measured.as_ref().map_or(0.0, |measured| measured.duration_s),
        integrated_lufs: level(|measured| measured.integrated_lufs),
        rms_dbfs: level(|measured| measured.rms_dbfs),
        sample_peak_dbfs: level(|measured| measured.sample_peak_dbfs),
        true_peak_dbtp: level(|measured| measured.true_peak_dbtp),
        crest_db: level(|measured| measured.crest_db),
        spectral_centroid_hz: of_sound(descriptors.spectral_centroid_hz, 1),
        spectral_bandwidth_hz: of_sound(descriptors.spectral_bandwidth_hz, 1),
        spectral_rolloff_hz: of_sound(descriptors.spectral_rolloff_hz, 1),
        zero_crossing_rate: of_sound(descriptors.zero_crossing_rate, 5),
        onset_rate_hz: of_sound(onset_rate_hz, 2),
        silence_share: rounded(descriptors.silence_share, 3),
        warnings: stream.warnings("analysed"),
    }
}
