//! Transient shaper, stereo-linked: settings and processor.

mod envelopes;

use self::envelopes::{Envelopes, shares_to_reductions};
use super::ballistics::smoothing_coefficient;
use super::detector::peak_levels;
use super::gain_kernel::{multiply, reductions_to_gains};
use super::gain_stage::CHUNK;
use crate::audio::BlockMut;
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};

settings! {
    /// Settings of the transient shaper. With 0 dB for both gains, nothing changes.
    pub struct TransientShaperSettings;

    /// Gain where a sound begins, in decibels: whole where the level rises by 12 dB or more.
    attack_db: f64 = 0.0, in -24.0..=24.0;
    /// Gain where a sound fades, in decibels: whole where the level has fallen by 12 dB more than
    /// the slow envelope.
    sustain_db: f64 = 0.0, in -24.0..=24.0;
    /// Time constant of the envelope that lags behind a rise, in milliseconds: the length of a
    /// beginning.
    attack_ms: f64 = 20.0, in 1.0..=200.0;
    /// Time constant of the envelope that lags behind a fall, in milliseconds. Sounds that fade
    /// faster have a sustain.
    sustain_ms: f64 = 200.0, in 10.0..=2_000.0;
}

impl TransientShaperSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        vec![
            LawCase::new(Self { attack_db: 6.0, sustain_db: -6.0, ..Self::default() }).exchanged(),
            LawCase::new(Self { attack_db: -24.0, sustain_db: 24.0, attack_ms: 200.0, sustain_ms: 2_000.0 }),
            LawCase::new(Self { attack_db: 24.0, attack_ms: 1.0, sustain_ms: 10.0, ..Self::default() }),
            LawCase::new(Self { attack_ms: 5.0, ..Self::default() }).neutral(),
        ]
    }
}

impl Stage for TransientShaperSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(TransientShaper::new(self, spec)?))
    }
}

/// Time constant of the gain, in milliseconds: short against an attack, long against a click.
const GAIN_MS: f64 = 0.5;

/// Distances to the wanted gain below this, in decibels, end: they would become denormal numbers.
const ARRIVED_DB: f64 = 1e-9;

/// Transient shaper: envelope of the loudest channel, two envelopes that lag behind it, and a gain
/// from their differences in decibels. All channels have the same gain.
///
/// Differences of levels do not depend on the level: a soft beat has the same gain as a loud one,
/// down to −120 dBFS. A steady sound has none. There is no latency.
#[derive(Clone, Debug)]
pub(crate) struct TransientShaper {
    attack_db: f64,
    sustain_db: f64,
    envelopes: Envelopes,
    /// Share of its distance that the gain keeps each frame.
    keep: f64,
    /// Present reduction, in decibels; negative where the gain is above 1.
    reduction_db: f64,
    levels: Box<[f64; CHUNK]>,
    rises: Box<[f64; CHUNK]>,
    falls: Box<[f64; CHUNK]>,
}

impl TransientShaper {
    /// Builds a transient shaper. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub(crate) fn new(settings: &TransientShaperSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        Ok(Self {
            attack_db: settings.attack_db,
            sustain_db: settings.sustain_db,
            envelopes: Envelopes::new(settings.attack_ms, settings.sustain_ms, spec),
            keep: smoothing_coefficient(GAIN_MS, spec),
            reduction_db: 0.0,
            levels: Box::new([0.0; CHUNK]),
            rises: Box::new([0.0; CHUNK]),
            falls: Box::new([0.0; CHUNK]),
        })
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let frames = block.frames();
        let values = &mut self.levels[..frames];
        let (rises, falls) = (&mut self.rises[..frames], &mut self.falls[..frames]);
        peak_levels(&block.as_block(), values);
        self.envelopes.process(values, rises, falls);
        shares_to_reductions(self.attack_db, self.sustain_db, rises, falls, values);
        for value in &mut *values {
            let distance = self.reduction_db - *value;
            self.reduction_db = if distance.abs() > ARRIVED_DB { *value + self.keep * distance } else { *value };
            *value = self.reduction_db;
        }
        reductions_to_gains(0.0, 1.0, values);
        for channel in 0..block.channels() {
            multiply(block.channel_mut(channel), values);
        }
    }
}

impl Processor for TransientShaper {
    fn latency(&self) -> u64 {
        0
    }

    fn tail(&self) -> Tail {
        Tail::Frames(0)
    }

    fn reset(&mut self) {
        self.envelopes.reset();
        self.reduction_db = 0.0;
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for start in (0..block.frames()).step_by(CHUNK) {
            let end = block.frames().min(start + CHUNK);
            self.process_chunk(&mut block.slice_mut(start..end));
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        if let Some(old) = same_kind::<Self>(old) {
            self.envelopes.inherit_state(&old.envelopes);
            self.reduction_db = old.reduction_db;
        } else {
            self.envelopes.start_amid_sound();
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        self.reduction_db.max(0.0)
    }
}

#[cfg(test)]
mod tests;
