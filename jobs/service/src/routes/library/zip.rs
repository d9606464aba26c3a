//! `GET /api/stems/zip`: stems as one archive.

use super::batch::MOST;
use crate::app::App;
use crate::archive::{self, Entry};
use crate::error::{ApiError, Code};
use crate::extract::Query;
use crate::library::open_stem;
use axum::extract::State;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::SystemTime;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Stems of an archive.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ids {
    /// Ids of the stems, separated by commas.
    ids: String,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(zip))
}

/// Returns the files of stems as one archive, made while it is sent: it has no ranges.
#[utoipa::path(get, path = "/api/stems/zip", tag = "library", params(Ids), responses(
    (status = 200, description = "The archive.", body = Vec<u8>, content_type = "application/zip"),
    (status = 400, description = "BAD_QUERY."),
    (status = 404, description = "LIBRARY_STEM_NOT_FOUND."),
    (status = 422, description = "STEM_MISSING."),
))]
async fn zip(State(app): State<Arc<App>>, Query(query): Query<Ids>) -> Result<Response, ApiError> {
    let ids: Vec<String> = query.ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() || ids.len() > MOST {
        return Err(ApiError::new(Code::BadQuery, format!("ids has 1 to {MOST} ids, separated by commas")));
    }
    let opened = move |app: &App| {
        let mut names = HashSet::new();
        let entries = ids.iter().map(|id| entry(app, id, &mut names)).collect::<Result<Vec<_>, _>>()?;
        let length = archive::length(&entries).map_err(|error| ApiError::from_io(&error, &error))?;
        Ok((entries, length))
    };
    let (entries, length) = app.blocking(opened).await?;
    let fixed = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=\"stems.zip\""),
        (ACCEPT_RANGES, "none"),
        (CACHE_CONTROL, "private, no-store"),
    ];
    let length = length.map(|bytes| [(CONTENT_LENGTH, bytes.to_string())]);
    Ok((fixed, length, archive::body(entries)).into_response())
}

/// Opens a stem as an entry whose name no other has.
fn entry(app: &App, id: &str, names: &mut HashSet<String>) -> Result<Entry, ApiError> {
    let record = app.library.with(|library| library.get(id))?.record;
    let (content, path) = open_stem(&app.library, &record)?;
    let data = content.metadata().map_err(|error| ApiError::from_io(&error, &error))?;
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut name = file.clone();
    let mut number = 2;
    while !names.insert(name.to_lowercase()) {
        name = format!("{number} {file}");
        number += 1;
    }
    let modified = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    Ok(Entry { name, bytes: data.len(), modified, content })
}
