//! Sums over a stream in eight lanes, so that they run as vector arithmetic and still give the same
//! bits for any split.

use super::reading::finite;
use std::ops::Range;

const LANES: usize = 8;

/// `K` running sums. The frame with index n is added to lane n mod 8, wherever blocks begin and
/// end.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneSums<const K: usize> {
    lanes: [[f64; LANES]; K],
    next: usize,
}

impl<const K: usize> LaneSums<K> {
    pub(super) fn new() -> Self {
        Self { lanes: [[0.0; LANES]; K], next: 0 }
    }

    /// Adds the `terms` of every frame of the channels, which are equally long. Audio thread.
    pub(super) fn add<const C: usize>(&mut self, channels: [&[f32]; C], terms: impl Fn([f64; C]) -> [f64; K]) {
        let frames = channels.first().map_or(0, |channel| channel.len());
        let head = ((LANES - self.next) % LANES).min(frames);
        let body = head + (frames - head) / LANES * LANES;
        self.add_singly(channels, 0..head, &terms);
        let mut sums = self.lanes;
        let groups = channels.map(|channel| channel[head..body].as_chunks::<LANES>().0);
        for index in 0..(body - head) / LANES {
            let group = groups.map(|groups| groups[index]);
            for lane in 0..LANES {
                let terms = terms(group.map(|samples| f64::from(finite(samples[lane]))));
                for (lanes, term) in sums.iter_mut().zip(terms) {
                    lanes[lane] += term;
                }
            }
        }
        self.lanes = sums;
        self.add_singly(channels, body..frames, &terms);
    }

    fn add_singly<const C: usize>(
        &mut self,
        channels: [&[f32]; C],
        frames: Range<usize>,
        terms: &impl Fn([f64; C]) -> [f64; K],
    ) {
        for frame in frames {
            let terms = terms(channels.map(|channel| f64::from(finite(channel[frame]))));
            for (lanes, term) in self.lanes.iter_mut().zip(terms) {
                lanes[self.next] += term;
            }
            self.next = (self.next + 1) % LANES;
        }
    }

    /// Returns the sums so far.
    pub(super) fn totals(&self) -> [f64; K] {
        self.lanes.map(|lanes| lanes.iter().sum())
    }
}
