//! Hypotheses of tempo and beats: candidates of tempo, each tracked, on the beat and off it.

use super::evidence::{Sources, period};
use super::features::Features;
use super::tracker::{Track, track};
use crate::tempo::{FASTEST_BPM, SLOWEST_BPM, candidates_bpm, merge_bpm, related_bpm};

/// Range of tempi around a candidate, as a ratio.
const RANGE: f64 = 1.13;
/// Candidates that are tracked at most.
const MOST: usize = 16;
/// Range of tempi around that of the choice, as a ratio: less than to the next related tempo.
const WIDE_RANGE: f64 = 1.48;
/// Ratio within which a tempo that may change remains that of the choice.
const SAME_MEDIAN: f64 = 1.08;
/// Mean likelihood of a frame that a changing tempo gains.
const LEAST_GAIN: f64 = 0.004;
/// Fewest beats of a hypothesis.
const FEWEST_BEATS: usize = 4;

/// Hypothesis with its evidence.
#[derive(Debug, Clone)]
pub(super) struct Hypothesis {
    pub(super) bpm: f64,
    pub(super) beats_s: Vec<f64>,
    pub(super) evidence: Vec<f64>,
}

/// Returns the hypotheses of a song, none where nothing repeats.
pub(super) fn hypotheses(features: &Features) -> Vec<Hypothesis> {
    let sources = Sources::new(features);
    let observation = features.observation.values();
    let mut seeds = Vec::new();
    if let Some(free) = track(observation, SLOWEST_BPM.max(40.0)..=FASTEST_BPM.min(240.0))
        && free.beats_s.len() >= FEWEST_BEATS
    {
        seeds.push(60.0 / period(&free.beats_s));
    }
    seeds.extend(candidates_bpm(&sources.of_candidates()));
    let mut candidates = Vec::new();
    for &seed in &seeds {
        merge_bpm(&mut candidates, seed);
    }
    for &seed in seeds.iter().take(3) {
        related_bpm(seed).for_each(|bpm| merge_bpm(&mut candidates, bpm));
    }
    candidates.truncate(MOST);
    let mut tracks: Vec<Track> = Vec::new();
    for bpm in candidates {
        let range = (bpm / RANGE).max(SLOWEST_BPM)..=(bpm * RANGE).min(FASTEST_BPM);
        let found = track(observation, range).filter(|track| track.beats_s.len() >= FEWEST_BEATS);
        // Neighbouring candidates may end in one track.
        let is_new = |found: &Track| tracks.iter().all(|other| other.beats_s != found.beats_s);
        tracks.extend(found.filter(is_new));
    }
    let best = tracks.iter().map(|track| track.likelihood).fold(f64::NEG_INFINITY, f64::max);
    tracks.iter().flat_map(|track| [track.clone(), off_beat(track)]).map(|track| judge(&sources, track, best)).collect()
}

/// Returns the beats of a hypothesis with a tempo that may change further, such as a ritardando, if
/// they are clearly more likely.
pub(super) fn follow_changes(features: &Features, chosen: &Hypothesis) -> Vec<f64> {
    let observation = features.observation.values();
    let along =
        |ratio: f64| track(observation, (chosen.bpm / ratio).max(SLOWEST_BPM)..=(chosen.bpm * ratio).min(FASTEST_BPM));
    let gains = |wide: &Track| {
        let ratio = 60.0 / period(&wide.beats_s) / chosen.bpm;
        let near = along(RANGE).map_or(f64::INFINITY, |near| near.likelihood);
        ratio.max(1.0 / ratio) < SAME_MEDIAN && wide.likelihood > near + LEAST_GAIN
    };
    along(WIDE_RANGE).filter(gains).map_or_else(|| chosen.beats_s.clone(), |wide| wide.beats_s)
}

fn judge(sources: &Sources<'_>, track: Track, best: f64) -> Hypothesis {
    let evidence = sources.evidence(&track, track.likelihood - best);
    Hypothesis { bpm: 60.0 / period(&track.beats_s), beats_s: track.beats_s, evidence }
}

/// Returns the times half-way between beats: trackers take accents off the beat for beats.
fn off_beat(track: &Track) -> Track {
    let beats_s = track.beats_s.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect();
    Track { beats_s, likelihood: track.likelihood }
}
