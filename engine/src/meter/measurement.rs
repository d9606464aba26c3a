//! Readings of a whole programme, as in reports and documents.

use super::rounded;
use serde::{Deserialize, Serialize};

/// Result of a measurement. A reading that does not exist (silence, too short, one channel) is
/// `None`, JSON `null`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Channels per frame.
    pub channels: usize,
    /// Frames measured.
    pub frames: u64,
    /// Their length in seconds.
    pub duration_s: f64,
    /// Integrated loudness, LUFS (ITU-R BS.1770-4).
    pub integrated_lufs: Option<f64>,
    /// Loudness range, LU (EBU Tech 3342); unstable in programmes under a minute.
    pub loudness_range_lu: Option<f64>,
    /// Loudest 400 ms, LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Loudest 3 s, LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// Highest level between samples or at them, all channels, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Largest sample, all channels, dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// Root mean square over frames and channels, dBFS (−3.01 for a full-scale sine).
    pub rms_dbfs: Option<f64>,
    /// Crest factor: sample peak over RMS, dB.
    pub crest_db: Option<f64>,
    /// Peak to loudness ratio: true peak over integrated loudness, dB.
    pub plr_db: Option<f64>,
    /// Mean of each channel, full scale 1.0.
    pub dc_offset: Vec<f64>,
    /// Correlation of the first two channels, −1 to 1.
    pub correlation: Option<f64>,
    /// Samples of magnitude 1.0 or more, every channel counted.
    pub clipped_samples: u64,
    /// Samples that are NaN, infinite or beyond ±10³⁰, every channel counted; they were measured as
    /// 0.
    pub non_finite_samples: u64,
}

impl Measurement {
    /// Returns the readings as written to documents: levels to 0.01 dB, correlation to 0.001,
    /// offsets and seconds to 0.000001.
    #[must_use]
    pub fn rounded(&self) -> Self {
        let level = |reading: Option<f64>| reading.map(|db| rounded(db, 2));
        Self {
            duration_s: rounded(self.duration_s, 6),
            integrated_lufs: level(self.integrated_lufs),
            loudness_range_lu: level(self.loudness_range_lu),
            max_momentary_lufs: level(self.max_momentary_lufs),
            max_short_term_lufs: level(self.max_short_term_lufs),
            true_peak_dbtp: level(self.true_peak_dbtp),
            sample_peak_dbfs: level(self.sample_peak_dbfs),
            rms_dbfs: level(self.rms_dbfs),
            crest_db: level(self.crest_db),
            plr_db: level(self.plr_db),
            dc_offset: self.dc_offset.iter().map(|offset| rounded(*offset, 6)).collect(),
            correlation: self.correlation.map(|correlation| rounded(correlation, 3)),
            ..*self
        }
    }
}
