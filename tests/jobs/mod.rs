//! The job shell from outside: many processes, killed, meddling, with hostile folders.

mod clock;
mod command_line;
mod crowd;
#[cfg(unix)]
mod full_disk;
mod hostile;
mod kills;
mod life;
#[cfg(unix)]
mod private;
mod scale;
mod stems;
#[cfg(target_os = "linux")]
mod stopped;
mod yard;
