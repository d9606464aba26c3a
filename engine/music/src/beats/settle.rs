//! Exact times of beats: onsets pull them, and a steady tempo makes them a grid.

use super::evidence::period;
use crate::onsets::Peak;
use crate::tempo::{find_period, is_steady};

/// Share of a period, and time in seconds, within which an onset is that of a beat.
const REACH: (f64, f64) = (0.12, 0.05);
/// Share of a period by which trackers are early: half the part of it that is the beat.
const TRACKED_EARLY: f64 = 1.0 / 32.0;
/// Beats on each side that smooth the times of one.
const SPAN: usize = 5;
/// Weight of a beat without an onset against one with it.
const BARE_WEIGHT: f64 = 0.15;
/// Distance in seconds up to which an onset is that of a beat on the smooth line.
const STRAY_S: f64 = 0.03;
/// Share of the period that is searched for a steady tempo.
const SEARCH: f64 = 0.015;
/// Distance in seconds of a beat from a grid that fits it, and share of beats that fit a grid.
const GRID_FIT: (f64, f64) = (0.03, 0.8);
/// Beats off a grid that need no reason, and the ratio of onsets at more of them against onsets on
/// the grid from which they are right.
const FEW_ASTRAY: usize = 4;
const MORE_SUPPORT: f64 = 1.3;
/// Distance in seconds up to which an onset supports a beat.
const SUPPORT_S: f64 = 0.02;
/// Time in seconds by which beats may lie outside all onsets.
const MARGIN_S: f64 = 0.06;

/// Beats with their exact times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settled {
    pub(super) beats_s: Vec<f64>,
    /// Time between beats, in seconds.
    pub(super) period_s: f64,
    /// Share of beats with an onset.
    pub(super) with_onset: f64,
    /// Mean distance of onsets from smooth beats, as a share of the period.
    pub(super) stray: f64,
}

/// Settles tracked beats by onsets of the pulse. `sounds` has the first and the last onset of the
/// mix, in seconds.
pub(super) fn settle(tracked: &[f64], onsets: &[Peak], sounds: (f64, f64)) -> Settled {
    let about_s = period(tracked);
    let (snapped, weights) = snap(tracked, onsets, about_s);
    let smooth = smooth(&snapped, &weights);
    let stray = smooth.iter().zip(&snapped).map(|(smooth, snapped)| (smooth - snapped).abs()).sum::<f64>()
        / (smooth.len().max(1) as f64 * about_s);
    let with_onset = weights.iter().filter(|&&weight| weight == 1.0).count() as f64 / weights.len().max(1) as f64;
    let inside = |time: &f64| (sounds.0 - MARGIN_S..=sounds.1 + MARGIN_S).contains(time);
    let steady = find_period(onsets, about_s, SEARCH)
        .and_then(|found| Some((found.seconds, grid(&smooth, onsets, found.seconds)?)));
    let (period_s, mut beats_s) = match steady {
        Some((period_s, phase_s)) => {
            let first = ((sounds.0 - MARGIN_S - phase_s) / period_s).ceil() as i64;
            let last = ((sounds.1 + MARGIN_S - phase_s) / period_s).floor() as i64;
            (period_s, (first..=last).map(|beat| phase_s + beat as f64 * period_s).collect())
        }
        None => (period(&smooth), smooth),
    };
    beats_s.retain(|time| inside(time) && *time >= 0.0);
    Settled { beats_s, period_s, with_onset, stray }
}

/// Moves beats to their onsets, with a weight for each.
fn snap(tracked: &[f64], onsets: &[Peak], period_s: f64) -> (Vec<f64>, Vec<f64>) {
    let reach = (REACH.0 * period_s).min(REACH.1);
    let nearest = |&tracked: &f64| {
        let beat = tracked + TRACKED_EARLY * period_s;
        let first = onsets.partition_point(|onset| onset.time_s < beat - reach);
        let near = onsets[first..].iter().take_while(|onset| onset.time_s <= beat + reach);
        let pull = |onset: &Peak| f64::from(onset.strength) * (1.2 - (onset.time_s - beat).abs() / reach);
        let best = near.max_by(|one, other| pull(one).total_cmp(&pull(other)));
        best.map_or((beat, BARE_WEIGHT), |onset| (onset.time_s, 1.0))
    };
    tracked.iter().map(nearest).unzip()
}

