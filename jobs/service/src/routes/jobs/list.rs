//! `GET /api/jobs`.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Query;
use crate::jobs::JobData;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mixdown_shell::job::{JobId, SessionId};
use mixdown_shell::store::Filter;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Largest page.
const MOST: usize = 200;
/// Size of a page without a limit.
const USUAL: usize = 50;

/// A part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// Only jobs in this state.
    state: Option<String>,
    /// Only jobs of this session; without it, cleanups are left out.
    session: Option<String>,
    /// Largest number of jobs, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page {
    /// The jobs, newest first.
    jobs: Vec<JobData>,
    /// The cursor of the next page; null on the last.
    next_cursor: Option<String>,
}

/// Lists jobs, newest first
#[utoipa::path(get, path = "/api/jobs", tag = "jobs", params(Part),
    responses((status = 200, description = "A page of jobs.", body = Envelope<Page>)))]
pub(super) async fn list(State(app): State<Arc<App>>, Query(part): Query<Part>) -> Result<Reply<Page>, ApiError> {
    let limit = part.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(bad(format!("limit: {limit} is not from 1 to {MOST}")));
    }
    let state = part.state.map(|name| app.store.settings().kinds.state(&name).ok_or(name)).transpose();
    let state = state.map_err(|name| bad(format!("state: {name:?} is not a state of a job")))?;
    let session = part.session.map(SessionId::try_from).transpose();
    let session = session.map_err(|error| bad(format!("session: {error}")))?;
    let after = part.cursor.map(|cursor| job_of(&cursor).ok_or(cursor)).transpose();
    let after = after.map_err(|cursor| bad(format!("cursor: {cursor:?} is not a next_cursor")))?;
    let filter = Filter { state, without_cleanups: session.is_none(), session, after };
    app.blocking(move |app| page(app, &filter, limit)).await
}

fn bad(message: String) -> ApiError {
    ApiError::new(Code::BadQuery, message)
}

fn cursor_of(job: &JobId) -> String {
    URL_SAFE_NO_PAD.encode(job.as_str())
}

fn job_of(cursor: &str) -> Option<JobId> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?.parse().ok()
}

fn page(app: &App, filter: &Filter, limit: usize) -> Result<Reply<Page>, ApiError> {
    // One more shows that there is another page.
    let has_ended = filter.state.is_some_and(|state| state.life().is_ended());
    let mut jobs: Vec<JobId> = if has_ended {
        let found = app.store.listing.list_outlines(filter, limit + 1)?;
        found.iter().map(|job| job.job_id.clone()).collect()
    } else {
        app.store.listing.list(filter, limit + 1)?.into_iter().map(|record| record.job_id).collect()
    };
    let next_cursor = (jobs.len() > limit).then(|| cursor_of(&jobs[limit - 1]));
    jobs.truncate(limit);
    // A job that was deleted meanwhile, or whose record is damaged, is left out.
    let views = jobs.iter().filter_map(|job| app.jobs.load(&app.store, job).ok());
    let jobs = views.map(|view| view.data.clone()).collect();
    Ok(Reply::new(Page { jobs, next_cursor }, "Jobs, newest first"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_job_and_others_are_refused() {
        let job: JobId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(job_of(&cursor_of(&job)), Some(job));
        for wrong in ["", "!", "Li4vLi4", "ä"] {
            assert_eq!(job_of(wrong), None, "{wrong}");
        }
    }
}
