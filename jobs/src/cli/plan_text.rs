//! A plan in words: every stem, and where it goes.

use mixdown_engine::align::{Alignment, Decision};
use mixdown_engine::render::Plan;

/// A line a stem: what it is, how long, and where it begins.
pub(super) fn stems(plan: &Plan) -> Vec<String> {
    let line = |(index, track): (usize, &mixdown_engine::session::Track)| {
        let stem = &plan.stems()[index];
        let placement = plan.placement(index);
        let rate = stem.sample_rate;
        let length = stem.frames.map_or("unknown length".to_owned(), |frames| format!("{:.3} s", rate.seconds(frames)));
        let channels = match stem.source_channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            channels => format!("{channels} channels"),
        };
        let start_s = plan.sample_rate().seconds(placement.start);
        let mut text = format!(
            "{}: {} {}, {} Hz, {channels}, {length}, begins at {start_s:.3} s",
            track.title(),
            stem.container,
            stem.codec,
            rate.hz()
        );
        if rate != plan.sample_rate() {
            text += &format!(", converted to {} Hz", plan.sample_rate().hz());
        }
        if let Some(source) = stem.trim.source {
            text += &format!(", {} frames of its encoder left out ({source})", stem.trim.start_frames);
        }
        text
    };
    plan.session().tracks.iter().enumerate().map(line).collect()
}

/// A line a stem: moved or left, and why.
pub(super) fn moves(plan: &Plan, alignment: &Alignment) -> Vec<String> {
    let line = |(track, stem): (&mixdown_engine::session::Track, &mixdown_engine::align::StemAlignment)| {
        let done = if stem.decision == Decision::Moved { "moved" } else { "left" };
        format!("{done}  {}: {}", track.title(), stem.reason)
    };
    plan.session().tracks.iter().zip(&alignment.stems).map(line).collect()
}
