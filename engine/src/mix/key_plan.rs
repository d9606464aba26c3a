//! Keys of a chain's inserts: where each takes its signal from, and the delays that align the two.

use super::routing::Node;

/// An insert with a key, and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPoint {
    /// Name of the track or bus whose signal the detector measures.
    pub key: String,
    /// Latency of the inserts before it, in frames.
    pub before: u64,
}

/// Latency of a chain, and its keys, before anything is aligned with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainOutline {
    /// Latency of the inserts, in frames.
    pub latency: u64,
    /// Inserts with a key, in order.
    pub keys: Vec<KeyPoint>,
}

impl ChainOutline {
    /// Returns the outline of a chain without keys.
    pub fn of_latency(latency: u64) -> Self {
        Self { latency, keys: Vec::new() }
    }
}

/// A key of an insert, aligned to the frame: both delays together make signal and key simultaneous
/// at the insert. One of them is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPlan {
    /// Strip whose signal the detector measures.
    pub from: Node,
    /// Delay of the key, in frames.
    pub delay: u64,
    /// Delay of the signal before the insert, in frames; part of the chain's latency.
    pub wait: u64,
}

/// A chain in a routing: its keys, and the latency of its output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainRoute {
    /// Keys of its inserts, in order.
    pub keys: Vec<KeyPlan>,
    /// Latency of the chain's output since the beginning of the mix, in frames.
    pub latency: u64,
}

impl ChainRoute {
    /// Aligns the keys of a chain whose input has a latency. `keys` gives the strip of each key
    /// with the latency of its output, in order.
    pub(super) fn new(input: u64, outline: &ChainOutline, keys: impl Iterator<Item = (Node, u64)>) -> Self {
        let mut waited = 0;
        let align = |(point, (from, latency)): (&KeyPoint, (Node, u64))| {
            let here = input + point.before + waited;
            let wait = latency.saturating_sub(here);
            waited += wait;
            KeyPlan { from, delay: here + wait - latency, wait }
        };
        let keys: Vec<KeyPlan> = outline.keys.iter().zip(keys).map(align).collect();
        let waits: u64 = keys.iter().map(|key| key.wait).sum();
        Self { keys, latency: input + outline.latency + waits }
    }

    /// Returns the strips of its keys.
    pub(super) fn nodes(&self) -> Vec<Node> {
        self.keys.iter().map(|key| key.from).collect()
    }
}
