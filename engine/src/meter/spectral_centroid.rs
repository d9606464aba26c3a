//! Spectral centroid: the mean frequency of a sound, a measure of its brightness.

use super::interval_meter::{IntervalLevels, IntervalMeter};
use super::reading::{finite, power_db};
use crate::audio::Block;
use crate::units::SampleRate;
use dasp::window::{Hanning, Window};
use mixdown_fft::Complex;
use mixdown_fft::{Fft, complex_forward};
use std::fmt;
use std::sync::Arc;

/// Bins are at most this wide, in Hz.
const BIN_HZ: u32 = 50;

/// Measures Σ f·P(f) / Σ P(f) over the spectrum P of all channels: the spectral centroid of
/// Peeters, "A large set of audio features for sound description", IRCAM 2004. Its weight is the
/// power, as in MPEG-7 (ISO/IEC 15938-4, `AudioSpectrumCentroid`), its scale of frequency linear.
///
/// One transform per interval, of its first 20 to 40 ms: 1024 frames at 44.1 and 48 kHz, a power of
/// two in proportion at other rates, under a Hann window. The mean under the window is removed
/// first, so that an offset does not count. Powers are added over the channels, so that opposite
/// polarity does not cancel. The centroid of the whole is that of all these spectra together.
#[derive(Clone)]
pub(crate) struct SpectralCentroidMeter {
    transform: Arc<dyn Fft<f32>>,
    window: Arc<[f32]>,
    /// The first frames of the running interval. Two channels pass through one transform, as real
    /// and imaginary part: only the sum of their powers is needed.
    pairs: Vec<Vec<Complex<f32>>>,
    filled: usize,
    scratch: Vec<Complex<f32>>,
    bin_hz: f64,
    /// Factor from |X|² to the mean square of all channels.
    scale: f64,
    reading_hz: Option<f64>,
    whole: Moments,
}

/// Power, and the sum of bins weighted by it.
#[derive(Clone, Copy, Default)]
struct Moments {
    power: f64,
    first: f64,
}

impl SpectralCentroidMeter {
    /// Returns the centroid of the last interval, in Hz; `None` in silence.
    pub(crate) fn reading_hz(&self) -> Option<f64> {
        self.reading_hz
    }

    /// Returns the centroid of all intervals so far, in Hz; `None` in silence.
    pub(crate) fn whole_hz(&self) -> Option<f64> {
        self.centroid_hz(self.whole)
    }

    fn centroid_hz(&self, of: Moments) -> Option<f64> {
        power_db(of.power * self.scale).map(|_| of.first / of.power * self.bin_hz)
    }

    /// Returns the moments of a pair of channels, which the transform overwrites.
    fn transform(&mut self, pair: usize) -> Moments {
        let (pair, frames) = (&mut self.pairs[pair], self.filled);
        pair[frames..].fill(Complex::default());
        if pair.iter().all(|sample| *sample == Complex::default()) {
            return Moments::default();
        }
        let (mut re, mut im, mut total) = (0.0, 0.0, 0.0);
        for (sample, weight) in pair[..frames].iter().zip(&*self.window) {
            let weight = f64::from(*weight);
            re += weight * f64::from(sample.re);
            im += weight * f64::from(sample.im);
            total += weight;
        }
        // The first weight is 0, and so is the total of an interval of one frame.
        let mean = if total > 0.0 { Complex::new((re / total) as f32, (im / total) as f32) } else { pair[0] };
        for (sample, weight) in pair[..frames].iter_mut().zip(&*self.window) {
            *sample = (*sample - mean) * weight;
        }
        self.transform.process_with_scratch(pair, &mut self.scratch);
        let power = |bin: Complex<f32>| {
            let (re, im) = (f64::from(bin.re), f64::from(bin.im));
            re * re + im * im
        };
        let mut moments = Moments::default();
        let middle = pair.len() / 2;
        for bin in 1..=middle {
            // A bin and its twin of negative frequency have the powers of both channels together.
            let twin = if bin < middle { power(pair[pair.len() - bin]) } else { 0.0 };
            let power = power(pair[bin]) + twin;
            moments.power += power;
            moments.first += power * bin as f64;
        }
        moments
    }
}

