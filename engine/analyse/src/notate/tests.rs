//! Files of notes that are given: what there is, and what there is not.

use super::{NotesDocument, Part, PartKind, notate};
use crate::Song;
use mixdown_notation::{Drum, Hit, Note};

fn part(kind: PartKind, notes: Vec<Note>, hits: Vec<Hit>) -> Part {
    Part { name: "part".into(), kind, duration_s: 8.0, notes, hits, warnings: Vec::new() }
}

fn song() -> Song {
    let beats_s: Vec<f64> = (0..17).map(|beat| 0.5 * f64::from(beat)).collect();
    let downbeats_s = beats_s.iter().copied().step_by(4).collect();
    Song { beats_s, downbeats_s, beats_per_bar: Some(4), key: Some("D major".into()), ..Song::default() }
}

fn note(start_s: f64) -> Note {
    Note { start_s, end_s: start_s + 0.45, pitch_midi: 62, velocity: 80, bend_cents: -3.26 }
}

#[test]
fn a_stem_has_five_files_and_a_song_without_beats_three() {
    let hit = Hit { time_s: 1.0, drum: Drum::Snare, velocity: 99 };
    let parts = [part(PartKind::Other, vec![note(0.0), note(0.5)], vec![]), part(PartKind::Drums, vec![], vec![hit])];
    let notation = notate(&parts, &song()).unwrap();
    let names: Vec<&str> = notation.parts[0].files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["part.mid", "part.quantised.mid", "part.musicxml", "part.notes.json", "part.svg"]);
    assert_eq!((notation.bars, notation.metre.as_deref()), (Some(1), Some("4/4")));
    assert!(notation.warnings.is_empty() && notation.parts.iter().all(|part| part.warnings.is_empty()));
    let document: NotesDocument = serde_json::from_slice(&notation.parts[1].files[3].bytes).unwrap();
    assert_eq!((document.notes.len(), document.hits[0].drum.as_str()), (0, "snare"));
    let free = notate(&parts, &Song::default()).unwrap();
    let names: Vec<&str> = free.parts[0].files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["part.mid", "part.notes.json", "part.svg"]);
    assert!(free.bars.is_none() && free.warnings[0].contains("no beats"), "{:?}", free.warnings);
    let no_bars = notate(&parts, &Song { downbeats_s: Vec::new(), ..song() }).unwrap();
    assert!(no_bars.warnings[0].contains("no bars"), "{:?}", no_bars.warnings);
}

#[test]
fn silence_has_all_its_files_and_a_note() {
    let notation = notate(&[part(PartKind::Bass, vec![], vec![])], &song()).unwrap();
    assert_eq!((notation.parts[0].files.len(), notation.bars), (5, Some(1)));
    assert!(notation.parts[0].warnings[0].contains("no notes were found"));
}

#[test]
fn beats_that_do_not_rise_are_an_error() {
    let broken = Song { beats_s: vec![1.0, 0.5], ..song() };
    assert!(notate(&[part(PartKind::Other, vec![note(0.0)], vec![])], &broken).is_err());
}

#[test]
fn a_document_gives_its_stem_back_without_what_no_stem_has() {
    let text = r#"{"schema": "mixdown.notes/1", "notes": [
        {"start_s": 1.0, "end_s": 2.0, "pitch_midi": 200, "velocity": 0, "bend_cents": 3.0},
        {"start_s": 1e15, "end_s": 2e15, "pitch_midi": 60, "velocity": 90, "bend_cents": 0.0},
        {"start_s": 3.0, "end_s": 2.0, "pitch_midi": 60, "velocity": 90, "bend_cents": 0.0}
    ], "hits": [{"time_s": 2.5, "drum": "snare", "velocity": 90}, {"time_s": 1.0, "drum": "gong", "velocity": 90}]}"#;
    let document: NotesDocument = serde_json::from_str(text).unwrap();
    let part = document.part("x", PartKind::Other);
    assert_eq!((part.notes.len(), part.hits.len(), part.duration_s), (1, 1, 2.5));
    assert_eq!((part.notes[0].pitch_midi, part.notes[0].velocity), (127, 1));
    let again = NotesDocument::of(&part).part("x", PartKind::Other);
    assert_eq!(again, part);
}
