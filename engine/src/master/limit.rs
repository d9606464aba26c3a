//! Reasons for which a master misses its target or ceiling.

use super::tolerance::TRUE_PEAK_TOLERANCE_DB;
use serde::Serialize;

/// Cause that keeps a master from its target or ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// The mix has no loudness: it is silent, or shorter than 0.4 s.
    Silence,
    /// No limiting is allowed, and the peaks are at the ceiling.
    Ceiling,
    /// The limiter reduces by the largest amount allowed.
    MaxLimiting,
    /// The limiter is saturated: hardly any further gain gets past it.
    Saturation,
    /// The loudness jumps past the target: passages cross the gate of the meter.
    Gate,
    /// The file measures above the ceiling.
    Overshoot,
    /// The passes were used up.
    Passes,
}

impl Limit {
    /// Returns what was missed and the cause, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Silence => "the mix has no loudness",
            Self::Ceiling => "the target would need limiting, and none is allowed",
            Self::MaxLimiting => "the target would need more limiting than is allowed",
            Self::Saturation => "the target cannot be reached under the ceiling",
            Self::Gate => "the loudness jumps past the target",
            Self::Overshoot => "the file reads above the ceiling",
            Self::Passes => "the gain for the target was not found",
        }
    }
}

/// Figures of a master that missed its target or ceiling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Miss {
    /// The cause.
    pub limit: Limit,
    /// Measured loudness of the file, in LUFS.
    pub loudness_lufs: Option<f64>,
    /// Measured true peak of the file, in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Requested loudness, in LUFS.
    pub target_lufs: Option<f64>,
    /// Requested ceiling, in dBTP.
    pub ceiling_dbtp: Option<f64>,
    /// Largest limiting allowed, in dB.
    pub max_limiting_db: f64,
    /// Number of passes in which the master was written.
    pub passes: usize,
}

impl Miss {
    /// Returns the cause and the remedy, as a sentence; names a missed ceiling, too.
    pub fn note(&self) -> String {
        let above = match (self.true_peak_dbtp, self.ceiling_dbtp) {
            (Some(peak), Some(ceiling))
                if self.limit != Limit::Overshoot && peak > ceiling + TRUE_PEAK_TOLERANCE_DB =>
            {
                format!("; and the file reads {peak:.2} dBTP, above the ceiling of {ceiling:.2} dBTP")
            }
            _ => String::new(),
        };
        self.reason() + &above
    }

    fn reason(&self) -> String {
        let level = |value: Option<f64>, unit| value.map_or("nothing".to_owned(), |value| format!("{value:.2} {unit}"));
        let (reached, target) = (level(self.loudness_lufs, "LUFS"), level(self.target_lufs, "LUFS"));
        let (peak, ceiling) = (level(self.true_peak_dbtp, "dBTP"), level(self.ceiling_dbtp, "dBTP"));
        let (allowed_db, passes) = (self.max_limiting_db, self.passes);
        match self.limit {
            Limit::Silence => {
                "the mix is silent or shorter than 0.4 s, so it has no loudness, and its gain was left alone".into()
            }
            Limit::Ceiling => format!(
                "the peaks stand at the ceiling of {ceiling} with the master at {reached}, and no limiting is allowed: \
                 raise max_limiting_db, lower the target, or tame the peaks of the mix"
            ),
            Limit::MaxLimiting => format!(
                "{target} would need more than {allowed_db} dB of limiting under the ceiling, so the master stays at \
                 {reached}; raise max_limiting_db, lower the target, or tame the peaks of the mix"
            ),
            Limit::Saturation => format!(
                "even the most limiting there is, {allowed_db} dB under the ceiling of {ceiling}, leaves the master at \
                 {reached}; lower the target, raise the ceiling, or compress the mix"
            ),
            Limit::Gate => format!(
                "the loudness jumps past {target}, as quiet passages cross the gate of the meter, and the master is at \
                 {reached}; change the target by some tenths, or level the mix"
            ),
            Limit::Overshoot => format!(
                "the file reads {peak}, above the ceiling of {ceiling}, after {passes} passes; lower the ceiling, or \
                 write 24-bit or 32-bit float"
            ),
            Limit::Passes => format!(
                "the gain was not found in {passes} passes, and the master is at {reached} for {target}; change the \
                 target by some tenths"
            ),
        }
    }
}
