//! The head of the document: its title and its part with the instruments.

use super::percussion::Notehead;
use super::xml::Xml;
use crate::Drum;
use crate::score::midi::drum_key;
use crate::score::{PartKind, Score};

/// Identifier of the part.
pub(super) const PART: &str = "P1";

/// Writes the head.
pub(super) fn write(xml: &mut Xml, score: &Score) {
    xml.open("work", &[]);
    xml.leaf("work-title", &score.name);
    xml.close("work");
    xml.open("identification", &[]);
    xml.open("encoding", &[]);
    xml.leaf("software", concat!("mixdown ", env!("CARGO_PKG_VERSION")));
    xml.empty("supports", &[("element", "accidental"), ("type", "yes")]);
    xml.close("encoding");
    xml.close("identification");
    xml.open("part-list", &[]);
    xml.open("score-part", &[("id", PART)]);
    xml.leaf("part-name", &score.name);
    if score.kind == PartKind::Drums {
        drums(xml);
    } else {
        instrument(xml, score);
    }
    xml.close("score-part");
    xml.close("part-list");
}

/// Returns the identifier of a drum's instrument.
pub(super) fn drum_id(drum: Drum) -> String {
    format!("{PART}-I{}", drum_key(drum))
}

fn instrument(xml: &mut Xml, score: &Score) {
    let id = format!("{PART}-I1");
    xml.open("score-instrument", &[("id", &id)]);
    xml.leaf("instrument-name", &score.name);
    xml.close("score-instrument");
    xml.open("midi-instrument", &[("id", &id)]);
    xml.leaf("midi-channel", score.kind.channel() + 1);
    xml.leaf("midi-program", score.kind.program() + 1);
    xml.close("midi-instrument");
}

fn drums(xml: &mut Xml) {
    for drum in Drum::ALL {
        xml.open("score-instrument", &[("id", &drum_id(drum))]);
        xml.leaf("instrument-name", Notehead::of(drum).title);
        xml.close("score-instrument");
    }
    for drum in Drum::ALL {
        xml.open("midi-instrument", &[("id", &drum_id(drum))]);
        xml.leaf("midi-channel", PartKind::Drums.channel() + 1);
        xml.leaf("midi-program", PartKind::Drums.program() + 1);
        // Keys are numbered from 1 here.
        xml.leaf("midi-unpitched", drum_key(drum) + 1);
        xml.close("midi-instrument");
    }
}
