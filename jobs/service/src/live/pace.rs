//! The rate of a client's messages.

use std::time::Duration;
use tokio::time::Instant;

/// Messages per second in the long run.
const RATE: f64 = 500.0;
/// Messages at once.
const BURST: f64 = 1_000.0;

/// A bucket of permits. A client that is too fast is read more slowly.
#[derive(Debug)]
pub(super) struct Pace {
    permits: f64,
    at: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { permits: BURST, at: Instant::now() }
    }

    /// Takes a permit, and waits for one where there is none.
    pub(super) async fn take(&mut self) {
        let now = Instant::now();
        self.permits = (self.permits + now.duration_since(self.at).as_secs_f64() * RATE).min(BURST) - 1.0;
        self.at = now;
        if self.permits < 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(-self.permits / RATE)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate_holds() {
        let (mut pace, begin) = (Pace::new(), Instant::now());
        for _ in 0..1_000 {
            pace.take().await;
        }
        assert_eq!(begin.elapsed(), Duration::ZERO);
        for _ in 0..1_000 {
            pace.take().await;
        }
        let took = begin.elapsed();
        assert!((1.9..=2.1).contains(&took.as_secs_f64()), "{took:?}");
    }
}
