//! One run of a program in a process group of its own, which ends with this call.

use super::memory::resident_bytes;
use super::output::Tail;
use crate::{SeparateError, Watch};
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// Time between two looks at the process.
const LOOK: Duration = Duration::from_millis(40);
/// Looks between two readings of the memory.
const LOOKS_PER_READING: u32 = 10;
/// Longest wait for the end of the output once the process has ended.
const LAST_OUTPUT: Duration = Duration::from_secs(1);
/// Longest wait for the other processes of the group once they have been killed.
const LAST_PROCESS: Duration = Duration::from_millis(500);

/// Limits of an external program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Longest time of a run.
    pub time: Duration,
    /// Most resident memory of all its processes together, in bytes; on Linux only.
    pub memory_bytes: u64,
}

impl Default for Limits {
    /// One hour and 16 GiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(3_600), memory_bytes: 16 << 30 }
    }
}

/// The process and all that it starts; they are killed when this is dropped.
struct Group {
    /// Holds the standard input of a guard open.
    first: Child,
    /// True once the first process has been reaped: its number may then be another's.
    is_reaped: bool,
}

impl Group {
    /// Starts a program in a group of its own, so that signals of a terminal do not reach it.
    fn start(mut command: Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let started = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        started.map(|first| Self { first, is_reaped: false })
    }

    /// Returns true once the process has ended. Its number stays taken until it is reaped, so that
    /// the group can still be killed without a risk for others.
    #[cfg(unix)]
    fn has_ended(&self) -> io::Result<bool> {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(Pid::from_child(&self.first)), options) {
            Ok(ended) => Ok(ended.is_some()),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.first.try_wait()?.is_some())
    }

    /// Kills all processes of the group and reaps the first.
    #[cfg(unix)]
    fn end(&mut self) -> io::Result<ExitStatus> {
        use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
        let group = Pid::from_child(&self.first);
        // Fails if all have ended.
        let _ = kill_process_group(group, Signal::KILL);
        let status = self.first.wait();
        self.is_reaped = true;
        // Files that the others still write would be left behind.
        let deadline = Instant::now() + LAST_PROCESS;
        while test_kill_process_group(group).is_ok() && Instant::now() < deadline {
            thread::sleep(LOOK / 8);
        }
        status
    }

    #[cfg(not(unix))]
    fn end(&mut self) -> io::Result<ExitStatus> {
        let _ = self.first.kill();
        self.is_reaped = true;
        self.first.wait()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.is_reaped {
            // Nothing more can be done with a process that cannot be waited for.
            let _ = self.end();
        }
    }
}

/// Runs a program to its end, and returns the last lines of its output. Its progress bars become
/// the progress of `watch`.
///
/// # Errors
/// If it cannot be started, fails, exceeds a limit, or `watch` stopped it; all its processes have
/// ended then.
pub(super) fn run(
    command: Command,
    program: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<String, SeparateError> {
    let failed = |error: &io::Error| SeparateError::Program { path: program.into(), cause: error.to_string() };
    let started = Instant::now();
    let mut group = Group::start(command).map_err(|error| failed(&error))?;
    let (done, ended) = channel();
    let tail = Tail::default();
    let mut streams = 0;
    if let Some(stream) = group.first.stdout.take() {
        let (tail, done) = (tail.clone(), done.clone());
        thread::spawn(move || tail.read(stream, &done));
        streams += 1;
    }
    if let Some(stream) = group.first.stderr.take() {
        let tail = tail.clone();
        thread::spawn(move || tail.read(stream, &done));
        streams += 1;
    }
    let mut looks = 0;
    while !group.has_ended().map_err(|error| failed(&error))? {
        watch.reached(tail.progress().unwrap_or(0.0))?;
        if started.elapsed() >= limits.time {
            return Err(SeparateError::Limit(format!("it took longer than {} s", limits.time.as_secs_f64())));
        }
        if looks % LOOKS_PER_READING == 0 {
            let bytes = resident_bytes(group.first.id());
            if bytes > limits.memory_bytes {
                let [used, most] = [bytes, limits.memory_bytes].map(|bytes| bytes >> 20);
                return Err(SeparateError::Limit(format!("it took {used} MiB of memory, more than {most} MiB")));
            }
        }
        looks += 1;
        thread::sleep(LOOK);
    }
    let status = group.end().map_err(|error| failed(&error))?;
    for _ in 0..streams {
        // A process outside the group may hold the stream open.
        let _ = ended.recv_timeout(LAST_OUTPUT);
    }
    let output = tail.message();
    if status.success() { Ok(output) } else { Err(SeparateError::Failed { status: status.to_string(), output }) }
}
