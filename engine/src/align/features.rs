//! What alignment keeps of a stem while it is decoded: its mono sum, up to a limit.

use crate::audio::Block;
use crate::process::Tap;
use crate::units::SampleRate;

/// The beginning of a stem in mono, at the session rate, for [`align`](super::align()).
///
/// Feed it every block of the stem from session time 0. Channels are averaged (a stem whose channels cancel is silent here);
/// what is not finite counts as silence.
#[derive(Clone, Debug)]
pub struct StemFeatures {
    rate: SampleRate,
    mono: Vec<f32>,
    most: usize,
    frames: u64,
}

impl StemFeatures {
    /// 16 MiB a stem: 95 s at 44.1 kHz, 87 s at 48 kHz. A common source shows within 30 s even 30 dB below the rest;
    /// three times that covers stems that come in late, and sixteen stems take 256 MiB.
    pub const DEFAULT_MAX_BYTES: usize = 16 << 20;

    /// An empty stem that will hold at most `max_bytes` of samples. Control thread.
    pub fn new(rate: SampleRate, max_bytes: usize) -> Self {
        Self { rate, mono: Vec::new(), most: max_bytes / size_of::<f32>(), frames: 0 }
    }

    /// The rate it was made for.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Frames seen in all, kept or not.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The samples kept.
    pub(super) fn mono(&self) -> &[f32] {
        &self.mono
    }

    /// The largest absolute sample kept.
    pub(super) fn peak(&self) -> f32 {
        self.mono.iter().fold(0.0, |peak, x| peak.max(x.abs()))
    }
}

impl Tap for StemFeatures {
    /// Offline: the memory grows up to its limit.
    fn observe(&mut self, block: &Block<'_>) {
        self.frames += block.frames() as u64;
        let start = self.mono.len();
        let keep = block.frames().min(self.most - start);
        self.mono.resize(start + keep, 0.0);
        let part = &mut self.mono[start..];
        for channel in 0..block.channels() {
            for (sum, sample) in part.iter_mut().zip(block.channel(channel)) {
                *sum += if sample.is_finite() { sample / block.channels() as f32 } else { 0.0 };
            }
        }
    }
}
