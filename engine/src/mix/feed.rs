//! One connection into a sum, with the delay that balances its path.

use super::glide::Glide;
use super::routing::FeedPlan;
use super::sum::MixSum;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::dsp::delay::DelayLine;

/// What feeds a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// A track, by its index in the session.
    Track(usize),
    /// A bus, by its place in the processing order.
    Bus(usize),
}

/// A delay for both channels, with a buffer to work in.
#[derive(Clone, Debug)]
pub struct FeedDelay {
    lines: [DelayLine; 2],
    buffer: AudioBuffer,
}

impl FeedDelay {
    /// A delay of any number of frames, 0 included. Control thread; allocates.
    pub fn new(frames: u64, max_block: usize) -> Self {
        let line = DelayLine::new(frames as usize);
        Self { lines: [line.clone(), line], buffer: AudioBuffer::new(2, max_block) }
    }

    fn run(&mut self, block: &Block<'_>) -> BlockMut<'_> {
        let mut late = self.buffer.first_mut(block.frames());
        late.copy_from(block);
        for (channel, line) in self.lines.iter_mut().enumerate() {
            line.process(late.channel_mut(channel));
        }
        late
    }

    fn adopt(&mut self, old: &Self) {
        self.lines.iter_mut().zip(&old.lines).for_each(|(line, old)| line.adopt(old));
    }
}

/// A live connection.
#[derive(Clone, Debug)]
pub struct Feed {
    plan: FeedPlan,
    delay: Option<Box<FeedDelay>>,
    /// The delay that fades in beside the one that is heard.
    next: Option<Box<FeedDelay>>,
    glide: Glide,
    spent: Option<Box<FeedDelay>>,
}

impl Feed {
    /// Builds a connection. Control thread; allocates.
    pub fn new(plan: FeedPlan, max_block: usize) -> Self {
        let delay = (plan.delay > 0).then(|| Box::new(FeedDelay::new(plan.delay, max_block)));
        Self { plan, delay, next: None, glide: Glide::DONE, spent: None }
    }

    /// Where it comes from.
    pub fn node(&self) -> Node {
        self.plan.from
    }

    /// Whether it is taken before the fader.
    pub fn pre_fader(&self) -> bool {
        self.plan.pre_fader
    }

    /// Frames until nothing is being exchanged. Audio thread.
    pub fn left(&self) -> u64 {
        if self.next.is_some() { self.glide.left() } else { 0 }
    }

    /// Whether nothing is being exchanged and nothing waits to be taken away. Audio thread.
    pub fn is_free(&self) -> bool {
        self.next.is_none() && self.spent.is_none()
    }

    /// Runs another delay beside this one for `wait` frames, then fades it in over `length` frames.
    /// Only when [`Feed::is_free`]; else it comes back. Audio thread.
    pub fn redelay(&mut self, mut next: Box<FeedDelay>, wait: u64, length: u64) -> Option<Box<FeedDelay>> {
        if !self.is_free() {
            return Some(next);
        }
        if let Some(old) = &self.delay {
            next.adopt(old);
        }
        self.next = Some(next);
        self.glide = Glide::new(wait, length);
        None
    }

    /// The delay that has been replaced, to be dropped elsewhere. Audio thread.
    pub fn take_spent(&mut self) -> Option<Box<FeedDelay>> {
        self.spent.take()
    }

    /// Adds a stereo block of the source to the sum. Audio thread.
    pub fn add(&mut self, block: &Block<'_>, sum: &mut MixSum) {
        let gain = self.plan.gain;
        let Some(next) = &mut self.next else {
            return match &mut self.delay {
                None => sum.add(block, gain),
                Some(delay) => sum.add(&delay.run(block).as_block(), gain),
            };
        };
        let mut new = next.run(block);
        let late = self.delay.as_mut().map(|delay| delay.run(block));
        let old = late.as_ref().map_or(*block, BlockMut::as_block);
        for channel in 0..2 {
            let pairs = new.channel_mut(channel).iter_mut().zip(old.channel(channel));
            for (frame, (new, old)) in pairs.enumerate() {
                let weight = self.glide.weight(frame);
                *new = (f64::from(*old) * (1.0 - weight) + f64::from(*new) * weight) as f32;
            }
        }
        sum.add(&new.as_block(), gain);
        self.glide.advance(block.frames());
        if self.glide.is_done() {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Some(next) = self.next.take() {
            self.spent = self.delay.replace(next);
        }
        self.glide = Glide::DONE;
    }

    /// Forgets all input; a cross-fade is over at once. Audio thread.
    pub fn reset(&mut self) {
        self.finish();
        if let Some(delay) = &mut self.delay {
            delay.lines.iter_mut().for_each(DelayLine::reset);
        }
    }
}
