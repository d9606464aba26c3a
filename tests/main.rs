//! The one integration-test binary of mixdown.

mod goldens;
mod laws;

/// Counts what is allocated where nothing may be: see `laws::allocation`.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
