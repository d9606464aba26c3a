//! The job shell from outside: many processes, killed, meddling, with hostile folders.

mod command_line;
mod crowd;
#[cfg(unix)]
mod full_disk;
mod hostile;
mod kills;
#[cfg(unix)]
mod private;
mod scale;
mod stems;
mod yard;
