//! Types of the fields of a measurement.

use super::SummaryValue;
use crate::meter::rounded;

/// A field of a measurement, as documents have it.
pub(super) trait Round {
    fn round(&self, decimals: i32) -> Self;
}

impl Round for f64 {
    fn round(&self, decimals: i32) -> Self {
        rounded(*self, decimals)
    }
}

impl Round for Option<f64> {
    fn round(&self, decimals: i32) -> Self {
        self.map(|reading| rounded(reading, decimals))
    }
}

impl Round for Vec<f64> {
    fn round(&self, decimals: i32) -> Self {
        self.iter().map(|number| rounded(*number, decimals)).collect()
    }
}

/// Counts are whole numbers already.
macro_rules! counts {
    ($($count:ty),+) => {$(
        impl Round for $count {
            fn round(&self, _: i32) -> Self {
                *self
            }
        }

        impl From<&$count> for SummaryValue<'_> {
            fn from(count: &$count) -> Self {
                Self::Count(*count as u64)
            }
        }
    )+};
}

counts!(u32, u64, usize);

impl From<&f64> for SummaryValue<'_> {
    fn from(number: &f64) -> Self {
        Self::Number(*number)
    }
}

impl From<&Option<f64>> for SummaryValue<'_> {
    fn from(level: &Option<f64>) -> Self {
        Self::Level(*level)
    }
}

impl<'a> From<&'a Vec<f64>> for SummaryValue<'a> {
    fn from(channels: &'a Vec<f64>) -> Self {
        Self::Channels(channels)
    }
}
