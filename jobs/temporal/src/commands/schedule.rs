//! `schedule-cleanup`.

use crate::Failure;
use crate::arguments::{CleanupArguments, Service};
use crate::cleanup::CleanupInput;
use crate::client::connect;
use crate::workflows::CleanupWorkflow;
use serde_json::json;
use temporalio_client::schedules::{
    CreateScheduleOptions, DeleteScheduleOptions, ScheduleAction, ScheduleError, ScheduleOverlapPolicy, ScheduleSpec,
};
use temporalio_client::tonic::Code;

/// Id of the schedule; its workflows are `cleanup/mixdown-TIME`.
const SCHEDULE: &str = "mixdown-cleanup";

/// Creates the schedule, in place of an earlier one, or removes it.
///
/// # Errors
/// [`Failure::Service`].
pub(crate) async fn cleanup(service: &Service, arguments: &CleanupArguments) -> Result<(), Failure> {
    let client = connect(service).await?;
    match client.get_schedule_handle(SCHEDULE).delete(DeleteScheduleOptions::default()).await {
        Err(ScheduleError::Rpc(status)) if status.code() == Code::NotFound => {}
        other => other.map_err(Failure::service)?,
    }
    if arguments.remove {
        println!("{}", json!({ "schedule": SCHEDULE, "removed": true }));
        return Ok(());
    }
    let folder = std::path::absolute(&arguments.folder).map_err(|error| Failure::Refused(error.to_string()))?;
    let input = CleanupInput { folder, older_than: arguments.older_than };
    let queue = service.task_queue.clone();
    let options = CreateScheduleOptions::builder()
        .action(ScheduleAction::start_workflow(CleanupWorkflow::run, input, queue, "cleanup/mixdown"))
        .spec(ScheduleSpec::from_interval(arguments.every))
        .overlap_policy(ScheduleOverlapPolicy::Skip)
        .trigger_immediately(arguments.now)
        .build();
    client.create_schedule(SCHEDULE, options).await.map_err(Failure::service)?;
    println!("{}", json!({ "schedule": SCHEDULE, "every_s": arguments.every.as_secs() }));
    Ok(())
}
