//! Meters of the mixer: readings per strip at the requested rate. Strips take turns, so that no
//! single block bears the whole cost.

use crate::analysis::BandMeter;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::live::control::command::StripId;
use crate::meter::{CorrelationMeter, Interval, LiveLevels, LoudnessMeter, PeakMeter, RmsMeter, TruePeakMeter};
use crate::process::Tap;
use crate::units::SampleRate;

/// Bands of a reading's spectrum.
pub const BANDS: usize = 64;
/// Largest number of frames metered together.
const BATCH: u64 = 2_048;
/// Points of a reading's scope.
pub const SCOPE_POINTS: usize = 64;

/// Meters of one strip at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The strip.
    pub strip: StripId,
    /// Rendered frame of the reading.
    pub frame: u64,
    /// Its levels since the previous reading, loudness as of now.
    pub levels: LiveLevels,
    /// Largest gain reduction by the strip's dynamics at the ends of blocks, in dB, 0 or more. That
    /// of the master includes its limiter.
    pub gain_reduction_db: f64,
    /// Power in [`BANDS`] bands of equal ratio from 20 Hz to Nyquist, in dBFS, -120 at least; a
    /// full-scale sine has 0 in its band.
    pub spectrum_dbfs: [f32; BANDS],
    /// Left and right samples of evenly spaced frames.
    pub scope: [[f32; 2]; SCOPE_POINTS],
}

/// Meters of a stereo strip. The audio is never modified.
pub(crate) struct LiveStripMeter {
    strip: StripId,
    /// Frames between readings.
    interval: u64,
    /// Frames until the next reading.
    left: u64,
    peak: PeakMeter,
    rms: RmsMeter,
    loudness: LoudnessMeter,
    true_peak: TruePeakMeter,
    correlation: CorrelationMeter,
    reduction_db: f64,
    bands: BandMeter<BANDS>,
    scope: [[f32; 2]; SCOPE_POINTS],
    /// Frames waiting to be metered together, at most [`BATCH`]. Meters cost a third when they
    /// process many frames at once. As every strip has its own turn, each block meters only a few
    /// strips.
    pending: AudioBuffer,
    filled: usize,
    /// Frames between scope points.
    stride: u64,
    metered: u64,
}

impl LiveStripMeter {
    /// Creates the `turn`-th of `strips` meters. Control thread; allocates.
    pub(crate) fn new(strip: StripId, rate: SampleRate, interval: u64, turn: usize, strips: usize) -> Self {
        let later = interval * turn as u64 / strips.max(1) as u64;
        Self {
            strip,
            interval,
            left: later + 1,
            peak: PeakMeter::new(),
            rms: RmsMeter::new(2),
            loudness: LoudnessMeter::without_history(rate, &ChannelLayout::stereo()),
            true_peak: TruePeakMeter::of_intervals(2),
            correlation: CorrelationMeter::new(),
            reduction_db: 0.0,
            bands: BandMeter::new(rate, 2, turn as f64 / strips.max(1) as f64),
            scope: [[0.0; 2]; SCOPE_POINTS],
            pending: AudioBuffer::new(2, interval.min(BATCH) as usize),
            filled: 0,
            stride: interval.div_ceil(SCOPE_POINTS as u64).max(1),
            metered: 0,
        }
    }

    /// Clears all state. Audio thread.
    pub(crate) fn reset(&mut self) {
        self.loudness.reset();
        self.true_peak.reset();
        self.filled = 0;
        self.begin_interval();
    }

    fn begin_interval(&mut self) {
        self.left = self.interval;
        (self.metered, self.reduction_db) = (0, 0.0);
        self.peak.reset();
        self.rms.reset();
        self.correlation.reset();
        self.scope = [[0.0; 2]; SCOPE_POINTS];
    }

    /// Meters a stereo block and the gain reduction at its end; calls back with each reading that
    /// is due. Audio thread.
    pub(crate) fn observe(
        &mut self,
        block: &Block<'_>,
        frame: u64,
        reduction_db: f64,
        on_reading: &mut impl FnMut(&Reading),
    ) {
        self.reduction_db = self.reduction_db.max(reduction_db);
        let mut done = 0;
        while done < block.frames() {
            let room = self.pending.frames() - self.filled;
            let frames = room.min(block.frames() - done).min(self.left as usize);
            let new = self.filled..self.filled + frames;
            self.pending.block_mut().slice_mut(new).copy_from(&block.slice(done..done + frames));
            (self.filled, self.left) = (self.filled + frames, self.left - frames as u64);
            done += frames;
            if self.left == 0 || self.filled == self.pending.frames() {
                self.meter_pending();
            }
            if self.left == 0 {
                on_reading(&self.reading(frame + done as u64));
                self.begin_interval();
            }
        }
    }

    /// Meters the pending frames.
    fn meter_pending(&mut self) {
        let block = &self.pending.first(std::mem::take(&mut self.filled));
        self.peak.observe(block);
        self.rms.observe(block);
        self.loudness.observe(block);
        // A true peak is never below the sample peak: only frames that may exceed it are examined
        // closely.
        self.true_peak.foresee(self.peak.sample_peak() as f32);
        self.true_peak.observe(block);
        self.correlation.observe(block);
        self.bands.observe(block);
        let (left, right) = (block.channel(0), block.channel(1));
        let first = (self.metered.next_multiple_of(self.stride) - self.metered) as usize;
        for at in (first..block.frames()).step_by(self.stride as usize) {
            let point = ((self.metered + at as u64) / self.stride) as usize;
            if let Some(point) = self.scope.get_mut(point) {
                *point = [left[at], right[at]];
            }
        }
        self.metered += block.frames() as u64;
    }

    fn reading(&mut self, frame: u64) -> Reading {
        let interval = Interval {
            peak: self.peak.sample_peak(),
            mean_square: self.rms.mean_square(),
            momentary_lufs: self.loudness.momentary_lufs(),
            short_term_lufs: self.loudness.short_term_lufs(),
            true_peak: f64::from(self.true_peak.take_interval()),
            correlation: self.correlation.correlation(),
            meters: None,
        };
        Reading {
            strip: self.strip,
            frame,
            levels: LiveLevels::new(&interval),
            gain_reduction_db: self.reduction_db,
            spectrum_dbfs: self.bands.levels_dbfs(),
            scope: self.scope,
        }
    }
}
