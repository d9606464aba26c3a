//! Proofs that nothing is lost: a disk that loses power, fails and fills up, and records that are
//! damaged.

mod blocked;
mod damage;
mod dice;
mod faults;
mod machine;
mod own_jobs;
mod power;
mod scene;
mod short_lived;
mod sim_disk;
mod versions;
