//! Delay over time: a line, or lines that meet where a clock changes its drift.

pub(super) mod breakpoints;
pub(super) mod line;
pub(super) mod thresholds;
