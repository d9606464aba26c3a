//! `submit`, `chain` and `batch`.

use super::status::print_ended;
use crate::Failure;
use crate::arguments::{BatchArguments, Service, SubmitArguments};
use crate::batch_folder;
use crate::client::connect;
use crate::order::{check_size, is_id, read, read_chain};
use crate::workflows::{BatchInput, BatchWorkflow, ChainWorkflow, OrderWorkflow, order_workflow};
use serde_json::json;
use temporalio_client::{WorkflowIdConflictPolicy, WorkflowIdReusePolicy, WorkflowStartOptions};
use temporalio_common::HasWorkflowDefinition;

/// Starts an order. One that runs already is not started twice.
///
/// # Errors
/// [`Failure::Refused`] for its document, [`Failure::NotComplete`] after waiting.
pub(crate) async fn order(service: &Service, arguments: &SubmitArguments) -> Result<(), Failure> {
    let input = read(&arguments.file, arguments.limits.into())?;
    let id = order_workflow(input.id());
    start(service, OrderWorkflow::run, input, id, arguments.wait).await
}

/// Starts a chain.
///
/// # Errors
/// As [`order`].
pub(crate) async fn chain(service: &Service, arguments: &SubmitArguments) -> Result<(), Failure> {
    let (id, input) = read_chain(&arguments.file, arguments.limits.into())?;
    start(service, ChainWorkflow::run, input, format!("chain/{id}"), arguments.wait).await
}

/// Starts a batch.
///
/// # Errors
/// As [`order`].
pub(crate) async fn batch(service: &Service, arguments: &BatchArguments) -> Result<(), Failure> {
    let named = arguments.id.clone().or_else(|| {
        let path = std::path::absolute(&arguments.folder).ok()?;
        Some(path.file_name()?.to_string_lossy().into_owned())
    });
    let id = named.filter(|id| is_id(id) && id.len() <= 100).ok_or_else(|| {
        Failure::Refused("the batch has no valid name; write one with --id: letters, digits, -, _, ., :".to_owned())
    })?;
    let orders = batch_folder::orders(&arguments.folder, &arguments.out, &id, arguments.limits.into())?;
    let input = BatchInput { orders, parallel: arguments.parallel };
    check_size(&input, &arguments.folder)?;
    start(service, BatchWorkflow::run, input, format!("batch/{id}"), arguments.wait).await
}

/// Starts a workflow and prints its id; waits for its end and prints its status if `wait`.
async fn start<W>(service: &Service, workflow: W, input: W::Input, id: String, wait: bool) -> Result<(), Failure>
where
    W: HasWorkflowDefinition,
    W::Input: Send,
{
    let client = connect(service).await?;
    let options = WorkflowStartOptions::new(service.task_queue.clone(), id.clone())
        // An order that is done already answers at once with its result.
        .id_reuse_policy(WorkflowIdReusePolicy::AllowDuplicate)
        .id_conflict_policy(WorkflowIdConflictPolicy::UseExisting)
        .build();
    let handle = client.start_workflow(workflow, input, options).await.map_err(Failure::service)?;
    if wait {
        return print_ended(&client, &id).await;
    }
    println!("{}", json!({ "id": id, "run": handle.run_id() }));
    Ok(())
}
