//! Stand-in for systems whose processes are not listed in `/proc`: memory is not limited there.

/// Returns 0: the memory of other processes is not known here.
pub(super) fn resident_bytes(_group: u32) -> u64 {
    0
}
