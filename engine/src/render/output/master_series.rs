//! Readings of the master every 100 ms: in temporary files until they are drawn and written.

use crate::meter::Measurement;
use crate::render::spill::byte_log::ByteLog;
use crate::render::spill::meter_log::MeterLog;
use crate::report::MasterOutline;
use std::io;

/// Bytes of one value of the limiter.
const REDUCTION_BYTES: usize = size_of::<f64>();

/// The master's readings over time, and of the whole.
pub(crate) struct MasterReadings {
    /// Log of one strip.
    pub(crate) log: MeterLog,
    /// The limiter's largest gain reduction of every 100 ms, dB: see [`reductions`].
    pub(crate) reduction: ByteLog,
    /// Measurement of the whole, rounded.
    pub(crate) summary: Measurement,
}

impl MasterReadings {
    /// Returns the outline for the page and the picture.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub(crate) fn outline(&mut self) -> io::Result<MasterOutline> {
        let mut outline = MasterOutline::new(self.log.rows(0), self.reduction.length() as usize / REDUCTION_BYTES);
        for page in 0..self.log.pages(0) {
            self.log.page(0, page)?.iter().for_each(|row| outline.add_row(row));
        }
        for page in 0..self.reduction.pages() {
            reductions(self.reduction.page(page)?).for_each(|reduction_db| outline.add_reduction(reduction_db));
        }
        Ok(outline)
    }
}

/// Appends values of the limiter.
///
/// # Errors
/// When the temporary file cannot be written.
pub(crate) fn add_reductions(log: &mut ByteLog, reductions_db: &[f64]) -> io::Result<()> {
    log.extend(reductions_db.iter().flat_map(|reduction| reduction.to_le_bytes()))
}

/// Returns the values of the limiter in a page.
pub(crate) fn reductions(bytes: &[u8]) -> impl Iterator<Item = f64> {
    bytes.as_chunks::<REDUCTION_BYTES>().0.iter().map(|reduction| f64::from_le_bytes(*reduction))
}
