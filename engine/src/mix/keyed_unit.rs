//! An insert whose detector measures another strip, with the delays that align the two.

use super::key_plan::KeyPlan;
use super::routing::Node;
use super::strip::PIECE;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::dsp::delay::DelayLine;
use crate::process::{KEY_CHANNELS, Keyed, ProcessSpec, Processor, Tail};

/// An insert with its key. The key is fed before the block that it belongs to, at most [`PIECE`]
/// frames at a time; frames without one have a silent key.
pub(super) struct KeyedUnit {
    processor: Box<dyn Keyed>,
    plan: KeyPlan,
    /// Delay of the signal before the insert, for each channel.
    wait: Vec<DelayLine>,
    /// Delay of the key.
    lines: [DelayLine; KEY_CHANNELS],
    key: AudioBuffer,
    /// Frames of the key that were fed, and how many of them have been used.
    fed: usize,
    used: usize,
}

impl KeyedUnit {
    /// Joins an insert and its key. Control thread; allocates.
    pub(super) fn new(processor: Box<dyn Keyed>, plan: KeyPlan, spec: &ProcessSpec) -> Self {
        let line = DelayLine::new(plan.delay as usize);
        Self {
            processor,
            plan,
            wait: vec![DelayLine::new(plan.wait as usize); spec.channels],
            lines: [line.clone(), line],
            key: AudioBuffer::new(KEY_CHANNELS, PIECE),
            fed: 0,
            used: 0,
        }
    }

    /// Returns the strip of its key.
    pub(super) fn from(&self) -> Node {
        self.plan.from
    }

    /// Returns the delay of the signal before the insert, in frames.
    pub(super) fn wait(&self) -> u64 {
        self.plan.wait
    }

    /// Returns the insert alone.
    pub(super) fn processor(&self) -> &dyn Processor {
        &*self.processor
    }

    /// Takes the key of the frames that are processed next; a mono one is put in both channels.
    /// Audio thread.
    pub(super) fn feed(&mut self, key: &Block<'_>) {
        let mut own = self.key.first_mut(key.frames());
        for (channel, line) in self.lines.iter_mut().enumerate() {
            let samples = own.channel_mut(channel);
            samples.copy_from_slice(key.channel(channel.min(key.channels() - 1)));
            line.process(samples);
        }
        (self.fed, self.used) = (key.frames(), 0);
    }

    /// Continues from the state of the same insert in another chain.
    pub(super) fn inherit_from(&mut self, old: &Self) {
        self.processor.inherit_state(old.processor());
        self.wait.iter_mut().zip(&old.wait).for_each(|(line, old)| line.inherit_state(old));
        if self.plan.from == old.plan.from {
            self.lines.iter_mut().zip(&old.lines).for_each(|(line, old)| line.inherit_state(old));
        }
    }
}

impl Processor for KeyedUnit {
    fn latency(&self) -> u64 {
        self.plan.wait + self.processor.latency()
    }

    fn tail(&self) -> Tail {
        self.processor.tail()
    }

    fn reset(&mut self) {
        self.processor.reset();
        self.wait.iter_mut().chain(&mut self.lines).for_each(DelayLine::reset);
        (self.fed, self.used) = (0, 0);
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for (channel, line) in self.wait.iter_mut().enumerate() {
            line.process(block.channel_mut(channel));
        }
        let mut done = 0;
        while done < block.frames() {
            if self.used == self.fed {
                self.key.block_mut().fill(0.0);
                (self.fed, self.used) = (self.key.frames(), 0);
            }
            let frames = (block.frames() - done).min(self.fed - self.used);
            let key = self.key.block().slice(self.used..self.used + frames);
            self.processor.process_keyed(&mut block.slice_mut(done..done + frames), &key);
            self.used += frames;
            done += frames;
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        self.processor.inherit_state(old);
    }

    fn gain_reduction_db(&self) -> f64 {
        self.processor.gain_reduction_db()
    }
}
