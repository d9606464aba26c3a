//! `mixdown render --dry-run`: the plan of a render, without writing anything.

use super::outcome::{print_json, show};
use super::progress::ProgressDisplay;
use super::{Failure, interrupt, plan_text, terminal};
use mixdown_engine::render::{RenderError, RenderOptions, check_outputs, prepare};
use mixdown_engine::session::Session;
use serde_json::json;
use std::ops::ControlFlow;
use std::path::Path;

/// Opens and compares the stems, and prints plan, alignment and warnings.
pub(super) fn run(
    session: Session,
    out: Option<&Path>,
    options: &RenderOptions<'_>,
    (json, quiet): (bool, bool),
) -> Result<(), Failure> {
    if let Some(out) = out {
        check_outputs(&session, out, options).map_err(RenderError::from)?;
    }
    let mut display = ProgressDisplay::new(quiet || json);
    let prepared = prepare(session, &mut |progress| {
        display.show(progress);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if prepared.is_ok() {
        display.finished();
    }
    let (plan, alignment) = prepared?;
    let rate = plan.sample_rate();
    let duration_s = plan.expected_frames().map(|frames| rate.seconds(frames));
    if json {
        let tracks = plan.session().tracks.iter().enumerate();
        let tracks: Vec<_> = tracks
            .map(|(index, track)| {
                let start_frame = plan.placement(index).start;
                json!({ "name": track.title(), "file": track.file, "stem": plan.stems()[index], "start_frame": start_frame })
            })
            .collect();
        return print_json(&json!({
            "ok": true,
            "dry_run": true,
            "sample_rate_hz": rate.hz(),
            "expected_duration_s": duration_s,
            "tracks": tracks,
            "alignment": alignment,
            "warnings": plan.warnings(),
            "session": plan.session(),
        }));
    }
    plan.warnings().iter().for_each(|warning| terminal::warn(warning));
    if quiet {
        return Ok(());
    }
    let length = duration_s.map_or("a length that the stems do not state".to_owned(), |s| format!("about {s:.1} s"));
    let count = plan.stems().len();
    let stems = if count == 1 { "1 stem".to_owned() } else { format!("{count} stems") };
    let mut lines = vec![format!("{stems} would be mixed into {length} at {} Hz; nothing was written.", rate.hz())];
    lines.extend(
        plan_text::lines(&plan, alignment.as_ref()).into_iter().map(|line| format!("  {}", terminal::one_line(&line))),
    );
    show(&(lines.join("\n") + "\n"))
}
