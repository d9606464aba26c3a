//! `GET /api/jobs/{id}/events`: a job's life as server-sent events.

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Path;
use crate::jobs::{Seen, View, follow};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use mixdown_shell::job::JobId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Receiver;

/// Interval between two comments that keep a silent connection open.
const ALIVE: Duration = Duration::from_secs(15);

/// Follows a job
///
/// Each event has the name `job`, the job as its data, and an id from which `Last-Event-ID`
/// resumes. The first has the state now, each further one a change of state or progress; the stream
/// ends after the last. A client that has had the last receives 204.
#[utoipa::path(get, path = "/api/jobs/{id}/events", tag = "jobs",
    params(("id" = String, Path, description = "The job."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that arrived.")),
    responses(
        (status = 200, description = "Events `job`.", body = String, content_type = "text/event-stream"),
        (status = 204, description = "No event comes after the given one."),
    ))]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    Path(id): Path<JobId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = app.view(&id).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if view.is_ended() {
        if last == view.marker() {
            // Browsers connect again after the end of a stream, but not after this.
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        return Ok(Sse::new(stream::iter([event(&view)])).into_response());
    }
    let followed = follow(&app, &id, view);
    let stopped = async move { app.stopped().await };
    let events = changes(followed, last).take_until(stopped);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response())
}

/// Returns the event of a view.
fn event(view: &View) -> Result<Event, axum::Error> {
    Event::default().event("job").id(view.marker()).json_data(&view.data)
}

/// Returns the present state, unless it is the last one known, and each change until the last.
fn changes(followed: Receiver<Seen>, last: String) -> impl Stream<Item = Result<Event, axum::Error>> {
    let next = |(mut followed, last, is_first): (Receiver<Seen>, String, bool)| async move {
        let mut waits = !is_first;
        loop {
            if waits && followed.changed().await.is_err() {
                return None;
            }
            waits = true;
            // A job that is no longer there has no further event.
            let view = followed.borrow_and_update().as_ref().ok().cloned()?;
            let marker = view.marker();
            if marker != last {
                return Some((event(&view), (followed, marker, false)));
            }
        }
    };
    stream::unfold((followed, last, true), next)
}
