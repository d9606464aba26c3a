//! Containers and sample formats of a master.

use crate::audio::SampleFormat;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Container and sample format of a master.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutputFormat {
    /// WAV, 16-bit integers.
    Wav16,
    /// WAV, 24-bit integers.
    #[default]
    Wav24,
    /// WAV, 32-bit floats: nothing is quantised, nothing clips.
    Wav32f,
    /// FLAC, 16 bits: the samples of `wav16` in about two thirds of the space.
    Flac16,
    /// FLAC, 24 bits: the samples of `wav24`.
    Flac24,
    /// Ogg Opus at 48 kHz and 192 kbit/s: lossy; measured as it is decoded.
    Opus,
}

/// Container of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// RIFF WAVE, or RF64.
    Wav,
    /// FLAC.
    Flac,
    /// Opus in Ogg.
    Opus,
}

impl OutputFormat {
    /// Every format, in the order of help texts.
    pub const ALL: [Self; 6] = [Self::Wav16, Self::Wav24, Self::Wav32f, Self::Flac16, Self::Flac24, Self::Opus];

    /// Returns the format in which samples are stored, or passed to the encoder.
    pub fn samples(self) -> SampleFormat {
        match self {
            Self::Wav16 | Self::Flac16 => SampleFormat::Int16,
            Self::Wav24 | Self::Flac24 => SampleFormat::Int24,
            Self::Wav32f | Self::Opus => SampleFormat::Float32,
        }
    }

    /// Returns the container.
    pub fn container(self) -> Container {
        match self {
            Self::Wav16 | Self::Wav24 | Self::Wav32f => Container::Wav,
            Self::Flac16 | Self::Flac24 => Container::Flac,
            Self::Opus => Container::Opus,
        }
    }

    /// Returns the common name: `24-bit WAV`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Wav16 => "16-bit WAV",
            Self::Wav24 => "24-bit WAV",
            Self::Wav32f => "32-bit float WAV",
            Self::Flac16 => "16-bit FLAC",
            Self::Flac24 => "24-bit FLAC",
            Self::Opus => "Opus",
        }
    }

    /// Returns the extension of the master's file, without the dot.
    pub fn ending(self) -> &'static str {
        match self.container() {
            Container::Wav => "wav",
            Container::Flac => "flac",
            Container::Opus => "opus",
        }
    }
}
