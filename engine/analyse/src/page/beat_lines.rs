//! Lines of beats and bars over a waveform.

use crate::Song;
use mixdown_engine::report::drawing::{Key, WIDTH, coordinate};
use std::fmt::Write as _;

/// Maximum number of lines of one kind: beyond it they merge into a surface.
const MAX_LINES: usize = 200;

/// Returns the lines, `height` long in a drawing over `axis_s` seconds, and their legend. Where
/// there are too many beats, only bars are drawn; where even these are too many, one in 2, 4 or 8.
pub(super) fn beat_lines(song: &Song, axis_s: f64, height: f64) -> (String, Vec<Key>) {
    let (mut body, mut legend) = (String::new(), Vec::new());
    let kinds = [("beat", &song.beats_s), ("downbeat", &song.downbeats_s)];
    for (class, times) in kinds {
        let has_bars_instead = class == "beat" && !song.downbeats_s.is_empty();
        if times.is_empty() || times.len() > MAX_LINES && has_bars_instead {
            continue;
        }
        let every = times.len().div_ceil(MAX_LINES).next_power_of_two();
        let mut path = String::new();
        for time in times.iter().step_by(every).filter(|time| (0.0..=axis_s).contains(*time)) {
            let _ = write!(path, "M{} 0v{height}", coordinate(time / axis_s * WIDTH));
        }
        let _ = write!(body, "<path class=\"{class}\" d=\"{path}\"/>");
        legend.push((
            class,
            match (class, every) {
                ("beat", 1) => "beats".to_owned(),
                ("beat", _) => format!("one beat in {every}"),
                (_, 1) => "starts of bars".to_owned(),
                _ => format!("one bar in {every}"),
            },
        ));
    }
    (body, legend)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(beats: usize, beats_per_bar: usize) -> (String, Vec<Key>) {
        let beats_s: Vec<f64> = (0..beats).map(|beat| beat as f64 * 0.5).collect();
        let downbeats_s =
            if beats_per_bar == 0 { vec![] } else { beats_s.iter().step_by(beats_per_bar).copied().collect() };
        beat_lines(&Song { beats_s, downbeats_s, ..Song::default() }, beats as f64 * 0.5, 100.0)
    }

    #[test]
    fn beats_give_way_to_bars_and_bars_to_every_second() {
        let drawn = |beats, beats_per_bar| {
            let (body, legend) = lines(beats, beats_per_bar);
            let names: Vec<String> = legend.into_iter().map(|(_, name)| name).collect();
            (body.matches('M').count(), names.join(", "))
        };
        assert_eq!(drawn(200, 4), (250, "beats, starts of bars".into()));
        assert_eq!(drawn(800, 4), (200, "starts of bars".into()));
        assert_eq!(drawn(804, 4), (101, "one bar in 2".into()));
        assert_eq!(drawn(600, 0), (150, "one beat in 4".into()));
        assert_eq!(drawn(0, 0), (0, String::new()));
    }

    #[test]
    fn a_line_stands_at_its_time() {
        assert!(lines(4, 4).0.contains("d=\"M0 0v100M250 0v100M500 0v100M750 0v100\""));
    }
}
