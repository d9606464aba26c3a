//! Causes of failures: a name for programs and a text for people, through all layers of the SDK.

use serde::{Deserialize, Serialize};
use temporalio_common::error::IncomingError;
use temporalio_sdk::{ActivityExecutionError, ApplicationFailure, ChildWorkflowExecutionError, WorkflowTermination};

/// Name of the failure of an attempt whose worker stops: it spends no attempt.
pub(crate) const WORKER_STOPPED: &str = "worker_stopped";
/// Name of a cancellation.
pub(crate) const CANCELLED: &str = "cancelled";

/// The cause of a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cause {
    /// Its name: the codes of `mixdown work`, and `cancelled`, `timed_out`, `terminated`,
    /// `worker_stopped`, `internal`.
    pub(crate) code: String,
    /// Text for people.
    pub(crate) message: String,
}

impl Cause {
    /// Returns a cause.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// Returns the innermost cause of a failure from the service.
    pub(crate) fn of(error: &IncomingError) -> Self {
        let message = || error.failure().message.clone();
        match error {
            IncomingError::Application(failure) => {
                let code = failure.type_name().filter(|name| !name.is_empty()).unwrap_or("internal");
                Self::new(code, message())
            }
            IncomingError::Timeout(_) => Self::new("timed_out", format!("the attempt timed out: {}", message())),
            IncomingError::Cancelled(_) => Self::new(CANCELLED, "cancelled"),
            IncomingError::Terminated(_) => Self::new("terminated", "terminated by hand"),
            _ => error.cause().map_or_else(|| Self::new("internal", message()), Self::of),
        }
    }

    /// Returns the cause of a failed activity.
    pub(crate) fn of_activity(error: &ActivityExecutionError) -> Self {
        match error {
            ActivityExecutionError::Cancelled(_) => Self::new(CANCELLED, "cancelled"),
            _ => error.cause().map_or_else(|| Self::new("internal", error.to_string()), Self::of),
        }
    }

    /// Returns the cause of a failed child.
    pub(crate) fn of_child(error: &ChildWorkflowExecutionError) -> Self {
        error.cause().map_or_else(|| Self::new("internal", error.to_string()), Self::of)
    }

    /// Returns whether this is a cancellation.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.code == CANCELLED
    }

    /// Returns the end of a workflow with this cause.
    pub(crate) fn into_termination(self) -> WorkflowTermination {
        if self.is_cancelled() {
            return WorkflowTermination::cancelled();
        }
        ApplicationFailure::builder(self.message).type_name(self.code).non_retryable(true).build().into()
    }
}
