//! Remarks on a pair whose delay is known and that stays where it is.

/// Cause for which a stem stays though its delay is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Both came out of one session, and are in time.
    InSession,
    /// The later stem is an effect's return.
    EffectReturn,
    /// Each microphone picks up the other's source.
    MutualBleed,
}

impl Cause {
    /// Returns the word that opens a reason.
    fn word(self) -> &'static str {
        match self {
            Self::InSession => "in_session",
            Self::EffectReturn => "effect_return",
            Self::MutualBleed => "mutual_bleed",
        }
    }
}

/// Finding about a pair, and the setting that would move the stem all the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Remark {
    pub(crate) cause: Cause,
    pub(crate) found: String,
    /// The flag, and its value.
    flag: &'static str,
}

impl Remark {
    pub(super) fn new(cause: Cause, found: impl Into<String>, flag: &'static str) -> Self {
        Self { cause, found: found.into(), flag }
    }

    /// Returns the reason for the later stem, its cause first.
    pub(crate) fn summary(&self) -> String {
        format!("{}: {}; {} would move it", self.cause.word(), self.found, self.flag)
    }

    /// Returns the reason for the earlier stem.
    pub(crate) fn summary_for_earlier(&self, late_frames: f64) -> String {
        let word = self.cause.word();
        format!(
            "{word}: the same sound comes {late_frames:.2} frames later in another stem, and stays there: {}",
            self.found
        )
    }
}
