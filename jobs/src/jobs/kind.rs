//! The types of jobs.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobType {
    /// Renders a session to a master.
    Mix,
    /// Measures stems or masters.
    Analysis,
    /// Converts a result.
    Export,
    /// Takes stems in.
    Import,
    /// Clears up.
    Cleanup,
}

/// A text that names no type of job.
#[derive(Clone, Debug, Error)]
#[error("{0:?} is no type of job: mix, analysis, export, import, cleanup")]
pub struct UnknownType(String);

impl JobType {
    /// Every type.
    pub const ALL: [Self; 5] = [Self::Mix, Self::Analysis, Self::Export, Self::Import, Self::Cleanup];

    /// The type's name, as records have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mix => "mix",
            Self::Analysis => "analysis",
            Self::Export => "export",
            Self::Import => "import",
            Self::Cleanup => "cleanup",
        }
    }

    /// Returns whether this version has code that runs such jobs: what has none would wait without
    /// end.
    pub fn has_runner(self) -> bool {
        matches!(self, Self::Mix | Self::Cleanup)
    }

    /// Minutes without a heartbeat after which a worker counts as hung, unless the settings say
    /// otherwise.
    pub fn default_timeout_minutes(self) -> u64 {
        match self {
            Self::Mix => 30,
            Self::Analysis => 60,
            Self::Export | Self::Import => 15,
            Self::Cleanup => 5,
        }
    }
}

impl fmt::Display for JobType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for JobType {
    type Err = UnknownType;
    fn from_str(text: &str) -> Result<Self, UnknownType> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| UnknownType(text.into()))
    }
}
