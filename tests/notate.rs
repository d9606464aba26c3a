//! `mixdown notate`: notes in files that other programs read, and nothing invented.

use crate::program_runs::{Run, TestFolder};
use mixdown_fixtures::signals;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const RATE: u32 = 44_100;

/// Beats of the songs here: 120 a minute from 0.5 s on, four to a bar, after one beat of pick-up.
fn beat_s(beat: usize) -> f64 {
    0.5 + 0.5 * beat as f64
}

/// Returns the analysis of a song with these stems and their types; without beats if `is_free`.
fn song(stems: &[(&str, &str)], is_free: bool) -> Value {
    let beats: Vec<f64> = if is_free { Vec::new() } else { (0..24).map(beat_s).collect() };
    let downbeats: Vec<f64> = beats.iter().copied().skip(1).step_by(4).collect();
    let confidence = json!({
        "tempo": 1.0, "beats": 1.0, "downbeats": 1.0, "metre": 1.0, "key": 1.0, "chords": 1.0, "sections": 1.0
    });
    let stem = |(path, kind): &(&str, &str)| {
        json!({
            "path": path, "type": kind, "type_confidence": 0.9, "duration_s": 12.0, "integrated_lufs": null,
            "rms_dbfs": null, "sample_peak_dbfs": null, "true_peak_dbtp": null, "crest_db": null,
            "spectral_centroid_hz": null, "spectral_bandwidth_hz": null, "spectral_rolloff_hz": null,
            "zero_crossing_rate": null, "onset_rate_hz": null, "silence_share": 0.0
        })
    };
    json!({
        "ok": true,
        "schema": "mixdown.song/1",
        "song": {
            "duration_s": 12.0,
            "tempo_bpm": if is_free { Value::Null } else { Value::from(120.0) },
            "tempo_candidates_bpm": [],
            "beats_s": beats,
            "downbeats_s": downbeats,
            "beats_per_bar": if is_free { Value::Null } else { Value::from(4) },
            "key": "C# major", "key_candidates": [], "keys": [], "tuning_hz": 440.0, "chords": [], "sections": [],
            "confidence": confidence
        },
        "stems": stems.iter().map(stem).collect::<Vec<_>>()
    })
}

/// Pitches of the melody, a scale of D flat major: one note each beat.
const MELODY: [u8; 16] = [61, 63, 65, 66, 68, 70, 72, 73, 72, 70, 68, 66, 65, 63, 61, 56];

/// Returns plucked tones with five partials, a note each beat. As on strings, high partials decay
/// sooner.
fn melody() -> Vec<f32> {
    let mut samples = vec![0.0; 12 * RATE as usize];
    for (beat, pitch) in MELODY.iter().enumerate() {
        let pitch_hz = 440.0 * 2_f64.powf((f64::from(*pitch) - 69.0) / 12.0);
        let start = (beat_s(beat) * f64::from(RATE)) as usize;
        for partial in 1..=5 {
            let level = 0.25 / f64::from(partial);
            let tone =
                signals::sine(f64::from(RATE), pitch_hz * f64::from(partial), level, 0.0, RATE as usize * 9 / 20);
            for (at, sample) in tone.iter().enumerate() {
                let attack = (at as f32 / 200.0).min(1.0);
                samples[start + at] += attack * sample * (-(at as f32) * partial as f32 / 12_000.0).exp();
            }
        }
    }
    samples
}

fn prepared(name: &str, kind: &str) -> TestFolder {
    let folder = TestFolder::new();
    folder.write_wav(name, RATE, &[&melody()]);
    folder.write("song.json", song(&[(name, kind)], false).to_string().as_bytes());
    folder
}

fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

