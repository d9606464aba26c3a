//! Session documents that lie at URLs, or name some.

use super::{Files, is_url, place_of};
use crate::cli::Failure;
use crate::cli::standard_streams::is_standard;
use mixdown_engine::session::{Session, SessionErrors};
use mixdown_orders::{Base, OrderError, Place};
use serde_json::Value;
use std::path::Path;

/// Returns a session file, TOML or JSON, as a tree: its files are still to be found.
pub(in crate::cli) fn tree(text: &str, shown: &str) -> Result<Value, OrderError> {
    let read = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        toml::from_str(text).map_err(|error| error.to_string())
    };
    read.map_err(|cause| OrderError::Work(format!("{shown}: {}", cause.trim_end())))
}

/// Returns the place of a track's file.
pub(in crate::cli) fn place(file: &Path, base: &Base) -> Result<Place, OrderError> {
    let name = file.to_str().ok_or_else(|| OrderError::Work(format!("{}: not Unicode", file.display())))?;
    Place::of(name, base)
}

/// Returns the session of a document that lies at a URL or names one, its files fetched; `None` for
/// a document that its engine finds the files of.
pub(in crate::cli) fn session(path: &Path, files: &mut Files<'_>) -> Result<Option<Session>, Failure> {
    if is_standard(path) {
        return Ok(None);
    }
    let at_url = is_url(path);
    let document = if at_url { place_of(path)? } else { Place::Local(path.to_path_buf()) };
    let shown = document.shown();
    let local = if at_url { files.place(&document)? } else { path.to_path_buf() };
    let text = std::fs::read_to_string(&local).map_err(|error| Failure::Other(format!("{shown}: {error}")));
    let drafted = text.and_then(|text| draft(&text, &shown));
    let mut session = match drafted {
        // The engine states the lines of what is wrong.
        Err(_) if !at_url => return Ok(None),
        Ok(session) if !at_url && !session.tracks.iter().any(|track| is_url(&track.file)) => return Ok(None),
        drafted => drafted?,
    };
    for track in &mut session.tracks {
        track.file = files.place(&place(&track.file, &document.base())?)?;
    }
    Ok(Some(session))
}

fn draft(text: &str, shown: &str) -> Result<Session, Failure> {
    let tree = tree(text, shown)?;
    Session::draft(&tree).map_err(|problems| SessionErrors { origin: shown.into(), problems }.into())
}
