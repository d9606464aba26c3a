//! Retiming of a stream: from another point of time, between its samples, and at a clock that
//! differs by millionths.

use super::drift::{BLOCK, DriftConverter};
use super::fraction::fraction_weights;
use super::{ResampleError, TimeMap};
use crate::audio::BlockMut;
use crate::process::Source;
use crate::units::SampleRate;

/// Taps of the fractional delay: flat to 0.001 dB up to 0.45 of the rate.
const TAPS: usize = 64;
/// Input frames read at once.
const READ_FRAMES: usize = 1_024;

/// Change of the time and polarity of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Retiming {
    /// Input position for each output frame.
    pub time_map: TimeMap,
    /// −1 to invert the polarity.
    pub polarity: i8,
}

impl Retiming {
    /// No change.
    pub const NONE: Self = Self { time_map: TimeMap::NONE, polarity: 1 };
}

/// Retimed source. With [`Retiming::NONE`] every sample passes untouched; a whole start without
/// drift copies samples. Otherwise the pass band is flat to 0.01 dB up to 0.45 of the rate. Ends
/// where the input ends, the last fraction of a frame left out.
pub struct Retimed<S: Source> {
    source: S,
    retiming: Retiming,
    stage: Option<RetimeStage>,
}

struct RetimeStage {
    /// Weights of the fractional delay; none for a whole number of frames.
    weights: Option<Vec<f64>>,
    drift: Option<DriftConverter>,
    channels: usize,
    /// Shifted input, one vector per channel, from `next` on; with the samples that the filter
    /// needs around it.
    input: Vec<Vec<f32>>,
    /// Input frames still to be skipped; when negative, frames of silence still to come before the
    /// input.
    skip: i64,
    next: usize,
    ended: bool,
    /// Frames from the drift converter, one vector per channel.
    converted: Vec<Vec<f32>>,
    converted_next: usize,
    /// Frames still to return, once the input has ended.
    frames_left: Option<u64>,
    shifted: u64,
    emitted: u64,
}

impl<S: Source> Retimed<S> {
    /// Retimes `source`. Control thread; allocates.
    ///
    /// # Errors
    /// If the drift is beyond the resampler's range.
    pub fn new(source: S, retiming: Retiming) -> Result<Self, ResampleError> {
        let stage = if retiming.time_map == TimeMap::NONE {
            None
        } else {
            Some(RetimeStage::new(&retiming.time_map, source.channels(), source.sample_rate())?)
        };
        Ok(Self { source, retiming, stage })
    }

    /// Returns the source behind.
    pub fn source(&self) -> &S {
        &self.source
    }
}

impl<S: Source> Source for Retimed<S> {
    type Error = S::Error;

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.source.sample_rate()
    }

    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, S::Error> {
        let frames = match &mut self.stage {
            None => self.source.read(out)?,
            Some(stage) => stage.read(&mut self.source, out)?,
        };
        if self.retiming.polarity < 0 {
            for channel in 0..out.channels() {
                out.channel_mut(channel)[..frames].iter_mut().for_each(|sample| *sample = -*sample);
            }
        }
        Ok(frames)
    }
}

impl RetimeStage {
    fn new(time_map: &TimeMap, channels: usize, rate: SampleRate) -> Result<Self, ResampleError> {
        // The converter begins with a small delay, which the fractional delay removes.
        let start = time_map.start - if time_map.is_shift() { 0.0 } else { DriftConverter::offset(time_map.drift) };
        let (whole, fraction) = (start.floor(), start - start.floor());
        // Position p needs the taps from p − (TAPS / 2 − 1) on.
        let before = TAPS as i64 / 2 - 1;
        let weights = (fraction > 1e-9).then(|| fraction_weights(TAPS, fraction));
        let drift = if time_map.is_shift() { None } else { Some(DriftConverter::new(time_map, channels, rate)?) };
        let skip = whole as i64 - if weights.is_some() { before } else { 0 };
        Ok(Self {
            weights,
            drift,
            channels,
            input: vec![Vec::new(); channels],
            skip,
            next: 0,
            ended: false,
            converted: vec![Vec::new(); channels],
            converted_next: 0,
            frames_left: None,
            shifted: 0,
            emitted: 0,
        })
    }

    fn read<S: Source>(&mut self, source: &mut S, out: &mut BlockMut<'_>) -> Result<usize, S::Error> {
        let Some(mut drift) = self.drift.take() else { return self.shift(source, out) };
        let result = self.convert(&mut drift, source, out);
        self.drift = Some(drift);
        result
    }

