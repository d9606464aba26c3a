//! Limits of a process that works on files of users: its memory, its priority, and its life.

/// Limits the memory of this process, in MiB; an allocation beyond it fails, and ends this process
/// only. On other systems than Linux there is no limit.
#[cfg(target_os = "linux")]
pub fn limit_memory(mib: u64) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let bytes = mib.saturating_mul(1 << 20);
    let _ = setrlimit(Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) });
    // No core files: they may be large and contain private music.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Limits nothing: this system has no such limit.
#[cfg(not(target_os = "linux"))]
pub fn limit_memory(_mib: u64) {}

/// Ends this process once its parent dies. To be called before any thread starts.
#[cfg(target_os = "linux")]
pub fn die_with_parent() {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// Does nothing: this system cannot bind a process to its parent.
#[cfg(not(target_os = "linux"))]
pub fn die_with_parent() {}

/// Lowers the priority of this process and of its future threads, so that requests and live mixes
/// beside it are answered first. Alone on a machine it is as fast as before.
#[cfg(target_os = "linux")]
pub fn yield_to_others() {
    let _ = rustix::process::nice(10);
}

/// Does nothing: this system sets priorities by other means.
#[cfg(not(target_os = "linux"))]
pub fn yield_to_others() {}
