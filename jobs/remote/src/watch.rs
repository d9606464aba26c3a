//! Transfers that their caller watches and stops.

use mixdown_orders::{KeepOn, OrderError};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Time between two looks at a transfer.
const TICK: Duration = Duration::from_millis(200);

/// Bytes that a transfer moved so far.
#[derive(Debug, Default)]
pub(crate) struct Moved(AtomicU64);

impl Moved {
    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn restart(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs a transfer, and calls `keep_on` meanwhile. Where that breaks, the transfer is dropped.
pub(crate) async fn watched<T>(
    transfer: impl Future<Output = Result<T, OrderError>>,
    moved: &Moved,
    keep_on: &mut KeepOn<'_>,
) -> Result<T, OrderError> {
    let mut ticks = tokio::time::interval(TICK);
    let mut transfer = pin!(transfer);
    loop {
        tokio::select! {
            done = &mut transfer => return done,
            _ = ticks.tick() => {
                if keep_on(moved.bytes()).is_break() {
                    return Err(OrderError::Stopped);
                }
            }
        }
    }
}
