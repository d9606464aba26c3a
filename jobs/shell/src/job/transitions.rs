//! Changes of a record that keep its invariants.

use super::error::JobError;
use super::life::{Actor, IllegalTransition, Life};
use super::record::Record;
use jiff::Timestamp;

impl Record {
    /// Moves the job to another part of its life, with all changes that this implies.
    ///
    /// # Errors
    /// When the table does not have that transition, or a job would be complete in the midst of its
    /// stages; nothing has changed then.
    pub fn transition(&mut self, to: Life, by: Actor, now: Timestamp) -> Result<(), IllegalTransition> {
        self.check_transition(to, by)?;
        let from = self.life;
        self.life = to;
        self.stage = None;
        match to {
            Life::Queued => {
                // A graceful stop gives its attempt back.
                self.attempt -= u32::from(by == Actor::Worker && self.attempt > 0);
                self.progress = 0;
                self.error = None;
                self.result = None;
                self.started_at = None;
                self.finished_at = None;
                self.lease = None;
                self.cancel_requested_at = None;
                self.message = if by == Actor::Rescue { "Queued again: its worker was gone" } else { "Queued" }.into();
            }
            Life::Running => {
                self.attempt = self.attempt.saturating_add(1);
                self.started_at = Some(now);
                self.message = "Started".into();
            }
            Life::Complete | Life::Error | Life::Cancelled => {
                self.finished_at = Some(now);
                self.lease = None;
                self.message = to.name().into();
                if to == Life::Complete {
                    self.progress = 100;
                    self.message = "Complete".into();
                } else {
                    self.result = None;
                }
                if to == Life::Cancelled {
                    self.message = if from == Life::Queued { "Cancelled before it began" } else { "Cancelled" }.into();
                }
            }
        }
        Ok(())
    }

    /// Checks that an originator may move the job to another part of its life. A worker completes
    /// it before its first stage or in its last; a rescue only in its last, where files move.
    ///
    /// # Errors
    /// When it may not.
    pub fn check_transition(&self, to: Life, by: Actor) -> Result<(), IllegalTransition> {
        self.life.check(to, by)?;
        let may_complete = self.is_in_last_stage() || (by == Actor::Worker && self.stage.is_none());
        if to == Life::Complete && !may_complete {
            return Err(IllegalTransition { from: self.stage_name(), to: to.name() });
        }
        Ok(())
    }

    /// Moves a running job to a later stage. A worker may skip stages, but never move back.
    ///
    /// # Errors
    /// When the job does not run, or its type has no such stage after the current one; nothing has
    /// changed then.
    pub fn enter(&mut self, stage: &'static str) -> Result<(), IllegalTransition> {
        if !self.life.is_running() || self.kind.rank(Some(stage)) <= self.kind.rank(self.stage) {
            return Err(IllegalTransition { from: self.stage_name(), to: stage });
        }
        self.stage = Some(stage);
        Ok(())
    }

    /// Ends the job with an error.
    ///
    /// # Errors
    /// When the table does not have that transition.
    pub fn fail(&mut self, error: JobError, by: Actor, now: Timestamp) -> Result<(), IllegalTransition> {
        self.transition(Life::Error, by, now)?;
        self.message.clone_from(&error.detail);
        self.error = Some(error);
        Ok(())
    }

    /// Raises the progress. It never falls, and stays below 100 until the job ends.
    pub fn advance(&mut self, percent: u8) {
        self.progress = self.progress.max(percent.min(99));
    }

    /// Returns true if it runs in the last stage of its type.
    pub fn is_in_last_stage(&self) -> bool {
        self.stage.is_some() && self.stage == self.kind.last_stage()
    }

    /// Returns true if its files are being put in place, or are about to be.
    pub fn is_publishing(&self) -> bool {
        self.is_in_last_stage() && self.result.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::NewJob;
    use crate::kinds::Kinds;
    use serde_json::Value;

    fn record() -> Record {
        let job = NewJob::mix("s".parse().unwrap(), Value::Null);
        job.into_record(Kinds::standard().get("mix").unwrap(), "j".parse().unwrap(), Timestamp::UNIX_EPOCH, 3)
    }

    #[test]
    fn a_graceful_stop_returns_its_attempt() {
        let mut record = record();
        let now = record.created_at;
        record.transition(Life::Running, Actor::Worker, now).unwrap();
        record.transition(Life::Queued, Actor::Worker, now).unwrap();
        assert_eq!(record.attempt, 0);
        record.transition(Life::Running, Actor::Worker, now).unwrap();
        record.transition(Life::Queued, Actor::Rescue, now).unwrap();
        assert_eq!(record.attempt, 1);
    }

    #[test]
    fn progress_never_falls_nor_reaches_100_by_itself() {
        let mut record = record();
        for percent in [10, 5, 100, 50] {
            record.advance(percent);
        }
        assert_eq!(record.progress, 99);
    }

    #[test]
    fn a_stage_is_entered_once_in_order_and_only_while_the_job_runs() {
        let mut record = record();
        let refused = |result: Result<(), IllegalTransition>| result.unwrap_err().to_string();
        assert_eq!(refused(record.enter("mixing")), "a job that is queued cannot become mixing");
        record.transition(Life::Running, Actor::Worker, record.created_at).unwrap();
        record.enter("mixing").unwrap();
        for earlier in ["loading_stems", "mixing", "dancing"] {
            assert!(refused(record.enter(earlier)).starts_with("a job that is mixing"), "{earlier}");
        }
        let early = record.transition(Life::Complete, Actor::Worker, record.created_at);
        assert_eq!(refused(early), "a job that is mixing cannot become complete");
        record.enter("exporting").unwrap();
        record.transition(Life::Complete, Actor::Worker, record.created_at).unwrap();
        assert_eq!(record.stage, None);
    }
}
