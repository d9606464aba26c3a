//! The body of an upload, streamed into its part. Memory stays flat, whatever its size.

use super::ContentRange;
use super::finish::finish;
use super::hold::Hold;
use super::jobs::check_stem_idle;
use super::part::Part;
use super::request::{Received, Upload, over_quota, remove_part};
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::sessions::free_bytes;
use axum::body::Bytes;
use axum::http::HeaderName;
use futures_util::{Stream, StreamExt};
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

/// Longest pause between two pieces of a body.
const IDLE: Duration = Duration::from_secs(60);
/// Bytes of a body between two looks at the free space.
const CHECK: u64 = 64 << 20;
/// Name of the header with the bytes that an upload has so far.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// An upload that may begin.
pub(super) struct Begun {
    /// Bytes that the part has.
    from: u64,
    /// The most bytes that the whole may have.
    most: u64,
    hold: Hold,
}

/// Receives a stem or a part of one.
///
/// # Errors
/// Before a byte is read: an unknown session, a limit, another upload of the name, a stem in use.
/// Later: a body that is cut or too large, and those of the decoding. A refused stem leaves
/// nothing.
pub(crate) async fn receive<E: Display>(
    app: &Arc<App>,
    upload: Upload,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Received, ApiError> {
    let (shared, planned) = (Arc::clone(app), upload.clone());
    // A client that leaves during the work of a thread leaves its outcome to that thread.
    let opened = move |app: &App| {
        let begun = begin(shared, &planned)?;
        let path = app.sessions.part_path(&planned.session, &planned.name, planned.key.as_ref());
        let part = Part::open(path, begun.from)?;
        Ok((begun, part))
    };
    let (begun, mut part) = app.blocking(opened).await?;
    let (end, total) = match upload.range {
        Some(ContentRange::Part { end, total, .. }) => (Some(end), Some(total)),
        Some(ContentRange::Complete { total }) => (Some(total), Some(total)),
        None => (upload.content_length, upload.content_length),
    };
    let outcome = stream(app, &mut part, &mut body, end.unwrap_or(begun.most).min(begun.most)).await;
    let cut = outcome.is_ok() && end.is_some_and(|end| part.length < end);
    let outcome = if cut {
        Err(ApiError::new(Code::UploadCut, format!("the body ended after {} bytes", part.length)))
    } else {
        outcome
    };
    let early = [Code::UploadCut, Code::Stopping, Code::TimedOut];
    let kept = upload.resumable && outcome.as_ref().err().is_none_or(|error| early.contains(&error.code()));
    let synced = if kept { part.sync().await } else { Ok(()) };
    if let Err(error) = outcome.and(synced) {
        if !kept {
            remove_part(app, &upload).await;
        }
        return Err(error.header(UPLOAD_OFFSET, if kept { part.length } else { 0 }.to_string()));
    }
    if !upload.resumable {
        part.sync().await?;
    }
    if total.is_some_and(|total| part.length < total) {
        return Ok(Received::Incomplete(part.length));
    }
    let hash = part.hash();
    drop(part);
    // A client that leaves now has sent everything: its stem is decoded and kept all the same.
    let finishing = tokio::spawn(finish(Arc::clone(app), upload, hash, begun.hold));
    finishing.await.unwrap_or_else(|_| Err(ApiError::new(Code::Internal, "the upload could not be completed")))
}

/// Holds the name, and checks all limits that are known before a byte is read.
fn begin(app: Arc<App>, upload: &Upload) -> Result<Begun, ApiError> {
    let (sessions, settings) = (&app.sessions, &app.settings);
    let held = sessions.hold_upload(&upload.session, &upload.name)?;
    let file = sessions.get(&upload.session)?;
    sessions.check_stem_count(&file, &upload.name)?;
    if file.stem(&upload.name).is_ok() {
        check_stem_idle(&app, &upload.session, &upload.name)?;
    }
    let from = match upload.range {
        None => 0,
        Some(range) => {
            let has = sessions.part(&upload.session, &upload.name, upload.key.as_ref()).map_or(0, |mark| mark.bytes);
            let start = match range {
                ContentRange::Part { start, .. } => start,
                ContentRange::Complete { total } => total,
            };
            // A part at 0 begins an upload anew.
            if start != has && start != 0 {
                let message = format!("the upload of {:?} has {has} bytes; continue there", upload.name);
                return Err(ApiError::new(Code::UploadOffset, message).header(UPLOAD_OFFSET, has.to_string()));
            }
            start
        }
    };
    check_length(upload)?;
    let total = upload.range.map(ContentRange::total).or(upload.content_length);
    if total.is_some_and(|total| total > settings.max_upload) {
        return Err(too_large(settings.max_upload));
    }
    let others = sessions.bytes_beside(&file, &upload.name, upload.key.as_ref());
    let left = settings.session_quota.saturating_sub(others);
    if left == 0 || total.is_some_and(|total| total > left) {
        return Err(over_quota(settings.session_quota, others));
    }
    check_room(&app, total.map_or(0, |total| total - from))?;
    let most = settings.max_upload.min(left);
    Ok(Begun { from, most, hold: Hold::new(app, upload.clone(), held) })
}

/// Refuses bytes that would leave less than the floor of free space.
pub(crate) fn check_room(app: &App, bytes: u64) -> Result<(), ApiError> {
    let free = free_bytes(app.sessions.media()).unwrap_or(u64::MAX);
    if free < app.settings.disk_floor.saturating_add(bytes) {
        return Err(ApiError::new(Code::DiskFull, "the disk is too full for this stem; free some space and try again"));
    }
    Ok(())
}

fn check_length(upload: &Upload) -> Result<(), ApiError> {
    let expected = match upload.range {
        None => return Ok(()),
        Some(ContentRange::Part { start, end, .. }) => end - start,
        Some(ContentRange::Complete { .. }) => 0,
    };
    if upload.content_length.is_some_and(|length| length != expected) {
        let message = format!("the body has another length than the {expected} bytes of its Content-Range");
        return Err(ApiError::new(Code::BadContentRange, message));
    }
    Ok(())
}

/// Streams a body into a part that may have `end` bytes then.
///
/// # Errors
/// `UPLOAD_CUT`, `UPLOAD_TOO_LARGE`, `STOPPING`, `TIMED_OUT`, `DISK_FULL`, or an error of the disk.
pub(crate) async fn stream<E: Display>(
    app: &Arc<App>,
    part: &mut Part,
    body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    end: u64,
) -> Result<(), ApiError> {
    let cut = |why: String| ApiError::new(Code::UploadCut, format!("the body ended early: {why}"));
    let stopped = app.stopped();
    tokio::pin!(stopped);
    let mut unchecked = 0;
    loop {
        let next = tokio::select! {
            next = tokio::time::timeout(IDLE, body.next()) => next,
            () = &mut stopped => return Err(ApiError::new(Code::Stopping, "the service stops; continue later")),
        };
        let idle = |_| ApiError::new(Code::TimedOut, format!("no bytes came for {} s", IDLE.as_secs()));
        let Some(bytes) = next.map_err(idle)? else { return Ok(()) };
        let bytes = bytes.map_err(|error| cut(error.to_string()))?;
        if part.length + bytes.len() as u64 > end {
            return Err(too_large(end));
        }
        unchecked += bytes.len() as u64;
        part.push(bytes).await?;
        if unchecked >= CHECK {
            // A body without a length, or others beside it, may fill the disk.
            unchecked = 0;
            app.blocking(|app| check_room(app, 0)).await?;
        }
    }
}

pub(crate) fn too_large(most: u64) -> ApiError {
    ApiError::new(Code::UploadTooLarge, format!("the stem is larger than the {most} bytes that are allowed here"))
}
