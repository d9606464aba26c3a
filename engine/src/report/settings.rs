//! Faders, pans, inserts and connections, as people write them.

use super::markup::{escaped, number, value};
use crate::dsp::Insert;
use crate::session::{AuxSend, Bus, MASTER, PanLaw, Polarity, Track};

/// Returns a track's fader, pan, inserts and connections, as HTML.
pub(super) fn of_track(track: &Track) -> String {
    let mut parts = vec![fader(track.gain_db), pan_position(track.pan)];
    if track.pan_law != PanLaw::Auto {
        parts.push(escaped(&word(&track.pan_law)));
    }
    parts.extend(width(track.width));
    parts.extend(switches(track.polarity, track.mute, track.solo));
    with_chain(&parts, &track.inserts, &track.output, &track.sends)
}

/// Returns a bus's fader, pan, inserts and connections, as HTML.
pub(super) fn of_bus(bus: &Bus) -> String {
    let mut parts = vec![fader(bus.gain_db), pan_position(bus.pan)];
    parts.extend(width(bus.width));
    parts.extend(switches(bus.polarity, bus.mute, bus.solo));
    with_chain(&parts, &bus.inserts, &bus.output, &bus.sends)
}

/// Returns the names of inserts in their order, as text; `None` without any.
pub(super) fn chain(inserts: &[Insert]) -> Option<String> {
    let name = |insert: &Insert| insert.type_name().replace('_', " ");
    (!inserts.is_empty()).then(|| inserts.iter().map(name).collect::<Vec<_>>().join(", "))
}

fn with_chain(parts: &[String], inserts: &[Insert], output: &str, sends: &[AuxSend]) -> String {
    let mut lines = vec![parts.join(", ")];
    lines.extend(chain(inserts));
    if output != MASTER {
        lines.push(format!("to {}", escaped(output)));
    }
    let send = |send: &AuxSend| {
        let before = if send.pre_fader { ", before the fader" } else { "" };
        format!("sent to {} at {}{before}", escaped(&send.to), fader(send.gain_db))
    };
    lines.extend(sends.iter().map(send));
    lines.join("<br>")
}

/// Returns the switches of a strip that are on.
fn switches(polarity: Polarity, mute: bool, solo: bool) -> impl Iterator<Item = String> {
    let switches = [(polarity == Polarity::Inverted, "polarity inverted"), (mute, "muted"), (solo, "solo")];
    switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, text)| text.to_owned())
}

fn fader(gain_db: f64) -> String {
    let sign = if gain_db > 0.0 { "+" } else { "" };
    value(&format!("{sign}{} dB", number(gain_db, 1)))
}

fn pan_position(pan: f64) -> String {
    let percent = number(100.0 * pan.abs(), 0);
    match pan {
        pan if pan < 0.0 => value(&format!("{percent} % left")),
        pan if pan > 0.0 => value(&format!("{percent} % right")),
        _ => "centre".into(),
    }
}

fn width(width: f64) -> Option<String> {
    (width != 1.0).then(|| value(&format!("{} % wide", number(100.0 * width, 0))))
}

/// Returns a choice as the session writes it.
fn word(choice: &impl serde::Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_is_described_in_session_terms_and_escaped() {
        let mut track = Track::new("a.wav");
        let text = |html: String| html.replace("<span class=\"value\">", "").replace("</span>", "");
        assert_eq!(of_track(&track), "<span class=\"value\">0.0 dB</span>, centre");
        track.inserts = vec![serde_json::from_str(r#"{ "type": "high_pass", "cutoff_hz": 80 }"#).unwrap()];
        (track.gain_db, track.pan, track.width, track.mute) = (1.5, -0.25, 0.5, true);
        track.output = "<drums>".into();
        track.sends = vec![AuxSend { gain_db: -12.0, pre_fader: true, ..AuxSend::new("echo") }];
        assert_eq!(
            text(of_track(&track)),
            "+1.5 dB, 25 % left, 50 % wide, muted<br>high pass<br>to &lt;drums&gt;<br>\
             sent to echo at −12.0 dB, before the fader"
        );
        let bus = Bus { polarity: Polarity::Inverted, solo: true, ..Bus::new("drums") };
        assert_eq!(text(of_bus(&bus)), "0.0 dB, centre, polarity inverted, solo");
    }
}
