//! Loudness targets and true-peak ceilings: one table of names, and numbers for everything else.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Range of loudness targets, in LUFS.
pub const TARGET_LUFS: (f64, f64) = (-40.0, -5.0);
/// Range of true-peak ceilings, in dBTP.
pub const CEILING_DBTP: (f64, f64) = (-20.0, 0.0);
/// Ceiling where neither the session nor the target's source names one, in dBTP.
pub const DEFAULT_CEILING_DBTP: f64 = -1.0;

/// A loudness target that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NamedTarget {
    /// Spelling in a session or on a command line.
    pub name: &'static str,
    /// Integrated loudness, in LUFS.
    pub loudness_lufs: f64,
    /// Highest true peak that the source allows, in dBTP; `None` where it names none.
    pub ceiling_dbtp: Option<f64>,
    /// Service or standard that requires it.
    pub source: &'static str,
    /// Date of the edition, since such figures change; `undated` where a service states its figure
    /// without one.
    pub date: &'static str,
}

/// Every loudness target that has a name.
pub const TARGETS: [NamedTarget; 7] = [
    named("spotify", -14.0, Some(-1.0), "Spotify for Artists, loudness normalization: normal listening", "undated"),
    named("apple", -16.0, Some(-1.0), "Apple Music, Sound Check", "undated"),
    named("youtube", -14.0, None, "YouTube; louder is turned down, softer stays", "undated"),
    named("ebu-r128", -23.0, Some(-1.0), "EBU R 128, version 4.0", "2020-08"),
    named("atsc-a85", -24.0, Some(-2.0), "ATSC A/85:2013", "2013-03-12"),
    named("aes-td1008", -16.0, Some(-1.0), "AES TD1008: music, each track by itself", "2021"),
    named("podcast", -16.0, Some(-1.0), "Apple Podcasts, audio requirements: ±1 dB", "undated"),
];

const fn named(
    name: &'static str,
    loudness_lufs: f64,
    ceiling_dbtp: Option<f64>,
    source: &'static str,
    date: &'static str,
) -> NamedTarget {
    NamedTarget { name, loudness_lufs, ceiling_dbtp, source, date }
}

const NONE: &str = "none";
const OFF: &str = "off";

/// Loudness of the master.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A row of [`TARGETS`].
    Named(&'static NamedTarget),
    /// Integrated loudness, in LUFS: see [`TARGET_LUFS`].
    Lufs(f64),
    /// The mix keeps the loudness that it has.
    None,
}

/// Highest true peak of the master.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ceiling {
    /// Highest true peak, in dBTP: see [`CEILING_DBTP`].
    Dbtp(f64),
    /// Nothing limits the master.
    Off,
}

/// A target or a ceiling that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{given:?} is not {expected}")]
pub struct TargetError {
    given: String,
    expected: String,
}

impl Target {
    /// Returns the required integrated loudness, in LUFS; `None` when the mix keeps its own.
    pub fn loudness_lufs(&self) -> Option<f64> {
        match self {
            Self::Named(target) => Some(target.loudness_lufs),
            Self::Lufs(lufs) => Some(*lufs),
            Self::None => None,
        }
    }

    /// Returns the ceiling of the target, in dBTP: its source's, or else [`DEFAULT_CEILING_DBTP`].
    pub fn ceiling_dbtp(&self) -> f64 {
        match self {
            Self::Named(target) => target.ceiling_dbtp.unwrap_or(DEFAULT_CEILING_DBTP),
            Self::Lufs(_) | Self::None => DEFAULT_CEILING_DBTP,
        }
    }

    fn choices() -> impl Iterator<Item = &'static str> {
        TARGETS.iter().map(|target| target.name).chain([NONE])
    }
}

impl Default for Target {
    fn default() -> Self {
        Self::Lufs(-14.0)
    }
}

impl FromStr for Target {
    type Err = TargetError;

    /// Reads a name of [`TARGETS`], `none`, or a number of LUFS within [`TARGET_LUFS`].
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (min, max) = TARGET_LUFS;
        if text == NONE {
            return Ok(Self::None);
        }
        if let Some(target) = TARGETS.iter().find(|target| target.name == text) {
            return Ok(Self::Named(target));
        }
        match text.parse() {
            Ok(lufs) if (min..=max).contains(&lufs) => Ok(Self::Lufs(lufs)),
            _ => Err(TargetError {
                given: text.into(),
                expected: format!("{} or a number of LUFS from {min} to {max}", list(Self::choices())),
            }),
        }
    }
}

