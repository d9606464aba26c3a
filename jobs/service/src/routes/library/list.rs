//! `GET /api/stems`: searches.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Query;
use crate::library::{LibraryStem, Reference};
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_library::{MusicalKey, Page, Query as Search, StemType, session_analysis};
use mixdown_shell::job::SessionId;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most results of a page.
const PAGE: usize = 1_000;
/// Confidence below which an answer about a session does not filter.
const SURE: f64 = 0.5;

/// A search. Lists are separated by commas.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Parameters {
    /// Words of name, file and tags, each as the begin of a word.
    text: Option<String>,
    /// Types, one of which must hold.
    #[serde(rename = "type")]
    types: Option<String>,
    /// Keys, one of which must hold: C# major, Db major, Bbm, 3B.
    key: Option<String>,
    /// Lowest tempo, in beats a minute.
    min_bpm: Option<f64>,
    /// Highest tempo.
    max_bpm: Option<f64>,
    /// Tags, all of which must hold.
    tag: Option<String>,
    /// Favourites alone, or the others.
    favourite: Option<bool>,
    /// State of the analysis: pending, running, completed, failed.
    status: Option<String>,
    /// Stems of this audio file.
    audio_file_id: Option<String>,
    /// Stems that mix with this one: related keys, and a tempo within a stretch of 6 %, half and
    /// double counted.
    compatible_with: Option<String>,
    /// Stems that mix with this session, by its last analysis.
    session: Option<String>,
    /// Order by the distance of the sound from that of this stem.
    similar_to: Option<String>,
    /// Order: created, name, bpm, key, type, loudness or uses; if left out, created.
    sort: Option<String>,
    /// asc or desc; if left out, the usual one of the order.
    order: Option<String>,
    /// Most results, 1 to 1000; if left out, 50.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Results before the first one that is returned.
    offset: Option<usize>,
}

/// Stems that match.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Found {
    /// Stems that match, on all pages.
    total: usize,
    /// The stems of this page.
    stems: Vec<LibraryStem>,
    /// Offset of the next page; null on the last.
    next_offset: Option<usize>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Returns stems that match every filter given.
#[utoipa::path(get, path = "/api/stems", tag = "library", params(Parameters), responses(
    (status = 200, description = "The stems.", body = Envelope<Found>),
    (status = 400, description = "BAD_QUERY, BAD_ID."),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND, SESSION_NOT_FOUND."),
    (status = 422, description = "LIBRARY_INVALID, NOTHING_TO_COMPARE."),
))]
async fn list(State(app): State<Arc<App>>, Query(parameters): Query<Parameters>) -> Result<Reply<Found>, ApiError> {
    let found = app
        .blocking(move |app| {
            let (search, reference) = parameters.search(app)?;
            find(app, &search, reference)
        })
        .await?;
    Ok(Reply::new(found, "Stems retrieved successfully"))
}

/// Runs a search; with a reference each stem has its fit. Blocks.
pub(super) fn find(app: &App, search: &Search, reference: Option<Reference>) -> Result<Found, ApiError> {
    let Page { total, stems, next } = app.library.with(|library| library.search(search))?;
    let next_offset = next.map(|_| search.offset + stems.len());
    let view = |record| {
        let fit = reference.map(|reference| reference.fit(&record));
        let mut stem = LibraryStem::from(record);
        stem.fit = fit;
        stem
    };
    Ok(Found { total, stems: stems.into_iter().map(view).collect(), next_offset })
}

impl Parameters {
    /// Returns the search, and what its results are compared with.
    fn search(self, app: &App) -> Result<(Search, Option<Reference>), ApiError> {
        let descending = match self.order.as_deref() {
            None => None,
            Some("asc") => Some(false),
            Some("desc") => Some(true),
            Some(other) => return Err(bad(format!("order = {other:?} is not asc or desc"))),
        };
        let bpm = match (self.min_bpm, self.max_bpm) {
            (None, None) => None,
            (low, high) => Some((low.unwrap_or(0.0), high.unwrap_or(f64::MAX))),
        };
        let mut search = Search {
            types: parse_list(self.types.as_deref().map(str::to_ascii_lowercase).as_deref())?,
            keys: parse_list(self.key.as_deref())?,
            bpm,
            text: self.text,
            favourite: self.favourite,
            status: self.status.as_deref().map(str::parse).transpose()?,
            tags: self.tag.iter().flat_map(|tags| tags.split(',')).map(|tag| tag.trim().to_owned()).collect(),
            audio_file: self.audio_file_id,
            compatible_with: self.compatible_with,
            similar_to: self.similar_to,
            sort: self.sort.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
            descending,
            offset: self.offset.unwrap_or(0),
            ..page(self.limit)?
        };
        let mut reference = None;
        if let Some(id) = &search.compatible_with {
            let record = app.library.with(|library| library.get(id))?.record;
            reference = Some(Reference { key: record.key, bpm: record.bpm });
        }
        if let Some(session) = self.session {
            let music = of_session(app, &session.parse()?)?;
            search.fits = Some((music.key, music.bpm));
            reference = Some(music);
        }
        Ok((search, reference))
    }
}

/// Returns a search for a page of this length.
pub(super) fn page(limit: Option<usize>) -> Result<Search, ApiError> {
    let limit = limit.unwrap_or(50);
    if !(1..=PAGE).contains(&limit) {
        return Err(bad(format!("limit = {limit} is not in 1 to {PAGE}")));
    }
    Ok(Search { limit, ..Search::default() })
}

/// Returns what a session's last analysis is sure of.
fn of_session(app: &App, session: &SessionId) -> Result<Reference, ApiError> {
    app.sessions.get(session)?;
    let analysis = session_analysis(app.library.media(), session).map_err(|error| ApiError::from_io(&error, &error))?;
    let song = analysis.map(|found| found.analysis.song);
    let key = song.as_ref().filter(|song| song.confidence.key >= SURE).and_then(|song| song.key.as_deref());
    let bpm = song.as_ref().filter(|song| song.confidence.tempo >= SURE).and_then(|song| song.tempo_bpm);
    let reference = Reference { key: key.and_then(|key| key.parse().ok()), bpm };
    if reference.key.is_none() && reference.bpm.is_none() {
        let message = "the session has no key or tempo that is sure; POST its /analyse first";
        return Err(ApiError::new(Code::NothingToCompare, message));
    }
    Ok(reference)
}

fn parse_list<T: FromStr<Err = mixdown_library::Error>>(text: Option<&str>) -> Result<Vec<T>, ApiError> {
    let parts = text.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|part| !part.is_empty());
    Ok(parts.map(str::parse).collect::<Result<_, _>>()?)
}

/// Returns the key of a path or query.
pub(super) fn parse_key(text: &str) -> Result<MusicalKey, ApiError> {
    Ok(text.parse()?)
}

/// Returns the type of a name in any case.
pub(super) fn parse_type(text: &str) -> Result<StemType, ApiError> {
    Ok(text.to_ascii_lowercase().parse()?)
}

fn bad(message: String) -> ApiError {
    ApiError::new(Code::BadQuery, message)
}
