//! Gains of the analytic responses that linear inserts state: the oracle of law 10, independent of
//! the filters' coefficients.
//!
//! Matched designs have the prototype's response at f itself, within what each states. The bilinear
//! transform maps a prototype's frequency axis and changes nothing else. A digital
//! filter designed at `hz` therefore has, at frequency f, exactly the prototype's response at Ω =
//! tan(πf/fs) / tan(π·hz/fs).

use mixdown_engine::dsp::laws::Response;
use std::f64::consts::{PI, TAU};

/// Axis of the frequencies of a response.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Axis {
    Analogue,
    Bilinear,
}

/// Returns the gain of a response in dB, at a frequency and a sample rate in hertz.
pub(crate) fn gain_db(response: &Response, axis: Axis, frequency_hz: f64, rate_hz: f64) -> f64 {
    let warped = |hz: f64| match axis {
        Axis::Analogue => frequency_hz / hz,
        Axis::Bilinear => (PI * frequency_hz / rate_hz).tan() / (PI * hz / rate_hz).tan(),
    };
    let power = match *response {
        Response::Flat { gain_db } => return gain_db,
        Response::LowPass { hz, order } => 1.0 / (1.0 + warped(hz).powi(2 * order)),
        Response::HighPass { hz, order } => 1.0 / (1.0 + warped(hz).powi(-2 * order)),
        Response::Biquad { hz, above, below } => quadratic(warped(hz), above) / quadratic(warped(hz), below),
        Response::Echo { time_ms, feedback, mix } => {
            echo((time_ms / 1_000.0 * rate_hz).round() * frequency_hz / rate_hz, feedback, mix)
        }
    };
    10.0 * power.log10()
}

/// Returns |a2·s² + a1·s + a0|² at s = j·Ω.
fn quadratic(warped: f64, [a2, a1, a0]: [f64; 3]) -> f64 {
    (a0 - a2 * warped * warped).powi(2) + (a1 * warped).powi(2)
}

/// Returns |1 − m + m·z / (1 − f·z)|², where z is a delay of so many cycles.
fn echo(cycles: f64, feedback: f64, mix: f64) -> f64 {
    let angle = TAU * cycles;
    let (re, im) = (angle.cos(), -angle.sin());
    // Over the common denominator: ((1 − m)·(1 − f·z) + m·z) / (1 − f·z).
    let slope = mix - (1.0 - mix) * feedback;
    let above = (1.0 - mix + slope * re).powi(2) + (slope * im).powi(2);
    let below = (1.0 - feedback * re).powi(2) + (feedback * im).powi(2);
    above / below
}
