//! Sums of squares, and the levels that they give.

use crate::document::Level;
use mixdown_engine::meter::rounded;

/// Level below which a song is silent, in dBFS.
const SILENCE_DBFS: f64 = -120.0;
/// Lowest level that is stated, in dB: below it, the arithmetic of 32-bit samples is all there is.
const FLOOR_DB: f64 = -200.0;

/// Sums of squares of song and residual.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Energies {
    pub(super) song: f64,
    pub(super) residual: f64,
}

impl Energies {
    /// Adds one sample of each.
    pub(super) fn add(&mut self, song: f64, residual: f64) {
        self.song += song * song;
        self.residual += residual * residual;
    }

    /// Adds sums.
    pub(super) fn merge(&mut self, other: &Self) {
        self.song += other.song;
        self.residual += other.residual;
    }

    /// Returns the levels of as many samples.
    pub(super) fn level(&self, samples: f64) -> Level {
        let decibels = |power: f64| 10.0 * power.log10();
        let level = |energy: f64, least: f64| {
            let level = decibels(energy / samples.max(1.0));
            (level.is_finite() && level >= least).then(|| rounded(level, 2))
        };
        let song_dbfs = level(self.song, SILENCE_DBFS);
        let ratio = decibels(self.residual / self.song).max(FLOOR_DB);
        Level {
            song_dbfs,
            residual_dbfs: level(self.residual, FLOOR_DB),
            null_db: song_dbfs.map(|_| rounded(ratio, 2)),
        }
    }
}

/// Returns the level of as many samples with this sum of squares, in dBFS; `None` for silence.
pub(crate) fn rms_dbfs(energy: f64, samples: f64) -> Option<f64> {
    Energies { song: energy, residual: 0.0 }.level(samples).song_dbfs
}
