//! Transfers that can be stopped.

use crate::error::OrderError;
use crate::remote::KeepOn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;

/// Time between two looks at whether to continue.
const BEAT: Duration = Duration::from_millis(100);

/// Runs `work` to its end, or until `keep_on` breaks: the connection is dropped then.
pub(super) fn wait<T>(
    runtime: &Runtime,
    work: impl Future<Output = Result<T, OrderError>>,
    moved: &AtomicU64,
    keep_on: &mut KeepOn<'_>,
) -> Result<T, OrderError> {
    runtime.block_on(async {
        let mut work = pin!(work);
        let mut beat = tokio::time::interval(BEAT);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = beat.tick() => {
                    if keep_on(moved.load(Ordering::Relaxed)).is_break() {
                        return Err(OrderError::Stopped);
                    }
                }
            }
        }
    })
}
