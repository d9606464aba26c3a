//! An order from its start to its end.

use crate::arguments::Service;
use crate::cause::{CANCELLED, Cause};
use crate::client::connect;
use crate::commands::status::{beat, decoded};
use crate::order::OrderInput;
use crate::workflows::{OrderWorkflow, order_workflow};
use serde_json::Value;
use std::time::Duration;
use temporalio_client::errors::{WorkflowGetResultError, WorkflowStartError};
use temporalio_client::{
    Client, UntypedWorkflow, WorkflowCancelOptions, WorkflowDescribeOptions, WorkflowGetResultOptions, WorkflowHandle,
    WorkflowIdConflictPolicy, WorkflowIdReusePolicy, WorkflowStartOptions,
};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

/// Time between two looks at the progress.
const LOOK: Duration = Duration::from_millis(500);
/// Pause after a request that the service could not answer.
const AGAIN: Duration = Duration::from_millis(500);
/// Codes of gRPC that another try would not change: invalid argument, not found, permission denied,
/// failed precondition, not implemented, not authenticated.
const FINAL: [i32; 6] = [3, 5, 7, 9, 12, 16];

/// Carries out an order, and reports its progress: the phase, and the completed fraction of it. A
/// service that is away is waited for. Once `stopped` is true, the order is cancelled.
///
/// # Errors
/// The cause of its end without a result; a cancellation only once its process has ended.
pub(crate) async fn follow(
    service: &Service,
    input: &OrderInput,
    mut stopped: watch::Receiver<bool>,
    report: &dyn Fn(&str, f64),
) -> Result<Value, Cause> {
    let id = order_workflow(input.id());
    loop {
        let client = started(service, &id, input, &stopped).await?;
        let handle = client.get_workflow_handle::<UntypedWorkflow>(&*id);
        match run(&handle, &mut stopped, report).await {
            // Cancelled for an earlier process of the same attempt; now it begins again.
            Err(cause) if cause.is_cancelled() && !*stopped.borrow() => {}
            ended => return ended,
        }
    }
}

/// Starts an order, unless it runs; returns the connection.
async fn started(
    service: &Service,
    id: &str,
    input: &OrderInput,
    stopped: &watch::Receiver<bool>,
) -> Result<Client, Cause> {
    while !*stopped.borrow() {
        if let Ok(client) = connect(service).await {
            match start(&client, &service.task_queue, id, input).await {
                Ok(()) => return Ok(client),
                Err(Some(cause)) => return Err(cause),
                Err(None) => {}
            }
        }
        sleep(AGAIN).await;
    }
    Err(Cause::new(CANCELLED, "cancelled"))
}

/// Follows a workflow to its end.
async fn run(
    handle: &WorkflowHandle<Client, UntypedWorkflow>,
    stopped: &mut watch::Receiver<bool>,
    report: &dyn Fn(&str, f64),
) -> Result<Value, Cause> {
    let mut end = std::pin::pin!(end(handle));
    // Short orders end before the first look.
    let mut looks = interval_at(Instant::now() + LOOK, LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut wanted, mut requested) = (false, false);
    loop {
        tokio::select! {
            ended = &mut end => return ended,
            _ = looks.tick() => {
                if wanted && !requested {
                    let options = WorkflowCancelOptions::builder().reason("by request").build();
                    requested = handle.cancel(options).await.is_ok();
                }
                // An answer that fails is followed by the next one.
                let about = handle.describe(WorkflowDescribeOptions::default()).await.ok();
                if let Some(beat) = about.and_then(|about| beat(&about)) {
                    report(&beat.stage, beat.progress);
                }
            }
            () = set(stopped), if !wanted => {
                wanted = true;
                looks.reset_immediately();
            }
        }
    }
}

/// Starts the workflow of an order, unless it runs. The error is `None` where another try may
/// succeed.
async fn start(client: &Client, queue: &str, id: &str, input: &OrderInput) -> Result<(), Option<Cause>> {
    let options = WorkflowStartOptions::new(queue.to_owned(), id.to_owned())
        // An order that is done already answers at once with its result.
        .id_reuse_policy(WorkflowIdReusePolicy::AllowDuplicate)
        .id_conflict_policy(WorkflowIdConflictPolicy::UseExisting)
        .build();
    match client.start_workflow(OrderWorkflow::run, input.clone(), options).await {
        Ok(_) | Err(WorkflowStartError::AlreadyStarted { .. }) => Ok(()),
        Err(WorkflowStartError::Rpc(status)) if !FINAL.contains(&(status.code() as i32)) => Err(None),
        Err(error) => Err(Some(Cause::new("internal", format!("Temporal: {error}")))),
    }
}

/// Waits for the end of a workflow.
async fn end(handle: &WorkflowHandle<Client, UntypedWorkflow>) -> Result<Value, Cause> {
    loop {
        match handle.get_result(WorkflowGetResultOptions::default()).await {
            Ok(result) => return Ok(result.payloads.first().map(decoded).unwrap_or_default()),
            Err(WorkflowGetResultError::Failed(error)) => return Err(Cause::of(&error)),
            Err(WorkflowGetResultError::Cancelled { .. }) => return Err(Cause::new(CANCELLED, "cancelled")),
            Err(error) if error.is_workflow_outcome() => return Err(Cause::new("terminated", error.to_string())),
            Err(WorkflowGetResultError::NotFound(error)) => {
                return Err(Cause::new("terminated", format!("its workflow is gone: {error}")));
            }
            Err(_) => sleep(AGAIN).await,
        }
    }
}

/// Waits until the order is to be cancelled.
async fn set(stopped: &mut watch::Receiver<bool>) {
    let gone = stopped.wait_for(|stopped| *stopped).await.is_err();
    if gone {
        // The thread that reads standard input has died; the order is followed to its end.
        std::future::pending::<()>().await;
    }
}
