//! The tools, one per file.

mod align;
mod check_session;
mod job_status;
mod measure;
mod render;

use super::tool::Entry;

/// All tools.
pub(super) const TOOLS: [Entry; 5] = [
    Entry::of::<render::Render>(),
    Entry::of::<measure::Measure>(),
    Entry::of::<align::Align>(),
    Entry::of::<check_session::CheckSession>(),
    Entry::of::<job_status::JobStatus>(),
];
