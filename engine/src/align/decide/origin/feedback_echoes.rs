//! Copies with feedback: the same sound again and again at multiples of one delay, ever softer.

use super::impulse_response::{Against, Response, StemBlocks};
use crate::align::features::prepared::PreparedStem;

/// Delays that may have feedback, in seconds. Below, the reflections of a room are as dense; above,
/// no effect's delay is as long.
const DELAY_S: (f64, f64) = (0.04, 4.0);
/// Length of a block, in delays.
const BLOCK_DELAYS: f64 = 8.0;
/// Least height of the second and the third copy, in deviations.
const SECOND_DEVIATIONS: f32 = 8.0;
const THIRD_DEVIATIONS: f32 = 5.0;
/// Least height of a copy, as a multiple of its image. A stem that resembles itself has an image of
/// a copy on the other side of the first.
const OVER_IMAGE: f32 = 1.5;
/// Largest distance of a copy from its multiple of the delay, in decimated frames.
const AROUND: i64 = 2;

/// Copies at multiples of the delay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Echoes {
    /// Two further copies, each softer than the one before it.
    pub(crate) feedback: bool,
    /// The later stem also contains the earlier one without delay.
    pub(crate) dry: bool,
}

/// Looks for copies of `early` in `late`, whose first copy has a delay of `delay` frames. `None`
/// for delays that are not musical.
pub(crate) fn echoes(early: &PreparedStem<'_>, late: &PreparedStem<'_>, delay: f64) -> Option<Echoes> {
    let (rate, factor) = (early.stem.rate().as_f64(), early.factor());
    if !(DELAY_S.0..=DELAY_S.1).contains(&(delay / rate)) {
        return None;
    }
    let size = crate::align::correlate::fft::fast_size((BLOCK_DELAYS * delay / factor as f64) as usize).max(1 << 14);
    let frames = early.stem.kept().max(late.stem.kept()) / factor;
    let blocks = StemBlocks::new(size, frames, |start, first, second| {
        first.copy_from_slice(&early.window(start, first.len()));
        second.copy_from_slice(&late.window(start, second.len()));
    });
    let lag = |copies: f64| (copies * delay / factor as f64).round() as i64;
    let reach = (lag(3.0) + 64) as usize;
    let decimated = rate / factor as f64;
    let response = blocks.response(Against::First, reach, (60.0 / decimated, 0.42));
    Some(judge(&response, lag))
}

fn judge(response: &Response, lag: impl Fn(f64) -> i64) -> Echoes {
    let height = |copies: f64| response.peak(lag(copies), AROUND).0;
    let [first, second, third] = [1.0, 2.0, 3.0].map(height);
    let (dry, before) = (height(0.0), height(-1.0));
    let stands = second >= SECOND_DEVIATIONS * response.deviation && third >= THIRD_DEVIATIONS * response.deviation;
    let falls = first > second && second > third;
    Echoes {
        feedback: stands && falls && third >= OVER_IMAGE * before && second >= OVER_IMAGE * before.max(0.2 * dry),
        dry: dry >= SECOND_DEVIATIONS * response.deviation && dry >= OVER_IMAGE * second && dry >= 0.05 * first,
    }
}
