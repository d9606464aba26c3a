//! A delay tracked along both stems, segment by segment.

use super::cross_spectrum::Measured;
use super::cross_spectrum::Together;
use super::segment::Window;
use crate::align::time_map::piecewise::Course;

/// Result of the segments along a course.
pub(crate) struct Followed {
    pub(crate) window: Window,
    pub(crate) course: Course,
    pub(crate) measured: Vec<Measured>,
    pub(crate) together: Together,
    /// Time and delay of every segment, and of those that are on the course.
    pub(crate) exact: Vec<(f64, f64)>,
    pub(crate) on: Vec<(f64, f64)>,
    pub(crate) late_sd: f64,
    pub(crate) drift_sd: f64,
    /// Deviation of segments from the course beyond what noise causes, in frames.
    pub(crate) wander: f64,
}
