//! Time as the job shell sees it: handed in, so that tests move it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use std::time::Duration;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

/// A moment on a clock that never jumps, as long as the machine is not started anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootTime {
    /// Names the start of the machine that time is counted from. Moments of different starts cannot
    /// be compared.
    pub boot_id: String,
    /// Milliseconds since then, time in suspension among them.
    pub boot_ms: u64,
}

impl BootTime {
    /// Returns how long after `earlier` this is; `None` when another start of the machine counted
    /// it.
    pub fn since(&self, earlier: &Self) -> Option<Duration> {
        let same = self.boot_id == earlier.boot_id;
        same.then(|| Duration::from_millis(self.boot_ms.saturating_sub(earlier.boot_ms)))
    }
}

/// Source of the time.
pub trait Clock: Send + Sync {
    /// Returns the time of day, in UTC. It may jump.
    fn now(&self) -> Timestamp;
    /// Returns the time since the machine's start, which does not jump.
    fn boot(&self) -> BootTime;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // Records hold whole microseconds: enough to order them, and short to read.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    fn boot(&self) -> BootTime {
        static BOOT_ID: OnceLock<String> = OnceLock::new();
        let boot_ms = u64::try_from(since_boot().as_millis()).unwrap_or(u64::MAX);
        BootTime { boot_id: BOOT_ID.get_or_init(boot_id).clone(), boot_ms }
    }
}

/// Returns `CLOCK_BOOTTIME`, which counts on while the machine sleeps and is the same for all
/// processes.
#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Returns the time of a monotonic clock since this process's first call, where `CLOCK_BOOTTIME` is
/// not available.
#[cfg(not(target_os = "linux"))]
fn since_boot() -> Duration {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed()
}

/// Returns the kernel's name of this start of the machine.
#[cfg(target_os = "linux")]
fn boot_id() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    if id.trim().is_empty() { process_id() } else { id.trim().to_owned() }
}

#[cfg(not(target_os = "linux"))]
fn boot_id() -> String {
    process_id()
}

/// Names this process's own count: no other process can compare with it.
fn process_id() -> String {
    format!("process-{}", uuid::Uuid::now_v7())
}
