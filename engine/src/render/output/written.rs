//! The master as written.

use super::waveform_files::PagedWaveform;
use crate::meter::Measurement;

/// The written audio, in the file or in memory.
pub(crate) struct WrittenMaster {
    pub(crate) measurement: Measurement,
    /// Drawn from the same samples; `None` if no data are requested.
    pub(crate) waveform: Option<PagedWaveform>,
    /// Samples clipped to full scale.
    pub(crate) clipped_samples: u64,
}
