//! The one integration-test binary of mixdown.

mod bad_input;
mod command_line;
mod goldens;
mod jobs;
mod laws;
mod nulls;
mod program_runs;
mod repeatability;

/// Counts what is allocated where nothing may be: see `laws::allocation`.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
