//! Features of the motion of pitch, and of the spectrum while the pitch stays.
//!
//! A voice glides, and changes its vowels on one pitch. A key or a string has one pitch and one
//! falling spectrum for each note.

use super::features::{Writer, quantile, statistics};
use super::frame::Sound;

/// The clarity from which a frame has a pitch.
const VOICED: f64 = 0.8;
/// The frames over which the spectrum of a steady pitch is compared, 93 ms.
const SPAN: usize = 4;
/// The frames of the mean from which vibrato deviates, 0.2 s.
const WINDOW: usize = 9;
/// The bounds of motion between frames, in semitones: frozen, nearly steady, gliding, jumping.
const STEPS: [f64; 3] = [0.03, 0.12, 0.7];

/// Adds the features of a segment.
pub(super) fn add_motion(writer: &mut Writer, frames: &[Option<Sound>]) {
    let sounding = frames.iter().flatten().count().max(1) as f64;
    let mut pitches: Vec<f64> = frames.iter().filter_map(|frame| semitones(frame.as_ref())).collect();
    writer.add(pitches.len() as f64 / sounding);
    let median = quantile(&mut pitches, 0.5);
    writer.add(median);
    writer.add(quantile(&mut pitches, 0.9) - quantile(&mut pitches, 0.1));
    add_steps(writer, frames);
    writer.add(vibrato(frames));
    add_changes(writer, frames);
}

/// Returns the pitch of a frame that has one.
fn semitones(frame: Option<&Sound>) -> Option<f64> {
    frame.filter(|sound| sound.pitch.clarity >= VOICED).map(|sound| sound.pitch.semitones)
}

/// Adds the shares of steps of each kind among steps between neighbours with a pitch.
fn add_steps(writer: &mut Writer, frames: &[Option<Sound>]) {
    let step = |pair: &[Option<Sound>]| Some((semitones(pair[1].as_ref())? - semitones(pair[0].as_ref())?).abs());
    let steps: Vec<f64> = frames.windows(2).filter_map(step).collect();
    let count = steps.len().max(1) as f64;
    let share = |from: f64, to: f64| steps.iter().filter(|step| (from..to).contains(*step)).count() as f64 / count;
    writer.add(share(0.0, STEPS[0]));
    writer.add(share(STEPS[0], STEPS[1]));
    writer.add(share(STEPS[1], STEPS[2]));
    writer.add(share(STEPS[2], f64::INFINITY));
    let lengths = run_lengths(frames);
    writer.add((1.0 + statistics(lengths.iter().copied()).0).ln());
}

/// Returns the lengths of runs without a jump, in frames.
fn run_lengths(frames: &[Option<Sound>]) -> Vec<f64> {
    let (mut lengths, mut length, mut before) = (Vec::new(), 0.0, None);
    for frame in frames {
        let pitch = semitones(frame.as_ref());
        let goes_on = pitch.zip(before).is_some_and(|(now, before): (f64, f64)| (now - before).abs() < STEPS[2]);
        if !goes_on && length > 0.0 {
            lengths.push(length);
        }
        length = if goes_on { length + 1.0 } else { f64::from(pitch.is_some()) };
        before = pitch;
    }
    if length > 0.0 {
        lengths.push(length);
    }
    lengths
}

/// Returns the mean deviation of a pitch from its mean over [`WINDOW`] frames without a jump.
fn vibrato(frames: &[Option<Sound>]) -> f64 {
    let deviation = |window: &[Option<Sound>]| {
        let pitches: Vec<f64> = window.iter().map_while(|frame| semitones(frame.as_ref())).collect();
        let jumps = pitches.windows(2).any(|pair| (pair[1] - pair[0]).abs() > STEPS[2]);
        let is_whole = pitches.len() == WINDOW && !jumps;
        is_whole.then(|| (pitches[WINDOW / 2] - pitches.iter().sum::<f64>() / WINDOW as f64).abs())
    };
    let deviations: Vec<f64> = frames.windows(WINDOW).filter_map(deviation).collect();
    statistics(deviations.iter().copied()).0
}

/// Adds the change of the spectrum's shape and of the level over [`SPAN`] frames: where the pitch
/// stays, and everywhere.
fn add_changes(writer: &mut Writer, frames: &[Option<Sound>]) {
    let (mut steady, mut slopes, mut all, mut shares) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for window in frames.windows(SPAN + 1) {
        let (Some(first), Some(last)) = (&window[0], &window[SPAN]) else { continue };
        let change = distance(first, last);
        all.push(change);
        let pitches: Vec<f64> = window.iter().map_while(|frame| semitones(frame.as_ref())).collect();
        if pitches.len() == SPAN + 1 && pitches.iter().all(|pitch| (pitch - pitches[0]).abs() < STEPS[2]) {
            steady.push(change);
            slopes.push(last.level_db - first.level_db);
            shares.push((last.centre - first.centre).abs());
        }
    }
    writer.mean_and_deviation(steady.iter().copied());
    writer.mean_and_deviation(slopes.iter().copied());
    writer.add(quantile(&mut slopes, 0.5));
    writer.add(statistics(shares.iter().copied()).0);
    writer.mean_and_deviation(all.iter().copied());
}

/// Returns the distance of the lower eight coefficients of two frames' shapes.
fn distance(one: &Sound, other: &Sound) -> f64 {
    let pairs = one.levels.shape.iter().zip(&other.levels.shape).take(8);
    pairs.map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::sound;
    use super::*;

    #[test]
    fn runs_end_at_jumps_and_gaps() {
        let pitches = [Some(10.0), Some(10.1), Some(10.2), Some(12.0), None, Some(12.0), Some(12.5)];
        let frames = pitches.map(|pitch| pitch.map(|pitch| sound(pitch, -20.0)));
        assert_eq!(run_lengths(&frames), [3.0, 1.0, 2.0]);
    }

    #[test]
    fn vibrato_is_measured_on_one_note_and_not_between_notes() {
        let tone = |depth: f64| {
            let pitch = |index: i32| depth * (std::f64::consts::TAU * 5.5 * f64::from(index) / 43.0).sin();
            (0..200).map(|index| Some(sound(24.0 + pitch(index), -20.0))).collect::<Vec<_>>()
        };
        assert!((0.2..0.4).contains(&vibrato(&tone(0.5))), "{}", vibrato(&tone(0.5)));
        assert!(vibrato(&tone(0.0)) < 1e-9);
        let scale: Vec<_> = (0..200).map(|index| Some(sound(f64::from(index / 20), -20.0))).collect();
        assert!(vibrato(&scale) < 1e-9);
    }
}