impl IntervalMeter for SpectralCentroidMeter {
    fn new(rate: SampleRate, channels: usize) -> Self {
        let length = (rate.hz() / BIN_HZ).max(2).next_power_of_two() as usize;
        let transform = complex_forward(length);
        let window: Vec<f64> =
            (0..length).map(|index| <Hanning as Window<f64>>::window(index as f64 / length as f64)).collect();
        let energy: f64 = window.iter().map(|weight| weight * weight).sum();
        Self {
            window: window.iter().map(|weight| *weight as f32).collect(),
            pairs: vec![vec![Complex::default(); length]; channels.div_ceil(2)],
            filled: 0,
            scratch: vec![Complex::default(); transform.get_inplace_scratch_len()],
            bin_hz: rate.as_f64() / length as f64,
            // Parseval: Σ|X|² = length · Σ(weight · sample)².
            scale: 1.0 / (length as f64 * energy * channels.max(1) as f64),
            transform,
            reading_hz: None,
            whole: Moments::default(),
        }
    }

    fn reset(&mut self) {
        (self.filled, self.reading_hz, self.whole) = (0, None, Moments::default());
    }

    fn observe(&mut self, part: &Block<'_>) {
        let frames = part.frames().min(self.window.len() - self.filled);
        for (index, pair) in self.pairs.iter_mut().enumerate() {
            let pair = &mut pair[self.filled..self.filled + frames];
            let left = &part.channel(2 * index)[..frames];
            if 2 * index + 1 < part.channels() {
                let right = &part.channel(2 * index + 1)[..frames];
                for (sample, (left, right)) in pair.iter_mut().zip(left.iter().zip(right)) {
                    *sample = Complex::new(finite(*left), finite(*right));
                }
            } else {
                pair.iter_mut().zip(left).for_each(|(sample, left)| *sample = Complex::new(finite(*left), 0.0));
            }
        }
        self.filled += frames;
    }

    fn end_interval(&mut self, _: &IntervalLevels) {
        let mut interval = Moments::default();
        for pair in 0..self.pairs.len() {
            let Moments { power, first } = self.transform(pair);
            interval.power += power;
            interval.first += first;
        }
        self.filled = 0;
        self.reading_hz = self.centroid_hz(interval);
        if self.reading_hz.is_some() {
            self.whole.power += interval.power;
            self.whole.first += interval.first;
        }
    }
}

