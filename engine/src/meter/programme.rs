//! All meters in one: the readings that a report contains about a programme.

use super::interval_meter::{IntervalLevels, IntervalMeter};
use super::means::Means;
use super::readings::{Interval, IntervalMeters, Whole, interval_start};
use super::{LoudnessMeter, Measurement, MeterRow, MeterSeries, PeakMeter, TruePeakMeter, power_db};
use crate::audio::{Block, ChannelLayout};
use crate::process::Tap;
use crate::units::SampleRate;

/// Rows for which room is reserved at the start: one hour.
const RESERVED_ROWS: usize = 36_000;

/// Measures everything in a [`Measurement`], and optionally a series of it.
#[derive(Clone, Debug)]
pub struct ProgrammeMeter {
    pub(super) rate: SampleRate,
    pub(super) channels: usize,
    frames: u64,
    /// Intervals completed.
    intervals: u64,
    peak: PeakMeter,
    means: Means,
    pub(super) loudness: LoudnessMeter,
    true_peak: TruePeakMeter,
    meters: IntervalMeters,
    pub(super) rows: Option<Vec<MeterRow>>,
}

impl ProgrammeMeter {
    /// Creates a meter without a series. Control thread; allocates.
    pub fn new(rate: SampleRate, layout: &ChannelLayout) -> Self {
        Self::over(rate, LoudnessMeter::new(rate, layout))
    }

    /// Creates a meter around a loudness meter of the programme's channels.
    fn over(rate: SampleRate, loudness: LoudnessMeter) -> Self {
        let channels = loudness.channels();
        Self {
            rate,
            channels,
            frames: 0,
            intervals: 0,
            peak: PeakMeter::new(),
            means: Means::new(channels),
            loudness,
            true_peak: TruePeakMeter::new(channels),
            meters: IntervalMeters::new(rate, channels),
            rows: None,
        }
    }

    /// Creates a meter that keeps a row every 100 ms too. Control thread; allocates.
    pub fn with_series(rate: SampleRate, layout: &ChannelLayout) -> Self {
        Self { rows: Some(Vec::with_capacity(RESERVED_ROWS)), ..Self::new(rate, layout) }
    }

    /// Creates the same with room for this many rows, for callers that clear the history before it
    /// is full ([`ProgrammeMeter::forget_history`]). Control thread; allocates.
    pub fn with_room(rate: SampleRate, layout: &ChannelLayout, room: usize) -> Self {
        let loudness = LoudnessMeter::with_room(rate, layout, room);
        Self { rows: Some(Vec::with_capacity(room)), ..Self::over(rate, loudness) }
    }

    /// Forgets all input. Audio thread: no allocation.
    pub fn reset(&mut self) {
        (self.frames, self.intervals) = (0, 0);
        self.peak.reset();
        self.means.reset();
        self.loudness.reset();
        self.true_peak.reset();
        self.meters.reset();
        if let Some(rows) = &mut self.rows {
            rows.clear();
        }
    }

    /// Returns the readings so far, as if the signal ended here. Control thread; allocates.
    pub fn measurement(&self) -> Measurement {
        self.measurement_with(self.loudness.integrated_lufs(), self.loudness.loudness_range_lu())
    }

    /// Returns the readings of a meter whose history was cleared, as
    /// [`ProgrammeMeter::measurement`]. Both arguments are computed from all of its history, the
    /// part still held included. They are integrated loudness in LUFS
    /// ([`integrated_power`](super::integrated_power)) and loudness range in LU
    /// ([`loudness_range`](super::loudness_range)). Control thread; allocates.
    pub fn measurement_with(&self, integrated_lufs: Option<f64>, loudness_range_lu: Option<f64>) -> Measurement {
        Measurement::new(&Whole {
            rate: self.rate,
            channels: self.channels,
            frames: self.frames,
            integrated_lufs,
            loudness_range_lu,
            true_peak_dbtp: self.true_peak.true_peak_dbtp(),
            rms_dbfs: power_db(self.means.mean_square(&self.loudness)),
            peak: &self.peak,
            means: &self.means,
            loudness: &self.loudness,
            meters: &self.meters,
        })
    }