/// Returns beats on parabolas through their neighbours, moved half-way to their onset where it is
/// near. Parabolas follow a tempo that changes evenly.
fn smooth(snapped: &[f64], weights: &[f64]) -> Vec<f64> {
    let fit = |beat: usize| {
        let range = beat.saturating_sub(SPAN)..(beat + SPAN + 1).min(snapped.len());
        let mut kept: Vec<Point> = range
            .map(|index| Point { x: index as f64 - beat as f64, y: snapped[index], weight: weights[index] })
            .collect();
        let mut curve = fit_parabola(&kept);
        for _ in 0..2 {
            for point in &mut kept {
                if (curve[0] + point.x * (curve[1] + point.x * curve[2]) - point.y).abs() > STRAY_S {
                    point.weight = BARE_WEIGHT * BARE_WEIGHT;
                }
            }
            curve = fit_parabola(&kept);
        }
        if (curve[0] - snapped[beat]).abs() < STRAY_S { f64::midpoint(curve[0], snapped[beat]) } else { curve[0] }
    };
    let mut times: Vec<f64> = (0..snapped.len()).map(fit).collect();
    // Parabolas through few beats may cross: order is kept.
    times.sort_unstable_by(f64::total_cmp);
    times
}

struct Point {
    x: f64,
    y: f64,
    weight: f64,
}

/// Returns the coefficients of the parabola through weighted points, that of the constant first.
fn fit_parabola(points: &[Point]) -> [f64; 3] {
    let mut rows = [[0.0; 4]; 3];
    for point in points {
        let powers = [1.0, point.x, point.x * point.x];
        for (row, power) in rows.iter_mut().zip(powers) {
            for (value, other) in row.iter_mut().zip(powers.into_iter().chain([point.y])) {
                *value += point.weight * power * other;
            }
        }
    }
    // A bend or slope that few points do not determine is 0.
    for (index, row) in rows.iter_mut().enumerate() {
        row[index] += 1e-9;
    }
    for pivot in 0..3 {
        for other in pivot + 1..3 {
            let factor = rows[other][pivot] / rows[pivot][pivot];
            let above = rows[pivot];
            for (value, above) in rows[other].iter_mut().zip(above).skip(pivot) {
                *value -= factor * above;
            }
        }
    }
    let bend = rows[2][3] / rows[2][2];
    let slope = (rows[1][3] - rows[1][2] * bend) / rows[1][1];
    [(rows[0][3] - rows[0][1] * slope - rows[0][2] * bend) / rows[0][0], slope, bend]
}

/// Returns the phase in seconds of the grid of a period. `None` where neither beats nor onsets fit
/// it, or where onsets favour the beats that do not, such as in a ritardando.
fn grid(beats: &[f64], onsets: &[Peak], period_s: f64) -> Option<f64> {
    let (sine, cosine) = beats.iter().fold((0.0, 0.0), |(sine, cosine), beat| {
        let angle = std::f64::consts::TAU * (beat / period_s).fract();
        (sine + angle.sin(), cosine + angle.cos())
    });
    let mut phase = sine.atan2(cosine) / std::f64::consts::TAU * period_s;
    // The median ignores beats that slipped.
    let mut distances: Vec<f64> = beats.iter().map(|&beat| away(beat, phase, period_s)).collect();
    distances.sort_unstable_by(f64::total_cmp);
    phase += distances.get(distances.len() / 2)?;
    let astray: Vec<f64> = beats
        .iter()
        .copied()
        .filter(|&beat| away(beat, phase, period_s).abs() >= GRID_FIT.0.min(0.1 * period_s))
        .collect();
    if astray.len() as f64 > (1.0 - GRID_FIT.1) * beats.len() as f64 {
        // Trackers slip by parts of a beat where accents move, but onsets then keep their phase.
        return is_steady(onsets, period_s).then(|| usual_phase(beats, period_s)).flatten();
    }
    let for_beats: f64 = astray.iter().map(|&beat| support(beat, onsets)).sum();
    let for_grid: f64 = astray.iter().map(|&beat| support(beat - away(beat, phase, period_s), onsets)).sum();
    (astray.len() < FEW_ASTRAY || for_beats <= MORE_SUPPORT * for_grid).then_some(phase)
}

/// Returns the phase in seconds that most beats have. `None` without beats.
fn usual_phase(beats: &[f64], period_s: f64) -> Option<f64> {
    let near = |phase: f64| -> Vec<f64> {
        let mut distances: Vec<f64> = beats.iter().map(|&beat| away(beat, phase, period_s)).collect();
        distances.retain(|distance| distance.abs() < GRID_FIT.0.min(0.1 * period_s));
        distances.sort_unstable_by(f64::total_cmp);
        distances
    };
    let phase = beats.iter().copied().max_by_key(|&phase| near(phase).len())?;
    let distances = near(phase);
    Some(phase + distances[distances.len() / 2])
}

/// Returns the time from the nearest beat of a grid to a beat, in seconds.
fn away(beat: f64, phase: f64, period_s: f64) -> f64 {
    (beat - phase + period_s / 2.0).rem_euclid(period_s) - period_s / 2.0
}

/// Returns the strength of the onsets at a time.
fn support(time: f64, onsets: &[Peak]) -> f64 {
    let first = onsets.partition_point(|onset| onset.time_s < time - SUPPORT_S);
    let near = onsets[first..].iter().take_while(|onset| onset.time_s <= time + SUPPORT_S);
    near.map(|onset| f64::from(onset.strength)).sum()
}
