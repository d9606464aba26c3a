//! The end of an upload: the stem is decoded, and put in its place.

use super::hold::Hold;
use super::jobs::check_stem_idle;
use super::request::{Received, Upload, over_quota, remove_part};
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::probe::{Decoded, probe};
use crate::sessions::{FileMark, Stem};
use mixdown_engine::io::hash_file;
use std::sync::Arc;

/// Decodes a complete part, and puts it in its place; a refused one is removed. `held` keeps the
/// name until the end.
pub(super) async fn finish(
    app: Arc<App>,
    upload: Upload,
    hash: Option<String>,
    held: Hold,
) -> Result<Received, ApiError> {
    let path = app.sessions.part_path(&upload.session, &upload.name, upload.key.as_ref());
    let probed = match FileMark::of(&path) {
        // A refusal would name the file that an empty stem never becomes.
        Some(FileMark { bytes: 0, .. }) => {
            Err(ApiError::new(Code::StemEmpty, format!("{}: is empty (0 bytes); export it again", upload.name)))
        }
        _ => probe(&app, &path, upload.name.as_str()).await,
    };
    let placed = match probed {
        Err(error) => Err(error),
        Ok(decoded) => {
            let placing = upload.clone();
            app.blocking(move |app| place(app, &placing, hash, decoded)).await
        }
    };
    // The bytes of a stem are kept only where the service is at fault, not the stem.
    let may_continue = |error: &ApiError| upload.resumable && matches!(error.code(), Code::Stopping | Code::Internal);
    if placed.as_ref().is_err_and(|error| !may_continue(error)) {
        remove_part(&app, &upload).await;
    }
    drop(held);
    placed
}

fn place(app: &App, upload: &Upload, hash: Option<String>, decoded: Decoded) -> Result<Received, ApiError> {
    let sessions = &app.sessions;
    let path = sessions.part_path(&upload.session, &upload.name, upload.key.as_ref());
    let missing = || ApiError::new(Code::Internal, "the file of the upload is missing");
    let blake3 = match hash {
        Some(hash) => hash,
        None => hash_file(&path).map_err(|_| missing())?,
    };
    let mark = FileMark::of(&path).ok_or_else(missing)?;
    let stem = Stem {
        name: upload.name.clone(),
        bytes: mark.bytes,
        blake3,
        duration_s: decoded.frames as f64 / f64::from(decoded.sample_rate),
        frames: decoded.frames,
        sample_rate: decoded.sample_rate,
        channels: decoded.channels,
        format: decoded.format,
        warnings: decoded.warnings,
        file: mark,
    };
    let lock = sessions.lock(&upload.session);
    let before = sessions.get(&upload.session)?;
    if before.stem(&upload.name).is_ok() {
        check_stem_idle(app, &upload.session, &upload.name)?;
    }
    // Uploads at the same time see each other's bytes only here.
    let others = sessions.bytes_beside(&before, &upload.name, upload.key.as_ref());
    if others.saturating_add(stem.bytes) > app.settings.session_quota {
        return Err(over_quota(app.settings.session_quota, others));
    }
    let (file, is_new) =
        sessions.place_stem(&lock, &upload.session, stem.clone(), upload.key.as_ref(), app.store.now())?;
    app.metrics.add_upload(stem.bytes);
    Ok(Received::Placed { file: Box::new(file), stem: Box::new(stem), is_new })
}
