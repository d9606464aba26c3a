//! True peak: the highest level between samples as well as at them (ITU-R BS.1770-4 annex 2, at
//! four times its oversampling).

mod bounds;
mod fir;
mod full_band;
mod lanes;
#[cfg(target_arch = "x86_64")]
mod lanes_avx;
mod points;
mod table;

pub use fir::TruePeakFir;

use self::full_band::FullBand;
use super::reading::amplitude_db;
use crate::audio::Block;
use crate::process::Tap;

/// Measures the true peak of every channel, LFE included.
///
/// It uses 16× interpolation and a parabola through the highest points. The error is within 0.02 dB
/// up to 0.45 of the sample rate. The 4× filter printed in the standard reads up to 0.44 dB too low
/// there.
///
/// The highest peak of the whole signal is read by a filter of 16 384 taps too, so that white noise
/// up to Nyquist reads within 0.05 dB of an ideal interpolation. This reading counts up to 9300
/// frames after the peak, too late for readings of intervals.
#[derive(Clone, Debug)]
pub struct TruePeakMeter {
    firs: Vec<TruePeakFir>,
    full_band: Vec<FullBand>,
    max: f32,
    since_taken: f32,
}

impl TruePeakMeter {
    /// Creates a meter for this many channels. Control thread; allocates.
    pub fn new(channels: usize) -> Self {
        Self {
            firs: vec![TruePeakFir::new(); channels],
            full_band: vec![FullBand::new(); channels],
            max: 0.0,
            since_taken: 0.0,
        }
    }

    /// Creates a meter for this many channels that reads intervals alone: its reading of the whole
    /// signal lacks the long filter. Control thread; allocates.
    pub(crate) fn of_intervals(channels: usize) -> Self {
        Self { full_band: Vec::new(), ..Self::new(channels) }
    }

    /// Forgets all input. Audio thread: no allocation.
    pub fn reset(&mut self) {
        for fir in &mut self.firs {
            fir.reset();
        }
        for search in &mut self.full_band {
            search.reset();
        }
        (self.max, self.since_taken) = (0.0, 0.0);
    }

    /// Returns the true peak so far, linear, as if the signal ended here: 1.0 is full scale.
    /// Control thread; allocates.
    pub fn true_peak(&self) -> f64 {
        let mut ended = self.clone();
        ended.end();
        f64::from(ended.max)
    }

    /// Returns the true peak so far in dBTP, as if the signal ended here; `None` in silence.
    /// Control thread; allocates.
    pub fn true_peak_dbtp(&self) -> Option<f64> {
        amplitude_db(self.true_peak())
    }

    /// Returns the true peak, linear, of the stretch since the last call. A peak counts up to 40
    /// frames after it occurred. Audio thread: no allocation.
    pub(crate) fn take_interval(&mut self) -> f32 {
        std::mem::take(&mut self.since_taken)
    }

    /// Announces a coming sample, so that no true peak below its magnitude is searched any more.
    /// Readings at the end stay the same, as the sample is one of the points; it only counts
    /// earlier. Audio thread: no allocation.
    pub(crate) fn foresee(&mut self, magnitude: f32) {
        self.since_taken = self.since_taken.max(magnitude);
    }

    /// Ends the signal: appends the silence that completes the last peaks. Audio thread: no
    /// allocation.
    pub(super) fn end(&mut self) {
        for fir in &mut self.firs {
            let silence = [0.0; 64];
            let frames = silence.len().min(2 * fir.latency() as usize);
            self.since_taken = fir.max_above(&silence[..frames], self.since_taken);
        }
        for search in &mut self.full_band {
            let silence = [0.0; 1_024];
            for start in (0..full_band::DELAY).step_by(silence.len()) {
                let frames = silence.len().min(full_band::DELAY - start);
                self.max = self.max.max(search.highest(&silence[..frames]));
            }
        }
        self.max = self.max.max(self.since_taken);
    }
}

