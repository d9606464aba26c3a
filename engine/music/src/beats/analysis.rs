//! Rhythm of a song from its features.

use super::choice::probabilities;
use super::features::Features;
use super::hypotheses::{Hypothesis, follow_changes, hypotheses};
use super::settle::{Settled, settle};
use crate::metre::{BeatEvidence, Metre, find_metre};
use crate::onsets::{Peak, find_peaks};
use crate::tempo::{Repetition, merge_bpm};

/// Tempi of hypotheses that are one tempo, as a ratio.
const SAME: f64 = 1.04;
/// Candidates that are reported at most.
const REPORTED: usize = 5;
/// Confidence below which nothing is reported.
const LEAST_CONFIDENCE: f64 = 0.1;
/// Frames around a beat that count as the beat: 30 ms.
const REACH: usize = 3;
/// Fewest beats, and seconds between the first and the last onset, of a rhythm.
const FEWEST: (usize, f64) = (6, 3.0);

/// Confidence in each part of a [`Rhythm`], 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RhythmConfidence {
    /// That the tempo is right, not a multiple or a part of it.
    pub tempo: f64,
    /// That most beats are right.
    pub beats: f64,
    /// That most downbeats are right.
    pub downbeats: f64,
    /// That the number of beats in a bar is right.
    pub metre: f64,
}

/// Rhythm of a song. Parts without enough confidence are empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rhythm {
    /// Tempo in beats a minute, the median where it changes.
    pub tempo_bpm: Option<f64>,
    /// Tempi in beats a minute that may be right, the most probable first.
    pub tempo_candidates_bpm: Vec<f64>,
    /// Times of beats, in seconds.
    pub beats_s: Vec<f64>,
    /// Times of the beats that begin bars, in seconds.
    pub downbeats_s: Vec<f64>,
    /// Beats in a bar, 2 to 7. A bar of 6/8 has 2 beats, or 6 where the tempo counts eighths.
    pub beats_per_bar: Option<u32>,
    /// Confidence in each part.
    pub confidence: RhythmConfidence,
}

/// Finds the rhythm of a song. Silence, noise and single sounds have none: every part is empty.
pub fn analyse(features: &Features) -> Rhythm {
    let mix = find_peaks(&features.mix);
    let (Some(first), Some(last)) = (mix.first(), mix.last()) else {
        return Rhythm::default();
    };
    let sounds = (first.time_s, last.time_s);
    if sounds.1 - sounds.0 < FEWEST.1 {
        return Rhythm::default();
    }
    let hypotheses = hypotheses(features);
    let probabilities = probabilities(&hypotheses);
    let mut order: Vec<usize> = (0..hypotheses.len()).collect();
    order.sort_by(|&one, &other| probabilities[other].total_cmp(&probabilities[one]));
    let Some(&best) = order.first() else {
        return Rhythm::default();
    };
    let onsets: Vec<Peak> = find_peaks(&features.pulse.flux);
    let settled = settle(&follow_changes(features, &hypotheses[best]), &onsets, sounds);
    let clarity = clarity(features, &settled);
    let tempo = same_tempo(&hypotheses, &probabilities, best) * clarity;
    if settled.beats_s.len() < FEWEST.0 || clarity < LEAST_CONFIDENCE {
        return Rhythm::default();
    }
    let mut candidates = vec![60.0 / settled.period_s];
    for &index in &order {
        merge_bpm(&mut candidates, hypotheses[index].bpm);
    }
    candidates.truncate(REPORTED);
    let beats = probabilities[best] * clarity;
    let metre = find_metre(&beat_evidence(features, &settled.beats_s, settled.period_s))
        .filter(|metre| metre.confidence >= LEAST_CONFIDENCE);
    let downbeats = metre.as_ref().map_or(0.0, |metre| metre.confidence_of_downbeats * beats);
    Rhythm {
        tempo_bpm: candidates.first().copied(),
        tempo_candidates_bpm: candidates,
        downbeats_s: metre.iter().flat_map(|metre| metre.downbeats.iter().map(|&beat| settled.beats_s[beat])).collect(),
        beats_per_bar: metre.as_ref().map(|metre| metre.beats_per_bar),
        confidence: RhythmConfidence {
            tempo,
            beats,
            downbeats,
            metre: metre.as_ref().map_or(0.0, |metre: &Metre| metre.confidence * beats),
        },
        beats_s: settled.beats_s,
    }
}

/// Returns the probability of all hypotheses with the tempo of one of them.
fn same_tempo(hypotheses: &[Hypothesis], probabilities: &[f64], of: usize) -> f64 {
    let is_same = |other: &Hypothesis| (other.bpm / hypotheses[of].bpm).max(hypotheses[of].bpm / other.bpm) < SAME;
    hypotheses.iter().zip(probabilities).filter(|(other, _)| is_same(other)).map(|(_, probability)| probability).sum()
}

/// Returns how clearly a song has beats at all, 0 to 1.
pub(super) fn clarity(features: &Features, settled: &Settled) -> f64 {
    let repeats = Repetition::new(features.pulse.all.values())
        .after(settled.period_s * 4.0)
        .max(Repetition::new(features.beat.values()).after(settled.period_s));
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let (sum, count) = values.fold((0.0, 0.0f64), |(sum, count), value| (sum + value, count + 1.0));
        sum / count.max(1.0)
    };
    let on = mean(&mut settled.beats_s.iter().map(|&beat| features.beat.largest_near(beat, REACH)));
    let score =
        8.0 * (repeats - 0.12) + 4.0 * (on - 0.2) + 3.0 * (settled.with_onset - 0.6) - 12.0 * (settled.stray - 0.03);
    1.0 / (1.0 + (-score).exp())
}

/// Returns the evidence of each beat for the metre.
pub(super) fn beat_evidence(features: &Features, beats_s: &[f64], period_s: f64) -> BeatEvidence {
    let span = period_s.min(1.5);
    let of = |value: &dyn Fn(f64) -> f64| -> Vec<f64> { beats_s.iter().map(|&beat| value(beat)).collect() };
    let pulse = &features.pulse;
    BeatEvidence {
        kick: of(&|beat| pulse.low.largest_near(beat, REACH)),
        snare: of(&|beat| pulse.middle.largest_near(beat, REACH)),
        cymbal: of(&|beat| pulse.high.largest_near(beat, REACH)),
        bass: features.bass.as_ref().map(|bass| of(&|beat| bass.largest_near(beat, REACH))).unwrap_or_default(),
        bass_change: (features.bass_pitches.as_ref())
            .map(|pitches| of(&|beat| pitches.change(beat, span)))
            .unwrap_or_default(),
        harmony: features.rest.as_ref().map(|rest| of(&|beat| rest.largest_near(beat, REACH))).unwrap_or_default(),
        harmony_change: of(&|beat| features.pitches.change(beat, span)),
        downbeat: of(&|beat| features.downbeat.largest_near(beat, REACH)),
    }
}
