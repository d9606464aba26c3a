//! The state of a job as documents show it.

use super::life::Life;
use crate::kinds::{Kind, Mix};
use serde::{Serialize, Serializer};
use std::fmt;

/// State of a job in records, status documents and lists: a mix shows its stage in it, other jobs
/// only their life. (Records of version 1 knew no other type with stages.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    life: Life,
    stage: Option<&'static str>,
}

impl State {
    /// Returns the state of a job of a type.
    pub fn of(kind: &Kind, life: Life, stage: Option<&'static str>) -> Self {
        Self { life, stage: stage.filter(|_| shows_stages(kind)) }
    }

    /// Returns the state of a type's stage; `None` when states do not show its stages.
    pub fn of_stage(kind: &Kind, stage: &'static str) -> Option<Self> {
        shows_stages(kind).then_some(Self { life: Life::Running, stage: Some(stage) })
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        self.stage.unwrap_or(self.life.name())
    }

    /// Returns the life of a job in this state.
    pub fn life(self) -> Life {
        self.life
    }
}

/// Returns true if the stages of a type stand in the state, and not in a field of their own.
pub(super) fn shows_stages(kind: &Kind) -> bool {
    kind.name() == Mix::NAME
}

impl From<Life> for State {
    fn from(life: Life) -> Self {
        Self { life, stage: None }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kinds;

    #[test]
    fn states_have_the_names_that_programs_know_in_the_order_of_a_life() {
        let names: Vec<_> = Kinds::standard().states().into_iter().map(State::name).collect();
        let expected = [
            "queued",
            "running",
            "loading_stems",
            "aligning_stems",
            "processing_tracks",
            "mixing",
            "mastering",
            "exporting",
            "complete",
            "error",
            "cancelled",
        ];
        assert_eq!(names, expected);
        for name in expected {
            assert_eq!(Kinds::standard().state(name).unwrap().name(), name);
        }
        for text in ["Queued", "done", "", "complete "] {
            assert!(Kinds::standard().state(text).is_none());
        }
    }
}
