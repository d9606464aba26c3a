//! Correction curve of a file: towards the spectrum of another file, or of pink noise.

use super::{BandLevels, SpectrumAnalyser, watch_stem};
use crate::dsp::linear_phase::{MATCH_BANDS, MatchEqSettings};
use crate::io::{DecodeError, Fold, StemReader};
use crate::process::{Source, Tap};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Least length of a file whose spectrum is compared, in seconds.
pub const LEAST_MATCH_S: f64 = 1.0;

/// Level below which a band holds no sound, in dBFS.
const SILENT_DBFS: f64 = -100.0;

/// Bands whose mean is brought to the same level, so that only the balance is compared: 100 Hz to
/// 10 kHz.
const LEVELLED: std::ops::RangeInclusive<usize> = 7..=27;

/// Spectrum that a correction aims at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchReference {
    /// Spectrum of a file.
    File(PathBuf),
    /// Pink noise: as much power in every third of an octave.
    Pink,
}

/// Error when a correction cannot be measured.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MatchError {
    /// A file cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A file is too short for a spectrum.
    #[error("{}: {seconds:.2} s are too short to compare: take at least {LEAST_MATCH_S} s", path.display())]
    Short {
        /// The file.
        path: PathBuf,
        /// Its length, in seconds.
        seconds: f64,
    },
    /// A file has no sound.
    #[error("{}: it is silent, so it has no spectrum to compare", path.display())]
    Silent {
        /// The file.
        path: PathBuf,
    },
}

/// Measures the long-term spectra of a file and a reference. Returns the settings of the insert
/// that brings the one to the other: in third octaves, each smoothed over its neighbours, without
/// the difference in level, limited to `limit_db` both ways. Control thread; reads both files
/// whole.
///
/// # Errors
/// All problems of both files.
pub fn match_curve(path: &Path, reference: &MatchReference, limit_db: f64) -> Result<MatchEqSettings, Vec<MatchError>> {
    let own = third_octaves(path);
    let aim = match reference {
        MatchReference::File(path) => third_octaves(path),
        MatchReference::Pink => Ok(vec![0.0; MATCH_BANDS]),
    };
    match (own, aim) {
        (Ok(own), Ok(aim)) => {
            Ok(MatchEqSettings { limit_db, ..MatchEqSettings::from_curve(&curve(&own, &aim, limit_db)) })
        }
        (own, aim) => Err([own.err(), aim.err()].into_iter().flatten().collect()),
    }
}

/// Returns the levels of a file in third octaves from 20 Hz on, in dBFS.
fn third_octaves(path: &Path) -> Result<Vec<f64>, MatchError> {
    let mut reader = StemReader::open_at_least(path, Fold::Stereo, 1)?;
    let rate = reader.info().sample_rate;
    let mut analyser = SpectrumAnalyser::new(rate, reader.channels());
    let mut frames = 0;
    watch_stem(
        &mut reader,
        |block| {
            frames += block.frames() as u64;
            analyser.observe(block);
        },
        |_| Ok::<(), DecodeError>(()),
    )?;
    let seconds = rate.seconds(frames);
    if seconds < LEAST_MATCH_S {
        return Err(MatchError::Short { path: path.into(), seconds });
    }
    let BandLevels { dbfs, .. } = analyser.document().third_octaves;
    if dbfs.iter().all(|level| *level <= SILENT_DBFS) {
        return Err(MatchError::Silent { path: path.into() });
    }
    Ok(dbfs)
}

/// Returns the gains from one spectrum to another. Bands without sound in either have the gain of
/// 0 dB.
fn curve(own: &[f64], aim: &[f64], limit_db: f64) -> [f64; MATCH_BANDS] {
    let gap = |band: usize| {
        let (own, aim) = (own.get(band)?, aim.get(band)?);
        (*own > SILENT_DBFS && *aim > SILENT_DBFS).then_some(aim - own)
    };
    let gaps: Vec<Option<f64>> = (0..MATCH_BANDS).map(gap).collect();
    let levelled: Vec<f64> = gaps[LEVELLED].iter().copied().flatten().collect();
    let mean = levelled.iter().sum::<f64>() / levelled.len().max(1) as f64;
    std::array::from_fn(|band| {
        if gaps[band].is_none() {
            return 0.0;
        }
        let near = [(band.checked_sub(1), 0.25), (Some(band), 0.5), (Some(band + 1), 0.25)];
        let near = near.into_iter().filter_map(|(at, weight)| Some(((*gaps.get(at?)?)?, weight)));
        let (sum, weights) = near.fold((0.0, 0.0), |(sum, of), (gap, weight)| (sum + weight * gap, of + weight));
        let gain = (sum / weights - mean).clamp(-limit_db, limit_db);
        (gain * 10.0).round() / 10.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use crate::process::{ProcessSpec, Stage};
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::{pink_noise, white_noise};

    fn file(folder: &Path, name: &str, samples: &[f32]) -> PathBuf {
        let path = folder.join(name);
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for sample in samples {
            writer.write_sample(*sample).unwrap();
        }
        writer.finalize().unwrap();
        path
    }

    #[test]
    fn matching_white_noise_to_pink_noise_leaves_pink_noise() {
        let folder = tempfile::tempdir().unwrap();
        let white: Vec<f32> = white_noise(1, 0.3, 480_000);
        let path = file(folder.path(), "white.wav", &white);
        let pink = file(folder.path(), "pink.wav", &pink_noise(2, 0.1, 480_000));
        for (name, reference) in [("pink", MatchReference::Pink), ("a file of pink noise", MatchReference::File(pink))]
        {
            let settings = match_curve(&path, &reference, 20.0).unwrap();
            let spec = ProcessSpec { sample_rate: SampleRate::DEFAULT, max_block: 480_000, channels: 1 };
            let mut processor = settings.build(&spec).unwrap();
            let mut audio = AudioBuffer::from_channels(std::slice::from_ref(&white));
            processor.process(&mut audio.block_mut());
            let matched = file(folder.path(), "matched.wav", audio.channel(0));
            let levels = third_octaves(&matched).unwrap();
            let part = &levels[4..28];
            let mean = part.iter().sum::<f64>() / part.len() as f64;
            let worst = part.iter().map(|level| (level - mean).abs()).fold(0.0, f64::max);
            println!("white noise matched to {name}: third octaves from 50 Hz to 10 kHz within {worst:.2} dB");
            assert!(worst < 1.0, "{name}: {levels:?}");
        }
    }

    #[test]
    fn no_gain_exceeds_the_limit_and_silent_bands_stay() {
        let mut own: Vec<f64> = (0..MATCH_BANDS).map(|band| -30.0 - band as f64).collect();
        own[30] = -120.0;
        let gains = curve(&own, &[0.0; MATCH_BANDS], 6.0);
        assert!(gains.iter().all(|gain| gain.abs() <= 6.0) && gains[0] == -6.0 && gains[29] == 6.0, "{gains:?}");
        assert_eq!((gains[17], gains[30]), (0.0, 0.0));
    }

    #[test]
    fn all_unfit_files_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let silent = file(folder.path(), "silent.wav", &vec![0.0; 96_000]);
        let short = file(folder.path(), "short.wav", &white_noise(1, 0.3, 9_600));
        let errors = match_curve(&silent, &MatchReference::File(short), 6.0).unwrap_err();
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(messages.len(), 2);
        assert!(messages[0].ends_with("silent.wav: it is silent, so it has no spectrum to compare"), "{messages:?}");
        assert!(messages[1].ends_with("short.wav: 0.20 s are too short to compare: take at least 1 s"), "{messages:?}");
    }
}