    fn convert<S: Source>(
        &mut self,
        drift: &mut DriftConverter,
        source: &mut S,
        out: &mut BlockMut<'_>,
    ) -> Result<usize, S::Error> {
        let mut done = 0;
        while done < out.frames() {
            let ready = (self.converted[0].len() - self.converted_next) as u64;
            let ready = self.frames_left.map_or(ready, |left| ready.min(left)) as usize;
            if ready == 0 {
                if self.frames_left == Some(0) {
                    break;
                }
                let got = self.shift(source, &mut drift.input())?;
                self.shifted += got as u64;
                if got < BLOCK && self.frames_left.is_none() {
                    self.frames_left = Some(drift.length_of(self.shifted).saturating_sub(self.emitted));
                }
                drift.convert(got, &mut self.converted);
                self.converted_next = 0;
                continue;
            }
            let count = ready.min(out.frames() - done);
            for (channel, converted) in self.converted.iter().enumerate() {
                let part = &converted[self.converted_next..self.converted_next + count];
                out.channel_mut(channel)[done..done + count].copy_from_slice(part);
            }
            self.converted_next += count;
            self.emitted += count as u64;
            if let Some(left) = &mut self.frames_left {
                *left -= count as u64;
            }
            done += count;
        }
        Ok(done)
    }

    /// Fills the start of `out` with the shifted input.
    fn shift<S: Source>(&mut self, source: &mut S, out: &mut BlockMut<'_>) -> Result<usize, S::Error> {
        let taps = self.weights.as_ref().map_or(1, Vec::len);
        let mut done = 0;
        while done < out.frames() {
            let held = self.input[0].len() - self.next;
            if held < taps {
                if self.ended {
                    break;
                }
                self.fill_input(source)?;
                continue;
            }
            let count = (held + 1 - taps).min(out.frames() - done);
            for (channel, held) in self.input.iter().enumerate() {
                let to = &mut out.channel_mut(channel)[done..done + count];
                let from = &held[self.next..];
                match &self.weights {
                    None => to.copy_from_slice(&from[..count]),
                    Some(weights) => {
                        for (n, to) in to.iter_mut().enumerate() {
                            *to = weighted(&from[n..n + weights.len()], weights);
                        }
                    }
                }
            }
            self.next += count;
            done += count;
        }
        Ok(done)
    }

    fn fill_input<S: Source>(&mut self, source: &mut S) -> Result<(), S::Error> {
        for held in &mut self.input {
            held.drain(..self.next);
        }
        self.next = 0;
        if self.skip < 0 {
            let silence = (-self.skip).min(READ_FRAMES as i64);
            self.input.iter_mut().for_each(|held| held.resize(held.len() + silence as usize, 0.0));
            self.skip += silence;
            return Ok(());
        }
        let mut buffer = vec![0.0; self.channels * READ_FRAMES];
        let mut block = BlockMut::new(&mut buffer, READ_FRAMES, self.channels, READ_FRAMES);
        let got = source.read(&mut block)?;
        let skipped = (self.skip as usize).min(got);
        self.skip -= skipped as i64;
        for (channel, held) in self.input.iter_mut().enumerate() {
            held.extend_from_slice(&block.channel(channel)[skipped..got]);
        }
        if got < READ_FRAMES {
            self.ended = true;
            // The last frames have nothing after them.
            let after = if self.weights.is_some() { TAPS / 2 } else { 0 };
            self.input.iter_mut().for_each(|held| held.resize(held.len() + after, 0.0));
        }
        Ok(())
    }
}

