//! Several meters that observe their blocks in one pass: their K filters share the lanes of a
//! register.

use super::{LoudnessMeter, ProgrammeMeter};
use crate::audio::Block;
use crate::process::{TRACKS_PER_BATCH, Tap};
use rayon::prelude::*;

/// Meter, and the next block that it observes.
pub type MeterInput<'a> = (&'a mut ProgrammeMeter, Block<'a>);

impl ProgrammeMeter {
    /// Observes several meters as [`Tap::observe`] does, to the same bits. Each has its own block,
    /// and may be anywhere in its programme. It is faster where they are stereo and of one rate, up
    /// to the length of the shortest block. Audio thread for the first hour.
    pub fn observe_batch(observed: &mut [MeterInput<'_>]) {
        for observed in observed.chunks_mut(TRACKS_PER_BATCH) {
            let done = Self::observe_in_lanes(observed);
            for (meter, block) in observed {
                meter.observe(&block.slice(done..block.frames()));
            }
        }
    }

    /// Observes the same on the threads of rayon's pool, where the processor has no lanes to share.
    /// Offline: it may block.
    pub(crate) fn observe_together_offline(observed: &mut [MeterInput<'_>]) {
        if LoudnessMeter::shares_lanes() {
            Self::observe_batch(observed);
        } else {
            observed.par_iter_mut().for_each(|(meter, block)| meter.observe(block));
        }
    }

    /// Observes the frames that all blocks have, if lanes can be shared. Returns their number.
    fn observe_in_lanes(observed: &mut [MeterInput<'_>]) -> usize {
        let (rate, few) = (observed[0].0.rate, observed.len() < 2);
        let alike = |(meter, block): &MeterInput<'_>| (meter.rate, meter.channels, block.channels()) == (rate, 2, 2);
        if few || !LoudnessMeter::shares_lanes() || !observed.iter().all(alike) {
            return 0;
        }
        let common = observed.iter().map(|(_, block)| block.frames()).min().unwrap_or(0);
        let mut done = 0;
        while done < common {
            let nearest =
                |end: usize, (meter, _): &MeterInput<'_>| end.min(done + meter.left_in_interval(common - done));
            let part = done..observed.iter().fold(common, nearest);
            LoudnessMeter::observe_batch(observed, |meter| &mut meter.loudness, &part);
            for (meter, block) in &mut *observed {
                let part = block.slice(part.clone());
                meter.look_beside_loudness(&part);
                meter.advance(part.frames());
            }
            done = part.end;
        }
        common
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, ChannelLayout};
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::{pink_noise, white_noise};

    fn meter(rate_hz: u32, channels: usize) -> ProgrammeMeter {
        ProgrammeMeter::with_series(SampleRate::new(rate_hz).unwrap(), &ChannelLayout::usual(channels))
    }

    #[test]
    fn several_together_read_the_same_bits_wherever_each_is() {
        const COUNT: usize = TRACKS_PER_BATCH + 1;
        let mut signals: [_; COUNT] = std::array::from_fn(|index| {
            [pink_noise(index as u64, 0.2, 30_000), white_noise(index as u64 + 9, 0.3, 30_000)]
        });
        signals[1][0][9_000..9_003].copy_from_slice(&[f32::NAN, f32::INFINITY, -1e30]);
        let signals = signals.map(|channels| AudioBuffer::from_channels(&channels));
        let mono = AudioBuffer::from_channels(&[pink_noise(3, 0.2, 30_000)]);
        // Frames by which the third is ahead, frames missing from the second block, number of
        // meters, and kind of the last. Kinds are as the others, of another rate, mono, or without
        // a series.
        for (lead, short, count, last) in [
            (0, 0, TRACKS_PER_BATCH, "alike"),
            (700, 0, TRACKS_PER_BATCH, "alike"),
            (0, 10, TRACKS_PER_BATCH, "alike"),
            (0, 7_000, TRACKS_PER_BATCH, "alike"),
            (700, 10, 3, "alike"),
            (700, 10, 3, "without series"),
            (0, 0, 1, "alike"),
            (0, 0, COUNT, "alike"),
            (0, 0, 3, "of another rate"),
            (0, 0, 3, "mono"),
        ] {
            let mut alone: [_; COUNT] = std::array::from_fn(|_| meter(44_100, 2));
            alone[count - 1] = match last {
                "of another rate" => meter(48_000, 2),
                "mono" => meter(44_100, 1),
                "without series" => ProgrammeMeter::new(alone[0].rate, &ChannelLayout::stereo()),
                _ => alone[count - 1].clone(),
            };
            alone[2].observe(&signals[2].block().slice(0..lead));
            let mut together = alone.clone();
            for start in (1_000..29_000).step_by(7_000) {
                let blocks: [_; COUNT] = std::array::from_fn(|index| {
                    let signal = if last == "mono" && index == count - 1 { &mono } else { &signals[index] };
                    signal.block().slice(start..start + 7_000 - short * usize::from(index == 1))
                });
                let mut observed: Vec<MeterInput<'_>> = together.iter_mut().zip(blocks).take(count).collect();
                ProgrammeMeter::observe_batch(&mut observed);
                alone.iter_mut().zip(&blocks).take(count).for_each(|(meter, block)| meter.observe(block));
            }
            for (together, alone) in together.iter().zip(&alone) {
                assert_eq!(
                    (together.measurement(), together.series()),
                    (alone.measurement(), alone.series()),
                    "{lead} {short} {count} {last}"
                );
            }
        }
    }
}
