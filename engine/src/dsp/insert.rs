//! List of all processors for the chain of a track, a bus or the master.

use super::biquad::{Cascade, Sections};
use super::inserts::inserts;
use super::settings::{NumberSetting, Settings};
use super::{biquad, delay, dynamics, gain, linear_phase};
use crate::process::{BuildError, Keyed, KeyedStage, ProcessSpec, Processor, Stage};
use crate::units::SampleRate;

inserts! {
    /// Butterworth high-pass.
    HighPass("high_pass", biquad::PassFilter, filter = design_high_pass, laws = high_pass_laws);
    /// Butterworth low-pass.
    LowPass("low_pass", biquad::PassFilter, filter = design_low_pass, laws = low_pass_laws);
    /// Bell (peaking) equaliser.
    Bell("bell", biquad::BellBand, filter = design);
    /// Low shelf.
    LowShelf("low_shelf", biquad::ShelfBand, filter = design_low, laws = low_laws);
    /// High shelf.
    HighShelf("high_shelf", biquad::ShelfBand, filter = design_high, laws = high_laws);
    /// Notch.
    Notch("notch", biquad::NotchBand, filter = design);
    /// All-pass: turns the phase, keeps the level.
    AllPass("all_pass", biquad::AllPassBand, filter = design);
    /// Compressor, stereo-linked.
    Compressor("compressor", dynamics::CompressorSettings, keyed = key);
    /// Gate or downward expander, stereo-linked.
    Gate("gate", dynamics::GateSettings, keyed = key);
    /// Soft clipper, oversampled.
    SoftClip("soft_clip", dynamics::SoftClipSettings);
    /// Gain.
    Gain("gain", gain::GainSettings);
    /// Delay.
    Delay("delay", delay::DelaySettings);
    /// True-peak limiter.
    Limiter("limiter", dynamics::LimiterSettings);
    /// De-esser, split-band and stereo-linked. Delays by 1 ms, and the mix compensates for it.
    DeEsser("de_esser", dynamics::de_esser::DeEsserSettings);
    /// Tilt: turns the spectrum about one frequency.
    Tilt("tilt", biquad::TiltBand, filter = design);
    /// Band-pass.
    BandPass("band_pass", biquad::BandPass, filter = design);
    /// Saturator, oversampled: tube, tape or transformer.
    Saturator("saturator", dynamics::saturator::SaturatorSettings);
    /// Transient shaper, stereo-linked: gains for the beginnings of sounds and for their ends.
    TransientShaper("transient_shaper", dynamics::transient_shaper::TransientShaperSettings);
    /// Multiband compressor, stereo-linked: 2 to 5 bands that sum flat.
    Multiband("multiband", dynamics::multiband::MultibandSettings);
    /// Dynamic bell, stereo-linked: a bell whose gain follows the level around its centre.
    DynamicBell("dynamic_bell", dynamics::dynamic_bell::DynamicBellSettings);
    /// Ducker: turns the signal down while its key sounds, stereo-linked.
    Ducker("ducker", dynamics::DuckerSettings, keyed = key);
    /// Equaliser of linear phase. Delays by 27 to 464 ms, and the mix compensates for it.
    LinearPhase("linear_phase", linear_phase::LinearPhaseSettings);
    /// Equaliser of a curve that `mixdown match-eq` measured: towards a reference, or pink noise.
    /// Of linear phase, with the latency of `linear_phase`.
    MatchEq("match_eq", linear_phase::MatchEqSettings);
}

