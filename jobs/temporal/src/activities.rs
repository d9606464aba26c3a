//! Activities: the parts of workflows that touch processes and files.

use crate::cause::WORKER_STOPPED;
use crate::cleanup::{CleanupInput, Removed, remove_abandoned};
use crate::order::OrderInput;
use crate::process::{Ending, Process};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use temporalio_macros::activities;
use temporalio_sdk::ApplicationFailure;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// Time between two heartbeats, of which the SDK sends at most one per
/// [`THROTTLE`](crate::worker::THROTTLE).
const BEAT: Duration = Duration::from_millis(250);
/// Time between SIGTERM and SIGKILL; `mixdown work` needs a second or two.
const GRACE: Duration = Duration::from_secs(20);
/// Pause after the first attempt that was returned; it doubles with each further one.
const PAUSE: Duration = Duration::from_secs(5);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// Far future.
const NEVER: Duration = Duration::from_hours(24 * 365);

/// The activities of a worker.
pub(crate) struct Orders {
    /// The program mixdown.
    pub(crate) program: PathBuf,
    /// True as soon as the worker stops.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// The reason why a process was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Cancelled,
    Worker,
    TimeLimit,
}

#[activities]
impl Orders {
    /// Does an order, and returns its result document. Ends only when its process has ended.
    #[activity(name = "mixdown.run_order")]
    pub(crate) async fn run_order(
        self: Arc<Self>,
        context: ActivityContext,
        input: OrderInput,
    ) -> Result<Value, ActivityError> {
        let attempt = context.info().attempt;
        let mut process = match Process::start(&self.program, &input) {
            Ok(process) => process,
            Err(error) => {
                let message = format!("{} in {}: {error}", self.program.display(), input.folder.display());
                return Err(returned("not_started", message, attempt));
            }
        };
        let mut stopping = self.stopping.clone();
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let deadline = Instant::now() + Duration::from_secs(input.limits.time_s);
        let (mut stop, mut kill_at) = (None, Instant::now() + NEVER);
        let status = loop {
            let reason = tokio::select! {
                status = process.ended() => break status?,
                _ = beats.tick() => {
                    context.record_heartbeat(process.beat()).await?;
                    continue;
                }
                () = sleep_until(kill_at) => {
                    process.kill();
                    kill_at = Instant::now() + NEVER;
                    continue;
                }
                () = context.cancelled(), if stop.is_none() => Stop::Cancelled,
                () = set(&mut stopping), if stop.is_none() => Stop::Worker,
                () = sleep_until(deadline), if stop.is_none() => Stop::TimeLimit,
            };
            stop = Some(reason);
            kill_at = Instant::now() + GRACE;
            process.terminate();
        };
        match (process.outcome(status).await, stop) {
            // A stop during the very last step comes too late.
            (Ending::Done(result), _) => Ok(result),
            (_, Some(Stop::Cancelled)) => Err(ActivityError::cancelled()),
            (_, Some(Stop::TimeLimit)) => {
                Err(lasting("time_limit", format!("not done within {} s", input.limits.time_s)))
            }
            (Ending::Failed { code, message }, _) => Err(lasting(&code, message)),
            (Ending::Returned { .. }, Some(Stop::Worker)) => Err(given_back(attempt)),
            (Ending::Returned { code, message }, None) => Err(returned(&code, message, attempt)),
        }
    }

    /// Removes files of abandoned attempts.
    #[activity(name = "mixdown.cleanup")]
    pub(crate) async fn cleanup(
        self: Arc<Self>,
        _context: ActivityContext,
        input: CleanupInput,
    ) -> Result<Removed, ActivityError> {
        let work = move || remove_abandoned(&input.folder, input.older_than, SystemTime::now());
        Ok(tokio::task::spawn_blocking(work).await??)
    }
}

/// Waits until the worker stops.
async fn set(stopping: &mut watch::Receiver<bool>) {
    // A sender that was dropped belongs to a worker that ended.
    let _ = stopping.wait_for(|stops| *stops).await;
}

/// Returns a failure after which no other attempt follows.
fn lasting(code: &str, message: String) -> ActivityError {
    ActivityError::application(
        ApplicationFailure::builder(message).type_name(code.to_owned()).non_retryable(true).build(),
    )
}

/// Returns a failure after which another attempt follows, later and later.
fn returned(code: &str, message: String, attempt: u32) -> ActivityError {
    let pause = PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(8)).min(LONGEST_PAUSE);
    ActivityError::application(
        ApplicationFailure::builder(message).type_name(code.to_owned()).next_retry_delay(pause).build(),
    )
}

/// Returns the failure of an attempt that the worker's own end stopped. For good as far as the
/// activity matters: the workflow starts another one.
fn given_back(attempt: u32) -> ActivityError {
    ActivityError::application(
        ApplicationFailure::builder("the worker stops")
            .type_name(WORKER_STOPPED.to_owned())
            .details(attempt)
            .non_retryable(true)
            .build(),
    )
}