/// Returns the sum of products in f64, in four lanes.
fn weighted(samples: &[f32], weights: &[f64]) -> f32 {
    let mut lanes = [0.0_f64; 4];
    for (x, w) in samples.as_chunks::<4>().0.iter().zip(weights.as_chunks::<4>().0) {
        for n in 0..4 {
            lanes[n] += f64::from(x[n]) * w[n];
        }
    }
    (lanes[0] + lanes[1] + lanes[2] + lanes[3]) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, Block};
    use crate::resample::DriftChange;
    use std::convert::Infallible;
    use std::f64::consts::TAU;

    const RATE_HZ: f64 = 48_000.0;

    /// Samples as a source.
    struct Samples(Vec<f32>, usize);

    impl Source for Samples {
        type Error = Infallible;
        fn channels(&self) -> usize {
            2
        }
        fn sample_rate(&self) -> SampleRate {
            SampleRate::new(RATE_HZ as u32).unwrap()
        }
        fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, Infallible> {
            let count = (self.0.len() - self.1).min(out.frames());
            for channel in 0..2 {
                out.channel_mut(channel)[..count].copy_from_slice(&self.0[self.1..self.1 + count]);
            }
            self.1 += count;
            Ok(count)
        }
    }

    fn retimed(samples: &[f32], retiming: Retiming, block: usize) -> Vec<f32> {
        let mut source = Retimed::new(Samples(samples.to_vec(), 0), retiming).unwrap();
        let mut buffer = AudioBuffer::new(2, block);
        let mut out = Vec::new();
        loop {
            let frames = source.read(&mut buffer.block_mut()).unwrap();
            let block: Block<'_> = buffer.first(frames);
            assert_eq!(block.channel(0), block.channel(1));
            out.extend_from_slice(block.channel(0));
            if frames < buffer.frames() {
                return out;
            }
        }
    }

    fn tone(hz: f64, position: f64) -> f64 {
        (TAU * hz * position / RATE_HZ).sin()
    }

    fn of_tone(hz: f64, frames: usize) -> Vec<f32> {
        (0..frames).map(|n| tone(hz, n as f64) as f32).collect()
    }

    #[test]
    fn fractional_starts_interpolate_up_to_045_of_the_rate() {
        for hz in [100.0, 5_000.0, 0.45 * RATE_HZ] {
            let input = of_tone(hz, 6_000);
            for start in [0.25, 7.5, -3.3, 100.0] {
                let out = retimed(&input, Retiming { time_map: TimeMap::shift(start), polarity: -1 }, 511);
                assert_eq!(out.len() as f64, 6_000.0 - f64::floor(start));
                for (n, sample) in out.iter().enumerate().take(5_900).skip(100) {
                    // 0.01 dB of a full-scale tone.
                    assert!((f64::from(*sample) + tone(hz, n as f64 + start)).abs() < 0.001_15, "{hz} {start} {n}");
                }
            }
        }
    }

    #[test]
    fn a_drifting_clock_is_followed_for_its_whole_length() {
        for hz in [500.0, 0.45 * RATE_HZ] {
            let input = of_tone(hz, 200_000);
            for (start, drift) in [(0.0, 5e-6), (10.25, -145e-6), (-2.5, 500e-6)] {
                let out = retimed(&input, Retiming { time_map: TimeMap::line(start, drift), polarity: 1 }, 1_000);
                let expected = ((200_000.0 - start) / (1.0 + drift)) as i64;
                assert!((out.len() as i64 - expected).abs() <= 1, "{} {expected}", out.len());
                for (n, sample) in out.iter().enumerate().take(199_000).skip(300) {
                    let expected_sample = tone(hz, start + n as f64 * (1.0 + drift));
                    // 0.01 dB of a full-scale tone.
                    assert!(
                        (f64::from(*sample) - expected_sample).abs() < 0.001_15,
                        "{hz} {drift} {n}: {sample} {expected_sample}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_change_of_drift_is_followed() {
        let hz = 5_000.0;
        let input = of_tone(hz, 200_000);
        let change = |(at, drift)| DriftChange { at, drift };
        for changes in [vec![(60_000.0, 300e-6)], vec![(300.0, -400e-6), (90_123.4, 500e-6), (150_000.7, 0.0)]] {
            let changes = changes.into_iter().map(change).collect();
            let time_map = TimeMap { start: 10.25, drift: 20e-6, changes };
            let out = retimed(&input, Retiming { time_map: time_map.clone(), polarity: 1 }, 1_000);
            assert!((out.len() as f64 - time_map.output(200_000.0)).abs() <= 1.0, "{} {time_map:?}", out.len());
            for (n, sample) in out.iter().enumerate().take(199_000).skip(300) {
                let expected_sample = tone(hz, time_map.input(n as f64));
                // The largest change of drift, 0.0009, over a quarter of a block of 1024 frames: a
                // quarter of a frame.
                let near = (0.25 * TAU * hz / RATE_HZ).sin();
                assert!(
                    (f64::from(*sample) - expected_sample).abs() < near,
                    "{n}: {sample} {expected_sample} {time_map:?}"
                );
            }
            // Two blocks after a change no trace of it is left.
            let last = time_map.changes.last().map_or(0, |change| change.at as usize) + 2_500;
            for (n, sample) in out.iter().enumerate().take(199_000).skip(last) {
                assert!((f64::from(*sample) - tone(hz, time_map.input(n as f64))).abs() < 0.003, "{n} {time_map:?}");
            }
        }
    }

    #[test]
    fn blocks_of_any_length_give_the_same_bits() {
        let input = of_tone(700.0, 9_000);
        let retiming = Retiming { time_map: TimeMap::line(3.7, 60e-6), polarity: 1 };
        assert_eq!(retimed(&input, retiming.clone(), 64), retimed(&input, retiming, 4_096));
        assert_eq!(retimed(&input, Retiming::NONE, 100), input);
        assert_eq!(retimed(&input, Retiming { time_map: TimeMap::shift(5.0), polarity: 1 }, 100), input[5..]);
    }
}
