//! Notes as they were played, in time with the stem.

use super::drum_key;
use super::track::{Events, Held, file};
use crate::score::PartKind;
use crate::{Hit, Note};
use midly::MetaMessage;
use midly::num::u24;

/// Ticks in a quarter; with [`TEMPO_US`] a tick is 0.52 ms.
const TICKS_PER_QUARTER: u16 = 960;
/// Microseconds in a quarter: 120 quarters a minute, a frame for times and not a tempo.
const TEMPO_US: u32 = 500_000;
/// Length of a hit, in seconds.
const HIT_S: f64 = 0.05;

/// Returns a MIDI file of notes as they were played. Its start is the start of the stem.
pub fn played_notes(name: &str, kind: PartKind, notes: &[Note]) -> Vec<u8> {
    let held = |note: &Note| Held {
        start: tick(note.start_s),
        end: tick(note.end_s),
        key: note.pitch_midi,
        velocity: note.velocity,
    };
    write(name, kind, &notes.iter().map(held).collect::<Vec<_>>())
}

/// Returns a MIDI file of hits as they were played, on channel 10.
pub fn played_hits(name: &str, hits: &[Hit]) -> Vec<u8> {
    let held = |hit: &Hit| Held {
        start: tick(hit.time_s),
        end: tick(hit.time_s + HIT_S),
        key: drum_key(hit.drum),
        velocity: hit.velocity,
    };
    write(name, PartKind::Drums, &hits.iter().map(held).collect::<Vec<_>>())
}

fn write(name: &str, kind: PartKind, held: &[Held]) -> Vec<u8> {
    let mut tempo = Events::first();
    tempo.meta(0, MetaMessage::Tempo(u24::from(TEMPO_US)));
    let mut track = Events::default();
    track.meta(0, MetaMessage::TrackName(name.as_bytes()));
    track.program(kind.channel(), kind.program());
    track.held(kind.channel(), held);
    file(TICKS_PER_QUARTER, tempo.finish(0), track.finish(0))
}

/// Returns the tick of a time; times before the start are at the start.
fn tick(time_s: f64) -> u64 {
    (time_s * f64::from(TICKS_PER_QUARTER) * 1e6 / f64::from(TEMPO_US)).round().max(0.0) as u64
}
