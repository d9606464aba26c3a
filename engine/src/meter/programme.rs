//! All meters in one: what a report says about a programme.

use super::means::Means;
use super::series::{MeterRow, MeterSeries, interval_start};
use super::{LoudnessMeter, PeakMeter, TruePeakMeter, power_db, rounded};
use crate::audio::{Block, ChannelLayout};
use crate::process::{TOGETHER, Tap};
use crate::units::SampleRate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Room for one hour of rows is reserved at the start.
const RESERVED_ROWS: usize = 36_000;

/// What was measured. A reading that does not exist (silence, too short, one channel) is `None`, JSON `null`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// Channels a frame.
    pub channels: usize,
    /// Frames measured.
    pub frames: u64,
    /// Their length in seconds.
    pub duration_s: f64,
    /// Integrated loudness, LUFS (ITU-R BS.1770-4).
    pub integrated_lufs: Option<f64>,
    /// Loudness range, LU (EBU Tech 3342); unstable in programmes under a minute.
    pub loudness_range_lu: Option<f64>,
    /// The loudest 400 ms, LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// The loudest 3 s, LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// The highest level between samples or at them, all channels, dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// The largest sample, all channels, dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// Root mean square over frames and channels, dBFS (−3.01 for a full-scale sine).
    pub rms_dbfs: Option<f64>,
    /// Crest factor: sample peak over RMS, dB.
    pub crest_db: Option<f64>,
    /// Peak to loudness ratio: true peak over integrated loudness, dB.
    pub plr_db: Option<f64>,
    /// The mean of each channel, full scale 1.0.
    pub dc_offset: Vec<f64>,
    /// Correlation of the first two channels, −1 to 1.
    pub correlation: Option<f64>,
    /// Samples of magnitude 1.0 or more, every channel counted.
    pub clipped_samples: u64,
    /// Samples that are not a number, infinite or beyond ±10³⁰, every channel counted; they were measured as 0.
    pub non_finite_samples: u64,
}

impl Measurement {
    /// As written to documents: levels to 0.01 dB, correlation to 0.001, offsets and seconds to 0.000001.
    #[must_use]
    pub fn rounded(&self) -> Self {
        let level = |reading: Option<f64>| reading.map(|db| rounded(db, 2));
        Self {
            duration_s: rounded(self.duration_s, 6),
            integrated_lufs: level(self.integrated_lufs),
            loudness_range_lu: level(self.loudness_range_lu),
            max_momentary_lufs: level(self.max_momentary_lufs),
            max_short_term_lufs: level(self.max_short_term_lufs),
            true_peak_dbtp: level(self.true_peak_dbtp),
            sample_peak_dbfs: level(self.sample_peak_dbfs),
            rms_dbfs: level(self.rms_dbfs),
            crest_db: level(self.crest_db),
            plr_db: level(self.plr_db),
            dc_offset: self.dc_offset.iter().map(|offset| rounded(*offset, 6)).collect(),
            correlation: self.correlation.map(|correlation| rounded(correlation, 3)),
            ..*self
        }
    }
}

/// A meter, and what it hears next.
pub type Hearing<'a> = (&'a mut ProgrammeMeter, Block<'a>);

/// Measures everything in a [`Measurement`], and on request a series of it.
#[derive(Clone, Debug)]
pub struct ProgrammeMeter {
    rate: SampleRate,
    channels: usize,
    frames: u64,
    /// Intervals completed.
    intervals: u64,
    peak: PeakMeter,
    means: Means,
    loudness: LoudnessMeter,
    true_peak: TruePeakMeter,
    rows: Option<Vec<MeterRow>>,
}

impl ProgrammeMeter {
    /// A meter without a series. Control thread; allocates.
    pub fn new(rate: SampleRate, layout: &ChannelLayout) -> Self {
        let channels = layout.count();
        Self {
            rate,
            channels,
            frames: 0,
            intervals: 0,
            peak: PeakMeter::new(),
            means: Means::new(channels),
            loudness: LoudnessMeter::new(rate, layout),
            true_peak: TruePeakMeter::new(channels),
            rows: None,
        }
    }

    /// A meter that keeps a row every 100 ms too. Control thread; allocates.
    pub fn with_series(rate: SampleRate, layout: &ChannelLayout) -> Self {
        Self { rows: Some(Vec::with_capacity(RESERVED_ROWS)), ..Self::new(rate, layout) }
    }