/// Reads the notes of a MIDI file: tick of the start, tick of the end, channel, key.
fn midi_notes(path: &Path) -> (u16, Vec<(u64, u64, u8, u8)>) {
    use midly::{MidiMessage, Timing, TrackEventKind};
    let bytes = fs::read(path).unwrap();
    let file = midly::Smf::parse(&bytes).unwrap();
    let Timing::Metrical(division) = file.header.timing else { panic!("ticks are parts of quarters") };
    let mut notes = Vec::new();
    for track in &file.tracks {
        let (mut tick, mut held) = (0, Vec::new());
        for event in track {
            tick += u64::from(event.delta.as_int());
            let TrackEventKind::Midi { channel, message } = event.kind else { continue };
            match message {
                MidiMessage::NoteOn { key, .. } => held.push((tick, channel.as_int(), key.as_int())),
                MidiMessage::NoteOff { key, .. } => {
                    let index = held.iter().position(|(_, _, on)| *on == key.as_int()).unwrap();
                    let (start, channel, key) = held.remove(index);
                    notes.push((start, tick, channel, key));
                }
                _ => {}
            }
        }
        assert!(held.is_empty());
    }
    notes.sort_unstable_by_key(|note| (note.0, note.3));
    (division.as_int(), notes)
}

/// Returns the notes of a score that are not continued from the one before, and the length of each
/// bar in divisions.
fn score(path: &Path) -> (usize, Vec<i64>) {
    use quick_xml::events::Event;
    let text = fs::read_to_string(path).unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut notes, mut bars, mut at, mut path) = (0, Vec::new(), 0, Vec::<String>::new());
    let (mut in_chord, mut counts) = (false, true);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return (notes, bars),
            Event::Start(tag) => {
                path.push(tag.name().as_ref().to_owned());
                if tag.name().as_ref() == "note" {
                    (in_chord, counts) = (false, true);
                }
            }
            Event::Empty(tag) => match tag.name().as_ref() {
                "chord" => in_chord = true,
                "rest" => counts = false,
                "tie" => {
                    let kind = tag.try_get_attribute("type").unwrap().unwrap();
                    counts &= kind.value != "stop";
                }
                _ => {}
            },
            Event::Text(value) if path.last().is_some_and(|name| name == "duration") => {
                let ticks: i64 = value.trim().parse().unwrap();
                match path[path.len() - 2].as_str() {
                    "backup" => at -= ticks,
                    _ if in_chord => {}
                    _ => at += ticks,
                }
            }
            Event::End(_) => match path.pop().unwrap().as_str() {
                "note" => notes += usize::from(counts),
                "measure" => {
                    bars.push(at);
                    at = 0;
                }
                _ => {}
            },
            _ => {}
        }
    }
}

#[test]
fn a_melody_is_written_in_every_form() {
    // The name would mislead: the type is that of the analysis.
    let folder = prepared("drums.wav", "other");
    let run = folder.run("notate drums.wav --song song.json --out notes --json");
    done(&run);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&answer["ok"], &answer["schema"]), (&Value::Bool(true), &Value::from("mixdown.notation/1")));
    assert_eq!((&answer["metre"], &answer["stems"][0]["type"]), (&Value::from("4/4"), &Value::from("other")));
    assert_eq!(answer["stems"][0]["hits"], 0);
    let names = ["drums.mid", "drums.musicxml", "drums.notes.json", "drums.quantised.mid", "drums.svg"];
    assert_eq!(folder.names("notes"), names);
    assert_eq!(answer["stems"][0]["files"].as_array().unwrap().len(), names.len());

    let document: Value = serde_json::from_slice(&fs::read(folder.path("notes/drums.notes.json")).unwrap()).unwrap();
    assert_eq!(document["schema"], "mixdown.notes/1");
    let notes = document["notes"].as_array().unwrap();
    let is_there = |beat: usize| {
        notes.iter().any(|note| {
            let start_s = note["start_s"].as_f64().unwrap();
            note["pitch_midi"] == MELODY[beat] && (start_s - beat_s(beat)).abs() < 0.05
        })
    };
    let found = (0..MELODY.len()).filter(|beat| is_there(*beat)).count();
    assert!(found >= 15 && notes.len() <= 20, "{found} of 16: {notes:?}");

    let (division, played) = midi_notes(&folder.path("notes/drums.mid"));
    assert_eq!(played.len(), notes.len());
    for (note, (start, ..)) in notes.iter().zip(&played) {
        // 120 quarters a minute.
        let start_s = *start as f64 / f64::from(division) / 2.0;
        assert!((start_s - note["start_s"].as_f64().unwrap()).abs() < 0.001);
    }
    let (division, quantised) = midi_notes(&folder.path("notes/drums.quantised.mid"));
    let on_beats = quantised.iter().filter(|note| note.0 % u64::from(division) == 0).count();
    assert!(on_beats >= 15, "{quantised:?}");
    let (written, bars) = score(&folder.path("notes/drums.musicxml"));
    assert_eq!(written, quantised.len());
    assert_eq!(bars[0], 24, "one beat of pick-up");
    assert!(bars[1..].iter().all(|ticks| *ticks == 96), "{bars:?}");
    let text = fs::read_to_string(folder.path("notes/drums.musicxml")).unwrap();
    assert!(text.contains("<fifths>-5</fifths>"), "five flats, not seven sharps");
    let picture = fs::read_to_string(folder.path("notes/drums.svg")).unwrap();
    assert!(picture.contains("prefers-color-scheme:dark") && picture.contains(">C4<"));
}

