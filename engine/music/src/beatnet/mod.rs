//! Beat and downbeat activations of the network `BeatNet`.
//!
//! Source: Heydari, Cwitkowitz, Duan, "`BeatNet`: CRNN and Particle Filtering for Online Joint Beat
//! Downbeat and Meter Tracking", ISMIR 2021. Its particle filter is not used. The weights are CC BY
//! 4.0, see `models/beatnet` beside this crate's sources.

mod filterbank;
mod front_end;
mod network;
mod weights;

use front_end::FrontEnd;
use network::Network;

/// Samples between frames: 20 ms.
pub const HOP: usize = 441;

/// Frames a second.
pub const FRAME_RATE: f64 = crate::SAMPLE_RATE as f64 / HOP as f64;

/// Probabilities of each frame. Frame `i` is centred on sample `i * HOP`; there are as many frames
/// as hops begun.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activations {
    /// Probability of a beat that is not a downbeat, 0 to 1.
    pub beat: Vec<f32>,
    /// Probability of a downbeat, 0 to 1.
    pub downbeat: Vec<f32>,
}

impl Activations {
    /// Returns the probability of any beat in each frame, 0 to 1.
    pub fn any_beat(&self) -> Vec<f32> {
        self.beat.iter().zip(&self.downbeat).map(|(beat, downbeat)| beat + downbeat).collect()
    }
}

/// Network with its front end, fed with blocks of any length.
///
/// The network was trained on music near full scale: levels far below cost accuracy.
#[derive(Debug)]
pub struct BeatNet {
    front_end: FrontEnd,
    network: Network,
    activations: Activations,
}

impl BeatNet {
    /// Creates a network at rest.
    pub fn new() -> Self {
        Self { front_end: FrontEnd::new(), network: Network::new(), activations: Activations::default() }
    }

    /// Adds samples at [`crate::SAMPLE_RATE`]. Values that are not finite count as silence.
    pub fn push(&mut self, samples: &[f32]) {
        let Self { front_end, network, activations } = self;
        front_end.push(samples, |features| activations.add(network.step(features)));
    }

    /// Returns the activations of all samples.
    pub fn finish(self) -> Activations {
        let Self { front_end, mut network, mut activations } = self;
        front_end.finish(|features| activations.add(network.step(features)));
        activations
    }
}

impl Default for BeatNet {
    fn default() -> Self {
        Self::new()
    }
}

impl Activations {
    fn add(&mut self, [beat, downbeat, _]: [f32; 3]) {
        self.beat.push(beat);
        self.downbeat.push(downbeat);
    }
}

#[cfg(test)]
mod tests;
