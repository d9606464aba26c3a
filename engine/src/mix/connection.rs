//! One connection into a sum, with the delay that balances its path.

use super::ramp::Ramp;
use super::routing::ConnectionPlan;
use super::routing::Node;
use super::sum::MixSum;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::dsp::delay::DelayLine;

/// A delay for both channels, with a buffer to work in.
#[derive(Clone, Debug)]
pub struct CompensationDelay {
    lines: [DelayLine; 2],
    buffer: AudioBuffer,
}

impl CompensationDelay {
    /// Creates a delay of any number of frames, 0 included. Control thread; allocates.
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

    fn inherit_state(&mut self, old: &Self) {
        self.lines.iter_mut().zip(&old.lines).for_each(|(line, old)| line.inherit_state(old));
    }
}

/// A live connection.
#[derive(Clone, Debug)]
pub struct Connection {
    plan: ConnectionPlan,
    delay: Option<Box<CompensationDelay>>,
    /// The delay that fades in beside the audible one.
    next: Option<Box<CompensationDelay>>,
    glide: Ramp,
    spent: Option<Box<CompensationDelay>>,
}

impl Connection {
    /// Builds a connection. Control thread; allocates.
    pub fn new(plan: ConnectionPlan, max_block: usize) -> Self {
        let delay = (plan.delay > 0).then(|| Box::new(CompensationDelay::new(plan.delay, max_block)));
        Self { plan, delay, next: None, glide: Ramp::DONE, spent: None }
    }

    /// Returns the source.
    pub fn node(&self) -> Node {
        self.plan.from
    }

    /// Returns true if the signal is taken before the fader.
    pub fn pre_fader(&self) -> bool {
        self.plan.pre_fader
    }

    /// Returns the number of frames until no exchange is in progress. Audio thread.
    pub fn left(&self) -> u64 {
        if self.next.is_some() { self.glide.left() } else { 0 }
    }

    /// Returns true if no exchange is in progress and no replaced delay is left to take. Audio
    /// thread.
    pub fn is_free(&self) -> bool {
        self.next.is_none() && self.spent.is_none()
    }

    /// Runs another delay beside this one for `wait` frames, then fades it in over `length` frames.
    /// Only if [`Connection::is_free`]; otherwise returns the delay. Audio thread.
    pub fn redelay(
        &mut self,
        mut next: Box<CompensationDelay>,
        wait: u64,
        length: u64,
    ) -> Option<Box<CompensationDelay>> {
        if !self.is_free() {
            return Some(next);
        }
        if let Some(old) = &self.delay {
            next.inherit_state(old);
        }
        self.next = Some(next);
        self.glide = Ramp::new(wait, length);
        None
    }

    /// Returns the replaced delay, to be dropped elsewhere. Audio thread.
    pub fn take_retired(&mut self) -> Option<Box<CompensationDelay>> {
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
        self.glide = Ramp::DONE;
    }

    /// Clears all state; a cross-fade ends at once. Audio thread.
    pub fn reset(&mut self) {
        self.finish();
        if let Some(delay) = &mut self.delay {
            delay.lines.iter_mut().for_each(DelayLine::reset);
        }
    }
}
