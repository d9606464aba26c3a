//! Copies with feedback: the same sound again and again at multiples of one delay, ever softer.

use super::impulse_response::{Against, Response, StemBlocks};
use super::thresholds::THRESHOLDS;
use crate::align::correlate::thresholds::THRESHOLDS as CORRELATE;
use crate::align::features::prepared::PreparedStem;

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
    if !(THRESHOLDS.min_feedback_s..=THRESHOLDS.max_feedback_s).contains(&(delay / rate)) {
        return None;
    }
    let size =
        crate::align::correlate::fft::fast_size((THRESHOLDS.feedback_block_delays * delay / factor as f64) as usize)
            .max(1 << 14);
    let frames = early.stem.kept().max(late.stem.kept()) / factor;
    let blocks = StemBlocks::new(size, frames, |start, first, second| {
        first.copy_from_slice(&early.decimated_from(start, first.len()));
        second.copy_from_slice(&late.decimated_from(start, second.len()));
    });
    let lag = |copies: f64| (copies * delay / factor as f64).round() as i64;
    let reach = (lag(3.0) + 64) as usize;
    let decimated = rate / factor as f64;
    let response =
        blocks.response(Against::First, reach, (CORRELATE.min_band_hz / decimated, CORRELATE.max_band_share));
    Some(judge(&response, lag))
}

fn judge(response: &Response, lag: impl Fn(f64) -> i64) -> Echoes {
    let height = |copies: f64| response.peak(lag(copies), THRESHOLDS.max_copy_deviation_frames).0;
    let [first, second, third] = [1.0, 2.0, 3.0].map(height);
    let (dry, before) = (height(0.0), height(-1.0));
    let stands = second >= THRESHOLDS.min_second_copy_sd * response.deviation
        && third >= THRESHOLDS.min_third_copy_sd * response.deviation;
    let falls = first > second && second > third;
    Echoes {
        feedback: stands
            && falls
            && third >= THRESHOLDS.min_copy_to_image * before
            && second >= THRESHOLDS.min_copy_to_image * before.max(0.2 * dry),
        dry: dry >= THRESHOLDS.min_second_copy_sd * response.deviation
            && dry >= THRESHOLDS.min_copy_to_image * second
            && dry >= 0.05 * first,
    }
}
