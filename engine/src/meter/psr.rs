//! PSR, the peak to short-term loudness ratio.

use super::gating::ABSOLUTE_GATE_LUFS;
use super::interval_meter::{IntervalLevels, IntervalMeter};
use super::reading::amplitude_db;
use crate::audio::Block;
use crate::units::SampleRate;

/// Intervals of the window of short-term loudness, 3 s.
const WINDOW: usize = 30;

/// Measures the highest true peak of the last 3 s over the short-term loudness, which is that of
/// the same 3 s: Shepherd et al., "Measuring Micro-Dynamics – A First Step: Standardizing PSR, the
/// Peak to Short-Term Loudness Ratio", AES 143rd Convention, 2017.
///
/// The least ratio stands for the whole: that of the passage with the least dynamics, to which
/// recommendations refer (8 dB or more). Only windows that pass the absolute gate of integrated
/// loudness count, so that the noise of pauses does not.
#[derive(Clone, Debug)]
pub(crate) struct PsrMeter {
    /// True peaks of the last intervals, linear, in a ring.
    peaks: [f32; WINDOW],
    next: usize,
    reading_db: Option<f64>,
    least_db: Option<f64>,
}

impl PsrMeter {
    /// Returns the ratio at the end of the last interval, in dB; `None` in the first 3 s and in
    /// silence.
    pub(crate) fn reading_db(&self) -> Option<f64> {
        self.reading_db
    }

    /// Returns the least ratio so far of windows above −70 LUFS, in dB.
    pub(crate) fn least_db(&self) -> Option<f64> {
        self.least_db
    }
}

impl IntervalMeter for PsrMeter {
    fn new(_: SampleRate, _: usize) -> Self {
        Self { peaks: [0.0; WINDOW], next: 0, reading_db: None, least_db: None }
    }

    fn reset(&mut self) {
        (self.peaks, self.next) = ([0.0; WINDOW], 0);
        (self.reading_db, self.least_db) = (None, None);
    }

    /// Leaves the audio alone: the levels of the interval are enough.
    fn observe(&mut self, _: &Block<'_>) {}

    fn end_interval(&mut self, levels: &IntervalLevels) {
        self.peaks[self.next] = levels.true_peak;
        self.next = (self.next + 1) % WINDOW;
        let highest = self.peaks.iter().copied().fold(0.0, f32::max);
        let ratio = |lufs: f64| Some(amplitude_db(f64::from(highest))? - lufs);
        self.reading_db = levels.short_term_lufs.and_then(ratio);
        if levels.short_term_lufs.is_some_and(|lufs| lufs >= ABSOLUTE_GATE_LUFS) {
            self.least_db = [self.least_db, self.reading_db].into_iter().flatten().reduce(f64::min);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audio::{AudioBuffer, ChannelLayout};
    use crate::meter::{MeterSeries, ProgrammeMeter};
    use crate::process::Tap;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::{sine, white_noise};

    const RATE: usize = 48_000;
    /// The K filter's gain cancels the offset of −0.691 LU at this frequency, within 0.006 LU.
    const TONE_HZ: f64 = 997.0;
    /// The error of the true peak, and of the K filter.
    const TOLERANCE_DB: f64 = 0.03;

    fn tone(amplitude: f64, seconds: usize) -> Vec<f32> {
        sine(RATE as f64, TONE_HZ, amplitude, 0.0, seconds * RATE)
    }

    /// Returns the least PSR and the series.
    fn read(channels: &[Vec<f32>]) -> (Option<f64>, MeterSeries) {
        let rate = SampleRate::new(RATE as u32).unwrap();
        let mut meter = ProgrammeMeter::with_series(rate, &ChannelLayout::usual(channels.len()));
        meter.observe(&AudioBuffer::from_channels(channels).block());
        (meter.measurement().psr_db, meter.series())
    }

    #[track_caller]
    fn assert_near(reading: Option<f64>, expected: f64) {
        assert!((reading.unwrap() - expected).abs() < TOLERANCE_DB, "{reading:?} for {expected}");
    }

    #[test]
    fn a_sine_reads_its_crest_factor_less_the_gain_of_summed_channels() {
        for amplitude in [1.0, 0.01] {
            // A mean square of A²/2 in one channel, of A² in two together.
            assert_near(read(&[tone(amplitude, 5)]).0, 3.01);
            let (least, series) = read(&[tone(amplitude, 5), tone(amplitude, 5)]);
            assert_near(least, 0.0);
            assert_eq!(series.psr_db.len(), 50);
            assert!(series.psr_db[..29].iter().all(Option::is_none), "before the first 3 s");
            for reading in &series.psr_db[29..] {
                assert_near(reading.map(f64::from), 0.0);
            }
        }
    }

    #[test]
    fn a_peak_counts_for_three_seconds_and_the_least_is_kept() {
        let mut signal = tone(0.01, 10);
        signal[4 * RATE + 100] = 0.1;
        let (least, series) = read(&[signal]);
        for (interval, reading) in series.psr_db.iter().enumerate().skip(29) {
            let reading = f64::from(reading.unwrap());
            if (40..70).contains(&interval) {
                // 20 dB over the peak of the sine; the impulse adds 0.01 LU.
                assert_near(Some(reading), 20.0 + 3.01);
            } else {
                assert_near(Some(reading), 3.01);
            }
        }
        assert_near(least, 3.01);
    }

    #[test]
    fn pauses_do_not_count_and_silence_has_no_reading() {
        // White noise reads more than a sine, whose 0 dB are below the gate here.
        let noise = white_noise(1, 0.5, 4 * RATE);
        let quiet = [&*noise, &*tone(1e-4, 8)].concat();
        let (least, series) = read(&[quiet.clone(), quiet]);
        let lowest = series.psr_db.iter().flatten().copied().fold(f32::MAX, f32::min);
        assert!(least.unwrap() > 1.0 && lowest.abs() < 0.1, "{least:?}, {lowest}");
        assert_eq!(read(&[tone(0.5, 2)]).0, None, "too short");
        let (least, series) = read(&[vec![0.0; 5 * RATE]]);
        assert_eq!(least, None);
        assert!(series.psr_db.iter().all(Option::is_none));
    }
}
