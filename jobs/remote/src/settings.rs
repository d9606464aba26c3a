//! Waits and limits of requests.

use object_store::{BackoffConfig, ClientOptions, HeaderValue, RetryConfig};
use std::time::Duration;

/// Waits and limits of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Most repetitions of a request that failed for a cause that may pass.
    pub retries: usize,
    /// Wait before the first repetition; each later one is up to twice as long, 10 s at most.
    pub first_wait: Duration,
    /// Longest silence of a server within a request.
    pub silence: Duration,
    /// Bytes of a part of a large object; smaller objects are sent by one request. Stores require
    /// at least 5 MiB.
    pub part_bytes: u64,
}

/// Longest wait before a repetition.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Longest time from a request to its last repetition. Signatures of requests stay valid so long.
const LONGEST: Duration = Duration::from_secs(120);

impl Default for Settings {
    /// Returns settings that repeat a request for some seconds, several times.
    fn default() -> Self {
        Self {
            retries: 5,
            first_wait: Duration::from_millis(200),
            silence: Duration::from_secs(60),
            part_bytes: 8 << 20,
        }
    }
}

impl Settings {
    pub(crate) fn retry(&self) -> RetryConfig {
        let backoff = BackoffConfig { init_backoff: self.first_wait, max_backoff: LONGEST_WAIT, base: 2.0 };
        RetryConfig { backoff, max_retries: self.retries, retry_timeout: LONGEST }
    }

    pub(crate) fn client(&self) -> ClientOptions {
        let agent = HeaderValue::from_static(concat!("mixdown/", env!("CARGO_PKG_VERSION")));
        // No limit for a whole request: stems may be large, and lines slow.
        ClientOptions::new().with_timeout_disabled().with_read_timeout(self.silence).with_user_agent(agent)
    }

    /// Returns the wait before repetition `number`, counted from 0.
    pub(crate) fn wait(&self, number: u32) -> Duration {
        self.first_wait.saturating_mul(1 << number.min(10)).min(LONGEST_WAIT)
    }
}
