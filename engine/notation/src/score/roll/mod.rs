//! A piano roll as a picture: notes over time, in systems under each other.

mod axis;
mod lanes;
mod style;

use crate::{Hit, Note};
use axis::Axis;
use lanes::Lanes;
use std::fmt::Write as _;

/// The content of a piano roll. Times are in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Roll<'a> {
    /// Name of the part.
    pub name: &'a str,
    /// Notes; drawn if there are no hits.
    pub notes: &'a [Note],
    /// Hits, each drum in a lane.
    pub hits: &'a [Hit],
    /// Numbers of bars with their starts, rising; seconds are shown if there are none.
    pub bars: &'a [(i64, f64)],
    /// Length of the stem.
    pub duration_s: f64,
}

/// Width of a picture, and of the names at its left.
const WIDTH: f64 = 1_200.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 10.0;
/// Height of the title, and of the numbers over a system.
const TITLE: f64 = 40.0;
const NUMBERS: f64 = 18.0;
/// Space between systems.
const GAP: f64 = 16.0;
/// Width of a hit.
const HIT_WIDTH: f64 = 5.0;

/// Returns the picture, light or dark as its reader prefers.
pub fn svg(roll: &Roll<'_>) -> String {
    let lanes = if roll.hits.is_empty() { Lanes::of_notes(roll.notes) } else { Lanes::of_hits(roll.hits) };
    let axis = Axis::new(roll.bars, roll.duration_s);
    let system = NUMBERS + lanes.height() + GAP;
    let height = TITLE + system * axis.systems.len() as f64;
    let name = escaped(roll.name);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" data-generator=\"mixdown\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-label=\"Piano roll of {name}\">\n<title>{name}</title>\n<style>{}</style>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"26\">{name}</text>\n",
        style::STYLE
    );
    for (index, span) in axis.systems.iter().enumerate() {
        let top = TITLE + NUMBERS + system * index as f64;
        let place = |time_s: f64| {
            let share = ((time_s - span.start_s) / axis.system_s).clamp(0.0, 1.0);
            LEFT + share * (WIDTH - LEFT - RIGHT)
        };
        let right = place(span.end_s);
        out += &lanes.background(LEFT, right, top);
        for tick in axis.ticks.iter().filter(|tick| tick.time_s >= span.start_s && tick.time_s < span.end_s) {
            let x = place(tick.time_s);
            let bottom = top + lanes.height();
            let _ = write!(out, "<path class=\"bar\" d=\"M{x:.1} {top}V{bottom}\"/>");
            if let Some(label) = &tick.label {
                let _ = write!(out, "<text class=\"number\" x=\"{x:.1}\" y=\"{:.1}\">{label}</text>", top - 5.0);
            }
        }
        for note in roll.notes.iter().filter(|note| note.start_s < span.end_s && note.end_s > span.start_s) {
            let (from, to) = (place(note.start_s.max(span.start_s)), place(note.end_s.min(span.end_s)));
            out += &lanes.note(note, from, (to - from).max(1.0), top);
        }
        for hit in roll.hits.iter().filter(|hit| hit.time_s >= span.start_s && hit.time_s < span.end_s) {
            out += &lanes.hit(hit, place(hit.time_s), HIT_WIDTH, top);
        }
        out.push('\n');
    }
    out + "</svg>\n"
}

/// Returns text that is safe in XML.
fn escaped(text: &str) -> String {
    let clean: String = text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    quick_xml::escape::escape(clean.as_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Drum;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    /// Returns the elements of a picture with their attributes and texts, and checks that it is
    /// well-formed.
    fn elements(svg: &str) -> Vec<(String, String)> {
        let mut reader = Reader::from_str(svg);
        let mut found = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => return found,
                Event::Start(tag) | Event::Empty(tag) => {
                    let class = tag.try_get_attribute("class").unwrap();
                    let class = class.map(|class| class.value.into_owned());
                    found.push((class.unwrap_or_default(), String::new()));
                }
                Event::Text(text) => found.last_mut().unwrap().1 += &text,
                _ => {}
            }
        }
    }

    fn count(found: &[(String, String)], class: &str) -> usize {
        found.iter().filter(|(of, _)| of.split(' ').any(|one| one == class)).count()
    }

    #[test]
    fn notes_names_and_bars_are_there() {
        let note =
            |start_s, pitch_midi| Note { start_s, end_s: start_s + 0.4, pitch_midi, velocity: 90, bend_cents: 0.0 };
        let notes = [note(0.0, 60), note(0.5, 64), note(1.0, 67)];
        let roll =
            Roll { name: "A <b> & \u{7}", notes: &notes, hits: &[], bars: &[(1, 0.0), (2, 2.0)], duration_s: 4.0 };
        let found = elements(&svg(&roll));
        assert_eq!((count(&found, "note"), count(&found, "bar")), (3, 2));
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.trim()).collect();
        assert!(texts.contains(&"C4") && texts.contains(&"1") && texts.contains(&"2"), "{texts:?}");
    }

    #[test]
    fn a_note_across_two_systems_is_drawn_in_both() {
        let note = Note { start_s: 10.0, end_s: 35.0, pitch_midi: 50, velocity: 64, bend_cents: 0.0 };
        let bars: Vec<(i64, f64)> = (0..30).map(|bar| (bar + 1, 2.0 * bar as f64)).collect();
        let found = elements(&svg(&Roll { name: "a", notes: &[note], hits: &[], bars: &bars, duration_s: 60.0 }));
        assert!(count(&found, "note") >= 2, "{}", count(&found, "note"));
        assert_eq!(count(&found, "bar"), 30);
    }

    #[test]
    fn drums_have_lanes_and_silence_is_a_picture() {
        let hit = |time_s, drum| Hit { time_s, drum, velocity: 100 };
        let hits = [hit(0.0, Drum::Kick), hit(0.5, Drum::Snare)];
        let roll = Roll { name: "drums", notes: &[], hits: &hits, bars: &[], duration_s: 3.0 };
        let picture = svg(&roll);
        let found = elements(&picture);
        assert_eq!(count(&found, "note"), 2);
        assert!(picture.contains("kick") && picture.contains("0:02"), "{picture}");
        let silence = svg(&Roll { hits: &[], duration_s: 0.0, ..roll });
        assert_eq!(count(&elements(&silence), "note"), 0);
    }
}
