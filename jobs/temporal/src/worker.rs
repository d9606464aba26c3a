//! The worker: does orders until it is stopped.

use crate::Failure;
use crate::activities::Orders;
use crate::arguments::{Service, WorkerArguments};
use crate::client::connect;
use crate::workflows::{BatchWorkflow, ChainWorkflow, CleanupWorkflow, OrderWorkflow};
use std::path::{Path, PathBuf};
use std::time::Duration;
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::runtime::worker_tuner::{FixedSizeSlotSupplier, TunerHolder};
use temporalio_sdk::{Runtime, Worker, WorkerOptions, WorkerOptionsBuilder};
use tokio::sync::watch;

/// Least time between two heartbeats of an order. A cancellation comes with the answer to one.
pub(crate) const THROTTLE: Duration = Duration::from_secs(1);
/// Time after which tasks of a dead worker's workflows return to the common queue.
const STICKY: Duration = Duration::from_secs(2);
/// Longest time of a graceful stop: that of a process that must be killed, and a little more.
const DRAIN: Duration = Duration::from_secs(25);
/// Workflow tasks at once; they take milliseconds.
const WORKFLOW_SLOTS: usize = 50;

/// Runs a worker until SIGTERM or Ctrl-C.
///
/// # Errors
/// [`Failure::Service`] if the service cannot be reached at the start, or refuses the worker.
pub(crate) async fn run(service: &Service, mixdown: Option<&Path>, arguments: &WorkerArguments) -> Result<(), Failure> {
    let program = program(mixdown)?;
    let mut signals = Signals::install().map_err(Failure::service)?;
    let runtime =
        Runtime::from_current_tokio(temporalio_sdk::runtime::RuntimeOptions::default()).map_err(Failure::service)?;
    let client = connect(service).await?;
    let (stop, stopping) = watch::channel(false);
    let tuner = TunerHolder::builder()
        .workflow_task_slot_supplier(FixedSizeSlotSupplier::new(WORKFLOW_SLOTS))
        .activity_task_slot_supplier(FixedSizeSlotSupplier::new(usize::from(arguments.slots)))
        .local_activity_task_slot_supplier(FixedSizeSlotSupplier::new(1))
        .nexus_task_slot_supplier(FixedSizeSlotSupplier::new(1))
        .build();
    let options = WorkerOptions::new(service.task_queue.clone())
        .deployment_options(WorkerDeploymentOptions::from_build_id(env!("CARGO_PKG_VERSION").to_owned()))
        .tuner(tuner)
        .max_heartbeat_throttle_interval(THROTTLE)
        .sticky_queue_schedule_to_start_timeout(STICKY)
        .register_activities(Orders { program, stopping })
        .register_workflow::<OrderWorkflow>()
        .and_then(WorkerOptionsBuilder::register_workflow::<ChainWorkflow>)
        .and_then(WorkerOptionsBuilder::register_workflow::<BatchWorkflow>)
        .and_then(WorkerOptionsBuilder::register_workflow::<CleanupWorkflow>)
        .map_err(Failure::service)?
        .build();
    let mut worker = Worker::new(&runtime, client, options).map_err(Failure::service)?;
    let shut_down = worker.shutdown_handle();
    eprintln!("mixdown-temporal works for {} at {}", service.task_queue, service.address);
    let mut running = std::pin::pin!(worker.run());
    tokio::select! {
        ended = &mut running => return ended.map_err(Failure::service),
        () = signals.first() => {}
    }
    eprintln!("mixdown-temporal gives its orders back");
    stop.send_replace(true);
    shut_down();
    tokio::select! {
        ended = &mut running => ended.map_err(Failure::service),
        // Processes that live on receive a signal at the end of this one.
        () = tokio::time::sleep(DRAIN) => Ok(()),
        () = signals.first() => Ok(()),
    }
}

/// Returns the program mixdown.
pub(crate) fn program(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        let absolute = std::path::absolute(path).map_err(|error| Failure::Refused(error.to_string()))?;
        return if absolute.is_file() {
            Ok(absolute)
        } else {
            Err(Failure::Refused(format!("--mixdown {}: no such file", path.display())))
        };
    }
    let name = format!("mixdown{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|own| own.parent().map(|folder| folder.join(&name)));
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(&name))
            .filter(|file| file.is_absolute())
            .collect::<Vec<_>>()
    });
    let found = beside.into_iter().chain(on_path).find(|file| file.is_file());
    found.ok_or_else(|| {
        Failure::Refused(format!("no program {name} beside this one or on the PATH; name it with --mixdown"))
    })
}

/// SIGTERM and Ctrl-C.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn install() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal.
    async fn first(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
