//! Back ends of a separation.

#[cfg(feature = "onnx")]
use crate::Onnx;
use crate::{Classical, Demucs, SeparateError, Song, Watch};
use std::path::{Path, PathBuf};

/// A part as its back end left it: at any rate, with any number of channels, not yet placed.
#[derive(Clone, Debug)]
pub struct Part {
    /// The name, which is that of the file without its ending.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// A method that makes parts of a song.
pub trait Separator {
    /// Returns the names of the parts, in the order of their files.
    fn part_names(&self) -> Vec<String>;

    /// Writes the parts into `work`, an empty folder that is removed afterwards. Blocks; `watch`
    /// receives progress and may stop it.
    ///
    /// # Errors
    /// If a part cannot be made, or `watch` stopped it.
    fn separate(&self, song: &Song, work: &Path, watch: &mut Watch<'_>) -> Result<Vec<Part>, SeparateError>;
}

/// Choice of a back end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BackEnd {
    /// Percussive, harmonic and centre, without a model.
    Classical,
    /// The external program demucs.
    Demucs(Demucs),
    /// A model in an ONNX file.
    #[cfg(feature = "onnx")]
    Onnx(Onnx),
}

impl BackEnd {
    /// Returns the back end of a model in an ONNX file, which the feature `onnx` runs.
    ///
    /// # Errors
    /// [`SeparateError::Onnx`] if the model cannot be used, [`SeparateError::NoOnnx`] without the
    /// feature.
    pub fn onnx(path: &Path) -> Result<Self, SeparateError> {
        #[cfg(feature = "onnx")]
        return Ok(Self::Onnx(Onnx::open(path)?));
        #[cfg(not(feature = "onnx"))]
        Err(SeparateError::NoOnnx(path.into()))
    }

    /// Returns the name: `classical`, `demucs` or `onnx`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classical => "classical",
            Self::Demucs(_) => "demucs",
            #[cfg(feature = "onnx")]
            Self::Onnx(_) => "onnx",
        }
    }

    /// Returns the model, where there is one.
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::Classical => None,
            Self::Demucs(demucs) => Some(demucs.model()),
            #[cfg(feature = "onnx")]
            Self::Onnx(onnx) => Some(onnx.model()),
        }
    }

    /// Returns the method itself.
    pub fn separator(&self) -> &dyn Separator {
        match self {
            Self::Classical => &Classical,
            Self::Demucs(demucs) => demucs,
            #[cfg(feature = "onnx")]
            Self::Onnx(onnx) => onnx,
        }
    }
}
