//! Drives an engine block by block: by the clock, or as fast as possible.

use super::output_file::WavOutlet;
use crate::cli::Failure;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::live::{LiveEngine, Motion, RingInput};
use mixdown_engine::units::SampleRate;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Pace of the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// As a device would: each when it is due.
    Clock,
    /// As soon as the readers have the next one.
    Freewheel,
}

/// An engine and its pace.
pub(super) struct Driver {
    pub(super) engine: LiveEngine<RingInput>,
    pub(super) pace: Pace,
    pub(super) block: usize,
    pub(super) rate: SampleRate,
    /// Frames of sound after which it ends.
    pub(super) limit: Option<u64>,
}

/// Result of a run.
pub(super) struct Driven {
    pub(super) frames: u64,
    pub(super) elapsed: Duration,
}

impl Driver {
    /// Plays until the mix has ended, the limit is reached, or `stop` is set.
    pub(super) fn run(mut self, stop: &AtomicBool, mut outlet: Option<WavOutlet>) -> Result<Driven, Failure> {
        let counters = self.engine.counters().clone();
        let mut out = AudioBuffer::new(2, self.block);
        let start = Instant::now();
        let mut due = start;
        let mut has_played = false;
        while !stop.load(Ordering::Relaxed) {
            let left = self.limit.map_or(u64::MAX, |limit| limit.saturating_sub(counters.frame()));
            let frames = left.min(self.block as u64) as usize;
            if frames == 0 {
                break;
            }
            if self.pace == Pace::Freewheel && !self.engine.is_ready(frames) {
                std::thread::sleep(Duration::from_micros(100));
                continue;
            }
            let (before, began) = (counters.frame(), Instant::now());
            self.engine.process(&mut out.first_mut(frames));
            let plays = Duration::from_secs_f64(self.rate.seconds(frames as u64));
            let rendered = (counters.frame() - before) as usize;
            if rendered > 0 {
                counters.record_block(began.elapsed(), plays);
            }
            let rolls = self.engine.motion() == Motion::Rolling;
            if let Some(outlet) = &mut outlet {
                // Silence before the readers are ready is not part of the mix.
                let first = if rolls { frames - rendered } else { 0 };
                outlet.write(&out.first(first + rendered).slice(first..first + rendered))?;
            }
            has_played |= rendered > 0;
            let stands = self.engine.motion() == Motion::Still && has_played && rendered == 0;
            match self.pace {
                Pace::Clock => {
                    due += plays;
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                }
                Pace::Freewheel if stands => break,
                Pace::Freewheel if rendered == 0 => std::thread::sleep(Duration::from_micros(100)),
                Pace::Freewheel => {}
            }
            if counters.has_ended() {
                break;
            }
        }
        if let Some(outlet) = outlet {
            outlet.finish()?;
        }
        Ok(Driven { frames: counters.frame(), elapsed: start.elapsed() })
    }
}
