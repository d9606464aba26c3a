//! Tests that nothing is lost: a disk that loses power, fails and fills up, and records that are
//! damaged.

mod added_kind;
mod blocked;
mod damage;
mod faults;
mod harness;
mod machine;
mod own_jobs;
mod power;
pub(super) mod rng;
mod short_lived;
mod versions;
