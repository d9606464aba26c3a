//! The same work for many sessions, on all processors.

use crate::job::SessionId;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs a function for every session, on all processors.
pub(crate) fn for_each_session<T: Send>(sessions: &[SessionId], work: impl Fn(&SessionId) -> T + Sync) -> Vec<T> {
    for_each(sessions, 0, work)
}

/// Runs a function for every item, on `threads` threads or one per processor, whichever is
/// more. Results come in no order.
pub(crate) fn for_each<I: Sync, T: Send>(items: &[I], threads: usize, work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).max(threads).min(items.len());
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(work(item));
        }
        done
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for thread in others {
            // A panic on any thread is the caller's.
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}