impl Tap for TruePeakMeter {
    /// Observes the next block. Audio thread: no allocation. A block with another number of
    /// channels is not counted.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() != self.firs.len() {
            return;
        }
        for (index, fir) in self.firs.iter_mut().enumerate() {
            self.since_taken = fir.max_above(block.channel(index), self.since_taken);
        }
        for (index, search) in self.full_band.iter_mut().enumerate() {
            self.max = self.max.max(search.highest(block.channel(index)));
        }
        self.max = self.max.max(self.since_taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Decibels;
    use mixdown_fixtures::signals::sine;
    use std::f64::consts::TAU;

    fn reading(signal: &[f32]) -> f64 {
        let mut meter = TruePeakMeter::new(1);
        meter.observe(&Block::mono(signal));
        meter.true_peak_dbtp().unwrap()
    }

    /// Fades both ends with half a raised cosine, so that switching on and off adds no peak of its
    /// own.
    fn faded(mut signal: Vec<f32>, frames: usize) -> Vec<f32> {
        let length = signal.len();
        for n in 0..frames {
            let gain = (0.5 - 0.5 * (TAU / 2.0 * n as f64 / frames as f64).cos()) as f32;
            signal[n] *= gain;
            signal[length - 1 - n] *= gain;
        }
        signal
    }

    #[test]
    fn tech_3341_cases_15_to_19() {
        // Divisor of the rate, amplitude, phase in degrees, expected dBTP, for 15 to 19.
        let cases = [
            (4.0, 0.5, 0.0, -6.0),
            (4.0, 0.5, 45.0, -6.0),
            (6.0, 0.5, 60.0, -6.0),
            (8.0, 0.5, 67.5, -6.0),
            (4.0, 1.41, 45.0, 3.0),
        ];
        for rate_hz in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0] {
            for (case, (divisor, amplitude, degrees, expected)) in (15..).zip(cases) {
                let phase = f64::to_radians(degrees);
                let signal =
                    faded(sine(rate_hz, rate_hz / divisor, amplitude, phase, rate_hz as usize), rate_hz as usize / 100);
                let error = reading(&signal) - expected;
                // Tech 3341 table 1.
                assert!((-0.4..=0.2).contains(&error), "case {case} at {rate_hz} Hz: {error}");
            }
        }
    }

    /// Returns the burst of Tech 3341, made at four times the rate: 0.5 at fs/6 with one period of
    /// 1.0 at fs/4 in it, phase-continuous. It is low-passed below half the rate and decimated from
    /// `offset` on.
    fn burst(offset: usize) -> Vec<f32> {
        // At 4·fs a period of fs/6 is 24 samples, one of fs/4 is 16.
        let slow = |n: usize| 0.5 * (TAU * n as f64 / 24.0).sin();
        let fast = |n: usize| (TAU * n as f64 / 16.0).sin();
        let periods = 40;
        let wave: Vec<f64> =
            (0..periods * 24).map(slow).chain((0..16).map(fast)).chain((0..periods * 24).map(slow)).collect();
        // A windowed sinc that is level to 0.35 of the rate, above both tones, and down at its
        // half.
        let taps = 257;
        let centre = (taps / 2) as f64;
        let tap = |n: usize| {
            let x = (n as f64 - centre) * 0.85 / 4.0;
            let sinc = if x == 0.0 { 1.0 } else { (TAU / 2.0 * x).sin() / (TAU / 2.0 * x) };
            let t = TAU * n as f64 / (taps - 1) as f64;
            0.85 / 4.0 * sinc * (0.42 - 0.5 * t.cos() + 0.08 * (2.0 * t).cos())
        };
        let fir: Vec<f64> = (0..taps).map(tap).collect();
        let at = |n: usize| fir.iter().zip(&wave[n..]).map(|(tap, x)| tap * x).sum::<f64>() as f32;
        (offset..wave.len() - taps).step_by(4).map(at).collect()
    }

    #[test]
    fn tech_3341_cases_20_to_23() {
        for offset in 0..4 {
            let error = reading(&faded(burst(offset), 100));
            // Tech 3341 table 1: 0.0 dBTP, +0.2, −0.4. The signal is defined by the rate, so one
            // reading holds for every rate.
            assert!((-0.4..=0.2).contains(&error), "case {}: {error}", 20 + offset);
        }
    }

    #[test]
    fn sines_up_to_0_45_of_the_rate_read_their_amplitude_at_any_phase() {
        let mut worst: f64 = 0.0;
        let mut frequencies: Vec<f64> = (0..90).map(|n| (n as f64 + 0.37) * 0.005).collect();
        frequencies.extend([20.0 / 48_000.0, 0.125, 0.25, 1.0 / 6.0, 1.0 / 3.0, 0.4, 0.449, 0.45]);
        for frequency in frequencies {
            for phase in 0..36 {
                // 1200 frames are half a period of the lowest sine; a rational frequency meets the
                // grid at the same places for ever.
                let length = if frequency < 0.002 { 6000 } else { 1200 };
                let phase = TAU * phase as f64 / 36.0;
                let signal = faded(sine(1.0, frequency, 0.5, phase, length), 300);
                let error = reading(&signal) - Decibels::from_amplitude(0.5).0;
                worst = worst.max(error.abs());
                assert!(error.abs() < 0.02, "{frequency} of the rate: {error} dB");
            }
        }
        assert!(worst > 1e-4, "the test has not met the grid's error: {worst}");
    }

    #[test]
    fn the_last_sample_counts_before_anything_follows_it() {
        let mut meter = TruePeakMeter::new(1);
        meter.observe(&Block::mono(&[0.0, 0.0, 0.0, 0.25, -0.5]));
        // A single sample overshoots nothing; its neighbour of opposite sign raises it.
        assert!((0.5..0.6).contains(&meter.true_peak()), "{}", meter.true_peak());
        meter.observe(&Block::mono(&[0.1; 200]));
        assert!(meter.true_peak() >= 0.5, "reading it must not disturb it");
    }

    #[test]
    fn what_is_not_a_number_reads_as_silence() {
        let mut meter = TruePeakMeter::new(1);
        meter.observe(&Block::mono(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 2.0]));
        assert_eq!(meter.true_peak_dbtp(), None);
        meter.reset();
        meter.observe(&Block::mono(&[0.0; 100]));
        assert_eq!(meter.true_peak(), 0.0);
    }
}
