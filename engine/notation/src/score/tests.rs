//! Laws of scores, on rhythms made at random.

use super::midi::quantised;
use super::{Feel, Frame, KeySignature, PartKind, QuantisedNote, Quantiser, Score, Sound, Timeline};
use crate::{Drum, Hit, Note};
use proptest::prelude::*;

/// A song: lengths of its beats, beats a bar, phase of bar 1.
fn timelines() -> impl Strategy<Value = Timeline> {
    (prop::collection::vec(0.25..1.2_f64, 24..48), 2..=7_u32, 0..7_usize).prop_map(|(steps, per_bar, phase)| {
        let beats: Vec<f64> = steps
            .iter()
            .scan(0.4, |time, step| {
                *time += step;
                Some(*time)
            })
            .collect();
        let downbeats: Vec<f64> =
            beats.iter().copied().skip(phase % per_bar as usize).step_by(per_bar as usize).collect();
        Timeline::new(&beats, &downbeats, per_bar).unwrap()
    })
}

fn feels() -> impl Strategy<Value = Feel> {
    prop_oneof![Just(Feel::Straight), Just(Feel::Triple), Just(Feel::Swing { ratio: 0.62 })]
}

fn notes() -> impl Strategy<Value = Vec<Note>> {
    let note =
        (0.0..20.0_f64, 0.02..4.0_f64, 24..100_u8, 1..=127_u8).prop_map(|(start_s, length, pitch_midi, velocity)| {
            Note { start_s, end_s: start_s + length, pitch_midi, velocity, bend_cents: 0.0 }
        });
    prop::collection::vec(note, 0..60)
}

fn frame(timeline: &Timeline, quantiser: &Quantiser<'_>, notes: &[QuantisedNote]) -> Frame {
    let first = notes.iter().map(|note| note.start).min().unwrap_or(0);
    let end = notes.iter().map(|note| note.end).max().unwrap_or(0);
    Frame::new(timeline, quantiser.metre(), first, end)
}

proptest! {
    #[test]
    fn bars_add_up_and_every_chord_is_written_once(
        timeline in timelines(), feel in feels(), notes in notes(),
        kind in prop_oneof![Just(PartKind::Bass), Just(PartKind::Vocals), Just(PartKind::Other)],
    ) {
        let quantiser = Quantiser::new(&timeline, feel);
        let quantised = quantiser.notes(&notes);
        let frame = frame(&timeline, &quantiser, &quantised);
        let score = Score::of_notes("part", kind, &quantised, None, feel, &frame);
        prop_assert_eq!(score.sound_count(), quantised.len());
        for (line, voice) in score.lines.iter().enumerate() {
            let mut written = Vec::new();
            let mut held = false;
            for (index, bar) in frame.bars.iter().enumerate() {
                let mut at = bar.start;
                let mut open = false;
                for event in score.events(line, index) {
                    prop_assert_eq!(event.start, at);
                    prop_assert!(event.ticks > 0);
                    prop_assert_eq!(event.tie.from_last, held, "ties are closed by what follows");
                    held = event.tie.to_next;
                    if !event.sounds.is_empty() && !event.tie.from_last {
                        written.push((event.start, event.sounds.clone()));
                    }
                    open |= event.starts_triplet;
                    prop_assert_eq!(event.value.is_some_and(|value| value.triplet), open, "triplets are bracketed");
                    open &= !event.ends_triplet;
                    at += event.ticks;
                }
                prop_assert_eq!(at, bar.start + bar.ticks);
                prop_assert!(!open, "a triplet ends with its beat");
            }
            prop_assert!(!held);
            let chords: Vec<_> = voice.chords.iter().map(|chord| (chord.start, chord.sounds.clone())).collect();
            prop_assert_eq!(written, chords);
        }
    }

    #[test]
    fn a_midi_file_gives_back_its_notes(timeline in timelines(), feel in feels(), notes in notes()) {
        let quantiser = Quantiser::new(&timeline, feel);
        let quantised_notes = quantiser.notes(&notes);
        let frame = frame(&timeline, &quantiser, &quantised_notes);
        let key = KeySignature::parse("D minor");
        let bytes = quantised("part", PartKind::Other, &quantised_notes, &[], key, &frame);
        let expected: Vec<(u64, u64, u8, u8)> = quantised_notes
            .iter()
            .map(|note| {
                let tick = |tick: i64| ((tick - frame.start()) * 20) as u64;
                (tick(note.start), tick(note.end), note.pitch_midi, note.velocity)
            })
            .collect();
        prop_assert_eq!(read_notes(&bytes), expected);
    }
}