#[test]
fn a_type_that_is_stated_wins() {
    let folder = prepared("a.wav", "other");
    let run = folder.run("notate a.wav --song song.json --out notes --type drums --json");
    done(&run);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&answer["stems"][0]["type"], &answer["stems"][0]["notes"]), (&Value::from("drums"), &Value::from(0)));
    let text = fs::read_to_string(folder.path("notes/a.musicxml")).unwrap();
    assert!(text.contains("<sign>percussion</sign>"));
}

#[test]
fn a_song_without_beats_has_no_score() {
    let folder = prepared("a.wav", "other");
    done(&folder.run("notate a.wav --song song.json --out notes"));
    folder.write("free.json", song(&[("a.wav", "other")], true).to_string().as_bytes());
    let run = folder.run("notate a.wav --song free.json --out notes");
    done(&run);
    assert!(run.stderr.contains("no beats"), "{}", run.stderr);
    // Scores of the earlier run would describe other bars.
    assert_eq!(folder.names("notes"), ["a.mid", "a.notes.json", "a.svg"]);
}

#[test]
fn silence_is_analysed_by_itself_and_gives_empty_files() {
    let folder = TestFolder::new();
    folder.write_wav("silence.wav", RATE, &[&vec![0.0; 3 * RATE as usize]]);
    let run = folder.run("notate silence.wav --out notes");
    done(&run);
    assert!(run.stderr.contains("no notes were found") && run.stderr.contains("no beats"), "{}", run.stderr);
    assert_eq!(folder.names("notes"), ["silence.mid", "silence.notes.json", "silence.svg"]);
    assert!(midi_notes(&folder.path("notes/silence.mid")).1.is_empty());
    folder.write("song.json", song(&[("silence.wav", "bass")], false).to_string().as_bytes());
    done(&folder.run("notate silence.wav --song song.json --out notes"));
    assert_eq!(score(&folder.path("notes/silence.musicxml")), (0, vec![96]));
}