    /// Forgets all input. Audio thread: no allocation.
    pub fn reset(&mut self) {
        (self.frames, self.intervals) = (0, 0);
        self.peak.reset();
        self.means.reset();
        self.loudness.reset();
        self.true_peak.reset();
        if let Some(rows) = &mut self.rows {
            rows.clear();
        }
    }

    /// The readings so far, as if the signal ended here. Control thread; allocates.
    pub fn measurement(&self) -> Measurement {
        let difference = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
        let sample_peak_dbfs = self.peak.sample_peak_dbfs();
        let rms_dbfs = power_db(self.means.mean_square(&self.loudness));
        let (true_peak_dbtp, integrated_lufs) = (self.true_peak.true_peak_dbtp(), self.loudness.integrated_lufs());
        Measurement {
            sample_rate_hz: self.rate.hz(),
            channels: self.channels,
            frames: self.frames,
            duration_s: self.rate.seconds(self.frames),
            integrated_lufs,
            loudness_range_lu: self.loudness.loudness_range_lu(),
            max_momentary_lufs: self.loudness.max_momentary_lufs(),
            max_short_term_lufs: self.loudness.max_short_term_lufs(),
            true_peak_dbtp,
            sample_peak_dbfs,
            rms_dbfs,
            crest_db: difference(sample_peak_dbfs, rms_dbfs),
            plr_db: difference(true_peak_dbtp, integrated_lufs),
            dc_offset: self.means.offsets(&self.loudness),
            correlation: self.means.correlation(&self.loudness),
            clipped_samples: self.peak.clipped_samples(),
            non_finite_samples: self.peak.non_finite_samples(),
        }
    }

    /// The series so far, the running interval included; empty when none was asked for. Control thread; allocates.
    pub fn series(&self) -> MeterSeries {
        let mut rows = self.rows.clone().unwrap_or_default();
        if self.rows.is_some() && interval_start(self.rate, self.intervals) < self.frames {
            // The copy closes its interval as if the signal ended here.
            let mut ended = Self { rows: None, ..self.clone() };
            ended.true_peak.end();
            rows.push(ended.take_row());
        }
        MeterSeries::from_rows(&rows)
    }

    /// As [`ProgrammeMeter::series`], at the end: the rows are given up, and no more are kept. Control thread; allocates.
    pub fn take_series(&mut self) -> MeterSeries {
        let series = self.series();
        self.rows = None;
        series
    }

    /// The last complete row of the series: what a live display shows. Audio thread: no allocation.
    pub fn latest(&self) -> Option<MeterRow> {
        self.rows.as_ref()?.last().copied()
    }

    /// As [`Tap::observe`], to the same bits, on two threads of rayon's pool as long as no series is kept. Offline: it may block.
    pub fn observe_offline(&mut self, block: &Block<'_>) {
        if self.rows.is_some() || block.channels() != self.channels {
            self.observe(block);
            return;
        }
        let Self { peak, means, loudness, true_peak, .. } = self;
        let levels = || {
            peak.observe(block);
            loudness.observe(block);
        };
        rayon::join(|| true_peak.observe(block), levels);
        means.count(block.frames() as u64);
        self.frames += block.frames() as u64;
        while interval_start(self.rate, self.intervals + 1) <= self.frames {
            self.intervals += 1;
        }
    }

