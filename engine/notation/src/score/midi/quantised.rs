//! Notes on the grid, with metre, key and tempo map.

use super::drum_key;
use super::track::{Events, Held, file};
use crate::score::{Frame, KeySignature, Mode, PartKind, QuantisedHit, QuantisedNote, TICKS_PER_QUARTER};
use midly::MetaMessage;
use midly::num::u24;

/// Ticks of the file in one of ours: 480 a quarter.
const SCALE: i64 = 20;
/// MIDI clocks in a quarter, and thirty-second notes in it.
const CLOCKS: i64 = 24;
const THIRTY_SECONDS: u8 = 8;

/// Returns a MIDI file of quantised notes and hits. Tick 0 is bar 1, or the pick-up bar before it,
/// which has a time signature of its own length.
pub fn quantised(
    name: &str,
    kind: PartKind,
    notes: &[QuantisedNote],
    hits: &[QuantisedHit],
    key: Option<KeySignature>,
    frame: &Frame,
) -> Vec<u8> {
    let tick = |tick: i64| ((tick - frame.start()) * SCALE).max(0) as u64;
    let mut held: Vec<Held> = notes
        .iter()
        .map(|note| Held {
            start: tick(note.start),
            end: tick(note.end),
            key: note.pitch_midi,
            velocity: note.velocity,
        })
        .collect();
    held.extend(hits.iter().map(|hit| Held {
        start: tick(hit.tick),
        end: tick(hit.tick + TICKS_PER_QUARTER / 8),
        key: drum_key(hit.drum),
        velocity: hit.velocity,
    }));
    let end = frame.bars.last().map_or(0, |bar| tick(bar.start + bar.ticks));
    let mut track = Events::default();
    track.meta(0, MetaMessage::TrackName(name.as_bytes()));
    track.program(kind.channel(), kind.program());
    track.held(kind.channel(), &held);
    file((TICKS_PER_QUARTER * SCALE) as u16, map(key, frame, tick).finish(end), track.finish(end))
}

/// Returns the events of metre, key and tempo.
fn map(key: Option<KeySignature>, frame: &Frame, tick: impl Fn(i64) -> u64) -> Events<'static> {
    let metre = frame.metre;
    let clocks = (metre.group_ticks() * CLOCKS / TICKS_PER_QUARTER) as u8;
    let power = metre.denominator().trailing_zeros() as u8;
    let mut events = Events::first();
    let mut before = None;
    for bar in &frame.bars {
        if before != Some(bar.ticks) {
            let numerator = (bar.ticks / metre.unit_ticks()) as u8;
            events.meta(tick(bar.start), MetaMessage::TimeSignature(numerator, power, clocks, THIRTY_SECONDS));
            before = Some(bar.ticks);
        }
    }
    if let Some(key) = key {
        events.meta(0, MetaMessage::KeySignature(key.fifths, key.mode == Some(Mode::Minor)));
    }
    for mark in &frame.tempo {
        let us = (60e6 / mark.quarter_bpm).round().clamp(1.0, f64::from(u24::max_value().as_int()));
        events.meta(tick(mark.tick), MetaMessage::Tempo(u24::from(us as u32)));
    }
    events
}