#[test]
fn a_wrong_analysis_is_named_and_nothing_is_written() {
    let folder = prepared("a.wav", "other");
    let mut unsorted = song(&[("a.wav", "other")], false);
    unsorted["song"]["beats_s"][3] = Value::from(0.1);
    let mut foreign = song(&[("a.wav", "other")], false);
    foreign["schema"] = Value::from("other/1");
    for (content, cause) in [
        ("not json".to_owned(), "not an analysis of a song"),
        ("{\"ok\": true}".to_owned(), "not an analysis of a song"),
        (foreign.to_string(), "its schema is other/1"),
        (unsorted.to_string(), "the beats do not rise"),
        (song(&[("b.wav", "other")], false).to_string(), "has no entry for a.wav"),
        (song(&[("a.wav", "flute")], false).to_string(), "flute is not a type of stem"),
    ] {
        folder.write("wrong.json", content.as_bytes());
        let run = folder.run("notate a.wav --song wrong.json --out notes");
        assert_eq!(run.code, Some(1), "{cause}");
        assert!(run.stderr.contains("wrong.json") && run.stderr.contains(cause), "{cause}: {}", run.stderr);
        assert_eq!(folder.names("notes"), Vec::<String>::new(), "{cause}");
    }
    let run = folder.run("notate a.wav --song gone.json --out notes");
    assert!(run.code == Some(1) && run.stderr.contains("gone.json"), "{}", run.stderr);
}

#[test]
fn only_files_of_mixdown_are_replaced() {
    let folder = prepared("a.wav", "bass");
    let command = "notate a.wav --song song.json --out notes";
    done(&folder.run(command));
    done(&folder.run(command));
    for name in ["a.mid", "a.quantised.mid", "a.musicxml", "a.notes.json", "a.svg"] {
        let ours = fs::read(folder.path("notes").join(name)).unwrap();
        folder.write(&format!("notes/{name}"), b"MThd, and a work of another");
        let run = folder.run(command);
        assert_eq!(run.code, Some(1), "{name}");
        assert!(run.stderr.contains(name), "{}", run.stderr);
        assert_eq!(fs::read(folder.path("notes").join(name)).unwrap(), b"MThd, and a work of another");
        folder.write(&format!("notes/{name}"), &ours);
    }
    folder.write("notes/a.svg", b"<svg/>");
    done(&folder.run(&format!("{command} --force")));
    assert!(fs::read_to_string(folder.path("notes/a.svg")).unwrap().contains("mixdown"));
}

#[test]
fn names_and_types_must_fit_the_stems() {
    let folder = prepared("a.wav", "other");
    fs::create_dir(folder.path("more")).unwrap();
    fs::copy(folder.path("a.wav"), folder.path("more/a.wav")).unwrap();
    for (command, cause) in [
        ("notate a.wav more/a.wav --out notes", "another stem named a"),
        ("notate a.wav --type bass,drums --out notes", "2 types for 1 stems"),
        ("notate a.wav --type flute --out notes", "flute"),
        ("notate a.wav", "--out"),
    ] {
        let run = folder.run(command);
        assert_eq!(run.code, Some(2), "{command}");
        assert!(run.stderr.contains(cause), "{command}: {}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing() {
    use crate::program_runs::signal;
    let folder = TestFolder::new();
    folder.write_wav("long.wav", RATE, &[&signals::white_noise(1, 0.2, 600 * RATE as usize)]);
    let mut command = folder.command();
    command.args(["notate", "long.wav", "--type", "other", "--out", "notes"]).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    signal(&child, rustix::process::Signal::INT);
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was written"), "{}", run.stderr);
    assert_eq!(folder.names("notes"), Vec::<String>::new());
}

/// `MIXDOWN_HEAVY=1` reads the scores with `MuseScore`, where that is installed.
#[test]
fn musescore_reads_every_note() {
    if std::env::var_os("MIXDOWN_HEAVY").is_none() {
        return;
    }
    let folder = prepared("a.wav", "other");
    for kind in ["other", "bass", "vocals", "drums"] {
        done(&folder.run(&format!("notate a.wav --song song.json --out {kind} --type {kind}")));
        let read = std::process::Command::new("musescore3")
            .env("QT_QPA_PLATFORM", "offscreen")
            .current_dir(folder.path(kind))
            .args(["-o", "read.mid", "a.musicxml"])
            .output();
        let Ok(read) = read else {
            println!("musescore3 is not installed");
            return;
        };
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let ours = midi_notes(&folder.path(kind).join("a.quantised.mid")).1.len();
        assert_eq!(midi_notes(&folder.path(kind).join("read.mid")).1.len(), ours, "{kind}");
    }
}