    /// Returns the series of the rows that are held, the running interval included; empty without a
    /// series. Control thread; allocates.
    pub fn series(&self) -> MeterSeries {
        MeterSeries::from_rows(&self.clone().into_rows())
    }

    /// Returns the rows that are held, and that of the running interval as if the signal ended
    /// here; none without a series. Control thread; allocates.
    pub fn into_rows(mut self) -> Vec<MeterRow> {
        if self.rows.is_some() && interval_start(self.rate, self.intervals) < self.frames {
            self.true_peak.end();
            self.end_interval();
        }
        self.rows.unwrap_or_default()
    }

    /// Returns the last complete row that is held, for a live display. Audio thread: no allocation.
    pub fn latest(&self) -> Option<MeterRow> {
        self.rows.as_ref()?.last().copied()
    }

    /// Observes as [`Tap::observe`] does, to the same bits, on two threads of rayon's pool.
    /// Offline: it may block.
    pub fn observe_offline(&mut self, block: &Block<'_>) {
        self.observe_parts(block, |Self { loudness, peak, true_peak, meters, .. }, part| {
            rayon::join(|| look_beside_loudness(peak, true_peak, meters, part), || loudness.observe(part));
        });
    }

    /// Calls `observe` with the parts of a block that end with an interval or with the block.
    fn observe_parts(&mut self, block: &Block<'_>, observe: impl Fn(&mut Self, &Block<'_>)) {
        if block.channels() != self.channels || self.channels == 0 {
            return;
        }
        let mut done = 0;
        while done < block.frames() {
            let end = done + self.left_in_interval(block.frames() - done);
            let part = block.slice(done..end);
            observe(self, &part);
            self.advance(part.frames());
            done = end;
        }
    }

    /// Returns the frames until the running interval ends, at most `frames`.
    pub(super) fn left_in_interval(&self, frames: usize) -> usize {
        (interval_start(self.rate, self.intervals + 1) - self.frames).min(frames as u64) as usize
    }

    /// Observes by all meters but that of loudness.
    pub(super) fn look_beside_loudness(&mut self, part: &Block<'_>) {
        look_beside_loudness(&mut self.peak, &mut self.true_peak, &mut self.meters, part);
    }

    /// Counts frames that end with the running interval or before.
    pub(super) fn advance(&mut self, frames: usize) {
        self.frames += frames as u64;
        self.means.count(frames as u64);
        if self.frames == interval_start(self.rate, self.intervals + 1) {
            self.intervals += 1;
            self.end_interval();
        }
    }

    /// Returns the loudness meter, for its running readings and gating blocks.
    pub fn loudness(&self) -> &LoudnessMeter {
        &self.loudness
    }

    /// Ends the running interval, and keeps its row if there is a series.
    fn end_interval(&mut self) {
        let peak = self.peak.take_interval();
        // A sample at the very end is not interpolated yet, but already known.
        let true_peak = self.true_peak.take_interval().max(peak);
        let short_term_lufs = self.loudness.short_term_lufs();
        self.meters.end_interval(&IntervalLevels { true_peak, short_term_lufs });
        let Some(rows) = &mut self.rows else { return };
        // To the precision of a row first, then to that of a document.
        let narrow = |reading: Option<f64>| reading.map(|reading| f64::from(reading as f32));
        let means = self.means.take_interval(&mut self.loudness);
        rows.push(MeterRow::new(&Interval {
            peak: f64::from(peak),
            mean_square: means.mean_square,
            momentary_lufs: narrow(self.loudness.momentary_lufs()),
            short_term_lufs: narrow(short_term_lufs),
            true_peak: f64::from(true_peak),
            correlation: narrow(means.correlation),
            meters: Some(&self.meters),
        }));
    }
}

