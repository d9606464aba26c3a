//! Curves of noise shaping, as sessions name them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::borrow::Cow;

/// Curve by which the noise of rounding is moved to where the ear is dull.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseShape {
    /// White noise.
    #[default]
    None,
    /// Nine taps, threshold limited to a range of 30 dB: the curve of version 0.1, and what `true`
    /// stands for. At 44.1 kHz the noise is 12.2 dB less audible, and 7.9 dB stronger in total.
    Mild,
    /// Sixteen taps: the least audible noise that is at most 15 dB stronger in total. At 44.1 kHz
    /// it is 17.1 dB less audible.
    Strong,
}

impl NoiseShape {
    /// Every curve, in the order of help texts.
    pub const ALL: [Self; 3] = [Self::None, Self::Mild, Self::Strong];

    /// Returns the name, as sessions write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mild => "mild",
            Self::Strong => "strong",
        }
    }
}

impl From<bool> for NoiseShape {
    /// Returns what `true` and `false` stand for.
    fn from(shape: bool) -> Self {
        if shape { Self::Mild } else { Self::None }
    }
}

impl<'de> Deserialize<'de> for NoiseShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Both types in which a document may write it.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Flag(bool),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Flag(flag) => Ok(flag.into()),
            Written::Word(word) => Self::ALL
                .into_iter()
                .find(|shape| shape.name() == word)
                .ok_or_else(|| de::Error::custom(format!("{word:?} is not one of none, mild, strong"))),
        }
    }
}

impl JsonSchema for NoiseShape {
    fn schema_name() -> Cow<'static, str> {
        "NoiseShape".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Curve of noise shaping; true is mild, false is none.",
            "enum": ["none", "mild", "strong", true, false],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_flags_are_read_and_words_are_written() {
        let read = |text: &str| serde_json::from_str::<NoiseShape>(text).map_err(|error| error.to_string());
        for shape in NoiseShape::ALL {
            let word = serde_json::to_string(&shape).unwrap();
            assert_eq!((word.as_str(), read(&word)), (format!("{:?}", shape.name()).as_str(), Ok(shape)));
        }
        assert_eq!((read("true"), read("false")), (Ok(NoiseShape::Mild), Ok(NoiseShape::None)));
        assert!(read("\"loud\"").unwrap_err().contains("\"loud\" is not one of none, mild, strong"));
    }
}
