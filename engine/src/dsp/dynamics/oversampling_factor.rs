//! Setting of the oversampling of a processor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Points per frame at which a curve is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Oversampling(u32);

impl Oversampling {
    /// Accepted factors.
    pub const CHOICES: [u32; 3] = [4, 8, 16];
}

impl Default for Oversampling {
    /// Returns 8 points per frame.
    fn default() -> Self {
        Self(8)
    }
}

impl TryFrom<u32> for Oversampling {
    type Error = String;
    fn try_from(factor: u32) -> Result<Self, String> {
        if Self::CHOICES.contains(&factor) {
            Ok(Self(factor))
        } else {
            Err(format!("{factor} is not one of {:?}", Self::CHOICES))
        }
    }
}

impl From<Oversampling> for u32 {
    fn from(oversampling: Oversampling) -> u32 {
        oversampling.0
    }
}

impl JsonSchema for Oversampling {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Oversampling".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "Points per frame.", "enum": Self::CHOICES })
    }
}
