//! The last render of a session: its report, and the time of its end.

use super::rendered::RenderedMix;
use super::request::LastRender;
use mixdown_shell::job::{Life, SessionId};
use mixdown_shell::store::{Filter, Store};
use std::io::Read;

/// Largest report that is read, in bytes.
const MAX_REPORT: u64 = 256 << 20;
/// Jobs among which the last complete one is searched.
const JOBS: usize = 64;

/// Returns the last render of a session, or none. Blocks; reads files.
pub(crate) fn last_render(store: &Store, session: &SessionId) -> Option<LastRender> {
    let file = std::fs::File::open(store.layout().results(session).join("report.json")).ok()?;
    let modified = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let mut text = Vec::new();
    file.take(MAX_REPORT).read_to_end(&mut text).ok()?;
    let mix = RenderedMix::of_report(&serde_json::from_slice(&text).ok()?)?;
    let filter = Filter { session: Some(session.clone()), without_cleanups: true, ..Filter::default() };
    let jobs = store.listing.list(&filter, JOBS).unwrap_or_default();
    let ends = jobs.iter().filter(|job| job.life == Life::Complete && job.result.is_some());
    // The record may have expired before the result.
    let modified = || modified.and_then(|time| jiff::Timestamp::try_from(time).ok());
    Some(LastRender { mix, rendered_at: ends.filter_map(|job| job.finished_at).max().or_else(modified) })
}
