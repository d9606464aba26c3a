//! Levels of a strip between two texts.

use mixdown_engine::live::{Reading, StripName};
use mixdown_engine::meter::power_db;
use serde_json::{Value, json};

/// Levels of a strip since the last text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StripLevels {
    peak_dbfs: Option<f64>,
    power: f64,
    readings: u32,
    reduction_db: f64,
}

impl StripLevels {
    /// Adds a reading.
    pub(super) fn add(&mut self, reading: &Reading) {
        let peak_dbfs = reading.levels.peak_dbfs;
        self.peak_dbfs = match (self.peak_dbfs, peak_dbfs) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        self.power += reading.levels.rms_dbfs.map_or(0.0, |level| 10.0_f64.powf(level / 10.0));
        self.readings += 1;
        self.reduction_db = self.reduction_db.max(reading.gain_reduction_db);
    }

    /// Returns the levels for a text, and begins anew.
    pub(super) fn take(&mut self, place: &StripName) -> Value {
        let Self { peak_dbfs, power, readings, reduction_db } = std::mem::take(self);
        let rms_dbfs = power_db(power / f64::from(readings.max(1)));
        json!({
            "place": place,
            "peak_dbfs": peak_dbfs.map(shown),
            "rms_dbfs": rms_dbfs.map(shown),
            "reduction_db": shown(reduction_db),
        })
    }
}

/// Returns a level as texts show it: hundredths.
pub(super) fn shown(level: f64) -> f64 {
    mixdown_engine::meter::rounded(level, 2)
}
