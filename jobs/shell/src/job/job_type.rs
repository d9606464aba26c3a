//! The types of jobs.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Type of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobType {
    /// Renders a session to a master.
    Mix,
    /// Measures stems or masters.
    Analysis,
    /// Converts a result.
    Export,
    /// Imports stems.
    Import,
    /// Deletes expired jobs and leftovers.
    Cleanup,
}

/// A text that is not a valid job type.
#[derive(Clone, Debug, Error)]
#[error("{0:?} is no type of job: mix, analysis, export, import, cleanup")]
pub struct UnknownType(String);

impl JobType {
    /// Every type.
    pub const ALL: [Self; 5] = [Self::Mix, Self::Analysis, Self::Export, Self::Import, Self::Cleanup];

    /// Returns the type's name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mix => "mix",
            Self::Analysis => "analysis",
            Self::Export => "export",
            Self::Import => "import",
            Self::Cleanup => "cleanup",
        }
    }

    /// Returns true if this version has code for such jobs: others would wait forever.
    pub fn has_runner(self) -> bool {
        matches!(self, Self::Mix | Self::Cleanup)
    }

    /// Returns the minutes without a heartbeat after which a worker counts as hung, by default.
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
