//! Dynamic bell, stereo-linked: settings and processor.

mod gain_table;
mod glide_kernel;

use self::gain_table::GainTable;
use self::glide_kernel::{Memory, glide};
use super::ballistics_state::Decoupled;
use super::curve::CompressionCurve;
use super::detector::peak_levels;
use super::gain_kernel::amplitudes_to_reductions;
use super::gain_stage::CHUNK;
use super::ranges::{ATTACK_MS, RATIO, RELEASE_MS, THRESHOLD_DB};
use super::settle::Settle;
use crate::audio::{AudioBuffer, BlockMut};
use crate::dsp::biquad::{BandPass, BellBand, Cascade, FREQUENCY_HZ, Q};
use crate::dsp::decibel_math::{MAX_ERROR_DB, db_to_amplitude};
use crate::dsp::laws::{LawCase, Response};
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};
use std::ops::RangeInclusive;

/// Accepted gains and ranges, in decibels.
const GAIN_DB: RangeInclusive<f64> = -24.0..=24.0;

settings! {
    /// Settings of the dynamic bell. A range of 0 dB, or a ratio of 1, gives a bell that stays.
    pub struct DynamicBellSettings;

    /// Centre, in hertz.
    frequency_hz: f64, in FREQUENCY_HZ;
    /// Level around the centre above which the gain moves, in dBFS. A tone at the centre reads its
    /// peak.
    threshold_db: f64, in THRESHOLD_DB;
    /// Quality factor of bell and detector: centre over bandwidth.
    q: f64 = 1.0, in Q;
    /// Gain at rest, in decibels.
    gain_db: f64 = 0.0, in GAIN_DB;
    /// Largest change of the gain above the threshold, in decibels: negative turns down, positive
    /// turns up.
    range_db: f64 = -12.0, in GAIN_DB;
    /// Speed of the change: at 2, half a decibel for each decibel above the threshold, at 100 a
    /// whole one.
    ratio: f64 = 2.0, in RATIO;
    /// Time constant of the gain on its way from rest, in milliseconds.
    attack_ms: f64 = 5.0, in ATTACK_MS;
    /// Time constant of the gain on its way back, in milliseconds.
    release_ms: f64 = 100.0, in RELEASE_MS;
}

impl DynamicBellSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let still = |settings: Self| {
            let Self { frequency_hz: hz, gain_db, q, .. } = settings;
            let a = 10.0_f64.powf(gain_db / 40.0);
            let response = Response::Biquad { hz, above: [1.0, a / q, 1.0], below: [1.0, 1.0 / (a * q), 1.0] };
            LawCase::new(settings).analogue(response, 0.06)
        };
        vec![
            LawCase::new(Self::new(1_000.0, -40.0)).exchanged(),
            LawCase::new(Self {
                range_db: 24.0,
                ratio: 100.0,
                attack_ms: 0.01,
                release_ms: 1.0,
                ..Self::new(60.0, -80.0)
            }),
            LawCase::new(Self { q: 4.0, gain_db: 6.0, range_db: -24.0, ..Self::new(9_000.0, -50.0) }),
            LawCase::new(Self { range_db: 0.0, ..Self::new(500.0, -80.0) }).neutral(),
            LawCase::new(Self { ratio: 1.0, ..Self::new(15_000.0, -80.0) }).neutral(),
            still(Self { gain_db: 6.0, range_db: 0.0, ..Self::new(9_000.0, -80.0) }),
            still(Self { gain_db: -9.0, ..Self::new(3_000.0, 0.0) }),
        ]
    }
}

impl Stage for DynamicBellSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(DynamicBell::new(self, spec)?))
    }
}

