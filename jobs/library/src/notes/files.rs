//! Notation of a stem as a file.

use super::work::part_kind;
use crate::{AudioFile, Error, SongAnalysis, StemDetail};
use mixdown_analyse::Song;
use mixdown_analyse::notate::{NotesDocument, notate};
use serde_json::Value;
use std::str::FromStr;

/// Form of a file of notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotationFormat {
    /// The notes as played.
    Json,
    /// MIDI, quantised to the bars of the song; as played where it has none.
    Midi,
    /// MusicXML 4.0.
    MusicXml,
    /// A piano roll.
    Svg,
}

impl NotationFormat {
    /// Returns the endings of its file's name, the best first.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Json => &[".notes.json"],
            Self::Midi => &[".quantised.mid", ".mid"],
            Self::MusicXml => &[".musicxml"],
            Self::Svg => &[".svg"],
        }
    }

    /// Returns the content type of its file.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Midi => "audio/midi",
            Self::MusicXml => "application/vnd.recordare.musicxml+xml",
            Self::Svg => "image/svg+xml",
        }
    }
}

impl FromStr for NotationFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "json" => Ok(Self::Json),
            "midi" => Ok(Self::Midi),
            "musicxml" => Ok(Self::MusicXml),
            "svg" => Ok(Self::Svg),
            other => Err(Error::invalid("format", format!("{other:?} is not json, midi, musicxml or svg"))),
        }
    }
}

/// Returns the notation of a stem of this audio file as a file: its name and its content. `None`
/// where the stem has no notes, or for a score of a song without bars.
///
/// # Errors
/// [`Error::Invalid`] for notes or beats of another form.
pub fn notation_file(
    stem: &StemDetail,
    audio: &AudioFile,
    format: NotationFormat,
) -> Result<Option<(String, Vec<u8>)>, Error> {
    let Some(notes) = &stem.notation else { return Ok(None) };
    let wrong = |error: serde_json::Error| Error::invalid("notation", error.to_string());
    let document: NotesDocument = serde_json::from_value(notes.clone()).map_err(wrong)?;
    let kind = part_kind(stem.record.stem_type.name());
    let part = document.part(&stem.record.name, kind);
    let notation =
        notate(&[part], &song(&audio.analysis)).map_err(|error| Error::invalid("beats", error.to_string()))?;
    let mut files = notation.parts.into_iter().flat_map(|part| part.files).collect::<Vec<_>>();
    let found = format.endings().iter().find_map(|ending| {
        let index = files.iter().position(|file| file.name.ends_with(ending))?;
        Some(files.swap_remove(index))
    });
    Ok(found.map(|file| (file.name, file.bytes)))
}

/// Returns what scores need of a song's analysis.
fn song(analysis: &SongAnalysis) -> Song {
    let times = |list: &Option<Value>| -> Vec<f64> {
        list.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_f64).collect()
    };
    Song {
        tempo_bpm: analysis.bpm,
        beats_s: times(&analysis.beats),
        downbeats_s: times(&analysis.downbeats),
        beats_per_bar: analysis.beats_per_bar,
        key: analysis.key.map(|key| key.to_string()),
        ..Song::default()
    }
}
