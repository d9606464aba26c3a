//! From the request to an engine that stands at its beginning.

use super::super::request::EngineRequest;
use super::output::Output;
use super::pace::BLOCK;
use super::paths::HiddenFolders;
use mixdown_engine::align::Alignment;
use mixdown_engine::dsp::dynamics::LimiterSettings;
use mixdown_engine::live::{Live, LiveOptions, RingInput, open};
use mixdown_engine::render::{Phase, Plan, Progress, Render};
use mixdown_engine::session::SessionErrors;
use serde_json::json;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Interval between two texts about the same phase.
const PAUSE: Duration = Duration::from_millis(250);
/// Readings per second of an engine whose client wants none at first.
const DEFAULT_RATE_HZ: f64 = 30.0;

/// An engine that can play.
pub(super) struct Prepared {
    pub(super) live: Live<RingInput>,
    pub(super) plan: Plan,
    pub(super) alignment: Option<Alignment>,
    pub(super) folders: HiddenFolders,
    /// Readings per second of the engine; a client gets as many at most.
    pub(super) rate_hz: f64,
}

/// Opens the stems, aligns them and builds the engine; the client sees its progress. Returns the
/// reason of a failure as a sentence without paths.
pub(super) fn prepare(request: &EngineRequest, output: &Output) -> Result<Prepared, String> {
    let session = request.session.clone();
    let folders = HiddenFolders::of(&session);
    let shown = |error: &dyn std::fmt::Display| folders.hide(&error.to_string());
    let problems = session.problems();
    if !problems.is_empty() {
        return Err(shown(&SessionErrors { origin: "the session".into(), problems }));
    }
    let mut last: Option<(Phase, Instant)> = None;
    let render = Render::new(session).on_progress(|progress: Progress| {
        if last.is_some_and(|(phase, at)| phase == progress.phase && at.elapsed() < PAUSE) {
            return ControlFlow::Continue(());
        }
        last = Some((progress.phase, Instant::now()));
        let text = json!({ "event": "preparing", "phase": progress.phase, "fraction": progress.fraction });
        if output.reading(&text).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let (plan, alignment) = render.prepare().map_err(|error| shown(&error))?;
    let rate_hz = if request.rate_hz > 0.0 { request.rate_hz } else { DEFAULT_RATE_HZ };
    let options = LiveOptions {
        max_block: BLOCK,
        measured: request.render.as_ref().map(|render| render.mix.levels()),
        // As in a render, for the same bits.
        look_ahead_ms: LimiterSettings::default().look_ahead_ms,
        readings_a_second: rate_hz,
        ..LiveOptions::default()
    };
    let live = open(&plan, &options).map_err(|error| shown(&error))?;
    Ok(Prepared { live, plan, alignment, folders, rate_hz })
}
