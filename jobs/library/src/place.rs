//! Places of stems: below the media folder, or known by path.

use crate::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::{Component, Path, PathBuf};

/// The file of a stem, in JSON its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file that mixdown wrote: `{audio_file_id}/stems/{name}` below the media folder.
    ///
    /// It is deleted with its record.
    Media(String),
    /// A file of somebody else, by its absolute path, even if it lies below the media folder.
    ///
    /// It is never deleted, and nothing is written beside it.
    Path(PathBuf),
}

impl Place {
    /// Returns the place of a stem that mixdown writes: `{audio_file_id}/stems/{file}`.
    pub fn media(audio_file_id: &str, file: &str) -> Self {
        Self::Media(format!("{audio_file_id}/stems/{file}"))
    }

    /// Returns the path of the file.
    pub fn resolve(&self, media: &Path) -> PathBuf {
        match self {
            Self::Media(place) => media.join(place),
            Self::Path(path) => path.clone(),
        }
    }

    /// Returns the path as text, as in JSON.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Media(place) => place.into(),
            Self::Path(path) => path.to_string_lossy(),
        }
    }

    /// Returns the part of the path that searches read: without the id, which has no words.
    pub(crate) fn searched(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Media(place) => place.split_once('/').map_or(place.as_str(), |(_, rest)| rest).into(),
            Self::Path(path) => path.to_string_lossy(),
        }
    }

    /// Refuses a place that is not one of this audio file.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a relative path, text that is not UTF-8, or a file elsewhere.
    pub(crate) fn check(&self, audio_file_id: &str) -> Result<(), Error> {
        match self {
            Self::Media(place) => {
                let parts: Vec<&str> = place.split('/').collect();
                let is_name = |name: &str| {
                    let mut components = Path::new(name).components();
                    matches!((components.next(), components.next()), (Some(Component::Normal(_)), None))
                };
                if matches!(parts[..], [id, "stems", file] if id == audio_file_id && is_name(file)) {
                    return Ok(());
                }
                let reason = format!("{place:?} is not {audio_file_id}/stems/NAME, nor an absolute path");
                Err(Error::invalid("place", reason))
            }
            Self::Path(path) if !path.is_absolute() => {
                Err(Error::invalid("place", format!("{} is not an absolute path", path.display())))
            }
            Self::Path(path) if path.to_str().is_none() => {
                Err(Error::invalid("place", format!("{} is not UTF-8, which JSON needs", path.display())))
            }
            Self::Path(_) => Ok(()),
        }
    }
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        if Path::new(&text).is_absolute() { Self::Path(text.into()) } else { Self::Media(text) }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(String::deserialize(deserializer)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_audio_file_are_media() {
        assert!(Place::media("a", "drums.wav").check("a").is_ok());
        for wrong in ["b/stems/x.wav", "a/x.wav", "a/stems/../x", "a/stems/..", "a/stems/", "../stems/x", "", "x"] {
            assert!(Place::Media(wrong.into()).check("a").is_err(), "{wrong}");
        }
        assert!(Place::Path("/music/x.wav".into()).check("a").is_ok());
        assert!(Place::Path("music/x.wav".into()).check("a").is_err());
    }

    #[test]
    fn json_gives_the_path() {
        for place in [Place::media("a", "bass.wav"), Place::Path("/music/x.wav".into())] {
            let json = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), place);
        }
    }
}
