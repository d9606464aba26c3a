//! The workflow of one order.

use crate::activities::Orders;
use crate::cause::{Cause, WORKER_STOPPED};
use crate::order::{Limits, OrderInput};
use serde_json::Value;
use std::time::Duration;
use temporalio_common::RetryPolicy;
use temporalio_common::error::IncomingError;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{
    ActivityCancellationType, ActivityExecutionError, ActivityOptions, WorkflowContext, WorkflowResult,
    WorkflowTermination,
};

/// Silence after which a worker counts as dead.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// Time that an attempt may take beyond its limit, which the worker itself keeps.
const BACKSTOP: Duration = Duration::from_mins(1);
/// Pause before an attempt that follows the death of a worker; attempts that were returned state
/// their own pause.
const PAUSE: Duration = Duration::from_millis(200);

/// One order: attempts until it is done, fails for good, or is cancelled.
#[workflow]
#[derive(Default)]
pub(crate) struct OrderWorkflow;

#[workflow_methods]
impl OrderWorkflow {
    /// Returns the result document. Ends only when no process works on the order any more, unless
    /// its worker died or fell silent.
    #[run(name = "mixdown.order")]
    pub(crate) async fn run(context: &mut WorkflowContext<Self>, input: OrderInput) -> WorkflowResult<Value> {
        let mut attempts = input.limits.attempts.max(1);
        loop {
            let options = options(input.limits, attempts);
            let error = match context.execute_activity(Orders::run_order, input.clone(), options).await {
                Ok(result) => return Ok(result),
                Err(error) => error,
            };
            let cause = Cause::of_activity(&error);
            if cause.code != WORKER_STOPPED {
                return Err(cause.into_termination());
            }
            if context.cancellation_token().is_cancelled() {
                return Err(WorkflowTermination::cancelled());
            }
            // The attempt that the worker gave back is not spent; earlier ones are.
            attempts = attempts.saturating_sub(spent(&error).saturating_sub(1)).max(1);
        }
    }
}

/// Returns the number of attempts that an activity had, from the failure of a stopped worker.
fn spent(error: &ActivityExecutionError) -> u32 {
    match error.reason() {
        Some(IncomingError::Application(failure)) => failure.details().ok().flatten().unwrap_or(1),
        _ => 1,
    }
}

/// Returns the options of an order's activity.
fn options(limits: Limits, attempts: u32) -> ActivityOptions {
    let retries = RetryPolicy::builder().initial_interval(PAUSE).maximum_attempts(attempts).build();
    ActivityOptions::with_start_to_close_timeout(Duration::from_secs(limits.time_s) + BACKSTOP)
        .heartbeat_timeout(HEARTBEAT)
        // Otherwise the order would count as cancelled while its process still works.
        .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
        .retry_policy(retries)
        .build()
}
