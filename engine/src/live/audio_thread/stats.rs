//! Statistics of a live engine: counters that any thread may read while it runs.

use serde::Serialize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Histogram steps per doubling of time.
const STEPS: usize = 8;
/// Histogram size: from 1 ns to about 4 s.
const BUCKETS: usize = 32 * STEPS;

/// Shared counters. The engine reads no clock: its driver reports how long each block took.
#[derive(Debug)]
pub struct Counters {
    pub(crate) frame: AtomicU64,
    pub(crate) position: AtomicU64,
    pub(crate) latency: AtomicU64,
    pub(crate) starvations: AtomicU64,
    pub(crate) dropped_meters: AtomicU64,
    pub(crate) dropped_events: AtomicU64,
    pub(crate) ended: AtomicBool,
    blocks: AtomicU64,
    late_blocks: AtomicU64,
    busy_ns: AtomicU64,
    played_ns: AtomicU64,
    worst_ns: AtomicU64,
    /// Load of the slowest block as a share of its own deadline, in millionths.
    worst_share: AtomicU64,
    shares: Vec<AtomicU64>,
}

/// Counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stats {
    /// Blocks rendered.
    pub blocks: u64,
    /// Blocks that took longer than their playing time.
    pub late_blocks: u64,
    /// Time spent as a share of the time played; 1 is one whole core.
    pub mean_load: f64,
    /// Median block time as a share of the deadline.
    pub median_load: f64,
    /// 99.9th percentile of the block time, as a share of the deadline.
    pub p999_load: f64,
    /// Slowest block, as a share of its deadline.
    pub worst_load: f64,
    /// Longest block, in microseconds.
    pub worst_us: f64,
    /// Number of times a track ran out of audio.
    pub starvations: u64,
    /// Meter readings that were dropped.
    pub dropped_meters: u64,
    /// Events that were dropped.
    pub dropped_events: u64,
}

impl Default for Counters {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Self {
            frame: zero(),
            position: zero(),
            latency: zero(),
            starvations: zero(),
            dropped_meters: zero(),
            dropped_events: zero(),
            ended: AtomicBool::new(false),
            blocks: zero(),
            late_blocks: zero(),
            busy_ns: zero(),
            played_ns: zero(),
            worst_ns: zero(),
            worst_share: zero(),
            shares: (0..BUCKETS).map(|_| zero()).collect(),
        }
    }
}

/// Returns the bucket of a share in millionths: eight per doubling, so that a percentile is at most
/// 9 % too high.
fn bucket(millionths: u64) -> usize {
    let value = millionths.max(1) as f64;
    ((value.log2() * STEPS as f64).ceil() as usize).min(BUCKETS - 1)
}

fn share_of(bucket: usize) -> f64 {
    (bucket as f64 / STEPS as f64).exp2() / 1e6
}

impl Counters {
    /// Records how long a block took and how long it plays. Audio thread.
    pub fn record_block(&self, took: Duration, plays: Duration) {
        let (took, plays) = (took.as_nanos() as u64, plays.as_nanos() as u64);
        self.blocks.fetch_add(1, Relaxed);
        self.busy_ns.fetch_add(took, Relaxed);
        self.played_ns.fetch_add(plays, Relaxed);
        self.worst_ns.fetch_max(took, Relaxed);
        let millionths = took.saturating_mul(1_000_000) / plays.max(1);
        self.worst_share.fetch_max(millionths, Relaxed);
        self.late_blocks.fetch_add(u64::from(took > plays), Relaxed);
        self.shares[bucket(millionths)].fetch_add(1, Relaxed);
    }

    /// Returns the number of frames rendered so far. Any thread.
    pub fn frame(&self) -> u64 {
        self.frame.load(Relaxed)
    }

    /// Returns the session frame that is rendered next. Any thread.
    pub fn position(&self) -> u64 {
        self.position.load(Relaxed)
    }

    /// Returns the latency of the output, in frames. Any thread.
    pub fn latency(&self) -> u64 {
        self.latency.load(Relaxed)
    }

    /// Returns true if the mix has reached its end since it last began to play. Any thread.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
    }

    /// Returns all statistics at this moment. Any thread.
    pub fn stats(&self) -> Stats {
        let counts: Vec<u64> = self.shares.iter().map(|count| count.load(Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        let percentile = |part: f64| {
            let (mut left, mut found) = ((total as f64 * part).ceil() as u64, 0.0);
            for (bucket, count) in counts.iter().enumerate() {
                if left == 0 {
                    break;
                }
                found = share_of(bucket);
                left = left.saturating_sub(*count);
            }
            found
        };
        let load = |counter: &AtomicU64| counter.load(Relaxed);
        let worst_load = load(&self.worst_share) as f64 / 1e6;
        Stats {
            blocks: load(&self.blocks),
            late_blocks: load(&self.late_blocks),
            mean_load: load(&self.busy_ns) as f64 / load(&self.played_ns).max(1) as f64,
            median_load: percentile(0.5).min(worst_load),
            p999_load: percentile(0.999).min(worst_load),
            worst_load,
            worst_us: load(&self.worst_ns) as f64 / 1e3,
            starvations: load(&self.starvations),
            dropped_meters: load(&self.dropped_meters),
            dropped_events: load(&self.dropped_events),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_at_most_one_step_too_high() {
        let counters = Counters::default();
        for n in 1..=1_000 {
            counters.record_block(Duration::from_micros(n), Duration::from_millis(2));
        }
        let stats = counters.stats();
        assert_eq!((stats.blocks, stats.late_blocks, stats.worst_us), (1_000, 0, 1_000.0));
        // A step is an eighth of a doubling: 9 %.
        assert!((0.25..0.2725).contains(&stats.median_load), "{stats:?}");
        assert!((0.4995..=0.5).contains(&stats.p999_load), "{stats:?}");
        assert!((stats.mean_load - 0.25025).abs() < 1e-9, "{stats:?}");
    }
}
