//! Analytic responses, from the analogue prototypes: the oracle of law 10, independent of the
//! filters' coefficients.
//!
//! The bilinear transform maps the prototype's frequency axis and changes nothing else. A digital
//! filter designed at `hz` therefore has, at frequency f, exactly the prototype's response at Ω =
//! tan(πf/fs) / tan(π·hz/fs).

use std::f64::consts::{PI, TAU};
use std::fmt;
use std::sync::Arc;

/// Gain in dB at a frequency in hertz, at a sample rate in hertz.
#[derive(Clone)]
pub(crate) struct Response(Arc<dyn Fn(f64, f64) -> f64 + Send + Sync>);

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Response")
    }
}

impl Response {
    pub(crate) fn gain_db(&self, frequency_hz: f64, rate_hz: f64) -> f64 {
        (self.0)(frequency_hz, rate_hz)
    }

    fn new(gain_db: impl Fn(f64, f64) -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(gain_db))
    }

    /// Builds a response from a prototype's power at a frequency relative to its own.
    fn prototype(hz: f64, power: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        Self::new(move |frequency, rate| {
            let warped = (PI * frequency / rate).tan() / (PI * hz / rate).tan();
            10.0 * power(warped).log10()
        })
    }
}

/// Returns |a0 − a2·Ω² + j·a1·Ω|².
fn quadratic(warped: f64, a2: f64, a1: f64, a0: f64) -> f64 {
    (a0 - a2 * warped * warped).powi(2) + (a1 * warped).powi(2)
}

pub(crate) fn flat(gain_db: f64) -> Response {
    Response::new(move |_, _| gain_db)
}

/// Returns a Butterworth low-pass of an order.
pub(crate) fn low_pass(hz: f64, order: i32) -> Response {
    Response::prototype(hz, move |warped| 1.0 / (1.0 + warped.powi(2 * order)))
}

/// Returns a Butterworth high-pass of an order.
pub(crate) fn high_pass(hz: f64, order: i32) -> Response {
    Response::prototype(hz, move |warped| 1.0 / (1.0 + warped.powi(-2 * order)))
}

/// Returns Bristow-Johnson's cookbook bell: (s² + s·A/Q + 1) / (s² + s/(A·Q) + 1).
pub(crate) fn bell(hz: f64, gain_db: f64, q: f64) -> Response {
    let a = 10.0_f64.powf(gain_db / 40.0);
    Response::prototype(hz, move |w| quadratic(w, 1.0, a / q, 1.0) / quadratic(w, 1.0, 1.0 / (a * q), 1.0))
}

/// Returns the cookbook's low shelf: A · (s² + s·√A/Q + A) / (A·s² + s·√A/Q + 1).
pub(crate) fn low_shelf(hz: f64, gain_db: f64, q: f64) -> Response {
    let a = 10.0_f64.powf(gain_db / 40.0);
    let middle = a.sqrt() / q;
    Response::prototype(hz, move |w| a * a * quadratic(w, 1.0, middle, a) / quadratic(w, a, middle, 1.0))
}

/// Returns the cookbook's high shelf: A · (A·s² + s·√A/Q + 1) / (s² + s·√A/Q + A).
pub(crate) fn high_shelf(hz: f64, gain_db: f64, q: f64) -> Response {
    let a = 10.0_f64.powf(gain_db / 40.0);
    let middle = a.sqrt() / q;
    Response::prototype(hz, move |w| a * a * quadratic(w, a, middle, 1.0) / quadratic(w, 1.0, middle, a))
}

/// Returns the cookbook's notch: (s² + 1) / (s² + s/Q + 1).
pub(crate) fn notch(hz: f64, q: f64) -> Response {
    Response::prototype(hz, move |w| quadratic(w, 1.0, 0.0, 1.0) / quadratic(w, 1.0, 1.0 / q, 1.0))
}

/// Returns dry and wet: 1 − m + m·z / (1 − f·z), with z a delay in whole frames.
pub(crate) fn delay(time_ms: f64, feedback: f64, mix: f64) -> Response {
    Response::new(move |frequency, rate| {
        let frames = (time_ms / 1_000.0 * rate).round();
        let angle = TAU * frequency * frames / rate;
        let (re, im) = (angle.cos(), -angle.sin());
        // Over the common denominator: ((1 − m)·(1 − f·z) + m·z) / (1 − f·z).
        let slope = mix - (1.0 - mix) * feedback;
        let above = (1.0 - mix + slope * re).powi(2) + (slope * im).powi(2);
        let below = (1.0 - feedback * re).powi(2) + (feedback * im).powi(2);
        10.0 * (above / below).log10()
    })
}
