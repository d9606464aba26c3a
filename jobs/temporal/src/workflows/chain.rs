//! The workflow of a chain: orders one after another.

use super::perform;
use crate::cause::Cause;
use crate::order::ChainInput;
use crate::references::resolve;
use serde_json::Value;
use std::collections::BTreeMap;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{WorkflowContext, WorkflowContextView, WorkflowResult};

/// One chain. A step that fails ends it; results of earlier steps stay published.
#[workflow]
#[derive(Default)]
pub(crate) struct ChainWorkflow {
    results: BTreeMap<String, Value>,
}

#[workflow_methods]
impl ChainWorkflow {
    /// Returns the result documents, by the ids of their orders.
    #[run(name = "mixdown.chain")]
    pub(crate) async fn run(
        context: &mut WorkflowContext<Self>,
        input: ChainInput,
    ) -> WorkflowResult<BTreeMap<String, Value>> {
        for mut step in input.steps {
            let id = step.id().to_owned();
            let name = |cause: Cause| Cause { message: format!("{id}: {}", cause.message), ..cause };
            let resolved = context.state(|state| resolve(&mut step.order, &state.results));
            resolved.map_err(|cause| name(cause).into_termination())?;
            let result = perform(context, step).await.map_err(|cause| name(cause).into_termination())?;
            context.state_mut(|state| state.results.insert(id, result));
        }
        Ok(context.state(|state| state.results.clone()))
    }

    /// Returns the results so far.
    #[query(name = "report")]
    pub(crate) fn report(&self, _context: &WorkflowContextView) -> BTreeMap<String, Value> {
        self.results.clone()
    }
}
