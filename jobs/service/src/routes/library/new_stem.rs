//! `POST /api/stems`: a record of a stem that lies below the media folder.

use super::list::{parse_key, parse_type};
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Json;
use crate::library::LibraryStem;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use mixdown_library::{ANALYSIS_VERSION, NewSong, NewStem, Place, SongAnalysis, Status, StemType, hash_file};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A stem with what its client knows of it. Field names are also read as existing clients write
/// them: `audioFileId`, `blobUri`, `chordProgression`, `notationData`, `analysisStatus`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRecord {
    /// The id of its audio file, which is new.
    #[serde(alias = "audioFileId")]
    audio_file_id: String,
    /// Its id; if left out, a new one.
    #[serde(default, alias = "stemId")]
    stem_id: Option<String>,
    /// Its type, in any case.
    #[serde(rename = "type")]
    stem_type: String,
    /// Its name.
    #[serde(default)]
    name: Option<String>,
    /// Its place below the media folder, `{audio_file_id}/stems/{file}`; an address may end in it.
    /// If left out, `{audio_file_id}/stems/{type}.wav`.
    #[serde(default, alias = "blobUri")]
    place: Option<String>,
    /// Tempo, in beats a minute.
    #[serde(default)]
    bpm: Option<f64>,
    /// Key, such as C# major or 3B.
    #[serde(default)]
    key: Option<String>,
    /// Frequency of A4, in hertz.
    #[serde(default, alias = "tuningHz")]
    tuning_hz: Option<f64>,
    /// Beats of a bar.
    #[serde(default, alias = "beatsPerBar")]
    beats_per_bar: Option<u32>,
    /// Chords over time.
    #[serde(default, alias = "chordProgression")]
    #[schema(value_type = Option<Vec<Object>>)]
    chords: Option<Value>,
    /// Times of beats, in seconds.
    #[serde(default)]
    #[schema(value_type = Option<Vec<f64>>)]
    beats: Option<Value>,
    /// Times of downbeats, in seconds.
    #[serde(default)]
    #[schema(value_type = Option<Vec<f64>>)]
    downbeats: Option<Value>,
    /// Sections over time.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    sections: Option<Value>,
    /// Notation.
    #[serde(default, alias = "notationData")]
    #[schema(value_type = Option<Object>)]
    notation: Option<Value>,
    /// State of the analysis, in any case; if left out, completed.
    #[serde(default, alias = "analysisStatus")]
    status: Option<String>,
    /// Labels.
    #[serde(default)]
    tags: Vec<String>,
    /// True for a favourite.
    #[serde(default)]
    favourite: bool,
}

/// A stem that was added.
#[derive(Debug, Serialize, ToSchema)]
struct AddedStem {
    /// The stem.
    stem: LibraryStem,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(add))
}

/// Records a stem whose file lies below the media folder, with what its client knows of it.
#[utoipa::path(post, path = "/api/stems", tag = "library", request_body = NewRecord, responses(
    (status = 201, description = "The stem.", body = Envelope<AddedStem>, headers(("Location" = String))),
    (status = 400, description = "BAD_JSON, BAD_ID."),
    (status = 409, description = "AUDIO_EXISTS."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY, LIBRARY_INVALID, STEM_MISSING."),
))]
async fn add(State(app): State<Arc<App>>, Json(new): Json<NewRecord>) -> Result<Reply<AddedStem>, ApiError> {
    let stem = app
        .blocking(move |app| {
            let song = new.song(app)?;
            let added = app.library.with(|library| {
                let known = song.audio_file_id.as_deref().is_some_and(|id| library.audio(id).is_ok());
                let stem = song.stems.iter().filter_map(|stem| stem.stem_id.as_deref());
                let taken = known || stem.into_iter().any(|id| library.get(id).is_ok());
                if taken { Ok(None) } else { library.add_forced(&song).map(Some) }
            })?;
            let exists = || ApiError::new(Code::AudioExists, "the library has an audio file or stem with this id");
            let id = added.ok_or_else(exists)?.stem_ids.remove(0);
            Ok(LibraryStem::from(app.library.with(|library| library.get(&id))?.record))
        })
        .await?;
    let location = format!("/api/stems/{}", stem.stem_id);
    let reply = Reply::new(AddedStem { stem }, "Stem added successfully");
    Ok(reply.status(StatusCode::CREATED).header(LOCATION, location))
}

impl NewRecord {
    /// Returns the song of one stem.
    fn song(self, app: &App) -> Result<NewSong, ApiError> {
        let stem_type: StemType = parse_type(&self.stem_type)?;
        let text = self.place.unwrap_or_else(|| format!("{}/stems/{stem_type}.wav", self.audio_file_id));
        // An address of a store ends in the place.
        let begin = format!("{}/stems/", self.audio_file_id);
        let place = text.rfind(&begin).map(|at| &text[at..]).filter(|_| !self.audio_file_id.is_empty());
        let refusal = format!("place: {text:?} does not end in {begin}FILE");
        let place = place.ok_or_else(|| ApiError::new(Code::LibraryInvalid, refusal))?;
        let place = Place::media(&self.audio_file_id, &place[begin.len()..]);
        let mut song = NewSong {
            audio_file_id: Some(self.audio_file_id),
            name: self.name.clone().unwrap_or_else(|| stem_type.to_string()),
            analysis: SongAnalysis {
                analysis_version: ANALYSIS_VERSION,
                status: match self.status.as_deref().map(str::to_ascii_lowercase) {
                    None => Status::Completed,
                    Some(status) => status.parse()?,
                },
                bpm: self.bpm,
                key: self.key.as_deref().map(parse_key).transpose()?,
                tuning_hz: self.tuning_hz,
                beats_per_bar: self.beats_per_bar,
                chords: self.chords,
                beats: self.beats,
                downbeats: self.downbeats,
                sections: self.sections,
                notation: self.notation,
                ..SongAnalysis::default()
            },
            ..NewSong::default()
        };
        let mut stem = NewStem::new(stem_type, place, "0".repeat(64));
        (stem.stem_id, stem.name, stem.tags, stem.favourite) = (self.stem_id, self.name, self.tags, self.favourite);
        song.stems.push(stem);
        // The file is read only once its place is known to be valid.
        app.library.with(|_| song.check())?;
        let path = song.stems[0].place.resolve(app.library.media());
        let missing = || ApiError::new(Code::StemMissing, "the file of the stem is missing below the media folder");
        if !path.is_file() {
            return Err(missing());
        }
        song.stems[0].blake3 = hash_file(&path).map_err(|_| missing())?;
        Ok(song)
    }
}
