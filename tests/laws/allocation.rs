//! Guard of law 6: counts allocations and deallocations on this thread while a closure runs, and is
//! itself tested.
//!
//! `assert_no_alloc` with its `warn_*` features counts per thread and lets the allocation through,
//! so a violation fails one test and not the whole binary.

use assert_no_alloc::{assert_no_alloc, violation_count};

/// Runs a closure. Returns its result, and the number of its requests to the allocator.
pub(crate) fn counted<T>(run: impl FnOnce() -> T) -> (T, u32) {
    let before = violation_count();
    let value = assert_no_alloc(run);
    (value, violation_count() - before)
}

#[test]
fn allocations_growths_and_releases_are_counted() {
    let mut kept = vec![1_u8; 16];
    let dropped = vec![2_u8; 16];
    assert_eq!(counted(|| std::hint::black_box(3)).1, 0);
    assert_eq!(counted(|| kept.push(4)).1, 2, "growing takes new memory and gives back the old");
    assert_eq!(counted(|| drop(std::hint::black_box(dropped))).1, 1);
    let (boxed, count) = counted(|| std::hint::black_box(Box::new(5)));
    assert_eq!((*boxed, count), (5, 1));
}
