//! State of a detector with decoupled attack and release.

/// Decibels subtracted at each step: a reduction that fades ends at exactly 0, and never passes
/// through denormal floats.
pub(crate) const FADE_OUT_DB: f64 = 1e-12;

/// The smooth decoupled detector in the logarithmic domain (Giannoulis, Massberg, Reiss 2012,
/// "smooth decoupled peak detector"). A release that rises at once feeds an attack one-pole, so
/// that the reduction of a steady tone is that of the curve.
#[derive(Clone, Debug)]
pub(crate) struct Decoupled {
    pub(super) attack: f64,
    pub(super) release: f64,
    pub(super) held_db: f64,
    pub(super) smooth_db: f64,
}
