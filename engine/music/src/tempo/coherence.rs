//! Exact period of a steady pulse, from the phases of all onsets.

use super::steadiness::resultant;
use crate::onsets::Peak;

/// Pulses of a beat whose coherence counts, with their weights.
const HARMONICS: [(f64, f64); 3] = [(1.0, 1.0), (2.0, 0.8), (4.0, 0.5)];
/// Steps across the width of the peak of coherence.
const STEPS: f64 = 16.0;

/// Pulse with a constant period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// Time between beats, in seconds.
    pub seconds: f64,
    /// Coherence of the onsets with it, 0 to 1.
    pub coherence: f64,
}

/// Returns the period near `about_s`, within a share of it, with which onsets are most coherent.
/// `None` without onsets, or where they last no longer than four periods.
pub fn find_period(onsets: &[Peak], about_s: f64, share: f64) -> Option<Period> {
    let (first, last) = (onsets.first()?.time_s, onsets.last()?.time_s);
    let length = last - first;
    if length < 4.0 * about_s || about_s <= 0.0 {
        return None;
    }
    // A period that differs by this share is a whole beat off at the end.
    let width = about_s / length;
    let step = width / STEPS;
    let count = (share / step).ceil() as i32;
    let at = |offset: f64| coherence(onsets, about_s * (1.0 + offset));
    let tried: Vec<f64> = (-count..=count).map(|index| at(f64::from(index) * step)).collect();
    let best = (0..tried.len()).max_by(|&one, &other| tried[one].total_cmp(&tried[other]))?;
    let mut offset = (best as i32 - count) as f64 * step;
    let mut reach = step;
    // Golden sections would need fewer tries; thirds need no state.
    for _ in 0..24 {
        let (left, right) = (offset - reach / 3.0, offset + reach / 3.0);
        offset = if at(left) > at(right) { left } else { right };
        reach *= 2.0 / 3.0;
    }
    Some(Period { seconds: about_s * (1.0 + offset), coherence: at(offset) })
}

/// Returns how well the onsets share one phase of a period and its parts, 0 to 1.
pub(crate) fn coherence(onsets: &[Peak], period_s: f64) -> f64 {
    let total: f64 = onsets.iter().map(|onset| f64::from(onset.strength)).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let weights: f64 = HARMONICS.iter().map(|(_, weight)| weight).sum();
    let length = |(sine, cosine): (f64, f64)| sine.hypot(cosine);
    let sum: f64 =
        HARMONICS.iter().map(|(harmonic, weight)| weight * length(resultant(onsets, period_s / harmonic))).sum();
    sum / total / weights
}
