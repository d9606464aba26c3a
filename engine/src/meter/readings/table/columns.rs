//! Columns of the table of readings.

use super::{Interval, Measurement, MeterRow};
use crate::meter::rounded;
use serde::Serialize;

/// Reading over time: a row of [`SERIES`](super::SERIES).
#[derive(Clone, Copy, Debug)]
pub struct SeriesReading {
    /// Its key in documents; its field in [`MeterRow`] and [`MeterSeries`](super::MeterSeries).
    pub key: &'static str,
    /// Its unit; empty for a ratio or a linear value.
    pub unit: &'static str,
    /// Its description, as in `docs/formats.md`.
    pub doc: &'static str,
    /// Its label in the mixer of `mixdown play`, which shows it for the master.
    pub live: Option<Label>,
    /// Its label among the figures under the pointer on the page.
    pub(crate) pointer: Option<&'static str>,
    /// Its line on the page.
    pub(crate) plot: Option<SeriesPlot>,
    pub(crate) rounding: Rounding,
    pub(super) of: fn(&Interval<'_>) -> Option<f64>,
    pub(super) value: fn(&MeterRow, Rounding) -> SeriesValue,
}

impl SeriesReading {
    /// A row with its optional columns empty.
    pub(super) const PLAIN: Self = Self {
        key: "",
        unit: "",
        doc: "",
        live: None,
        pointer: None,
        plot: None,
        rounding: Rounding::Decimals(2),
        of: |_| None,
        value: |_, _| SeriesValue::Level(None),
    };

    /// Returns the value of an interval, rounded as in documents.
    pub fn value(&self, row: &MeterRow) -> SeriesValue {
        (self.value)(row, self.rounding)
    }
}

/// Value of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SeriesValue {
    /// A reading that may not exist.
    Level(Option<f32>),
    /// A linear value.
    Linear(f64),
}

impl From<Option<f32>> for SeriesValue {
    fn from(level: Option<f32>) -> Self {
        Self::Level(level)
    }
}

impl From<f64> for SeriesValue {
    fn from(linear: f64) -> Self {
        Self::Linear(linear)
    }
}

/// Line of a reading on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SeriesPlot {
    /// A line in the plot of loudness: its class, which is its colour, and its name.
    Loudness(&'static str, &'static str),
    /// The surface in the plot of true peaks.
    TruePeaks,
    /// A line in a plot of its own.
    Line(LinePlot),
}

/// Plot of one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LinePlot {
    pub(crate) title: &'static str,
    /// The least and the largest value that it spans.
    pub(crate) span: (f64, f64),
    /// Marks: values with their labels.
    pub(crate) marks: &'static [(f64, &'static str)],
    /// True for an axis of equal ratios.
    pub(crate) logarithmic: bool,
    /// True if a point that stands for several values is the least of them, not the largest.
    pub(crate) lowest: bool,
    /// Key of the value of the whole, which the caption states with these words behind it.
    pub(crate) whole: (&'static str, &'static str),
    /// Reason for which there is no such value, unless the mix is silent.
    pub(crate) missing: &'static str,
}

/// Reading of the whole: a row of [`SUMMARY`](super::SUMMARY).
#[derive(Clone, Copy, Debug)]
pub struct SummaryReading {
    /// Its key in documents; its field in [`Measurement`].
    pub key: &'static str,
    /// Its unit; empty for a ratio or a linear value.
    pub unit: &'static str,
    /// Its description, as in `docs/formats.md`.
    pub doc: &'static str,
    /// Decimals to which it is rounded in documents; without meaning for counts.
    pub decimals: i32,
    /// Its column in the table of `mixdown measure`.
    pub column: Option<Label>,
    /// Its column in the page's table of the master, and the decimals there.
    pub(crate) master: Option<Label>,
    /// Its column in the page's tables of tracks and buses.
    pub(crate) strip: Option<&'static str>,
    pub(super) value: fn(&Measurement) -> SummaryValue<'_>,
}

impl SummaryReading {
    /// A row with its optional columns empty.
    pub(super) const PLAIN: Self = Self {
        key: "",
        unit: "",
        doc: "",
        decimals: 2,
        column: None,
        master: None,
        strip: None,
        value: |_| SummaryValue::Level(None),
    };

    /// Returns the value of a measurement.
    pub fn value<'a>(&self, measurement: &'a Measurement) -> SummaryValue<'a> {
        (self.value)(measurement)
    }
}

/// Value of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SummaryValue<'a> {
    /// A reading that may not exist.
    Level(Option<f64>),
    /// A number that always exists.
    Number(f64),
    /// A count.
    Count(u64),
    /// A number per channel.
    Channels(&'a [f64]),
}

/// Name of a reading in a table for people, and the decimals that it has there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The name.
    pub text: &'static str,
    /// Decimals.
    pub decimals: u8,
}

/// Precision of a value in documents, so that they stay small and byte-stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// This many decimals.
    Decimals(i32),
    /// This many significant digits.
    Digits(usize),
}

impl Rounding {
    /// Returns the rounded value.
    pub(in crate::meter::readings) fn of(self, value: f64) -> f64 {
        match self {
            Self::Decimals(decimals) => rounded(value, decimals),
            // By way of its decimal form: a power of ten times an integer is not exact in binary
            // and would print all its digits.
            Self::Digits(digits) => format!("{value:.*e}", digits - 1).parse().unwrap_or(0.0),
        }
    }
}
