//! A type of job as records hold it.

use super::job_kind::JobKind;
use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A type of job. Two are equal when their names are.
#[derive(Clone)]
pub struct Kind(Arc<dyn JobKind>);

impl Kind {
    pub(super) fn new(kind: impl JobKind + 'static) -> Self {
        Self(Arc::new(kind))
    }

    /// Returns the stage of this name, if it has such a stage.
    pub fn stage(&self, name: &str) -> Option<&'static str> {
        self.stages().iter().copied().find(|stage| *stage == name)
    }

    /// Returns the last stage, in which a result is put in place; `None` without stages.
    pub fn last_stage(&self) -> Option<&'static str> {
        self.stages().last().copied()
    }

    /// Returns the place of a stage: 0 before the first stage, 1 for the first.
    pub fn rank(&self, stage: Option<&str>) -> usize {
        stage.and_then(|name| self.stages().iter().position(|stage| *stage == name)).map_or(0, |index| index + 1)
    }
}

impl Deref for Kind {
    type Target = dyn JobKind;
    fn deref(&self) -> &Self::Target {
        self.0.as_ref()
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Kind {}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