impl fmt::Debug for SpectralCentroidMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpectralCentroidMeter").field("reading_hz", &self.reading_hz).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::audio::{AudioBuffer, ChannelLayout};
    use crate::meter::{MeterSeries, ProgrammeMeter};
    use crate::process::Tap;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::{sine, white_noise};

    /// Returns the centroid of the whole and the series.
    fn read(rate_hz: usize, channels: &[Vec<f32>]) -> (Option<f64>, MeterSeries) {
        let rate = SampleRate::new(rate_hz as u32).unwrap();
        let mut meter = ProgrammeMeter::with_series(rate, &ChannelLayout::usual(channels.len()));
        meter.observe(&AudioBuffer::from_channels(channels).block());
        (meter.measurement().spectral_centroid_hz, meter.series())
    }

    fn tone(rate_hz: usize, hz: f64, amplitude: f64, seconds: usize) -> Vec<f32> {
        sine(rate_hz as f64, hz, amplitude, 0.3, seconds * rate_hz)
    }

    #[track_caller]
    fn assert_near(reading: Option<f64>, expected: f64, tolerance: f64) {
        assert!((reading.unwrap() - expected).abs() < tolerance, "{reading:?} for {expected}");
    }

    #[test]
    fn a_sine_reads_its_frequency_at_every_rate() {
        for rate_hz in [22_050, 44_100, 48_000, 96_000, 192_000] {
            for hz in [440.0, 997.0, 5_000.0, 10_000.0] {
                let (whole, series) = read(rate_hz, &[tone(rate_hz, hz, 0.5, 1)]);
                // The side lobes of the window on either side of the sine, cut off at 0 Hz.
                assert_near(whole, hz, 0.5);
                assert_eq!(series.spectral_centroid_hz.len(), 10);
                for reading in series.spectral_centroid_hz {
                    assert_near(reading.map(f64::from), hz, 1.01);
                }
            }
            // Two bins above 0 Hz the main lobe reaches below it.
            assert_near(read(rate_hz, &[tone(rate_hz, 100.0, 0.5, 1)]).0, 100.0, 5.0);
        }
    }

    #[test]
    fn white_noise_reads_a_quarter_of_the_rate() {
        for rate_hz in [44_100, 48_000] {
            let noise = [1, 2].map(|seed| white_noise(seed, 0.5, 20 * rate_hz));
            // Of 400 spectra of 512 bins, 20 Hz are the standard deviation; half a bin for 0 Hz.
            assert_near(read(rate_hz, &noise).0, rate_hz as f64 / 4.0, 80.0);
        }
    }

    #[test]
    fn frequencies_are_weighted_by_power_over_channels_and_time() {
        let rate_hz = 48_000;
        let of = |hz, amplitude| tone(rate_hz, hz, amplitude, 1);
        let sum = |a: &[f32], b: &[f32]| -> Vec<f32> { a.iter().zip(b).map(|(a, b)| a + b).collect() };
        assert_near(read(rate_hz, &[sum(&of(1_000.0, 0.2), &of(3_000.0, 0.2))]).0, 2_000.0, 1.0);
        assert_near(read(rate_hz, &[of(1_000.0, 0.2), of(3_000.0, 0.2)]).0, 2_000.0, 1.0);
        // Powers of four to one.
        assert_near(read(rate_hz, &[sum(&of(1_000.0, 0.4), &of(3_000.0, 0.2))]).0, 1_400.0, 1.0);
        let inverted = of(2_000.0, -0.3);
        assert_near(read(rate_hz, &[of(2_000.0, 0.3), inverted]).0, 2_000.0, 0.5);
        // A hundredth of the power counts a hundredth: (1000 + 0.01 · 5000) / 1.01.
        let (whole, series) = read(rate_hz, &[[of(1_000.0, 0.5), of(5_000.0, 0.05)].concat()]);
        assert_near(whole, 1_039.6, 0.5);
        assert_eq!([series.spectral_centroid_hz[0], series.spectral_centroid_hz[19]], [Some(1_000.0), Some(5_000.0)]);
    }

    #[test]
    fn silence_and_an_offset_have_none() {
        for value in [0.0, 0.25] {
            let (whole, series) = read(48_000, &[vec![value; 24_000], vec![-value; 24_000]]);
            assert_eq!(whole, None);
            assert!(series.spectral_centroid_hz.iter().all(Option::is_none));
        }
        let above: Vec<f32> = tone(48_000, 440.0, 0.1, 1).iter().map(|sample| sample + 0.25).collect();
        assert_near(read(48_000, &[above]).0, 440.0, 1.0);
    }

    #[test]
    fn an_interval_that_breaks_off_is_read_too() {
        let (whole, series) = read(48_000, &[sine(48_000.0, 5_000.0, 0.5, 0.0, 5_100)]);
        assert_eq!(series.spectral_centroid_hz.len(), 2);
        assert_near(whole, 5_000.0, 0.5);
        // 300 frames, whose edge the window does not smooth.
        assert_near(series.spectral_centroid_hz[1].map(f64::from), 5_000.0, 200.0);
    }
}
