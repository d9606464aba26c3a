//! Why stems that share a source may be moved: what the user says of them, or what they show by
//! themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which stems that share a source are moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Recordings of one event by devices that started on their own, where the sound proves it;
    /// stems of one session stay.
    Auto,
    /// Copies, plain or processed, as well; mutual bleed and copies with feedback stay.
    #[default]
    Recordings,
    /// Microphones of one take: as `Recordings`, and mutual bleed follows its louder path.
    Microphones,
}
