//! The workflow of a batch: many orders, some at once.

use super::perform;
use crate::cause::Cause;
use crate::order::OrderInput;
use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::workflows::join_all;
use temporalio_sdk::{WorkflowContext, WorkflowContextView, WorkflowResult, WorkflowTermination};

/// A batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BatchInput {
    /// The orders.
    pub(crate) orders: Vec<OrderInput>,
    /// Orders at once, at least 1.
    pub(crate) parallel: u16,
}

/// The report of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct BatchReport {
    /// Orders of the batch.
    pub(crate) total: usize,
    /// Orders that are complete.
    pub(crate) complete: usize,
    /// Orders that failed.
    pub(crate) error: usize,
    /// Orders that were cancelled, or not started before the batch was.
    pub(crate) cancelled: usize,
    /// All that ended, in the order of their ends.
    pub(crate) orders: Vec<Ended>,
}

/// An order that ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ended {
    /// The order.
    pub(crate) order_id: String,
    /// `complete`, `error` or `cancelled`.
    pub(crate) state: String,
    /// The folder of its result, as the order names it.
    pub(crate) out: String,
    /// The cause, unless it is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<Cause>,
}

/// One batch. An order that fails changes nothing for the others.
#[workflow]
#[derive(Default)]
pub(crate) struct BatchWorkflow {
    total: usize,
    next: usize,
    ended: Vec<Ended>,
}

#[workflow_methods]
impl BatchWorkflow {
    /// Returns the report when all orders ended; when cancelled, the report is the detail of that.
    #[run(name = "mixdown.batch")]
    pub(crate) async fn run(context: &mut WorkflowContext<Self>, input: BatchInput) -> WorkflowResult<BatchReport> {
        context.state_mut(|state| state.total = input.orders.len());
        join_all((0..input.parallel.max(1)).map(|_| lane(context.clone(), &input.orders))).await;
        let mut report = context.state(Self::summary);
        if context.cancellation_token().is_cancelled() {
            report.cancelled += report.total - report.orders.len();
            return Err(WorkflowTermination::cancelled_with_details(report));
        }
        Ok(report)
    }

    /// Returns the report so far.
    #[query(name = "report")]
    pub(crate) fn report(&self, _context: &WorkflowContextView) -> BatchReport {
        self.summary()
    }
}

impl BatchWorkflow {
    fn summary(&self) -> BatchReport {
        let count = |state: &str| self.ended.iter().filter(|order| order.state == state).count();
        BatchReport {
            total: self.total,
            complete: count("complete"),
            error: count("error"),
            cancelled: count("cancelled"),
            orders: self.ended.clone(),
        }
    }
}

/// Does one order after another until none is left. As many lanes as orders run at once.
async fn lane(context: WorkflowContext<BatchWorkflow>, orders: &[OrderInput]) {
    while !context.cancellation_token().is_cancelled() {
        let index = context.state_mut(|state| {
            state.next += 1;
            state.next - 1
        });
        let Some(order) = orders.get(index) else { return };
        let error = perform(&context, order.clone()).await.err();
        let state = match &error {
            None => "complete",
            Some(cause) if cause.is_cancelled() => "cancelled",
            Some(_) => "error",
        };
        let out = order.order["out"].as_str().unwrap_or_default().to_owned();
        let ended = Ended { order_id: order.id().to_owned(), state: state.to_owned(), out, error };
        context.state_mut(|state| state.ended.push(ended));
    }
}
