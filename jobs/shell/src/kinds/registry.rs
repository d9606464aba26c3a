//! The registry: the table of all types of jobs.

use super::job_kind::{JobKind, QueuedBy};
use super::kind::Kind;
use super::planned::Planned;
use super::{Cleanup, Mix};
use crate::job::{Life, State};
use std::sync::Arc;

/// Types of jobs, in the order in which lists show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds(Arc<[Kind]>);

impl Kinds {
    /// Returns the table: one row per type.
    pub fn standard() -> Self {
        Self(Arc::new([
            Kind::new(Mix::default()),
            Kind::new(Planned::ANALYSIS),
            Kind::new(Planned::EXPORT),
            Kind::new(Planned::IMPORT),
            Kind::new(Cleanup::default()),
        ]))
    }

    /// Returns the table with one more type, or with another one in the place of its namesake.
    #[must_use]
    pub fn with(&self, kind: impl JobKind + 'static) -> Self {
        let (mut all, kind) = (self.0.to_vec(), Kind::new(kind));
        match all.iter_mut().find(|known| **known == kind) {
            Some(known) => *known = kind,
            None => all.push(kind),
        }
        Self(all.into())
    }

    /// Returns all types.
    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.0.iter()
    }

    /// Returns the type of this name.
    pub fn get(&self, name: &str) -> Option<&Kind> {
        self.iter().find(|kind| kind.name() == name)
    }

    /// Returns the names of the types that users can queue.
    pub fn queueable(&self) -> impl Iterator<Item = &'static str> {
        self.iter().filter(|kind| kind.queued_by() == QueuedBy::Users).map(|kind| kind.name())
    }

    /// Returns every state that a document can show, in the order of a job's life.
    pub fn states(&self) -> Vec<State> {
        let stages = self.iter().flat_map(|kind| kind.stages().iter().filter_map(|stage| State::of_stage(kind, stage)));
        let mut all = vec![State::from(Life::Queued), State::from(Life::Running)];
        all.extend(stages);
        all.extend([Life::Complete, Life::Error, Life::Cancelled].map(State::from));
        all
    }

    /// Returns the state of this name.
    pub fn state(&self, name: &str) -> Option<State> {
        self.states().into_iter().find(|state| state.name() == name)
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::standard()
    }
}
