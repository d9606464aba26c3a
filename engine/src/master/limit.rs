//! Why a master is not what was asked for.

use super::tolerance::TRUE_PEAK_TOLERANCE_DB;
use serde::Serialize;

/// What stands between a master and its target or ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The mix has no loudness: it is silent, or shorter than 0.4 s.
    Silence,
    /// No limiting is allowed, and the peaks stand at the ceiling.
    Ceiling,
    /// The limiter takes away as much as it may.
    MaxLimiting,
    /// The limiter takes away as much as it ever may: hardly any further gain gets past it.
    Saturation,
    /// The loudness jumps past the target: passages cross the gate of the meter.
    Gate,
    /// The file reads above the ceiling.
    Overshoot,
    /// The passes were used up.
    Passes,
}

impl Limit {
    /// Returns what was missed, and why, in a few words.
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

/// A master that missed, in figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Miss {
    /// What it met.
    pub limit: Limit,
    /// Of the file, in LUFS.
    pub loudness_lufs: Option<f64>,
    /// Of the file, in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Asked for, in LUFS.
    pub target_lufs: Option<f64>,
    /// Asked for, in dBTP.
    pub ceiling_dbtp: Option<f64>,
    /// Allowed, in dB.
    pub max_limiting_db: f64,
    /// How often the master was written.
    pub passes: usize,
}

impl Miss {
    /// Returns the limit and the way out, as a sentence; a ceiling that was missed besides is named.
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
