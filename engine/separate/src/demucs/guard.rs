//! A process between this program and an external one. It outlives neither of them, and ends all
//! processes of the external one when this program ends, even by SIGKILL.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

/// The hidden command of a program that calls [`run_guarded`]. `--`, the external program and its
/// arguments follow it.
pub const GUARD: &str = "guard";

/// Exit code if the external program cannot be run, as shells have it.
const CANNOT_RUN: u8 = 126;

/// Runs an external program to its end, and returns its exit code. Once standard input ends, all
/// processes of this process group are killed, this one included.
///
/// Whoever starts this process makes it the leader of a group, gives it a pipe as standard input,
/// writes nothing, and holds the other end: that closes with its holder, whatever ends it. On Unix
/// only; elsewhere the code is that of a program that cannot be run.
pub fn run_guarded(program: &OsStr, arguments: &[OsString]) -> u8 {
    guarded(program, arguments).unwrap_or_else(|error| {
        eprintln!("{}: cannot be run: {error}", Path::new(program).display());
        CANNOT_RUN
    })
}

#[cfg(unix)]
fn guarded(program: &OsStr, arguments: &[OsString]) -> io::Result<u8> {
    use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group, kill_process};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    // Else the group is that of a shell.
    if getpgrp() != getpid() {
        return Err(io::Error::other("the guard is not the leader of its process group"));
    }
    let mut child = Command::new(program).args(arguments).stdin(Stdio::null()).spawn()?;
    std::thread::spawn(|| {
        // An error is an end as well.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = kill_current_process_group(Signal::KILL);
    });
    let status = child.wait()?;
    if let Some(code) = status.code() {
        return Ok(u8::try_from(code).unwrap_or(u8::MAX));
    }
    let number = status.signal().unwrap_or_default();
    if let Some(signal) = Signal::from_named_raw(number) {
        // Ends this process in the same way, so that the signal is reported.
        let _ = kill_process(getpid(), signal);
    }
    Ok(u8::try_from(128 + number).unwrap_or(u8::MAX))
}

#[cfg(not(unix))]
fn guarded(_program: &OsStr, _arguments: &[OsString]) -> io::Result<u8> {
    Err(io::ErrorKind::Unsupported.into())
}
