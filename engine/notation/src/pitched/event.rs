//! Notes in frames.

/// A note of the network: a run of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// First frame.
    pub(super) start: usize,
    /// Frame after the last one.
    pub(super) end: usize,
    /// Pitch, 0 to 87; 0 is MIDI number 21.
    pub(super) pitch: usize,
}
