//! The main answers in large print.

use super::SURE;
use super::chord_name::{ChordKind, kind};
use super::lanes::different;
use crate::Song;
use mixdown_engine::report::drawing::{escaped, figure, number};

/// Frequency of the A above middle C in standard pitch (ISO 16).
const STANDARD_A_HZ: f64 = 440.0;

/// Returns tempo, metre, key, tuning, chords and sections as a list.
pub(super) fn figures(song: &Song) -> String {
    let confidence = &song.confidence;
    let mut out = String::from("<dl class=\"figures\">");
    let mut add = |name: &str, value: Option<String>, unit: &str, note: String| {
        out += &match value {
            Some(value) => figure(name, &value, unit, &note),
            None => figure(name, "–", "", ""),
        };
    };
    add("Tempo", song.tempo_bpm.map(|bpm| number(bpm, 1)), "BPM", sureness(confidence.tempo));
    add("Metre", song.beats_per_bar.map(|beats| beats.to_string()), "beats a bar", sureness(confidence.metre));
    let key = song.key.as_deref().map(|key| key.split_once(' ').unwrap_or((key, "")));
    let mode = escaped(key.map_or("", |(_, mode)| mode));
    add("Key", key.map(|(tonic, _)| escaped(tonic)), &mode, sureness(confidence.key));
    add("Tuning", song.tuning_hz.map(|hz| number(hz, 1)), "Hz", song.tuning_hz.map_or(String::new(), cents));
    let chords: Vec<&str> = song.chords.iter().map(|chord| &*chord.label).collect();
    let chords: Vec<&str> = chords.into_iter().filter(|label| kind(label) != ChordKind::None).collect();
    let count = (!chords.is_empty()).then(|| different(&chords).to_string());
    add("Chords", count, "different", sureness(confidence.chords));
    let count = (!song.sections.is_empty()).then(|| song.sections.len().to_string());
    add("Sections", count, "", sureness(confidence.sections));
    out + "</dl>\n"
}

/// Returns a confidence in words.
pub(super) fn sureness(confidence: f64) -> String {
    if confidence < SURE { "not sure".into() } else { format!("{} % sure", number(100.0 * confidence, 0)) }
}

/// Returns the distance from standard pitch in words.
fn cents(tuning_hz: f64) -> String {
    let cents = (1_200.0 * (tuning_hz / STANDARD_A_HZ).log2()).round();
    match cents {
        0.0 => "standard pitch".into(),
        above if above > 0.0 => format!("{above} cents sharp"),
        below => format!("{} cents flat", -below),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuning_reads_in_cents_from_440_hz() {
        assert_eq!([440.05, 442.0, 432.0].map(cents), ["standard pitch", "8 cents sharp", "32 cents flat"]);
    }

    #[test]
    fn doubt_begins_below_one_half() {
        assert_eq!([0.5, 0.499, 0.974].map(sureness), ["50 % sure", "not sure", "97 % sure"]);
    }
}
