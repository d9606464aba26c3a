//! Documents read again by code that shares nothing with their writer.

use super::musicxml;
use crate::score::{Feel, Frame, KeySignature, PartKind, Quantiser, Score, Timeline};
use crate::{Drum, Hit, Note};
use quick_xml::Reader;
use quick_xml::events::Event;

/// A note in a document: start in divisions from the first bar, length, sounding pitch.
type Found = (i64, i64, i64);

/// Findings of a reader in a document.
#[derive(Debug, Default)]
struct Reading {
    /// Pitched notes with ties joined; drums have pitch −1.
    notes: Vec<Found>,
    /// Length of each bar, by the furthest voice.
    bars: Vec<i64>,
    /// Texts by the names of their elements.
    texts: Vec<(String, String)>,
}

impl Reading {
    fn of(document: &[u8]) -> Self {
        let mut reader = Reader::from_reader(document);
        let (mut reading, mut open_ties): (Self, Vec<Found>) = Default::default();
        let (mut bar_start, mut at, mut furthest, mut octave_change, mut chord_start) = (0, 0, 0, 0, 0);
        let (mut path, mut note, mut text) = (Vec::<String>::new(), NoteReading::default(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(tag) => {
                    path.push(tag.name().as_ref().to_owned());
                    text.clear();
                    if path.ends_with(&["note".into()]) {
                        note = NoteReading::default();
                    }
                }
                Event::Empty(tag) => {
                    let kind = tag.try_get_attribute("type").unwrap();
                    let kind = kind.map(|kind| kind.value.into_owned());
                    match (tag.name().as_ref(), kind.as_deref()) {
                        ("chord", _) => note.in_chord = true,
                        ("rest", _) => note.is_rest = true,
                        ("tie", Some("start")) => note.tie_start = true,
                        ("tie", Some("stop")) => note.tie_stop = true,
                        _ => {}
                    }
                }
                Event::Text(value) => text += &value,
                Event::End(_) => {
                    let name = path.pop().unwrap();
                    let parent = path.last().map_or("", String::as_str);
                    let number = text.trim().parse::<i64>().unwrap_or(0);
                    match (parent, name.as_str()) {
                        ("pitch", "step") => {
                            let step = "C D EF G A B".find(text.trim()).unwrap() as i64;
                            note.pitch = step;
                        }
                        ("pitch", "alter") => note.pitch += number,
                        ("pitch", "octave") => note.pitch += 12 * (number + 1),
                        ("note", "unpitched") => note.pitch = -1,
                        ("note", "duration") => note.ticks = number,
                        ("backup", "duration") => at -= number,
                        ("transpose", "octave-change") => octave_change = number,
                        ("measure", "note") => {
                            if !note.in_chord {
                                chord_start = at;
                                at += note.ticks;
                                furthest = furthest.max(at);
                            }
                            let pitch = note.pitch + if note.pitch < 0 { 0 } else { 12 * octave_change };
                            reading.add(&note, (bar_start + chord_start, note.ticks, pitch), &mut open_ties);
                        }
                        ("part", "measure") => {
                            assert_eq!(at, furthest, "each voice fills the bar");
                            reading.bars.push(furthest);
                            bar_start += furthest;
                            (at, furthest) = (0, 0);
                        }
                        _ => {}
                    }
                    if !text.trim().is_empty() {
                        reading.texts.push((name, text.trim().to_owned()));
                    }
                    text.clear();
                }
                _ => {}
            }
        }
        assert!(open_ties.is_empty(), "{open_ties:?}");
        reading.notes.sort_unstable();
        reading
    }

    fn add(&mut self, note: &NoteReading, found: Found, open_ties: &mut Vec<Found>) {
        if note.is_rest {
            return;
        }
        let mut found = found;
        if note.tie_stop {
            let joined = |open: &Found| open.2 == found.2 && open.0 + open.1 == found.0;
            let index = open_ties.iter().position(joined).expect("a tie stops where one has started");
            let open = open_ties.remove(index);
            found = (open.0, open.1 + found.1, found.2);
        }
        if note.tie_start { open_ties.push(found) } else { self.notes.push(found) }
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        self.texts.iter().filter(|(of, _)| of == name).map(|(_, text)| text.as_str()).collect()
    }
}

#[derive(Debug, Default)]
struct NoteReading {
    in_chord: bool,
    is_rest: bool,
    tie_start: bool,
    tie_stop: bool,
    pitch: i64,
    ticks: i64,
}

fn timeline() -> Timeline {
    let beats: Vec<f64> = (0..25).map(|beat| f64::from(beat) * 0.5).collect();
    Timeline::new(&beats, &[0.5], 3).unwrap()
}

