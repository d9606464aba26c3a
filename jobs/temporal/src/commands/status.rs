//! `status` and `cancel`.

use crate::Failure;
use crate::arguments::{Service, StatusArguments};
use crate::cause::Cause;
use crate::client::connect;
use crate::progress::Beat;
use crate::workflows::{BatchWorkflow, order_workflow};
use serde_json::{Value, json};
use std::time::Duration;
use temporalio_client::errors::WorkflowGetResultError;
use temporalio_client::{
    Client, UntypedWorkflow, WorkflowCancelOptions, WorkflowDescribeOptions, WorkflowExecutionDescription,
    WorkflowExecutionStatus, WorkflowGetResultOptions, WorkflowQueryOptions,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::enums::v1::PendingActivityState;

/// Longest time of a query, which a worker answers.
const QUERY: Duration = Duration::from_secs(2);

/// Prints the status.
///
/// # Errors
/// [`Failure::Service`] if there is no such workflow; [`Failure::NotComplete`] after waiting.
pub(crate) async fn show(service: &Service, arguments: &StatusArguments) -> Result<(), Failure> {
    let (client, id) = (connect(service).await?, workflow_id(&arguments.id));
    if arguments.wait {
        return print_ended(&client, &id).await;
    }
    let (status, _) = status(&client, &id).await?;
    println!("{status}");
    Ok(())
}

/// Requests a cancellation. It has happened when the status is `cancelled`, not before.
///
/// # Errors
/// As [`show`]; after waiting, the end that is expected is `cancelled`.
pub(crate) async fn cancel(service: &Service, arguments: &StatusArguments) -> Result<(), Failure> {
    let (client, id) = (connect(service).await?, workflow_id(&arguments.id));
    let handle = client.get_workflow_handle::<UntypedWorkflow>(&*id);
    handle.cancel(WorkflowCancelOptions::builder().reason("by request").build()).await.map_err(Failure::service)?;
    if !arguments.wait {
        println!("{}", json!({ "id": id, "cancel_requested": true }));
        return Ok(());
    }
    wait(&client, &id).await?;
    let (status, state) = status(&client, &id).await?;
    println!("{status}");
    if state == "cancelled" { Ok(()) } else { Err(Failure::NotComplete) }
}

/// Waits for the end of a workflow, and prints its status.
///
/// # Errors
/// As [`show`].
pub(crate) async fn print_ended(client: &Client, id: &str) -> Result<(), Failure> {
    wait(client, id).await?;
    let (status, state) = status(client, id).await?;
    println!("{status}");
    let all = status["result"]["total"] == status["result"]["complete"];
    if state == "complete" && all { Ok(()) } else { Err(Failure::NotComplete) }
}

/// Returns the id of a workflow: an order's, unless it names another kind.
fn workflow_id(id: &str) -> String {
    if id.contains('/') { id.to_owned() } else { order_workflow(id) }
}

/// Waits for the end of a workflow.
async fn wait(client: &Client, id: &str) -> Result<(), Failure> {
    let handle = client.get_workflow_handle::<UntypedWorkflow>(id);
    match handle.get_result(WorkflowGetResultOptions::default()).await {
        Err(error) if !error.is_workflow_outcome() => Err(Failure::service(error)),
        _ => Ok(()),
    }
}

/// Returns the status of a workflow as a document, and its state alone. States are those of the job
/// shell: `queued`, `running`, `complete`, `error`, `cancelled`.
async fn status(client: &Client, id: &str) -> Result<(Value, &'static str), Failure> {
    let handle = client.get_workflow_handle::<UntypedWorkflow>(id);
    let about = handle.describe(WorkflowDescribeOptions::default()).await.map_err(Failure::service)?;
    let mut status = json!({ "id": id, "state": "running" });
    if matches!(about.status(), WorkflowExecutionStatus::Running | WorkflowExecutionStatus::Paused) {
        let state = if id.starts_with("order/") { running_order(&about, &mut status) } else { "running" };
        status["state"] = state.into();
        if id.starts_with("batch/") {
            let batch = client.get_workflow_handle::<BatchWorkflow>(id);
            let query = batch.query(BatchWorkflow::report, (), WorkflowQueryOptions::default());
            // Without a worker there is no answer, and the rest of the status is of use.
            if let Ok(Ok(report)) = tokio::time::timeout(QUERY, query).await {
                status["result"] = json!(report);
            }
        }
        return Ok((status, state));
    }
    let outcome = handle.get_result(WorkflowGetResultOptions::default()).await;
    let (state, cause) = match outcome {
        Ok(result) => {
            status["result"] = result.payloads.first().map(decoded).unwrap_or_default();
            ("complete", None)
        }
        Err(WorkflowGetResultError::Cancelled { details }) => {
            if let Some(report) = details.raw().first() {
                status["result"] = decoded(report);
            }
            ("cancelled", None)
        }
        Err(WorkflowGetResultError::Failed(error)) => ("error", Some(Cause::of(&error))),
        Err(WorkflowGetResultError::Terminated { .. }) => {
            ("error", Some(Cause::new("terminated", "terminated by hand")))
        }
        Err(WorkflowGetResultError::TimedOut) => ("error", Some(Cause::new("timed_out", "timed out"))),
        Err(error) => return Err(Failure::service(error)),
    };
    status["state"] = state.into();
    if let Some(cause) = cause {
        status["error"] = json!(cause);
    }
    Ok((status, state))
}

/// Adds stage, progress and attempt of a running order; returns its state.
fn running_order(about: &WorkflowExecutionDescription, status: &mut Value) -> &'static str {
    let Some(activity) = about.raw().pending_activities.first() else { return "queued" };
    status["attempt"] = activity.attempt.into();
    if let Some(failure) = &activity.last_failure {
        status["last_failure"] = failure.message.clone().into();
    }
    if activity.state() == PendingActivityState::Scheduled {
        return "queued";
    }
    status["worker"] = activity.last_worker_identity.clone().into();
    status["cancel_requested"] = (activity.state() == PendingActivityState::CancelRequested).into();
    if let Some(beat) = beat(about).filter(|beat| !beat.stage.is_empty()) {
        status["stage"] = beat.stage.into();
        status["progress"] = beat.progress.into();
    }
    "running"
}

/// Returns the latest progress of an order, empty before its first line; `None` while no worker has
/// it.
pub(crate) fn beat(about: &WorkflowExecutionDescription) -> Option<Beat> {
    let activity = about.raw().pending_activities.first()?;
    if activity.state() == PendingActivityState::Scheduled {
        return None;
    }
    let details = activity.heartbeat_details.as_ref().and_then(|details| details.payloads.first());
    Some(details.and_then(|payload| serde_json::from_slice(&payload.data).ok()).unwrap_or_default())
}

/// Returns the document of a payload; null for another encoding than JSON.
pub(crate) fn decoded(payload: &Payload) -> Value {
    serde_json::from_slice(&payload.data).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_without_a_kind_are_those_of_orders() {
        assert_eq!(workflow_id("a:b"), "order/a:b");
        assert_eq!(workflow_id("batch/night"), "batch/night");
    }
}
