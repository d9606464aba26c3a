//! Workflows: what survives the death of every worker.

mod batch;
mod chain;
mod cleanup;
mod order;

pub(crate) use batch::{BatchInput, BatchWorkflow};
pub(crate) use chain::ChainWorkflow;
pub(crate) use cleanup::CleanupWorkflow;
pub(crate) use order::OrderWorkflow;

use crate::cause::Cause;
use crate::order::OrderInput;
use serde_json::Value;
use temporalio_sdk::{
    ChildWorkflowOptions, ChildWorkflowStartError, ParentClosePolicy, WorkflowContext, WorkflowIdReusePolicy,
};

/// Returns the id of an order's workflow. Ids of orders hold no slash, so that kinds never meet.
pub(crate) fn order_workflow(order: &str) -> String {
    format!("order/{order}")
}

/// Does an order as a child, and returns its result.
pub(crate) async fn perform<W>(context: &WorkflowContext<W>, input: OrderInput) -> Result<Value, Cause> {
    let id = order_workflow(input.id());
    let options = ChildWorkflowOptions::builder()
        .workflow_id(id.clone())
        // An order that is done already answers at once with its result.
        .id_reuse_policy(WorkflowIdReusePolicy::AllowDuplicate)
        .parent_close_policy(ParentClosePolicy::RequestCancel)
        .build();
    match context.start_child_workflow(OrderWorkflow::run, input, options).await {
        Ok(started) => started.result().await.map_err(|error| Cause::of_child(&error)),
        Err(ChildWorkflowStartError::Cancelled(_)) => Err(Cause::new(crate::cause::CANCELLED, "cancelled")),
        Err(ChildWorkflowStartError::StartFailed { .. }) => {
            Err(Cause::new("order_running", format!("{id} runs already, outside of this workflow")))
        }
        Err(error) => Err(Cause::new("internal", error.to_string())),
    }
}