/// Dynamic bell: band-pass at the bell, peak detector of its loudest channel, curve up to a range,
/// ballistics, and a bell whose coefficients follow. All channels have the same gain. No latency.
///
/// At each gain the bell is the matched one of that gain, within 0.06 dB. Where the gain at rest is
/// 0 dB, the input passes bit for bit at rest.
#[derive(Clone, Debug)]
pub(crate) struct DynamicBell {
    curve: CompressionCurve,
    range_db: f64,
    /// Level up to which the curve requires no change, as an amplitude.
    quiet: f64,
    detector: Cascade,
    /// Band of the detector, of a chunk.
    band: AudioBuffer,
    ballistics: Decoupled,
    table: GainTable,
    memory: Vec<Memory>,
    settle: Settle,
    tail: u64,
    values: Box<[f64; CHUNK]>,
}

impl DynamicBell {
    /// Builds a dynamic bell. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range, [`BuildError::AboveNyquist`]
    /// when the rate cannot carry the centre, [`BuildError::Unfit`] when the bell is not stable.
    pub(crate) fn new(settings: &DynamicBellSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let curve = CompressionCurve::new(settings.threshold_db, settings.ratio, 0.0);
        let range_db = if settings.ratio == 1.0 { 0.0 } else { settings.range_db };
        let bell = BellBand { q: settings.q, ..BellBand::new(settings.frequency_hz, settings.gain_db) };
        let detector = BandPass { q: settings.q, ..BandPass::new(settings.frequency_hz) };
        let (table, tail) = GainTable::new(&bell, range_db, spec.sample_rate)?;
        Ok(Self {
            curve,
            range_db: range_db.abs(),
            // The margin is a thousand times the error of the logarithm.
            quiet: db_to_amplitude(curve.rest_db() - 1e3 * MAX_ERROR_DB),
            detector: Cascade::new(&detector.design(spec.sample_rate)?, spec.channels),
            band: AudioBuffer::new(spec.channels, CHUNK),
            ballistics: Decoupled::new(settings.attack_ms, settings.release_ms, spec),
            table,
            memory: vec![Memory::default(); spec.channels],
            settle: Settle::new(),
            tail,
            values: Box::new([0.0; CHUNK]),
        })
    }

    /// Writes the change of the gain of each frame, in decibels, to `values`.
    fn changes(&mut self, block: &BlockMut<'_>) {
        let values = &mut self.values[..block.frames()];
        if self.table.is_still() {
            return values.fill(0.0);
        }
        let mut band = self.band.first_mut(block.frames());
        band.copy_from(&block.as_block());
        self.detector.process(&mut band);
        let is_quiet = peak_levels(&band.as_block(), values) <= self.quiet;
        if is_quiet {
            values.fill(0.0);
        } else {
            amplitudes_to_reductions(&self.curve, values);
            for change in &mut *values {
                *change = change.min(self.range_db);
            }
        }
        if !(is_quiet && self.ballistics.is_idle()) {
            self.ballistics.process(values);
        }
    }
}

impl Processor for DynamicBell {
    fn latency(&self) -> u64 {
        0
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.tail)
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.ballistics.reset();
        self.memory.fill(Memory::default());
        self.settle.reset();
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        if self.table.is_identity() {
            return;
        }
        let mut start = 0;
        while start < block.frames() {
            let end = start + self.settle.until(CHUNK.min(block.frames() - start));
            let mut chunk = block.slice_mut(start..end);
            self.changes(&chunk);
            for (channel, memory) in self.memory.iter_mut().enumerate() {
                glide(&self.table, memory, &self.values[..end - start], chunk.channel_mut(channel));
            }
            self.settle.count(end - start, self.memory.iter_mut().flat_map(|memory| memory.as_flattened_mut()));
            start = end;
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        self.detector.inherit_state(&old.detector);
        self.ballistics.inherit_state(&old.ballistics);
        self.memory.copy_from_slice(&old.memory);
    }

    /// Returns the gain reduction: 0 where the bell turns up.
    fn gain_reduction_db(&self) -> f64 {
        if self.table.turns_down() { self.ballistics.reduction_db() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
