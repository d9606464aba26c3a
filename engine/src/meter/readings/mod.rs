//! Readings, each stated once: [`table`] has a row for each value over time and for each value of
//! the whole, and a list of the meters with a file of their own.
//!
//! From its rows come [`MeterRow`] with its form in temporary files, [`MeterSeries`],
//! [`Measurement`] and [`LiveLevels`]. Documents, the page, `mixdown measure` and the mixer of
//! `mixdown play` are loops over [`SERIES`] and [`SUMMARY`].

mod cell;
mod columns;
mod emit;
mod fields;
mod interval;
mod sources;
mod table;
#[cfg(test)]
mod tests;

pub use cell::{Level, Linear};
pub use columns::{Label, SeriesReading, SummaryReading};
pub(crate) use columns::{LinePlot, Rounding, SeriesPlot};
pub use columns::{SeriesValue, SummaryValue};
pub use interval::INTERVAL_MS;
pub(crate) use interval::interval_start;
pub(crate) use sources::{Interval, Whole};
pub(crate) use table::IntervalMeters;
pub use table::{LiveLevels, Measurement, MeterRow, MeterSeries, SERIES, SUMMARY};
