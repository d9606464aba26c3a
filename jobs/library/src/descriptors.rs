//! Descriptors of one stem's sound.

use crate::Error;
use serde::{Deserialize, Serialize};

/// Measurements of one stem; what does not exist (the loudness of silence) is `None`, in JSON null.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Descriptors {
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Integrated loudness in LUFS, ITU-R BS.1770-4.
    pub integrated_lufs: Option<f64>,
    /// Root mean square level in dBFS.
    pub rms_dbfs: Option<f64>,
    /// Sample peak in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// True peak in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Peak over root mean square in dB, not below 0.
    pub crest_db: Option<f64>,
    /// Spectral centroid in hertz.
    pub spectral_centroid_hz: Option<f64>,
    /// Spectral bandwidth in hertz.
    pub spectral_bandwidth_hz: Option<f64>,
    /// Spectral rolloff in hertz.
    pub spectral_rolloff_hz: Option<f64>,
    /// Zero crossings per sample, 0 to 1.
    pub zero_crossing_rate: Option<f64>,
    /// Onsets per second.
    pub onset_rate_hz: Option<f64>,
    /// Share of the length that is silent, 0 to 1.
    pub silence_share: Option<f64>,
    /// Share of each pitch class from C to B in the harmonic energy; all not below 0.
    pub chroma: Option<[f64; 12]>,
}

impl Descriptors {
    /// Returns name and value of each single number.
    pub(crate) fn numbers(&self) -> [(&'static str, Option<f64>); 11] {
        [
            ("integrated_lufs", self.integrated_lufs),
            ("rms_dbfs", self.rms_dbfs),
            ("sample_peak_dbfs", self.sample_peak_dbfs),
            ("true_peak_dbtp", self.true_peak_dbtp),
            ("crest_db", self.crest_db),
            ("spectral_centroid_hz", self.spectral_centroid_hz),
            ("spectral_bandwidth_hz", self.spectral_bandwidth_hz),
            ("spectral_rolloff_hz", self.spectral_rolloff_hz),
            ("zero_crossing_rate", self.zero_crossing_rate),
            ("onset_rate_hz", self.onset_rate_hz),
            ("silence_share", self.silence_share),
        ]
    }

    /// Refuses values that are not finite or out of range.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (name, value) in self.numbers() {
            let Some(value) = value else { continue };
            if !value.is_finite() {
                return Err(Error::invalid(name, "must be finite, or null where it does not exist"));
            }
            // Levels alone may be negative.
            let is_level = name.contains("_lufs") || name.contains("_dbfs") || name.contains("_dbtp");
            let is_share = matches!(name, "zero_crossing_rate" | "silence_share");
            if !is_level && value < 0.0 || is_share && value > 1.0 {
                return Err(Error::invalid(name, format!("{value} is out of range")));
            }
        }
        if self.duration_s.is_some_and(|seconds| !seconds.is_finite() || seconds < 0.0) {
            return Err(Error::invalid("duration_s", "must be finite and not negative"));
        }
        if self.chroma.is_some_and(|chroma| chroma.iter().any(|bin| !bin.is_finite() || *bin < 0.0)) {
            return Err(Error::invalid("chroma", "must be finite and not negative"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        assert!(Descriptors::default().check().is_ok());
        let zero = Descriptors { crest_db: Some(0.0), rms_dbfs: Some(-90.0), ..Descriptors::default() };
        assert!(zero.check().is_ok());
        let nan = Descriptors { rms_dbfs: Some(f64::NAN), ..Descriptors::default() };
        assert!(nan.check().unwrap_err().to_string().starts_with("rms_dbfs: "));
        let silent = Descriptors { integrated_lufs: Some(f64::NEG_INFINITY), ..Descriptors::default() };
        assert!(silent.check().is_err());
        let share = Descriptors { silence_share: Some(1.5), ..Descriptors::default() };
        assert!(share.check().is_err());
        let negative = Descriptors { onset_rate_hz: Some(-1.0), ..Descriptors::default() };
        assert!(negative.check().is_err());
        let endless = Descriptors { duration_s: Some(f64::INFINITY), ..Descriptors::default() };
        assert!(endless.check().is_err());
        let chroma = Descriptors { chroma: Some([f64::INFINITY; 12]), ..Descriptors::default() };
        assert!(chroma.check().is_err());
    }
}
