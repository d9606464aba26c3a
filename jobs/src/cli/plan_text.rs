//! A plan in words: every stem and its place.

use super::terminal;
use mixdown_engine::align::{Alignment, Decision};
use mixdown_engine::io::StemInfo;
use mixdown_engine::render::Plan;
use mixdown_engine::report::Report;

/// A stem and its place in the plan.
struct Placed<'a> {
    name: &'a str,
    stem: &'a StemInfo,
    start_s: f64,
    /// The rate that it is converted to, in hertz.
    rate_hz: u32,
}

impl Placed<'_> {
    /// Returns the stem's format, its length and its start, in one line.
    fn line(&self) -> String {
        let Self { name, stem, start_s, rate_hz } = self;
        let rate = stem.sample_rate;
        let length = stem.frames.map_or("unknown length".to_owned(), |frames| format!("{:.3} s", rate.seconds(frames)));
        let channels = match stem.source_channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            channels => format!("{channels} channels"),
        };
        let (container, codec, hz) = (&stem.container, &stem.codec, rate.hz());
        let form = if container == codec { codec.clone() } else { format!("{container} {codec}") };
        let mut text = format!("{name}: {form}, {hz} Hz, {channels}, {length}, begins at {start_s:.3} s");
        if hz != *rate_hz {
            text += &format!(", converted to {rate_hz} Hz");
        }
        if let Some(source) = stem.trim.source {
            text += &format!(", {} frames of its encoder left out ({source})", stem.trim.start_frames);
        }
        text
    }
}

/// Returns one line per stem of a plan, and one per decision of alignment.
pub(super) fn lines(plan: &Plan, alignment: Option<&Alignment>) -> Vec<String> {
    let rate = plan.sample_rate();
    let tracks = plan.session().tracks.iter().enumerate();
    let titles: Vec<String> = plan.session().tracks.iter().map(|track| track.title().into_owned()).collect();
    let placed = tracks.map(|(index, _)| Placed {
        name: &titles[index],
        stem: &plan.stems()[index],
        start_s: rate.seconds(plan.placement(index).start),
        rate_hz: rate.hz(),
    });
    let mut lines: Vec<String> = placed.map(|placed| placed.line()).collect();
    lines.extend(moves(titles.iter().map(String::as_str), alignment));
    lines
}

/// Prints the same for a finished render to standard error, with `--verbose`.
pub(super) fn print_report(report: &Report) {
    if !terminal::is_verbose() {
        return;
    }
    let rate_hz = report.output.sample_rate_hz;
    for track in &report.tracks {
        let start_s = track.start_frame as f64 / f64::from(rate_hz);
        terminal::print_note(&Placed { name: &track.name, stem: &track.stem, start_s, rate_hz }.line());
    }
    let names = report.tracks.iter().map(|track| &*track.name);
    moves(names, report.alignment.as_ref()).for_each(|line| terminal::print_note(&line));
}

/// Prints the lines of a plan to standard error, with `--verbose`.
pub(super) fn print_plan(plan: &Plan, alignment: Option<&Alignment>) {
    if terminal::is_verbose() {
        for line in lines(plan, alignment) {
            terminal::print_note(&line);
        }
    }
}

/// Returns one line per stem: moved or left, and the reason.
fn moves<'a>(names: impl Iterator<Item = &'a str>, alignment: Option<&Alignment>) -> impl Iterator<Item = String> {
    let stems = alignment.map_or(&[][..], |alignment| &alignment.stems);
    names.zip(stems).map(|(name, stem)| {
        let done = if stem.decision == Decision::Moved { "moved" } else { "left" };
        format!("{done}  {name}: {}", stem.reason)
    })
}