fn score(kind: PartKind, notes: &[(f64, f64, u8)], feel: Feel) -> (Vec<u8>, Vec<Found>) {
    let timeline = timeline();
    let notes: Vec<Note> = notes
        .iter()
        .map(|&(start, end, pitch_midi)| {
            let (start_s, end_s) = (timeline.time_s(start), timeline.time_s(end));
            Note { start_s, end_s, pitch_midi, velocity: 90, bend_cents: 0.0 }
        })
        .collect();
    let quantiser = Quantiser::new(&timeline, feel);
    let notes = quantiser.notes(&notes);
    let end = notes.iter().map(|note| note.end).max().unwrap();
    let frame = Frame::new(&timeline, quantiser.metre(), notes[0].start, end);
    let score = Score::of_notes("A & <B>", kind, &notes, KeySignature::parse("C# major"), feel, &frame);
    let found =
        notes.iter().map(|note| (note.start - frame.start(), note.end - note.start, i64::from(note.pitch_midi)));
    let mut found: Vec<Found> = found.collect();
    found.sort_unstable();
    (musicxml(&score), found)
}

#[test]
fn a_reader_finds_the_notes_in_their_bars() {
    let third = 1.0 / 3.0;
    let notes = [
        (-0.5, 0.0, 49),
        (0.0, 1.0, 44),
        (0.0, 1.0, 48),
        (1.0, 1.0 + third, 51),
        (1.0 + third, 1.0 + 2.0 * third, 53),
        (1.0 + 2.0 * third, 2.0, 54),
        (2.25, 7.75, 46),
        (8.0, 9.5, 39),
    ];
    for kind in [PartKind::Bass, PartKind::Other] {
        let (document, expected) = score(kind, &notes, Feel::Straight);
        let reading = Reading::of(&document);
        assert_eq!(reading.notes, expected, "{kind:?}");
        assert_eq!(reading.bars, [24, 72, 72, 72, 72], "{kind:?}");
        assert_eq!(reading.texts("fifths"), ["-5"]);
        assert_eq!((reading.texts("beats"), reading.texts("beat-type")), (vec!["3"], vec!["4"]));
        assert_eq!(reading.texts("per-minute"), ["120"]);
        assert_eq!(reading.texts("actual-notes").len(), 3);
        assert!(reading.texts("accidental").is_empty(), "all notes are in the key");
    }
}

#[test]
fn two_staves_and_two_voices_are_read_back() {
    let notes = [
        (0.0, 3.0, 40),
        (0.0, 1.0, 72),
        (1.0, 2.0, 74),
        (2.0, 3.0, 76),
        (3.0, 6.0, 43),
        (3.0, 4.5, 71),
        (4.5, 6.0, 69),
    ];
    let (document, expected) = score(PartKind::Other, &notes, Feel::Straight);
    let reading = Reading::of(&document);
    assert_eq!(reading.notes, expected);
    assert_eq!(reading.texts("staves"), ["2"]);
    let low: Vec<(f64, f64, u8)> = notes.iter().map(|&(start, end, pitch)| (start, end, pitch.min(60))).collect();
    let (document, expected) = score(PartKind::Other, &low, Feel::Straight);
    let reading = Reading::of(&document);
    assert_eq!(reading.notes, expected);
    assert!(reading.texts("voice").contains(&"2") && reading.texts("staves").is_empty());
}

#[test]
fn swing_is_written_even_and_named() {
    let notes: Vec<(f64, f64, u8)> = (0..6)
        .flat_map(|beat| {
            [(f64::from(beat), f64::from(beat) + 0.6, 60), (f64::from(beat) + 0.62, f64::from(beat) + 1.0, 62)]
        })
        .collect();
    let (document, _) = score(PartKind::Other, &notes, Feel::Swing { ratio: 0.62 });
    let reading = Reading::of(&document);
    assert_eq!(reading.texts("words"), ["Swing"]);
    assert!(reading.notes.iter().all(|note| note.0 % 12 == 0 && note.1 == 12), "{:?}", reading.notes);
}

#[test]
fn drums_are_read_back_in_one_voice() {
    let timeline = timeline();
    let hit = |beat: f64, drum| Hit { time_s: timeline.time_s(beat), drum, velocity: 100 };
    let hits = [hit(0.0, Drum::Kick), hit(0.0, Drum::Crash), hit(1.5, Drum::Snare), hit(4.25, Drum::HihatOpen)];
    let quantiser = Quantiser::new(&timeline, Feel::Straight);
    let quantised = quantiser.hits(&hits);
    let frame = Frame::new(&timeline, quantiser.metre(), 0, quantised[3].tick + 1);
    let reading = Reading::of(&musicxml(&Score::of_hits("drums", &quantised, Feel::Straight, &frame)));
    assert_eq!(reading.notes, [(0, 24, -1), (0, 24, -1), (36, 12, -1), (102, 18, -1)]);
    assert_eq!(reading.texts("sign"), ["percussion"]);
    assert_eq!(reading.texts("midi-unpitched").len(), 7);
}
