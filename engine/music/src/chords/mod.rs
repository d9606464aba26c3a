//! Chords of a song: labels after Harte, and their sequence by dynamic programming.

mod change;
mod chord;
mod decode;
mod emission;
mod grid;
mod harmony;
mod harmony_extractor;
mod inversion;
mod quality;
mod weights;

pub use chord::{Chord, ChordSegment};
pub use decode::decode;
pub use grid::{Grid, GridCell, Place};
pub use harmony::{Harmony, HarmonyConfidence, analyse};
pub use harmony_extractor::{HarmonyBlock, HarmonyExtractor, HarmonyFeatures};
pub use quality::{Quality, Third};
