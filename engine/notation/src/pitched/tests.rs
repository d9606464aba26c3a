//! Transcription of synthetic stems, and of input that has no notes.

use super::*;
use crate::{Note, SAMPLE_RATE};
use std::f64::consts::TAU;

/// A plucked note: start in seconds, pitch as a MIDI number, amplitude.
type Pluck = (f64, f64, f64);

/// Returns plucked tones with ten harmonics, each until its damping or the next of its pitch.
fn play(plucks: &[Pluck], length_s: f64, damped_after_s: f64) -> Vec<f32> {
    let rate = f64::from(SAMPLE_RATE);
    let mut samples = vec![0.0; (length_s * rate) as usize];
    for &(start, pitch, amplitude) in plucks {
        let hertz = 440.0 * ((pitch - 69.0) / 12.0).exp2();
        for (age, sample) in samples[(start * rate) as usize..].iter_mut().enumerate() {
            let time = age as f64 / rate;
            if time > damped_after_s {
                break;
            }
            let damping = ((damped_after_s - time) / 0.03).min(1.0) * (time / 0.002).min(1.0);
            for harmonic in 1..=10 {
                let harmonic = f64::from(harmonic);
                let decay = (-(1.5 + 0.8 * harmonic) * time).exp();
                *sample += amplitude / harmonic.powf(1.5) * decay * damping * (TAU * hertz * harmonic * time).sin();
            }
        }
    }
    samples.iter().map(|&sample| sample as f32).collect()
}

fn transcribe(kind: StemKind, samples: &[f32]) -> Vec<Note> {
    let mut transcriber = Transcriber::new(kind);
    transcriber.push(samples);
    transcriber.finish()
}

/// Asserts that the notes are the plucks: as many, each at its pitch and within 50 ms.
fn assert_plucks(notes: &[Note], plucks: &[Pluck]) {
    let found: Vec<(f64, u8)> = notes.iter().map(|note| (note.start_s, note.pitch_midi)).collect();
    assert_eq!(notes.len(), plucks.len(), "{found:?}");
    for &(start, pitch, _) in plucks {
        let is_near = |note: &Note| (note.start_s - start).abs() < 0.05 && f64::from(note.pitch_midi) == pitch.round();
        assert!(notes.iter().any(is_near), "{start} {pitch} {found:?}");
    }
}

#[test]
fn a_bass_line_has_its_notes_from_c1_on() {
    let pitches = [40.0, 24.0, 35.0, 47.0, 29.0, 31.0, 33.0, 45.0];
    let plucks: Vec<Pluck> =
        pitches.iter().zip(0..).map(|(&pitch, at)| (0.2 + 0.35 * f64::from(at), pitch, 0.2)).collect();
    assert_plucks(&transcribe(StemKind::Bass, &play(&plucks, 3.4, 0.33)), &plucks);
}

#[test]
fn repeated_notes_are_apart() {
    let plucks: Vec<Pluck> = (0..8).map(|at| (0.2 + 0.25 * f64::from(at), 36.0, 0.2)).collect();
    let samples = play(&plucks, 2.6, 0.24);
    assert_plucks(&transcribe(StemKind::Bass, &samples), &plucks);
    let plucks: Vec<Pluck> = plucks.iter().map(|&(start, _, amplitude)| (start, 60.0, amplitude)).collect();
    assert_plucks(&transcribe(StemKind::Other, &play(&plucks, 2.6, 0.24)), &plucks);
}

#[test]
fn chords_have_all_their_notes() {
    let chords = [[60.0, 64.0, 67.0], [57.0, 60.0, 65.0], [59.0, 62.0, 67.0]];
    let mut plucks = Vec::new();
    for (chord, at) in chords.iter().zip(0..) {
        plucks.extend(chord.iter().map(|&pitch| (0.3 + 0.8 * f64::from(at), pitch, 0.1)));
    }
    assert_plucks(&transcribe(StemKind::Other, &play(&plucks, 3.0, 0.7)), &plucks);
}

#[test]
fn louder_notes_are_stronger_and_bends_have_their_sign() {
    let plucks = [(0.2, 60.3, 0.1), (1.0, 64.0, 0.3), (1.8, 66.7, 0.2)];
    let notes = transcribe(StemKind::Other, &play(&plucks, 2.6, 0.6));
    assert_plucks(&notes, &plucks);
    assert!(notes[0].velocity < notes[2].velocity && notes[2].velocity < notes[1].velocity, "{notes:?}");
    for (note, cents) in notes.iter().zip([30.0, 0.0, -30.0]) {
        assert!((note.bend_cents - cents).abs() < 8.0, "{notes:?}");
    }
    assert!(notes.iter().all(|note| note.end_s > note.start_s + 0.2));
}

#[test]
fn blocks_of_any_length_give_the_same_notes() {
    let samples = play(&[(0.2, 50.0, 0.2), (0.7, 57.0, 0.2), (1.9, 62.0, 0.2)], 2.5, 0.5);
    for kind in [StemKind::Bass, StemKind::Vocals, StemKind::Other] {
        let mut parts = Transcriber::new(kind);
        let mut rest = &samples[..];
        for length in [0, 1, 255, 256, 3, 7_919, 43_844].into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (block, after) = rest.split_at(length.min(rest.len()));
            parts.push(block);
            rest = after;
        }
        assert_eq!(parts.finish(), transcribe(kind, &samples));
    }
}

#[test]
fn input_without_notes_has_few_or_none() {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let noise: Vec<f32> = (0..66_150).map(|_| 0.3 * noise()).collect();
    let mut click = vec![0.0; 66_150];
    click[30_000] = 1.0;
    for kind in [StemKind::Bass, StemKind::Vocals, StemKind::Other] {
        assert_eq!(Transcriber::new(kind).finish(), []);
        assert_eq!(transcribe(kind, &[0.5]), []);
        assert_eq!(transcribe(kind, &vec![0.0; 66_150]), []);
        assert_eq!(transcribe(kind, &vec![f32::NAN; 50_000]), []);
        assert!(transcribe(kind, &noise).len() <= 3, "{kind:?}");
        assert!(transcribe(kind, &click).len() <= 1, "{kind:?}");
        for note in transcribe(kind, &vec![f32::MAX; 50_000]) {
            assert!(note.bend_cents.is_finite() && note.end_s > note.start_s);
        }
    }
}
