//! `serve` and `jobs`: the commands of mixdown, whose jobs this program lets be done as orders.

use crate::Failure;
use crate::arguments::{PassedArguments, Service};
use crate::worker::program;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Runs a command of mixdown in place of this process; returns only where that fails.
///
/// # Errors
/// [`Failure::Refused`] if there is no program mixdown, or it cannot start.
pub(crate) fn run(
    service: &Service,
    mixdown: Option<&Path>,
    command: &str,
    arguments: &PassedArguments,
) -> Result<ExitCode, Failure> {
    let mixdown = program(mixdown)?;
    let own = std::env::current_exe().map_err(|error| Failure::Refused(format!("the program's own file: {error}")))?;
    let mut process = Command::new(&mixdown);
    process.arg(command).args(&arguments.arguments).envs(environment(service, own.into()));
    let failed = |error: std::io::Error| Failure::Refused(format!("{}: {error}", mixdown.display()));
    #[cfg(unix)]
    return Err(failed(std::os::unix::process::CommandExt::exec(&mut process)));
    #[cfg(not(unix))]
    {
        let code = process.status().map_err(failed)?.code().and_then(|code| u8::try_from(code).ok());
        Ok(ExitCode::from(code.unwrap_or(1)))
    }
}

/// Returns the variables by which mixdown finds this program again, and this program the service.
fn environment(service: &Service, own: OsString) -> [(&'static str, OsString); 4] {
    [
        ("MIXDOWN_FOLLOWER", own),
        ("TEMPORAL_ADDRESS", service.address.clone().into()),
        ("TEMPORAL_NAMESPACE", service.namespace.clone().into()),
        ("TEMPORAL_TASK_QUEUE", service.task_queue.clone().into()),
    ]
}
