//! Values of a row: an hour of 64 tracks is two million rows, so each is as small as its range
//! allows.

use super::Rounding;

/// Reading that may not exist. It is rounded when it is made: f32 holds that.
#[derive(Clone, Copy, Debug)]
pub struct Level(f32);

impl Level {
    /// Bytes in a file.
    pub(super) const BYTES: usize = size_of::<f32>();

    pub(super) fn new(reading: Option<f64>, rounding: Rounding) -> Self {
        Self(reading.map_or(f32::NAN, |reading| rounding.of(reading) as f32))
    }

    /// Returns the reading, rounded as its row of the table states.
    pub fn get(self) -> Option<f32> {
        Some(self.0).filter(|reading| !reading.is_nan())
    }

    /// Returns the reading as in [`MeterSeries`](super::MeterSeries).
    pub(super) fn value(self, _: Rounding) -> Option<f32> {
        self.get()
    }

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0.to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(f32::from_le_bytes(bytes))
    }
}

impl PartialEq for Level {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

/// Linear value that always exists and may exceed the range of f32. It is rounded when it is
/// written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear(f64);

impl Linear {
    /// Bytes in a file.
    pub(super) const BYTES: usize = size_of::<f64>();

    pub(super) fn new(reading: Option<f64>, _: Rounding) -> Self {
        Self(reading.unwrap_or(0.0))
    }

    /// Returns the value, not rounded.
    pub fn get(self) -> f64 {
        self.0
    }

    /// Returns the value as in [`MeterSeries`](super::MeterSeries).
    pub(super) fn value(self, rounding: Rounding) -> f64 {
        rounding.of(self.0)
    }

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0.to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(f64::from_le_bytes(bytes))
    }
}

/// Takes the bytes of the next cell of a row.
pub(super) fn next_bytes<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    // A row has as many bytes as its cells together.
    let (next, after) = rest.split_first_chunk().unwrap_or((&[0; N], &[]));
    *rest = after;
    *next
}