    /// As [`Tap::observe`] for several meters, each on its own block and wherever it is in its programme, to the same bits: faster where they
    /// are stereo and of one rate, as far as all blocks go. Audio thread for the first hour.
    pub fn observe_together(heard: &mut [Hearing<'_>]) {
        for heard in heard.chunks_mut(TOGETHER) {
            let done = Self::observe_in_lanes(heard);
            for (meter, block) in heard {
                meter.observe(&block.slice(done..block.frames()));
            }
        }
    }

    /// The same on the threads of rayon's pool, where the processor has no lanes to share. Offline: it may block.
    pub(crate) fn observe_together_offline(heard: &mut [Hearing<'_>]) {
        if LoudnessMeter::shares_lanes() {
            Self::observe_together(heard);
        } else {
            heard.par_iter_mut().for_each(|(meter, block)| meter.observe(block));
        }
    }

    /// Takes in the frames that all blocks have, if lanes can be shared: returns their number.
    fn observe_in_lanes(heard: &mut [Hearing<'_>]) -> usize {
        let (rate, few) = (heard[0].0.rate, heard.len() < 2);
        let alike = |(meter, block): &Hearing<'_>| (meter.rate, meter.channels, block.channels()) == (rate, 2, 2);
        if few || !LoudnessMeter::shares_lanes() || !heard.iter().all(alike) {
            return 0;
        }
        let common = heard.iter().map(|(_, block)| block.frames()).min().unwrap_or(0);
        let mut done = 0;
        while done < common {
            let nearest = |end: usize, (meter, _): &Hearing<'_>| end.min(done + meter.left_in_interval(common - done));
            let part = done..heard.iter().fold(common, nearest);
            LoudnessMeter::observe_together(heard, |meter| &mut meter.loudness, &part);
            for (meter, block) in &mut *heard {
                let part = block.slice(part.clone());
                meter.look_for_peaks(&part);
                meter.advance(part.frames());
            }
            done = part.end;
        }
        common
    }

    /// Frames until the running interval ends, at most `frames`.
    fn left_in_interval(&self, frames: usize) -> usize {
        (interval_start(self.rate, self.intervals + 1) - self.frames).min(frames as u64) as usize
    }

    fn look_for_peaks(&mut self, part: &Block<'_>) {
        self.peak.observe(part);
        self.true_peak.foresee(self.peak.interval());
        self.true_peak.observe(part);
    }

    /// Counts frames that end with the running interval or before.
    fn advance(&mut self, frames: usize) {
        self.frames += frames as u64;
        self.means.count(frames as u64);
        if self.frames == interval_start(self.rate, self.intervals + 1) {
            self.intervals += 1;
            if self.rows.is_some() {
                let row = self.take_row();
                self.rows.iter_mut().for_each(|rows| rows.push(row));
            }
        }
    }

    /// The loudness meter, for its running readings and gating blocks.
    pub fn loudness(&self) -> &LoudnessMeter {
        &self.loudness
    }

    fn take_row(&mut self) -> MeterRow {
        let narrow = |reading: Option<f64>| reading.map(|reading| reading as f32);
        let peak = self.peak.take_interval();
        let means = self.means.take_interval(&mut self.loudness);
        MeterRow {
            peak,
            mean_square: means.mean_square,
            momentary_lufs: narrow(self.loudness.momentary_lufs()),
            short_term_lufs: narrow(self.loudness.short_term_lufs()),
            // A sample at the very end is not interpolated yet, but already known.
            true_peak: self.true_peak.take_interval().max(peak),
            correlation: narrow(means.correlation),
        }
    }
}

impl Tap for ProgrammeMeter {
    /// Takes in the next block. Audio thread for the first hour, after which memory grows now and then. A block of another number
    /// of channels than the layout has is not counted.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() != self.channels || self.channels == 0 {
            return;
        }
        let mut done = 0;
        while done < block.frames() {
            let end = done + self.left_in_interval(block.frames() - done);
            let part = block.slice(done..end);
            self.loudness.observe(&part);
            self.look_for_peaks(&part);
            self.advance(part.frames());
            done = end;
        }
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
    fn several_together_read_the_same_bits_wherever_each_is() {
        const COUNT: usize = TOGETHER + 1;
        let mut signals: [_; COUNT] = std::array::from_fn(|index| {
            [pink_noise(index as u64, 0.2, 30_000), white_noise(index as u64 + 9, 0.3, 30_000)]
        });
        signals[1][0][9_000..9_003].copy_from_slice(&[f32::NAN, f32::INFINITY, -1e30]);
        let signals = signals.map(|channels| AudioBuffer::from_channels(&channels));
        let mono = AudioBuffer::from_channels(&[pink_noise(3, 0.2, 30_000)]);
        // How far ahead the third is, frames that the second block lacks, how many they are, and what the last of them is: as the others, of another
        // rate, mono, or without a series.
        for (lead, short, count, last) in [
            (0, 0, TOGETHER, "alike"),
            (700, 0, TOGETHER, "alike"),
            (0, 10, TOGETHER, "alike"),
            (0, 7_000, TOGETHER, "alike"),
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
                let mut heard: Vec<Hearing<'_>> = together.iter_mut().zip(blocks).take(count).collect();
                ProgrammeMeter::observe_together(&mut heard);
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
        assert_eq!(Some(highest(&series.true_peak_dbtp)), rounded.true_peak_dbtp);
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
