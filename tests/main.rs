//! The one integration-test binary of mixdown.
#![allow(clippy::unwrap_used)] // Failures here fail a test, with the line.

mod alignment;
mod analyse;
mod bad_input;
mod browser;
mod command_line;
mod containers;
mod differential;
mod fresh_encodes;
mod goldens;
mod house;
mod jobs;
mod laws;
mod level;
mod library;
mod live;
mod mcp;
mod measure;
#[cfg(target_os = "linux")]
mod memory;
mod memory_stems;
mod mutants;
mod names;
mod notate;
mod nulls;
mod overwrite;
mod play;
#[cfg(feature = "device")]
mod play_device;
mod program_runs;
mod repeatability;
mod report;
mod separate;
mod service;
mod time_codes;
mod urls;
mod work;

/// Counts allocations where none are allowed: see `laws::allocation`.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
