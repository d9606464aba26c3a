//! Kinds of stems.

/// A kind of stem with pitch. It decides how notes are found, as voices and instruments differ in
/// their attacks and in how many notes sound at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StemKind {
    /// A bass: one note at a time, from B0 (MIDI 23) on.
    Bass,
    /// Voices, or instruments with soft attacks in their place.
    Vocals,
    /// Any other instruments: keys, guitars, pads, winds.
    Other,
}
