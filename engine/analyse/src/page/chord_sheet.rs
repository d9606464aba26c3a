//! The chords bar by bar, section by section, to play from.

use super::chord_name::short_name;
use super::lanes::colours;
use super::{SURE, axis_s};
use crate::{LabelledSpan, Song};
use mixdown_engine::report::drawing::{clock_time, escaped};
use std::fmt::Write as _;

/// Least share of a bar for a chord to be written in it: a beat of four, a little early or late.
const LEAST_SHARE: f64 = 0.2;
/// Mark of a bar without a chord.
const NO_CHORD: &str = "N.C.";

/// A bar with its chords.
struct Bar {
    start_s: f64,
    end_s: f64,
    chords: Vec<String>,
}

/// Returns the section with the sheet; nothing where bars or chords are not found.
pub(super) fn chord_sheet(song: &Song) -> String {
    let bars = bars(song);
    if bars.is_empty() || song.chords.is_empty() {
        return String::new();
    }
    let labels: Vec<&str> = song.sections.iter().map(|section| &*section.label).collect();
    let colours = colours(&labels);
    let mut out = String::from("<section class=\"sheet\"><h2>Chords bar by bar</h2>");
    let mut above: Option<(Option<usize>, &Bar)> = None;
    for bar in &bars {
        let middle_s = f64::midpoint(bar.start_s, bar.end_s);
        let section = song.sections.iter().position(|section| (section.start_s..section.end_s).contains(&middle_s));
        let is_new = above.is_none_or(|(last, _)| last != section);
        if is_new {
            out += if above.is_some() { "</ol>" } else { "" };
            if let Some(index) = section {
                let (colour, label) = (colours[index], escaped(labels[index]));
                let start = clock_time(song.sections[index].start_s, 1);
                let _ = write!(out, "<h3><i class=\"swatch part-{colour}\"></i>{label}<small>{start}</small></h3>");
            }
            out += "<ol class=\"bars\">";
        }
        let repeats = !is_new && bar.chords.len() == 1 && above.is_some_and(|(_, last)| last.chords == bar.chords);
        let (class, text) =
            if repeats { (" class=\"again\"", "%".to_owned()) } else { ("", escaped(&bar.chords.join(" "))) };
        let _ = write!(out, "<li{class} title=\"{}\">{text}</li>", clock_time(bar.start_s, 1));
        above = Some((section, bar));
    }
    let doubt = if song.confidence.chords.min(song.confidence.downbeats) < SURE { " These are not sure." } else { "" };
    let _ =
        writeln!(out, "</ol><p class=\"hint\">% repeats the bar before; {NO_CHORD} has no chord.{doubt}</p></section>");
    out
}

/// Returns the bars from the first downbeat on.
fn bars(song: &Song) -> Vec<Bar> {
    let ends = song.downbeats_s.iter().skip(1).copied().chain([axis_s(song.duration_s)]);
    let bars = song.downbeats_s.iter().zip(ends).filter(|(start_s, end_s)| end_s > *start_s);
    bars.map(|(start_s, end_s)| Bar { start_s: *start_s, end_s, chords: chords_within(&song.chords, *start_s, end_s) })
        .collect()
}

/// Returns the chords that last for a notable part of a bar, without repeats.
fn chords_within(chords: &[LabelledSpan], start_s: f64, end_s: f64) -> Vec<String> {
    let first = chords.partition_point(|chord| chord.end_s <= start_s);
    let share = |chord: &LabelledSpan| (chord.end_s.min(end_s) - chord.start_s.max(start_s)) / (end_s - start_s);
    let mut names: Vec<String> = chords[first..]
        .iter()
        .take_while(|chord| chord.start_s < end_s)
        .filter(|chord| share(chord) >= LEAST_SHARE)
        .map(|chord| short_name(&chord.label))
        .map(|name| if name.is_empty() { NO_CHORD.to_owned() } else { name })
        .collect();
    names.dedup();
    if names.is_empty() { vec![NO_CHORD.to_owned()] } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start_s: f64, end_s: f64, label: &str) -> LabelledSpan {
        LabelledSpan { start_s, end_s, label: label.into() }
    }

    #[test]
    fn bars_hold_their_chords_and_repeats_are_marked() {
        let song = Song {
            duration_s: 12.0,
            downbeats_s: vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0],
            chords: vec![
                span(0.0, 3.9, "C:maj"),
                span(3.9, 5.0, "A:min7"),
                span(5.0, 8.1, "F:maj/3"),
                span(8.1, 9.9, "N"),
                span(9.9, 12.0, "F:maj/3"),
            ],
            sections: vec![span(0.0, 7.5, "A"), span(7.5, 12.0, "B")],
            ..Song::default()
        };
        let sheet = chord_sheet(&song);
        let cells: Vec<&str> = sheet.split("<li").skip(1).filter_map(|cell| cell.split(['>', '<']).nth(1)).collect();
        assert_eq!(cells, ["C", "%", "Am7 F/A", "F/A", "N.C.", "F/A"]);
        assert_eq!(
            (sheet.matches("<h3>").count(), sheet.matches("<ol").count(), sheet.matches("</ol>").count()),
            (2, 2, 2)
        );
        assert!(sheet.contains("These are not sure."));
    }

    #[test]
    fn without_bars_there_is_no_sheet() {
        assert_eq!(chord_sheet(&Song { chords: vec![span(0.0, 1.0, "C")], ..Song::default() }), "");
        assert_eq!(chord_sheet(&Song { downbeats_s: vec![0.0, 1.0], ..Song::default() }), "");
    }
}
