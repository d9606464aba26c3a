//! List of all processors for the chain of a track, a bus or the master.

use super::biquad::{AllPassBand, BellBand, Cascade, NotchBand, PassFilter, Sections, ShelfBand};
use super::delay::DelaySettings;
use super::dynamics::{CompressorSettings, GateSettings, LimiterSettings, SoftClipSettings};
use super::gain::GainSettings;
use crate::process::{BuildError, ProcessSpec, Processor, Stage};
use crate::units::SampleRate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One processor of a chain, named by its `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Insert {
    /// Butterworth high-pass.
    HighPass(PassFilter),
    /// Butterworth low-pass.
    LowPass(PassFilter),
    /// Bell (peaking) equaliser.
    Bell(BellBand),
    /// Low shelf.
    LowShelf(ShelfBand),
    /// High shelf.
    HighShelf(ShelfBand),
    /// Notch.
    Notch(NotchBand),
    /// All-pass: turns the phase, keeps the level.
    AllPass(AllPassBand),
    /// Compressor, stereo-linked.
    Compressor(CompressorSettings),
    /// Gate or downward expander, stereo-linked.
    Gate(GateSettings),
    /// Soft clipper, four times oversampled.
    SoftClip(SoftClipSettings),
    /// Gain.
    Gain(GainSettings),
    /// Delay.
    Delay(DelaySettings),
    /// True-peak limiter, stereo-linked.
    Limiter(LimiterSettings),
}

/// Kind of an insert: filters run as sections of a cascade, everything else on its own.
enum Kind<'a> {
    Filter(Result<Sections, BuildError>),
    Other(&'a dyn Stage),
}

impl Insert {
    fn kind(&self, rate: SampleRate) -> Kind<'_> {
        match self {
            Self::HighPass(settings) => Kind::Filter(settings.design_high_pass(rate)),
            Self::LowPass(settings) => Kind::Filter(settings.design_low_pass(rate)),
            Self::Bell(settings) => Kind::Filter(settings.design(rate)),
            Self::LowShelf(settings) => Kind::Filter(settings.design_low(rate)),
            Self::HighShelf(settings) => Kind::Filter(settings.design_high(rate)),
            Self::Notch(settings) => Kind::Filter(settings.design(rate)),
            Self::AllPass(settings) => Kind::Filter(settings.design(rate)),
            Self::Compressor(settings) => Kind::Other(settings),
            Self::Gate(settings) => Kind::Other(settings),
            Self::SoftClip(settings) => Kind::Other(settings),
            Self::Gain(settings) => Kind::Other(settings),
            Self::Delay(settings) => Kind::Other(settings),
            Self::Limiter(settings) => Kind::Other(settings),
        }
    }

    /// Returns the sections of a filter; `None` for everything else. Filters next to each other run
    /// as one cascade.
    ///
    /// # Errors
    /// When a setting does not fit the rate.
    pub fn sections(&self, rate: SampleRate) -> Result<Option<Sections>, BuildError> {
        match self.kind(rate) {
            Kind::Filter(sections) => sections.map(Some),
            Kind::Other(_) => Ok(None),
        }
    }
}

impl Stage for Insert {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        match self.kind(spec.sample_rate) {
            Kind::Filter(sections) => Ok(Box::new(Cascade::new(&sections?, spec.channels))),
            Kind::Other(stage) => stage.build(spec),
        }
    }
}
