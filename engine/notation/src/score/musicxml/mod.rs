//! MusicXML 4.0 (W3C Community Group report, 2021): a partwise score of one part.

mod accidentals;
mod attributes;
mod directions;
mod note;
mod part_list;
mod percussion;
#[cfg(test)]
mod tests;
mod xml;

use super::{Bar, Score};
use accidentals::Accidentals;
use xml::Xml;

const DOCTYPE: &str = "score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 Partwise//EN\" \
                       \"http://www.musicxml.org/dtds/partwise.dtd\"";

/// Returns the document. Every voice fills every bar, except that a second voice on a staff is left
/// out of bars where it has no notes.
pub fn musicxml(score: &Score) -> Vec<u8> {
    let mut xml = Xml::new(DOCTYPE);
    xml.open("score-partwise", &[("version", "4.0")]);
    part_list::write(&mut xml, score);
    xml.open("part", &[("id", part_list::PART)]);
    for (index, bar) in score.frame.bars.iter().enumerate() {
        measure(&mut xml, score, index, *bar);
    }
    xml.close("part");
    xml.close("score-partwise");
    xml.finish()
}

fn measure(xml: &mut Xml, score: &Score, index: usize, bar: Bar) {
    let number = bar.number.to_string();
    let implicit = [("number", number.as_str()), ("implicit", "yes")];
    xml.open("measure", if bar.number < 1 { &implicit } else { &implicit[..1] });
    if index == 0 {
        attributes::write(xml, score);
    }
    directions::write(xml, score, bar, index == 0);
    let mut is_first = true;
    for line in 0..score.lines.len() {
        let events = score.events(line, index);
        let is_second = line > 0 && score.lines[line - 1].staff == score.lines[line].staff;
        if is_second && events.iter().all(|event| event.sounds.is_empty()) {
            continue;
        }
        if !is_first {
            xml.open("backup", &[]);
            xml.leaf("duration", bar.ticks);
            xml.close("backup");
        }
        is_first = false;
        let mut accidentals = Accidentals::new(score.key.fifths);
        for event in &events {
            note::write(xml, score, line, event, &mut accidentals);
        }
    }
    if index + 1 == score.frame.bars.len() {
        xml.open("barline", &[("location", "right")]);
        xml.leaf("bar-style", "light-heavy");
        xml.close("barline");
    }
    xml.close("measure");
}
