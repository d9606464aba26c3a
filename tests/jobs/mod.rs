//! Job commands from outside: many processes that are killed or interfere, with hostile folders.

mod clock;
mod command_line;
mod concurrency;
#[cfg(unix)]
mod full_disk;
mod hostile;
mod kills;
mod life_cycle;
#[cfg(unix)]
mod private;
mod scale;
mod stems;
#[cfg(target_os = "linux")]
mod stopped;
mod test_folders;
