//! Mutual bleed: of two microphones each takes up the other's source, so that one source is late in the second and the other
//! is late in the first.

use super::super::StemFeatures;
use super::response::{Against, Blocks, Response};
use super::thresholds::THRESHOLDS;

/// Lags that are looked at, in multiples of the longest path: the images of its peaks lie among them.
const REACH: f64 = 3.0;
/// Nearer to 0 a path does not matter, and is not told from the other.
const NEAREST_S: f64 = 4e-4;
/// What a path stands out by, in deviations of the lags without one.
const LEAST_DEVIATIONS: f32 = 9.0;
/// … and at least as a share of the higher one. A copy whose notes resemble each other has peaks of a
/// few hundredths on the other side of 0, and one path explains them.
const LEAST_SHARE: f32 = 0.15;
/// A stem that resembles itself has an image of a peak on either side of it: a path has none as high as this share.
const IMAGE: f32 = 0.6;
/// Blocks, in seconds.
const BLOCK_S: f64 = 0.7;

/// Two paths of opposite sign, in frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::align) struct Bleed {
    /// By how much the first source is late in the second stem, above 0.
    pub(in crate::align) forward: f64,
    /// By how much the second source is late in the first stem, above 0.
    pub(in crate::align) backward: f64,
    /// The gain of either path, as a factor.
    pub(in crate::align) gains: (f32, f32),
}

impl Bleed {
    /// The lateness of the second stem along the louder path, in frames.
    pub(in crate::align) fn louder(&self) -> f64 {
        if self.gains.0 >= self.gains.1 { self.forward } else { -self.backward }
    }
}

/// Looks for paths of opposite sign between two stems.
pub(in crate::align) fn bleed(a: &StemFeatures, b: &StemFeatures) -> Option<Bleed> {
    let rate = a.rate().as_f64();
    let size = super::super::transforms::fast_size((BLOCK_S * rate) as usize);
    let blocks = Blocks::new(size, a.kept().min(b.kept()), |start, first, second| {
        a.read(start, first);
        b.read(start, second);
    });
    let longest = (THRESHOLDS.acoustic_s * rate) as i64;
    let reach = (REACH * THRESHOLDS.acoustic_s * rate) as usize;
    let band = (60.0 / rate, (12_000.0 / rate).min(0.42));
    let common = blocks.response(Against::Both, reach, band);
    let nearest = (NEAREST_S * rate) as i64;
    let (late, early) = (common.highest(nearest..=longest), common.highest(-longest..=-nearest));
    let (low, high) = if late.0 >= early.0 { (early, late) } else { (late, early) };
    // What both hold in time is one signal, and its echoes lie about it.
    if common.peak(0, nearest).0 >= high.0 {
        return None;
    }
    let stands = low.0 >= LEAST_DEVIATIONS * common.deviation && low.0 >= LEAST_SHARE * high.0;
    let image = common.peak(2 * high.1 - low.1, nearest / 2).0;
    if !stands || image >= IMAGE * low.0 || !is_summit(&common, low, nearest) {
        return None;
    }
    let gain = |against, lag| blocks.response(against, reach, band).peak(lag, 2).0;
    Some(Bleed {
        forward: exactly(&common, late.1),
        backward: -exactly(&common, early.1),
        gains: (gain(Against::First, late.1), gain(Against::Second, early.1)),
    })
}

/// Whether a peak is one of its own and not the slope of another beyond the lags looked at.
fn is_summit(response: &Response, peak: (f32, i64), nearest: i64) -> bool {
    response.peak(peak.1, nearest / 2).1 == peak.1
}

/// The top of the parabola through a peak and its neighbours.
fn exactly(response: &Response, lag: i64) -> f64 {
    let [before, here, after] = [-1, 0, 1].map(|by| f64::from(response.at(lag + by)));
    let bend = before - 2.0 * here + after;
    let by = if bend == 0.0 { 0.0 } else { 0.5 * (before - after) / bend };
    lag as f64 + by.clamp(-0.5, 0.5)
}