impl FromStr for Ceiling {
    type Err = TargetError;

    /// Reads `off` or a number of dBTP within [`CEILING_DBTP`].
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (min, max) = CEILING_DBTP;
        match text.parse() {
            _ if text == OFF => Ok(Self::Off),
            Ok(dbtp) if (min..=max).contains(&dbtp) => Ok(Self::Dbtp(dbtp)),
            _ => Err(TargetError {
                given: text.into(),
                expected: format!("{OFF} or a number of dBTP from {min} to {max}"),
            }),
        }
    }
}

fn list(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(target) => f.write_str(target.name),
            Self::Lufs(lufs) => write!(f, "{lufs}"),
            Self::None => f.write_str(NONE),
        }
    }
}

impl fmt::Display for Ceiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dbtp(dbtp) => write!(f, "{dbtp}"),
            Self::Off => f.write_str(OFF),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(target) => serializer.serialize_str(target.name),
            Self::Lufs(lufs) => serializer.serialize_f64(*lufs),
            Self::None => serializer.serialize_str(NONE),
        }
    }
}

impl Serialize for Ceiling {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Dbtp(dbtp) => serializer.serialize_f64(*dbtp),
            Self::Off => serializer.serialize_str(OFF),
        }
    }
}

/// A word or a number, as both types are written in a document.
#[derive(Deserialize)]
#[serde(untagged)]
enum WordOrNumber {
    Number(f64),
    Word(String),
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match WordOrNumber::deserialize(deserializer)? {
            WordOrNumber::Number(lufs) => lufs.to_string(),
            WordOrNumber::Word(word) => word,
        };
        text.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Ceiling {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match WordOrNumber::deserialize(deserializer)? {
            WordOrNumber::Number(dbtp) => dbtp.to_string(),
            WordOrNumber::Word(word) => word,
        };
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Target {
    fn schema_name() -> Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A named loudness target, none, or integrated loudness in LUFS.",
            "anyOf": [
                { "enum": Self::choices().collect::<Vec<_>>() },
                { "type": "number", "minimum": TARGET_LUFS.0, "maximum": TARGET_LUFS.1 },
            ],
        })
    }
}

impl JsonSchema for Ceiling {
    fn schema_name() -> Cow<'static, str> {
        "Ceiling".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Highest true peak in dBTP, or off.",
            "anyOf": [
                { "enum": [OFF] },
                { "type": "number", "minimum": CEILING_DBTP.0, "maximum": CEILING_DBTP.1 },
            ],
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
mod tests {
    use super::*;

    #[test]
    fn every_named_target_reads_back_and_stays_in_range() {
        for target in &TARGETS {
            let read: Target = target.name.parse().unwrap();
            assert_eq!(read.to_string(), target.name);
            assert_eq!(read.loudness_lufs(), Some(target.loudness_lufs));
            assert!((TARGET_LUFS.0..=TARGET_LUFS.1).contains(&target.loudness_lufs));
            assert!((CEILING_DBTP.0..=CEILING_DBTP.1).contains(&read.ceiling_dbtp()));
        }
    }

    #[test]
    fn a_target_that_cannot_be_read_is_answered_with_the_choices() {
        for wrong in ["loud", "-50", "nan", ""] {
            let error = wrong.parse::<Target>().unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "{wrong:?} is not spotify, apple, youtube, ebu-r128, atsc-a85, aes-td1008, podcast, none \
                     or a number of LUFS from -40 to -5"
                )
            );
        }
        assert_eq!(
            "3".parse::<Ceiling>().unwrap_err().to_string(),
            r#""3" is not off or a number of dBTP from -20 to 0"#
        );
    }

    #[test]
    fn the_ceiling_follows_the_source_of_the_target() {
        assert_eq!("atsc-a85".parse::<Target>().unwrap().ceiling_dbtp(), -2.0);
        assert_eq!("youtube".parse::<Target>().unwrap().ceiling_dbtp(), -1.0);
        assert_eq!("-23".parse::<Target>().unwrap(), Target::Lufs(-23.0));
    }
}
