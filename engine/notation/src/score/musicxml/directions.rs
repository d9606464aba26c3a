//! Tempo marks, and the word "Swing".

use super::xml::Xml;
use crate::score::{Bar, Score};

/// Writes the directions at the start of a bar.
pub(super) fn write(xml: &mut Xml, score: &Score, bar: Bar, is_first: bool) {
    if is_first && score.is_swung {
        xml.open("direction", &[("placement", "above")]);
        xml.open("direction-type", &[]);
        xml.leaf("words", "Swing");
        xml.close("direction-type");
        xml.close("direction");
    }
    let Some(mark) = score.frame.tempo.iter().find(|mark| mark.tick == bar.start) else { return };
    let quarter = decimal(mark.quarter_bpm, 3);
    if !is_first {
        // A changing tempo is for playback: a mark over each bar would hide the notes.
        xml.empty("sound", &[("tempo", &quarter)]);
        return;
    }
    xml.open("direction", &[("placement", "above")]);
    xml.open("direction-type", &[]);
    xml.open("metronome", &[]);
    xml.leaf("beat-unit", "quarter");
    let is_compound = score.frame.metre.is_compound();
    if is_compound {
        xml.empty("beat-unit-dot", &[]);
    }
    xml.leaf("per-minute", decimal(mark.quarter_bpm / if is_compound { 1.5 } else { 1.0 }, 2));
    xml.close("metronome");
    xml.close("direction-type");
    xml.empty("sound", &[("tempo", &quarter)]);
    xml.close("direction");
}

/// Returns a number without needless zeros.
fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
