//! Mutual bleed: each of two microphones picks up the other's source. One source is delayed in the
//! second stem, and the other is delayed in the first.

use super::impulse_response::{Against, Response, StemBlocks};
use super::thresholds::THRESHOLDS;
use crate::align::correlate::thresholds::THRESHOLDS as CORRELATE;
use crate::align::features::stem::StemFeatures;
use crate::resample::TimeMap;

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
/// `time_map`.
///
/// The known path is removed first. A stem that resembles itself has images of it on both sides.
pub(crate) fn bleed(early: &StemFeatures, late: &StemFeatures, time_map: &TimeMap) -> Option<Bleed> {
    let rate = early.rate().as_f64();
    let frames = |seconds: f64| (seconds * rate) as i64;
    let offset = time_map.delay(early.kept() as f64 / 2.0).round() as i64;
    if offset < frames(THRESHOLDS.min_path_s) {
        return None;
    }
    let size = crate::align::correlate::fft::fast_size((THRESHOLDS.bleed_block_s * rate) as usize);
    // Both are read along the time map, so that a drift spreads nothing, and the known path lies at
    // 0.
    let blocks = StemBlocks::new(size, early.kept().min(late.kept()), |start, first, second| {
        early.read(start, first);
        late.read(start + time_map.delay(start as f64 + size as f64 / 2.0).round() as i64, second);
    });
    let band = (CORRELATE.min_band_hz / rate, (CORRELATE.max_band_hz / rate).min(CORRELATE.max_band_share));
    let gate = -(offset + frames(THRESHOLDS.min_path_s)).max(frames(THRESHOLDS.path_reach_s));
    // The edge of the removed path stands out by itself.
    let nearest = gate - frames(THRESHOLDS.min_path_s);
    let farthest = -(offset + frames(THRESHOLDS.acoustic_s));
    let last = farthest - frames(THRESHOLDS.chance_s);
    let rest = blocks.without_path(&(gate..=frames(THRESHOLDS.path_tail_s)));
    let common = rest.response(Against::Both, last.unsigned_abs() as usize, band);
    let chance = common.deviation_among(last..=nearest);
    let (height, lag) = common.highest(farthest..=nearest);
    let beside = |of: i64| (of - lag).abs() > frames(THRESHOLDS.min_path_s);
    let next = (farthest..=nearest).filter(|of| beside(*of)).map(|of| common.at(of).abs()).fold(0.0, f32::max);
    let stands = height >= THRESHOLDS.min_path_sd * chance && next <= THRESHOLDS.max_beside_height_share * height;
    if !stands
        || rest.share_of(&blocks, band) < THRESHOLDS.min_own_power_share
        || !is_summit(&common, lag, frames(THRESHOLDS.min_path_s))
    {
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
