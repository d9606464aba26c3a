//! The hidden launcher: starts a program that stops when the worker dies.
//!
//! A worker that was killed cannot stop its orders. On Linux the kernel signals them in its place:
//! the launcher requests that for its own process, and then becomes the program.

use crate::arguments::LaunchArguments;
use std::process::ExitCode;

/// Exit code of `EX_TEMPFAIL`: try again.
pub(crate) const TRY_AGAIN: u8 = 75;

/// Becomes the program; returns only where that fails.
#[cfg(target_os = "linux")]
pub(crate) fn run(arguments: &LaunchArguments) -> ExitCode {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    use std::os::unix::process::CommandExt;

    if let Err(error) = set_parent_process_death_signal(Some(Signal::TERM)) {
        eprintln!("mixdown-temporal: the death of the worker will not be noticed: {error}");
    }
    // A parent that died before the request sends no signal.
    if getppid().map(|parent| parent.as_raw_nonzero().get()) != Some(arguments.parent) {
        return ExitCode::from(TRY_AGAIN);
    }
    let error = std::process::Command::new(&arguments.program).args(["work", "-"]).exec();
    eprintln!("mixdown-temporal: {}: {error}", arguments.program.display());
    ExitCode::from(TRY_AGAIN)
}

/// Elsewhere nothing starts the launcher.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_arguments: &LaunchArguments) -> ExitCode {
    ExitCode::from(TRY_AGAIN)
}
