//! The workflow of the cleanup, which a schedule starts.

use crate::activities::Orders;
use crate::cause::Cause;
use crate::cleanup::{CleanupInput, Removed};
use std::time::Duration;
use temporalio_common::RetryPolicy;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{ActivityOptions, WorkflowContext, WorkflowResult};

/// Longest time of a cleanup.
const LIMIT: Duration = Duration::from_mins(15);

/// One cleanup. The next run of its schedule repairs one that failed.
#[workflow]
#[derive(Default)]
pub(crate) struct CleanupWorkflow;

#[workflow_methods]
impl CleanupWorkflow {
    /// Returns what was removed.
    #[run(name = "mixdown.cleanup")]
    pub(crate) async fn run(context: &mut WorkflowContext<Self>, input: CleanupInput) -> WorkflowResult<Removed> {
        let options = ActivityOptions::with_start_to_close_timeout(LIMIT)
            .retry_policy(RetryPolicy::builder().maximum_attempts(2).build())
            .build();
        context
            .execute_activity(Orders::cleanup, input, options)
            .await
            .map_err(|error| Cause::of_activity(&error).into_termination())
    }
}
