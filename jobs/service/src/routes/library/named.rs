//! Searches with a route of their own: by key, by tempo, and the counts of the whole library.

use super::list::{Found, find, page, parse_key};
use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Path, Query};
use crate::library::LibraryStem;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_library::{Counted, Query as Search};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A page of results.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Page {
    /// Most results, 1 to 1000; if left out, 50.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Results before the first one that is returned.
    offset: Option<usize>,
}

/// A range of tempi, in beats a minute.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct Tempi {
    /// Lowest tempo.
    #[param(rename = "minBpm")]
    min_bpm: Option<f64>,
    /// Highest tempo.
    #[param(rename = "maxBpm")]
    max_bpm: Option<f64>,
    /// Most results, 1 to 1000; if left out, 50.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Results before the first one that is returned.
    offset: Option<usize>,
}

/// Counts of the whole library.
#[derive(Debug, Serialize, ToSchema)]
struct LibraryStats {
    /// All stems.
    stems: usize,
    /// All audio files.
    audio_files: usize,
    /// Favourites.
    favourites: usize,
    /// Stems of each type that occurs.
    by_type: Vec<Count>,
    /// Stems of each key that occurs; null for those without one.
    by_key: Vec<Count>,
    /// Stems added on each day with any, by universal time.
    by_day: Vec<Count>,
    /// The stems that were used most, at most ten.
    most_used: Vec<LibraryStem>,
}

/// A value, and the number of stems that have it.
#[derive(Debug, Serialize, ToSchema)]
struct Count {
    /// The value.
    #[schema(value_type = Option<String>)]
    value: Value,
    /// The number of stems.
    stems: usize,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(by_key)).routes(routes!(by_bpm)).routes(routes!(stats))
}

/// Returns the stems of a key, by any of its names: C# major, Db major, 3B.
#[utoipa::path(get, path = "/api/stems/key/{key}", tag = "library", params(("key" = String, Path), Page), responses(
    (status = 200, description = "The stems.", body = Envelope<Found>),
    (status = 400, description = "BAD_QUERY."),
    (status = 422, description = "LIBRARY_INVALID."),
))]
async fn by_key(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    Query(page_of): Query<Page>,
) -> Result<Reply<Found>, ApiError> {
    let offset = page_of.offset.unwrap_or(0);
    let search = Search { keys: vec![parse_key(&key)?], offset, ..page(page_of.limit)? };
    let found = app.blocking(move |app| find(app, &search, None)).await?;
    Ok(Reply::new(found, "Stems retrieved successfully"))
}

/// Returns the stems with a tempo in a range, both ends included.
#[utoipa::path(get, path = "/api/stems/bpm", tag = "library", params(Tempi), responses(
    (status = 200, description = "The stems.", body = Envelope<Found>),
    (status = 400, description = "BAD_QUERY."),
    (status = 422, description = "LIBRARY_INVALID."),
))]
async fn by_bpm(State(app): State<Arc<App>>, Query(tempi): Query<Tempi>) -> Result<Reply<Found>, ApiError> {
    let bpm = Some((tempi.min_bpm.unwrap_or(0.0), tempi.max_bpm.unwrap_or(f64::MAX)));
    let search = Search { bpm, offset: tempi.offset.unwrap_or(0), ..page(tempi.limit)? };
    let found = app.blocking(move |app| find(app, &search, None)).await?;
    Ok(Reply::new(found, "Stems retrieved successfully"))
}

/// Returns counts by type, key and day, and the stems that were used most.
#[utoipa::path(get, path = "/api/stems/stats", tag = "library", responses(
    (status = 200, description = "The counts.", body = Envelope<LibraryStats>),
))]
async fn stats(State(app): State<Arc<App>>) -> Result<Reply<LibraryStats>, ApiError> {
    let stats = app.blocking(|app| app.library.with(mixdown_library::Library::stats)).await?;
    let data = LibraryStats {
        stems: stats.stems,
        audio_files: stats.audio_files,
        favourites: stats.favourites,
        by_type: counts(stats.by_type),
        by_key: counts(stats.by_key),
        by_day: counts(stats.by_day),
        most_used: stats.most_used.into_iter().map(LibraryStem::from).collect(),
    };
    Ok(Reply::new(data, "Counts retrieved successfully"))
}

fn counts<T: Serialize>(all: Vec<Counted<T>>) -> Vec<Count> {
    all.into_iter().map(|Counted { value, stems }| Count { value: json!(value), stems }).collect()
}
