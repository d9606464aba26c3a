//! Tempo marks: one for a constant tempo, else one a bar.

use super::{Bar, Metre, TICKS_PER_QUARTER, Timeline};

/// A tempo from a bar on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TempoMark {
    /// Place, in ticks from bar 1.
    pub tick: i64,
    /// Quarter notes a minute.
    pub quarter_bpm: f64,
}

/// Largest distance of a beat from a constant tempo, in seconds: rounding, and the spread of
/// beats that follow single onsets.
const CONSTANT_S: f64 = 0.03;

/// Returns true if all beats lie on one tempo.
pub fn is_constant(timeline: &Timeline) -> bool {
    let (start_s, step_s) = line(timeline.beats_s());
    let far = |(index, beat): (usize, &f64)| (beat - start_s - step_s * index as f64).abs() > CONSTANT_S;
    !timeline.beats_s().iter().enumerate().any(far)
}

/// Returns the tempo marks of bars.
pub(super) fn marks(timeline: &Timeline, metre: Metre, bars: &[Bar]) -> Vec<TempoMark> {
    let quarters = metre.beat_ticks() as f64 / TICKS_PER_QUARTER as f64;
    if is_constant(timeline) {
        let quarter_bpm = 60.0 * quarters / line(timeline.beats_s()).1;
        return vec![TempoMark { tick: bars[0].start, quarter_bpm }];
    }
    let mark = |bar: &Bar| {
        let position = |tick: i64| tick as f64 / metre.beat_ticks() as f64;
        let seconds = timeline.time_s(position(bar.start + bar.ticks)) - timeline.time_s(position(bar.start));
        TempoMark { tick: bar.start, quarter_bpm: 60.0 * quarters * position(bar.ticks) / seconds }
    };
    bars.iter().map(mark).collect()
}

/// Fits start and step of a line to beats, by least squares.
fn line(beats_s: &[f64]) -> (f64, f64) {
    let count = beats_s.len() as f64;
    let (mean_index, mean) = ((count - 1.0) / 2.0, beats_s.iter().sum::<f64>() / count);
    let (mut product, mut square) = (0.0, 0.0);
    for (index, beat) in beats_s.iter().enumerate() {
        let offset = index as f64 - mean_index;
        product += offset * (beat - mean);
        square += offset * offset;
    }
    let step = product / square;
    (mean - step * mean_index, step)
}

#[cfg(test)]
mod tests {
    use super::super::{Feel, Frame};
    use super::*;

    fn tempo(beats: &[f64], per_bar: u32, feel: Feel) -> Vec<(i64, f64)> {
        let timeline = Timeline::new(beats, &beats[..1], per_bar).unwrap();
        let metre = Metre::new(per_bar, 60.0 / timeline.beat_length_s(), feel);
        let end = metre.beat_ticks() * (beats.len() as i64 - 1);
        Frame::new(&timeline, metre, 0, end).tempo.iter().map(|mark| (mark.tick, mark.quarter_bpm)).collect()
    }

    #[test]
    fn a_constant_tempo_is_one_mark_and_a_changing_one_is_one_a_bar() {
        let beats: Vec<f64> = (0..33).map(|beat| (f64::from(beat) * 0.6 * 1000.0).round() / 1000.0).collect();
        let found = tempo(&beats, 4, Feel::Straight);
        assert!(found.len() == 1 && (found[0].1 - 100.0).abs() < 0.01, "{found:?}");
        let found = tempo(&beats, 2, Feel::Triple);
        assert!(found.len() == 1 && (found[0].1 - 150.0).abs() < 0.01, "{found:?}");
        let slower = [0.0, 0.5, 1.0, 1.5, 2.5, 3.5, 4.5];
        let found = tempo(&slower, 3, Feel::Straight);
        assert_eq!(found, [(0, 120.0), (72, 60.0)]);
    }
}
