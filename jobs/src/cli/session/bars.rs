//! A session's start and end on bar lines.

use crate::cli::analyse::{SURE, failure};
use crate::cli::standard_streams::Inputs;
use crate::cli::{Failure, interrupt, terminal};
use mixdown_analyse::{Song, analyse};
use mixdown_engine::session::Session;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Seconds by which the last sound may pass a bar line that still counts as its end.
const OVERHANG_S: f64 = 0.05;

/// Sets start and end of the output to the first bar line and the last. Where no bars are found, a
/// warning is shown and the session stays as it is.
pub(super) fn snap(session: &mut Session, stems: &[PathBuf]) -> Result<(), Failure> {
    interrupt::install();
    let go_on = |_| if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let analysis = analyse(stems, go_on).map_err(|error| failure(&Inputs::none(), &error))?;
    let Some((start_s, end_s)) = bars(&analysis.song) else {
        terminal::warn("no bars were found in these stems; start and end are left as they are");
        return Ok(());
    };
    let confidence = analysis.song.confidence;
    if confidence.downbeats.min(confidence.tempo) < SURE {
        terminal::warn("the bars of these stems are not sure; check start_s and end_s in [time]");
    }
    (session.time.start_s, session.time.end_s) = (Some(start_s), Some(end_s));
    Ok(())
}

/// Returns the first bar line, and the first one at or after the end of the song.
fn bars(song: &Song) -> Option<(f64, f64)> {
    let (first, last) = (*song.downbeats_s.first()?, *song.downbeats_s.last()?);
    let bar_s = (last - first) / (song.downbeats_s.len().checked_sub(1).filter(|bars| *bars > 0)? as f64);
    let rest = ((song.duration_s - OVERHANG_S - last) / bar_s).ceil().max(0.0);
    Some((first, last + rest * bar_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(downbeats_s: &[f64], duration_s: f64) -> Song {
        Song { downbeats_s: downbeats_s.to_vec(), duration_s, ..Song::default() }
    }

    #[test]
    fn the_end_is_the_bar_line_that_closes_the_last_sound() {
        assert_eq!(bars(&song(&[0.5, 2.5, 4.5], 8.0)), Some((0.5, 8.5)));
        assert_eq!(bars(&song(&[0.5, 2.5, 4.5], 6.52)), Some((0.5, 6.5)));
        assert_eq!(bars(&song(&[0.5, 2.5, 4.5], 4.5)), Some((0.5, 4.5)));
    }

    #[test]
    fn one_bar_line_is_not_a_bar() {
        assert_eq!(bars(&song(&[0.5], 8.0)), None);
        assert_eq!(bars(&song(&[], 8.0)), None);
    }
}