/// Observes by all meters of a programme but that of loudness.
fn look_beside_loudness(
    peak: &mut PeakMeter,
    true_peak: &mut TruePeakMeter,
    meters: &mut IntervalMeters,
    part: &Block<'_>,
) {
    peak.observe(part);
    true_peak.foresee(peak.interval());
    true_peak.observe(part);
    meters.observe(part);
}

impl Tap for ProgrammeMeter {
    /// Observes the next block. Audio thread for the first hour, or for as long as there is room,
    /// after which memory grows now and then. A block with a number of channels other than the
    /// layout's is not counted.
    fn observe(&mut self, block: &Block<'_>) {
        self.observe_parts(block, |meter, part| {
            meter.loudness.observe(part);
            meter.look_beside_loudness(part);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use mixdown_fixtures::signals::{pink_noise, sine, white_noise};

    fn meter(rate_hz: u32, channels: usize) -> ProgrammeMeter {
        ProgrammeMeter::with_series(SampleRate::new(rate_hz).unwrap(), &ChannelLayout::usual(channels))
    }

    #[test]
    fn a_stereo_sine_reads_what_arithmetic_says() {
        let mut meter = meter(48_000, 2);
        let tone = sine(48_000.0, 1_000.0, 0.5, 0.0, 5 * 48_000);
        meter.observe(&AudioBuffer::from_channels(&[tone.clone(), tone]).block());
        let read = meter.measurement().rounded();
        assert_eq!((read.frames, read.duration_s, read.channels), (240_000, 5.0, 2));
        assert_eq!((read.sample_peak_dbfs, read.rms_dbfs, read.crest_db), (Some(-6.02), Some(-9.03), Some(3.01)));
        assert_eq!((read.true_peak_dbtp, read.correlation), (Some(-6.02), Some(1.0)));
        assert_eq!((read.clipped_samples, read.non_finite_samples, read.dc_offset), (0, 0, vec![0.0; 2]));
        assert!((read.integrated_lufs.unwrap() + 6.02).abs() < 0.02 && read.loudness_range_lu.unwrap() < 0.01);
        assert!((read.plr_db.unwrap() - (read.true_peak_dbtp.unwrap() - read.integrated_lufs.unwrap())).abs() < 0.011);
        let series = meter.series();
        assert_eq!((series.energy.len(), series.energy[7], series.rms_dbfs[7]), (50, 0.125, Some(-9.03)));
        assert_eq!((series.momentary_lufs[2], series.short_term_lufs[28]), (None, None));
        assert!(series.momentary_lufs[3].is_some() && series.short_term_lufs[29].is_some());
    }

    #[test]
    fn the_offline_reading_has_the_same_bits() {
        let rate = SampleRate::new(11_025).unwrap();
        let signal = AudioBuffer::from_channels(&[white_noise(1, 1.1, 40_000), pink_noise(2, 0.2, 40_000)]);
        for fresh in [ProgrammeMeter::new(rate, &ChannelLayout::stereo()), meter(11_025, 2)] {
            let (mut plain, mut offline) = (fresh.clone(), fresh);
            plain.observe(&signal.block());
            for start in (0..40_000).step_by(700) {
                offline.observe_offline(&signal.block().slice(start..40_000.min(start + 700)));
            }
            assert_eq!((offline.measurement(), offline.series()), (plain.measurement(), plain.series()));
        }
    }

    #[test]
    fn any_split_reads_the_same_bits() {
        // 22,050 / 10 and 11,025 / 10: one interval length fits the rate, one does not.
        for (rate_hz, channels) in [(22_050, 1), (11_025, 2), (48_000, 6)] {
            let frames = rate_hz as usize * 7 / 2 + 13;
            let signal: Vec<_> = (0..channels).map(|channel| pink_noise(channel as u64, 0.2, frames)).collect();
            let signal = AudioBuffer::from_channels(&signal);
            let read = |size: usize| {
                let mut meter = meter(rate_hz, channels);
                for start in (0..frames).step_by(size) {
                    meter.observe(&signal.block().slice(start..frames.min(start + size)));
                }
                (meter.measurement(), meter.series())
            };
            let whole = read(frames);
            assert_eq!(whole.1.peak_dbfs.len(), 36);
            for size in [1, 64, 511] {
                assert_eq!(read(size), whole, "blocks of {size}");
            }
        }
    }

    #[test]
    fn a_series_never_changes_the_measurement_and_adds_up_to_it() {
        let signal = AudioBuffer::from_channels(&[white_noise(1, 0.9, 100_000), pink_noise(2, 0.1, 100_000)]);
        let (mut with, mut without) = (meter(44_100, 2), meter(44_100, 2));
        without.rows = None;
        with.observe(&signal.block());
        without.observe(&signal.block());
        let (ours, series) = (with.measurement(), with.series());
        let rounded = ours.rounded();
        let highest = |values: &[Option<f32>]| {
            super::super::rounded(f64::from(values.iter().flatten().copied().fold(f32::MIN, f32::max)), 2)
        };
        // Up to Nyquist, the long filter of the whole signal reads what the short one misses.
        let missed_db = rounded.true_peak_dbtp.unwrap() - highest(&series.true_peak_dbtp);
        assert!((0.0..0.5).contains(&missed_db), "{missed_db}");
        assert_eq!(Some(highest(&series.peak_dbfs)), rounded.sample_peak_dbfs);
        // Sums of sums: the order differs, so the last bits may.
        let theirs = Measurement {
            rms_dbfs: None,
            crest_db: None,
            dc_offset: vec![],
            correlation: None,
            ..without.measurement()
        };
        assert_eq!(
            theirs,
            Measurement { rms_dbfs: None, crest_db: None, dc_offset: vec![], correlation: None, ..ours }
        );
        assert_eq!(without.measurement().rounded(), rounded);
    }

    #[test]
    fn no_row_has_a_true_peak_below_its_sample_peak() {
        let mut meter = meter(48_000, 1);
        let mut signal = vec![0.0; 9_600];
        signal[4_799] = 0.5;
        meter.observe(&Block::mono(&signal));
        let series = meter.series();
        assert_eq!((series.peak_dbfs[0], series.true_peak_dbtp[0]), (Some(-6.02), Some(-6.02)));
        assert_eq!(series.peak_dbfs[1], None);
    }

    #[test]
    fn no_input_gives_null_and_never_a_number_that_json_lacks() {
        let hostile = [f32::NAN, f32::INFINITY, f32::MAX, -0.0, f32::MIN_POSITIVE / 4.0, 1e30, -1e30];
        for samples in [vec![], vec![0.0; 50_000], hostile.repeat(10_000)] {
            let mut meter = meter(48_000, 1);
            meter.observe(&Block::mono(&samples));
            let (read, series) = (meter.measurement(), meter.series());
            let text = serde_json::to_string(&(&read, &series)).unwrap();
            assert_eq!(serde_json::from_str::<(Measurement, MeterSeries)>(&text).unwrap(), (read.clone(), series));
            if samples.len() < 60_000 {
                assert_eq!((read.true_peak_dbtp, read.integrated_lufs, read.crest_db), (None, None, None));
            } else {
                assert_eq!((read.non_finite_samples, read.sample_peak_dbfs.map(f64::round)), (30_000, Some(600.0)));
                assert!(read.true_peak_dbtp.unwrap() > 600.0 && read.integrated_lufs.unwrap().is_finite());
            }
        }
    }

    #[test]
    fn reset_equals_fresh() {
        let signal = AudioBuffer::from_channels(&[white_noise(1, 2.0, 50_001), vec![f32::NAN; 50_001]]);
        let clean = AudioBuffer::from_channels(&[white_noise(2, 0.1, 50_001), white_noise(3, 0.1, 50_001)]);
        let (mut used, mut fresh) = (meter(48_000, 2), meter(48_000, 2));
        used.observe(&signal.block());
        used.reset();
        used.observe(&clean.block());
        fresh.observe(&clean.block());
        assert_eq!((used.measurement(), used.series()), (fresh.measurement(), fresh.series()));
    }
}
