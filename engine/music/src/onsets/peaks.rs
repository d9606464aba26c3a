//! Peaks of curves of flux.

use super::FRAME_RATE;

/// Frames on each side that a peak exceeds: 30 ms.
const REACH: usize = 3;
/// Frames on each side whose mean a peak exceeds: 100 ms.
const SURROUNDINGS: usize = 10;
/// Share of the strongest flux by which a peak exceeds its surroundings.
const LEAST_RISE: f32 = 0.08;
/// Share of frames that are weaker than the flux that counts as the strongest.
const STRONG: f64 = 0.98;
/// Flux below which nothing counts as an onset, such as the rounding of silence.
const LEAST_FLUX: f32 = 0.02;
/// Time by which the flux of an attack peaks before its start, in seconds, measured on drums.
pub(crate) const ADVANCE_SECONDS: f64 = 0.0025;

/// Peak of a curve of flux.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Start of the attack, in seconds.
    pub time_s: f64,
    /// Flux at the peak.
    pub strength: f32,
}

/// Returns the peaks of a curve of [`super::Onsets`], in order of time. Peaks are at least 30 ms
/// apart, and their times are finer than frames.
pub fn find_peaks(curve: &[f32]) -> Vec<Peak> {
    let least_rise = LEAST_RISE * quantile(curve, STRONG).max(LEAST_FLUX);
    let mut peaks = Vec::new();
    for (frame, &value) in curve.iter().enumerate() {
        let before = &curve[frame.saturating_sub(REACH)..frame];
        let after = &curve[frame + 1..(frame + 1 + REACH).min(curve.len())];
        let is_largest = before.iter().all(|&other| other < value) && after.iter().all(|&other| other <= value);
        if !is_largest || value < LEAST_FLUX {
            continue;
        }
        let near = &curve[frame.saturating_sub(SURROUNDINGS)..(frame + 1 + SURROUNDINGS).min(curve.len())];
        if value - near.iter().sum::<f32>() / near.len() as f32 > least_rise {
            let time_s = (frame as f64 + vertex(curve, frame)) / FRAME_RATE + ADVANCE_SECONDS;
            peaks.push(Peak { time_s, strength: value });
        }
    }
    peaks
}

/// Returns the number of peaks a second, 0 without frames.
pub fn onset_rate(curve: &[f32]) -> f64 {
    if curve.is_empty() { 0.0 } else { find_peaks(curve).len() as f64 * FRAME_RATE / curve.len() as f64 }
}

/// Returns the place of the vertex of the parabola through a frame and its neighbours, from -0.5 to
/// 0.5 frames after the frame.
fn vertex(curve: &[f32], frame: usize) -> f64 {
    if frame == 0 || frame + 1 >= curve.len() {
        return 0.0;
    }
    let [left, middle, right] = [frame - 1, frame, frame + 1].map(|index| f64::from(curve[index]));
    let bend = left - 2.0 * middle + right;
    if bend < -1e-12 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}

/// Returns the value that a share of the values lies below, 0 without values.
pub(crate) fn quantile(values: &[f32], share: f64) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let index = (share * sorted.len().saturating_sub(1) as f64) as usize;
    sorted.get(index).copied().unwrap_or(0.0)
}