/// Kind of an insert: filters run as sections of a cascade, everything else on its own, with the
/// signal of another strip where it has a key.
enum Kind<'a> {
    Filter(Result<Sections, BuildError>),
    Keyed(&'a dyn KeyedStage),
    Other(&'a dyn Stage),
}

impl Insert {
    /// Returns the numbers among its settings, in the order of their declaration.
    pub(crate) fn numbers(&self) -> Vec<NumberSetting> {
        self.settings().numbers()
    }

    /// Returns the keys whose values do not fit the others, each with what is wrong.
    pub(crate) fn contradictions(&self) -> Vec<(&'static str, String)> {
        if let Self::Multiband(settings) = self { settings.disorder() } else { Vec::new() }
    }

    /// Returns the sections of a filter; `None` for everything else. Filters next to each other run
    /// as one cascade.
    ///
    /// # Errors
    /// When a setting does not fit the rate.
    pub fn sections(&self, rate: SampleRate) -> Result<Option<Sections>, BuildError> {
        match self.kind(rate) {
            Kind::Filter(sections) => sections.map(Some),
            Kind::Keyed(_) | Kind::Other(_) => Ok(None),
        }
    }

    /// Builds the processor of an insert with a key; `None` for one without.
    ///
    /// # Errors
    /// When a setting is out of its range or does not fit the sample rate.
    pub(crate) fn build_keyed(&self, spec: &ProcessSpec) -> Result<Option<Box<dyn Keyed>>, BuildError> {
        match self.kind(spec.sample_rate) {
            Kind::Keyed(stage) if self.key().is_some() => stage.build_keyed(spec).map(Some),
            _ => Ok(None),
        }
    }
}

/// Builds an insert by itself. Without a mix around it there is no key: the detector measures the
/// insert's own input.
impl Stage for Insert {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        match self.kind(spec.sample_rate) {
            Kind::Filter(sections) => Ok(Box::new(Cascade::new(&sections?, spec.channels))),
            Kind::Keyed(stage) => stage.build(spec),
            Kind::Other(stage) => stage.build(spec),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Returns one insert of each type.
    fn each() -> Vec<Insert> {
        let cases = Insert::law_cases().into_iter().map(|case| (case.settings.type_name(), case.settings));
        let each: BTreeMap<_, _> = cases.collect();
        assert_eq!(each.len(), Insert::TYPES.len(), "each type has cases of the laws");
        each.into_values().collect()
    }

    fn spec() -> ProcessSpec {
        ProcessSpec { sample_rate: SampleRate::DEFAULT, max_block: 512, channels: 2 }
    }

    /// Reads an insert with one setting changed. TOML holds NaN, unlike JSON.
    fn with(insert: &Insert, key: &str, value: f64) -> Result<Insert, toml::de::Error> {
        let mut table = toml::Table::try_from(insert).unwrap();
        table.insert(key.into(), value.into());
        toml::Value::Table(table).try_into()
    }

    #[test]
    fn every_number_out_of_its_range_is_refused_by_name_when_it_is_built() {
        let mut refused = 0;
        for insert in each() {
            for NumberSetting { key, range, .. } in insert.numbers() {
                for wrong in [range.start() - 1.0, range.end() + 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    let error = with(&insert, key, wrong).unwrap().build(&spec()).err();
                    let (BuildError::OutOfRange { field, value, .. } | BuildError::AboveNyquist { field, value, .. }) =
                        error.unwrap_or_else(|| panic!("{key} = {wrong} of {insert:?} was accepted"))
                    else {
                        panic!("{key} = {wrong} of {insert:?} is not named");
                    };
                    assert_eq!((field, value.to_bits()), (key, wrong.to_bits()));
                    refused += 1;
                }
            }
        }
        assert!(refused > 5 * 40, "{refused}");
    }

    #[test]
    fn every_number_at_the_edges_of_its_range_is_built() {
        for insert in each() {
            for NumberSetting { key, range, .. } in insert.numbers().into_iter().filter(|one| !one.is_frequency()) {
                for edge in [*range.start(), *range.end()] {
                    let built = with(&insert, key, edge).unwrap().build(&spec());
                    assert!(built.is_ok(), "{key} = {edge} of {insert:?}");
                }
            }
        }
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        for insert in each() {
            let error = with(&insert, "zzz", 1.0).unwrap_err().to_string();
            assert!(error.contains("unknown field `zzz`, expected "), "{error}");
        }
    }

    #[test]
    fn every_type_is_read_by_its_name() {
        for insert in each() {
            assert_eq!(toml::Table::try_from(&insert).unwrap()["type"].as_str(), Some(insert.type_name()));
            assert!(Insert::TYPES.contains(&insert.type_name()));
        }
    }
}
