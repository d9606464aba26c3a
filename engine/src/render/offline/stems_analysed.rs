//! Stems, compared with each other before the mix.

use crate::align::Alignment;

/// Result of the comparison.
pub(crate) struct StemsAnalysed {
    pub(crate) alignment: Alignment,
    /// Session frame at which the sound of each stem starts; none for silence.
    pub(crate) first_sounds: Vec<Option<u64>>,
}
