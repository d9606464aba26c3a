//! Divisions, key, metre and clefs, at the start of the part.

use super::xml::Xml;
use crate::score::{Clef, Mode, Score, TICKS_PER_QUARTER};

/// Writes the attributes of the first bar.
pub(super) fn write(xml: &mut Xml, score: &Score) {
    xml.open("attributes", &[]);
    xml.leaf("divisions", TICKS_PER_QUARTER);
    xml.open("key", &[]);
    xml.leaf("fifths", score.key.fifths);
    match score.key.mode {
        Some(Mode::Major) => xml.leaf("mode", "major"),
        Some(Mode::Minor) => xml.leaf("mode", "minor"),
        None => {}
    }
    xml.close("key");
    xml.open("time", &[]);
    xml.leaf("beats", score.frame.metre.numerator());
    xml.leaf("beat-type", score.frame.metre.denominator());
    xml.close("time");
    if score.clefs.len() > 1 {
        xml.leaf("staves", score.clefs.len());
    }
    for (index, clef) in score.clefs.iter().enumerate() {
        let number = (index + 1).to_string();
        let attributes = [("number", number.as_str())];
        xml.open("clef", if score.clefs.len() > 1 { &attributes } else { &[] });
        let (sign, line) = match clef {
            Clef::Treble | Clef::TrebleDown => ("G", Some(2)),
            Clef::Bass | Clef::BassDown => ("F", Some(4)),
            Clef::Percussion => ("percussion", None),
        };
        xml.leaf("sign", sign);
        if let Some(line) = line {
            xml.leaf("line", line);
        }
        if *clef == Clef::TrebleDown {
            xml.leaf("clef-octave-change", -1);
        }
        xml.close("clef");
    }
    if score.clefs.contains(&Clef::BassDown) {
        xml.open("transpose", &[]);
        xml.leaf("diatonic", 0);
        xml.leaf("chromatic", 0);
        xml.leaf("octave-change", -1);
        xml.close("transpose");
    }
    xml.close("attributes");
}