/// Reads the notes of all tracks of a MIDI file, with ticks, sorted.
fn read_notes(bytes: &[u8]) -> Vec<(u64, u64, u8, u8)> {
    use midly::{MidiMessage, TrackEventKind};
    let file = midly::Smf::parse(bytes).unwrap();
    let mut found = Vec::new();
    for track in &file.tracks {
        let mut tick = 0;
        let mut held: Vec<(u64, u8, u8)> = Vec::new();
        for event in track {
            tick += u64::from(event.delta.as_int());
            let TrackEventKind::Midi { message, .. } = event.kind else { continue };
            match message {
                MidiMessage::NoteOn { key, vel } => held.push((tick, key.as_int(), vel.as_int())),
                MidiMessage::NoteOff { key, .. } => {
                    let index = held.iter().position(|(_, held, _)| *held == key.as_int()).unwrap();
                    let (start, key, velocity) = held.remove(index);
                    found.push((start, tick, key, velocity));
                }
                _ => {}
            }
        }
        assert!(held.is_empty());
    }
    found.sort_unstable_by_key(|(start, _, key, _)| (*start, *key));
    found
}

#[test]
fn drums_fill_their_bars_too() {
    let beats: Vec<f64> = (0..33).map(|beat| f64::from(beat) * 0.5).collect();
    let timeline = Timeline::new(&beats, &[0.5], 4).unwrap();
    let drums = [Drum::Kick, Drum::HihatClosed, Drum::Snare, Drum::HihatClosed];
    let hits: Vec<Hit> = (0..60)
        .map(|index| Hit { time_s: f64::from(index) * 0.25, drum: drums[index as usize % 4], velocity: 90 })
        .collect();
    let quantiser = Quantiser::new(&timeline, Feel::Straight);
    let quantised = quantiser.hits(&hits);
    let frame = Frame::new(&timeline, quantiser.metre(), quantised[0].tick, quantised[59].tick + 1);
    assert_eq!((frame.bars[0].number, frame.bars[0].ticks), (0, 24));
    let score = Score::of_hits("drums", &quantised, Feel::Straight, &frame);
    assert_eq!(score.sound_count(), 60);
    for (index, bar) in frame.bars.iter().enumerate() {
        let events = score.events(0, index);
        assert_eq!(events.iter().map(|event| event.ticks).sum::<i64>(), bar.ticks);
        let drums = events.iter().flat_map(|event| &event.sounds);
        assert!(drums.into_iter().all(|(sound, _)| matches!(sound, Sound::Drum(_))));
    }
}

/// A player's onsets: places of a rhythm in beats, each late or early by up to `spread_s`.
fn played(timeline: &Timeline, places: &[f64], spread_s: f64) -> Vec<Note> {
    let mut state = 1_u64;
    let mut noise = move || {
        // Three uniform numbers are nearly a normal one.
        (0..3).fold(-1.5, |sum, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum + (state >> 11) as f64 / (1_u64 << 53) as f64
        })
    };
    places
        .iter()
        .map(|place| {
            let start_s = timeline.time_s(*place) + 2.0 * spread_s * noise();
            Note { start_s, end_s: start_s + 0.1, pitch_midi: 60, velocity: 90, bend_cents: 0.0 }
        })
        .collect()
}

#[test]
fn played_rhythms_get_their_places_back() {
    // A tempo that slows down from 132 to 92 beats a minute.
    let beats: Vec<f64> = (0..65)
        .scan(0.3, |time, beat| {
            let now = *time;
            *time += 60.0 / (132.0 - 40.0 * f64::from(beat) / 64.0);
            Some(now)
        })
        .collect();
    let timeline = Timeline::new(&beats, &beats[..1], 4).unwrap();
    let bars: [&[f64]; 4] = [
        &[0.0, 0.5, 1.0, 1.5, 2.0, 2.75, 3.0, 3.5],
        &[0.0, 0.75, 1.0, 2.0, 2.25, 2.5, 2.75, 3.0],
        &[0.0, 1.0, 1.0 + 1.0 / 3.0, 1.0 + 2.0 / 3.0, 2.0, 3.0, 3.0 + 1.0 / 3.0, 3.0 + 2.0 / 3.0],
        &[0.5, 1.5, 2.0, 2.5, 3.0, 3.25, 3.75],
    ];
    let places: Vec<f64> =
        (0..16).flat_map(|bar: usize| bars[bar % 4].iter().map(move |place| 4.0 * bar as f64 + place)).collect();
    let expected: Vec<i64> = places.iter().map(|place| (place * 24.0).round() as i64).collect();
    let quantiser = Quantiser::new(&timeline, Feel::Straight);
    let found: Vec<i64> = quantiser.notes(&played(&timeline, &places, 0.012)).iter().map(|note| note.start).collect();
    let right = expected.iter().filter(|tick| found.contains(tick)).count();
    assert!(right as f64 >= 0.97 * expected.len() as f64, "{right} of {}", expected.len());
}
