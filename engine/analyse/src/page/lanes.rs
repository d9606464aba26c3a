//! The lanes of a song: sections, chords, keys.

use super::chord_name::{ChordKind, kind, short_name};
use super::lane::{Lane, LaneSpan};
use super::{SURE, axis_s};
use crate::{LabelledSpan, Song};

/// Colours of parts.
const COLOURS: usize = 8;
/// Colours of major, minor and other chords.
const MAJOR: usize = 1;
const MINOR: usize = 5;
const OTHER: usize = 2;

/// Returns the lane of sections; equal letters have equal colours.
pub(super) fn sections(song: &Song) -> Lane {
    let labels: Vec<&str> = song.sections.iter().map(|section| &*section.label).collect();
    let span = |(section, colour): (&LabelledSpan, usize)| LaneSpan {
        start_s: section.start_s,
        end_s: section.end_s,
        label: section.label.clone(),
        name: section.label.clone(),
        colour,
    };
    Lane {
        title: "Sections",
        caption: caption("section", &labels, song.confidence.sections),
        legend: Vec::new(),
        spans: song.sections.iter().zip(colours(&labels)).map(span).collect(),
        axis_s: axis_s(song.duration_s),
    }
}

/// Returns the lane of chords; colours stand for their kinds.
pub(super) fn chords(song: &Song) -> Lane {
    let found: Vec<&LabelledSpan> = song.chords.iter().filter(|chord| kind(&chord.label) != ChordKind::None).collect();
    let labels: Vec<&str> = found.iter().map(|chord| &*chord.label).collect();
    let span = |chord: &&LabelledSpan| LaneSpan {
        start_s: chord.start_s,
        end_s: chord.end_s,
        label: short_name(&chord.label),
        name: chord.label.clone(),
        colour: match kind(&chord.label) {
            ChordKind::Major => MAJOR,
            ChordKind::Minor => MINOR,
            ChordKind::Other => OTHER,
            ChordKind::None => 0,
        },
    };
    Lane {
        title: "Chords",
        caption: caption("chord", &labels, song.confidence.chords),
        legend: if found.is_empty() { Vec::new() } else { vec![(MAJOR, "major"), (MINOR, "minor"), (OTHER, "other")] },
        spans: found.iter().map(span).collect(),
        axis_s: axis_s(song.duration_s),
    }
}

/// Returns the lane of keys.
pub(super) fn keys(song: &Song) -> Lane {
    let labels: Vec<&str> = song.keys.iter().map(|part| &*part.key).collect();
    let spans = song.keys.iter().zip(colours(&labels)).map(|(part, colour)| LaneSpan {
        start_s: part.start_s,
        end_s: part.end_s,
        label: part.key.clone(),
        name: part.key.clone(),
        colour,
    });
    Lane {
        title: "Keys",
        caption: caption("part", &labels, song.confidence.key),
        legend: Vec::new(),
        spans: spans.collect(),
        axis_s: axis_s(song.duration_s),
    }
}

/// Returns a colour for each label in order of appearance; from the ninth label on, they repeat.
pub(super) fn colours(labels: &[&str]) -> Vec<usize> {
    let mut seen: Vec<&str> = Vec::new();
    let mut colours = Vec::with_capacity(labels.len());
    for &label in labels {
        let index = seen.iter().position(|other| *other == label).unwrap_or(seen.len());
        if index == seen.len() {
            seen.push(label);
        }
        colours.push(index % COLOURS + 1);
    }
    colours
}

/// Returns the number of different labels.
pub(super) fn different(labels: &[&str]) -> usize {
    let mut labels = labels.to_vec();
    labels.sort_unstable();
    labels.dedup();
    labels.len()
}

fn caption(name: &str, labels: &[&str], confidence: f64) -> String {
    let doubt = if confidence < SURE { ", not sure" } else { "" };
    match labels.len() {
        0 => "none found".into(),
        1 => format!("1 {name}{doubt}"),
        count => format!("{count} {name}s, {} different{doubt}", different(labels)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_have_equal_colours() {
        assert_eq!(colours(&["B", "A", "B", "C", "A"]), [1, 2, 1, 3, 2]);
        let letters = ["A", "B", "C", "D", "E", "F", "G", "H", "I"];
        assert_eq!(colours(&letters), [1, 2, 3, 4, 5, 6, 7, 8, 1]);
    }

    #[test]
    fn captions_count_and_doubt() {
        assert_eq!(caption("chord", &["C", "F", "C"], 0.9), "3 chords, 2 different");
        assert_eq!(caption("section", &["A"], 0.49), "1 section, not sure");
        assert_eq!(caption("section", &[], 0.0), "none found");
    }
}
