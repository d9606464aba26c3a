//! Readings, each stated once: [`table`] has a row for each value over time and for each value of
//! the whole, and a list of the meters with a file of their own.
//!
//! From its rows come [`MeterRow`] with its form in temporary files, [`MeterSeries`],
//! [`Measurement`] and [`LiveLevels`]. Documents, the page, `mixdown measure` and the mixer of
//! `mixdown play` are loops over [`SERIES`] and [`SUMMARY`].

mod interval;
mod table;
#[cfg(test)]
mod tests;

pub use interval::INTERVAL_MS;
pub(crate) use interval::interval_start;
pub(crate) use table::{Interval, IntervalMeters, LinePlot, SeriesPlot, Whole};
pub use table::{
    Label, Level, Linear, LiveLevels, Measurement, MeterRow, MeterSeries, SERIES, SUMMARY, SeriesReading, SeriesValue,
    SummaryReading, SummaryValue,
};
