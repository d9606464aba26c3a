//! One connection into a sum, with the delay that balances its path.

use super::crossfade::Crossfade;
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
        let mut delayed = self.buffer.first_mut(block.frames());
        delayed.copy_from(block);
        for (channel, line) in self.lines.iter_mut().enumerate() {
            line.process(delayed.channel_mut(channel));
        }
        delayed
    }

    fn inherit_state(&mut self, old: &Self) {
        self.lines.iter_mut().zip(&old.lines).for_each(|(line, old)| line.inherit_state(old));
    }
}

/// A connection in a running mix.
#[derive(Clone, Debug)]
pub struct Connection {
    plan: ConnectionPlan,
    /// The delay; `None` where the path needs none.
    crossfade: Crossfade<Option<Box<CompensationDelay>>>,
}

impl Connection {
    /// Builds a connection. Control thread; allocates.
    pub fn new(plan: ConnectionPlan, max_block: usize) -> Self {
        let delay = (plan.delay > 0).then(|| Box::new(CompensationDelay::new(plan.delay, max_block)));
        Self { plan, crossfade: Crossfade::new(delay) }
    }

    /// Returns the source.
    pub fn node(&self) -> Node {
        self.plan.from
    }

    /// Returns true if the signal is taken before the fader.
    pub fn pre_fader(&self) -> bool {
        self.plan.pre_fader
    }

    /// Returns true if it has a delay, which an exchange replaces. Audio thread.
    pub fn has_delay(&self) -> bool {
        self.crossfade.current().is_some()
    }

    /// Returns the number of frames until no exchange is in progress. Audio thread.
    pub fn remaining(&self) -> u64 {
        self.crossfade.remaining()
    }

    /// Returns true if no exchange is in progress and no replaced delay is left to take. Audio
    /// thread.
    pub fn is_free(&self) -> bool {
        self.crossfade.is_free()
    }

    /// Runs another delay beside this one for `wait` frames, then fades it in over `length` frames.
    /// Returns it unless [`Connection::is_free`]. Audio thread.
    pub fn change_delay(
        &mut self,
        mut next: Box<CompensationDelay>,
        wait: u64,
        length: u64,
    ) -> Option<Box<CompensationDelay>> {
        if let Some(old) = self.crossfade.current().as_ref().filter(|_| self.is_free()) {
            next.inherit_state(old);
        }
        self.crossfade.start(Some(next), wait, length).flatten()
    }

    /// Returns the replaced delay, to be dropped elsewhere. Audio thread.
    pub fn take_retired(&mut self) -> Option<Box<CompensationDelay>> {
        self.crossfade.take_retired().flatten()
    }

    /// Adds a stereo block of the source to the sum. Audio thread.
    pub fn add(&mut self, block: &Block<'_>, sum: &mut MixSum) {
        let gain = self.plan.gain;
        let Some((current, Some(next), ramp)) = self.crossfade.both() else {
            return match self.crossfade.current_mut() {
                None => sum.add(block, gain),
                Some(delay) => sum.add(&delay.run(block).as_block(), gain),
            };
        };
        let mut new = next.run(block);
        let delayed = current.as_mut().map(|delay| delay.run(block));
        let old = delayed.as_ref().map_or(*block, BlockMut::as_block);
        for channel in 0..2 {
            let pairs = new.channel_mut(channel).iter_mut().zip(old.channel(channel));
            for (frame, (new, old)) in pairs.enumerate() {
                *new = ramp.blend(frame, *old, *new);
            }
        }
        sum.add(&new.as_block(), gain);
        self.crossfade.advance(block.frames());
        self.crossfade.drop_retired_if(Option::is_none);
    }

    /// Clears all state; a crossfade ends at once. Audio thread.
    pub fn reset(&mut self) {
        self.crossfade.finish();
        self.crossfade.drop_retired_if(Option::is_none);
        if let Some(delay) = self.crossfade.current_mut() {
            delay.lines.iter_mut().for_each(DelayLine::reset);
        }
    }
}
