//! The rate of a client's messages.

use std::time::{Duration, Instant};

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
        let wait = self.wait(Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes a permit, and returns how long it must be waited for.
    fn wait(&mut self, now: Instant) -> Duration {
        let gained = now.duration_since(self.at).as_secs_f64() * RATE;
        (self.permits, self.at) = ((self.permits + gained).min(BURST) - 1.0, now);
        Duration::from_secs_f64((-self.permits).max(0.0) / RATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let mut pace = Pace::new();
        let begin = pace.at;
        let mut now = begin;
        for _ in 0..1_000 {
            assert_eq!(pace.wait(now), Duration::ZERO);
        }
        for _ in 0..1_000 {
            now += pace.wait(now);
        }
        let took = now - begin;
        assert!((1.9..=2.1).contains(&took.as_secs_f64()), "{took:?}");
        // A pause fills the bucket, and no further.
        now += Duration::from_secs(3_600);
        let free = (0..5_000).filter(|_| pace.wait(now).is_zero()).count();
        assert_eq!(free, 1_000);
    }
}
