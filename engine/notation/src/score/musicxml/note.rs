//! Notes, chords and rests.

use super::accidentals::Accidentals;
use super::part_list::drum_id;
use super::percussion::Notehead;
use super::xml::Xml;
use crate::score::{Event, Score, Sound, spell};

/// MIDI velocity that MusicXML counts as 100 %.
const FORTE: f64 = 90.0;

/// Writes the notes of an event; a rest is one.
pub(super) fn write(xml: &mut Xml, score: &Score, line: usize, event: &Event, accidentals: &mut Accidentals) {
    if event.sounds.is_empty() {
        xml.open("note", &[]);
        xml.empty("rest", if event.value.is_none() { &[("measure", "yes")] } else { &[] });
        xml.leaf("duration", event.ticks);
        rest_of_note(xml, score, line, event, &Look::default());
        return;
    }
    for (index, (sound, velocity)) in event.sounds.iter().enumerate() {
        let dynamics = format!("{:.2}", 100.0 * f64::from(*velocity) / FORTE);
        xml.open("note", &[("dynamics", &dynamics)]);
        if index > 0 {
            xml.empty("chord", &[]);
        }
        let mut look = Look { is_in_chord: index > 0, ..Look::default() };
        match sound {
            Sound::Pitch(pitch) => {
                let clef = score.clefs[score.lines[line].staff];
                let written = spell(pitch + clef.written_above(), score.key.fifths);
                xml.open("pitch", &[]);
                xml.leaf("step", written.step);
                if written.alter != 0 {
                    xml.leaf("alter", written.alter);
                }
                xml.leaf("octave", written.octave);
                xml.close("pitch");
                // A tied note keeps its accidental across the bar line, but for itself alone.
                look.accidental = if event.tie.from_last { None } else { accidentals.before(written) };
            }
            Sound::Drum(drum) => {
                let head = Notehead::of(*drum);
                xml.open("unpitched", &[]);
                xml.leaf("display-step", head.step);
                xml.leaf("display-octave", head.octave);
                xml.close("unpitched");
                look.head = head.head;
                look.instrument = Some(drum_id(*drum));
            }
        }
        xml.leaf("duration", event.ticks);
        if event.tie.from_last {
            xml.empty("tie", &[("type", "stop")]);
        }
        if event.tie.to_next {
            xml.empty("tie", &[("type", "start")]);
        }
        rest_of_note(xml, score, line, event, &look);
    }
}

/// The look of one note of an event.
#[derive(Default)]
struct Look {
    is_in_chord: bool,
    accidental: Option<&'static str>,
    head: Option<&'static str>,
    instrument: Option<String>,
}

/// Writes all after the duration, in the order of the schema.
fn rest_of_note(xml: &mut Xml, score: &Score, line: usize, event: &Event, look: &Look) {
    if let Some(id) = &look.instrument {
        xml.empty("instrument", &[("id", id)]);
    }
    let staff = score.lines[line].staff;
    let second = line > 0 && score.lines[line - 1].staff == staff;
    // Voices are numbered through; editors expect four to each staff.
    xml.leaf("voice", 4 * staff + 1 + usize::from(second));
    if let Some(value) = event.value {
        xml.leaf("type", value.kind.name());
        if value.dotted {
            xml.empty("dot", &[]);
        }
    }
    if let Some(accidental) = look.accidental {
        xml.leaf("accidental", accidental);
    }
    let is_triplet = event.value.is_some_and(|value| value.triplet);
    if is_triplet {
        xml.open("time-modification", &[]);
        xml.leaf("actual-notes", 3);
        xml.leaf("normal-notes", 2);
        xml.leaf("normal-type", "eighth");
        xml.close("time-modification");
    }
    if let Some(head) = look.head {
        xml.leaf("notehead", head);
    }
    if score.clefs.len() > 1 {
        xml.leaf("staff", staff + 1);
    }
    let has_bracket = !look.is_in_chord && (event.starts_triplet || event.ends_triplet);
    let tie = event.tie;
    if has_bracket || tie.from_last || tie.to_next {
        xml.open("notations", &[]);
        if tie.from_last {
            xml.empty("tied", &[("type", "stop")]);
        }
        if tie.to_next {
            xml.empty("tied", &[("type", "start")]);
        }
        if has_bracket && event.starts_triplet {
            xml.empty("tuplet", &[("type", "start"), ("bracket", "yes")]);
        }
        if has_bracket && event.ends_triplet {
            xml.empty("tuplet", &[("type", "stop")]);
        }
        xml.close("notations");
    }
    xml.close("note");
}
