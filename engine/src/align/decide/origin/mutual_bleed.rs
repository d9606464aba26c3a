//! Mutual bleed: each of two microphones picks up the other's source. One source is delayed in the
//! second stem, and the other is delayed in the first.

use super::impulse_response::{Against, Response, StemBlocks};
use super::thresholds::THRESHOLDS;
use crate::align::features::stem::StemFeatures;
use crate::resample::TimeMap;

/// Least delay of a path, in seconds. Below it, a path does not matter and cannot be separated from
/// the other.
const NEAREST_S: f64 = 4e-4;
/// Extent of a path on either side: its filter, and the spread by a clock that wanders.
const AROUND_S: f64 = 1.5e-3;
/// Reflections up to this delay after a path belong to it.
const REFLECTIONS_S: f64 = 0.12;
/// Lags beyond the longest path, where only chance is left.
const CHANCE_S: f64 = 0.12;
/// Least height of a second path, in deviations of the lags around it, once the first one is
/// removed. Copies of twenty stems, filtered, noisy, drifting or under another instrument, leave 9.
/// Bleed of 15 to 30 dB leaves 11 to 70.
const LEAST_DEVIATIONS: f32 = 10.0;
/// Largest height of other peaks on the same side, as a share of a path. A path is one peak; others
/// nearly as high are the images of a stem that resembles itself.
const MOST_BESIDE: f32 = 0.85;
/// Least share of the later stem's power that is left once the known path is removed. It is the
/// stem's own source, which may be ten decibels softer than the bleed into it. Edges of blocks,
/// fractions of frames and late reflections leave 0.06 of a copy.
const LEAST_LEFT: f32 = 0.1;
/// Length of a block, in seconds.
const BLOCK_S: f64 = 0.7;

/// Two paths of opposite sign, in frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bleed {
    /// Delay of the first source in the second stem, above 0.
    pub(crate) forward: f64,
    /// Delay of the second source in the first stem, above 0.
    pub(crate) backward: f64,
    /// Gain of either path, as a factor.
    pub(crate) gains: (f32, f32),
}

impl Bleed {
    /// Returns the same as seen from the second stem.
    pub(crate) fn reversed(self) -> Self {
        Self { forward: self.backward, backward: self.forward, gains: (self.gains.1, self.gains.0) }
    }

    /// Returns the delay of the second stem along the louder path, in frames.
    pub(crate) fn louder(&self) -> f64 {
        if self.gains.0 >= self.gains.1 { self.forward } else { -self.backward }
    }
}

/// Looks for a path from `late` to `early`, beside the one by which `late` follows `early` along
/// `course`.
///
/// The known path is removed first. A stem that resembles itself has images of it on both sides.
pub(crate) fn bleed(early: &StemFeatures, late: &StemFeatures, course: &TimeMap) -> Option<Bleed> {
    let rate = early.rate().as_f64();
    let frames = |seconds: f64| (seconds * rate) as i64;
    let offset = course.delay(early.kept() as f64 / 2.0).round() as i64;
    if offset < frames(NEAREST_S) {
        return None;
    }
    let size = crate::align::correlate::fft::fast_size((BLOCK_S * rate) as usize);
    // Both are read along the course, so that a drift spreads nothing, and the known path lies at
    // 0.
    let blocks = StemBlocks::new(size, early.kept().min(late.kept()), |start, first, second| {
        early.read(start, first);
        late.read(start + course.delay(start as f64 + size as f64 / 2.0).round() as i64, second);
    });
    let band = (60.0 / rate, (12_000.0 / rate).min(0.42));
    let gate = -(offset + frames(NEAREST_S)).max(frames(AROUND_S));
    // The edge of the removed path stands out by itself.
    let nearest = gate - frames(NEAREST_S);
    let farthest = -(offset + frames(THRESHOLDS.acoustic_s));
    let last = farthest - frames(CHANCE_S);
    let rest = blocks.without_path(&(gate..=frames(REFLECTIONS_S)));
    let common = rest.response(Against::Both, last.unsigned_abs() as usize, band);
    let chance = common.deviation_among(last..=nearest);
    let (height, lag) = common.highest(farthest..=nearest);
    let beside = |of: i64| (of - lag).abs() > frames(NEAREST_S);
    let next = (farthest..=nearest).filter(|of| beside(*of)).map(|of| common.at(of).abs()).fold(0.0, f32::max);
    let stands = height >= LEAST_DEVIATIONS * chance && next <= MOST_BESIDE * height;
    if !stands || rest.share_of(&blocks, band) < LEAST_LEFT || !is_summit(&common, lag, frames(NEAREST_S)) {
        return None;
    }
    let reach = lag.unsigned_abs() as usize + 2;
    Some(Bleed {
        forward: offset as f64,
        backward: -(exactly(&common, lag) + offset as f64),
        gains: (
            blocks.response(Against::First, reach, band).peak(0, 2).0,
            rest.response(Against::Second, reach, band).peak(lag, 2).0,
        ),
    })
}

/// Returns true if a peak is one of its own and not the slope of another beyond the searched lags.
fn is_summit(response: &Response, lag: i64, nearest: i64) -> bool {
    response.peak(lag, nearest / 2).1 == lag
}

/// Returns the top of the parabola through a peak and its neighbours.
fn exactly(response: &Response, lag: i64) -> f64 {
    let [before, here, after] = [-1, 0, 1].map(|by| f64::from(response.at(lag + by)));
    let bend = before - 2.0 * here + after;
    let by = if bend == 0.0 { 0.0 } else { 0.5 * (before - after) / bend };
    lag as f64 + by.clamp(-0.5, 0.5)
}
