//! One connection into a sum, with the delay that balances its path.

use super::routing::FeedPlan;
use super::sum::MixSum;
use crate::audio::{AudioBuffer, Block};
use crate::dsp::delay::DelayLine;

/// What feeds a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// A track, by its index in the session.
    Track(usize),
    /// A bus, by its place in the processing order.
    Bus(usize),
}

/// A live connection.
#[derive(Clone, Debug)]
pub struct Feed {
    plan: FeedPlan,
    delay: Option<(Vec<DelayLine>, AudioBuffer)>,
}

impl Feed {
    /// Builds a connection. Control thread; allocates.
    pub fn new(plan: FeedPlan, max_block: usize) -> Self {
        let frames = plan.delay as usize;
        let delay = (frames > 0).then(|| (vec![DelayLine::new(frames); 2], AudioBuffer::new(2, max_block)));
        Self { plan, delay }
    }

    /// Where it comes from.
    pub fn node(&self) -> Node {
        self.plan.from
    }

    /// Whether it is taken before the fader.
    pub fn pre_fader(&self) -> bool {
        self.plan.pre_fader
    }

    /// Adds a stereo block of the source to the sum. Audio thread.
    pub fn add(&mut self, block: &Block<'_>, sum: &mut MixSum) {
        let Some((lines, buffer)) = &mut self.delay else {
            return sum.add(block, self.plan.gain);
        };
        let mut late = buffer.first_mut(block.frames());
        late.copy_from(block);
        for (channel, line) in lines.iter_mut().enumerate() {
            line.process(late.channel_mut(channel));
        }
        sum.add(&late.as_block(), self.plan.gain);
    }

    /// Forgets all input. Audio thread.
    pub fn reset(&mut self) {
        if let Some((lines, _)) = &mut self.delay {
            lines.iter_mut().for_each(DelayLine::reset);
        }
    }
}
