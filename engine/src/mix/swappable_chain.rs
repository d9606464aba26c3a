//! A chain that can be exchanged during playback: the old and the new run side by side, and one
//! fades into the other.

use super::chain::Chain;
use super::ramp::Ramp;
use crate::audio::{AudioBuffer, BlockMut};
use crate::process::{Processor, TRACKS_PER_BATCH};

/// A chain on its way in or out, with the buffer for the cross-fade. Built and dropped on a control
/// thread.
pub struct IncomingChain {
    chain: Chain,
    buffer: AudioBuffer,
}

impl IncomingChain {
    /// Prepares a chain to replace another one. Control thread; allocates.
    pub fn new(chain: Chain, channels: usize, max_block: usize) -> Self {
        Self { chain, buffer: AudioBuffer::new(channels, max_block) }
    }
}

/// A chain and, for the length of a cross-fade, its successor.
pub struct SwappableChain {
    chain: Chain,
    next: Option<Box<IncomingChain>>,
    glide: Ramp,
    spent: Option<Box<IncomingChain>>,
}

impl SwappableChain {
    /// Creates a rack with one chain.
    pub fn new(chain: Chain) -> Self {
        Self { chain, next: None, glide: Ramp::DONE, spent: None }
    }

    /// Returns the chain that is audible, or fading out.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Returns the number of frames until no exchange is in progress. Audio thread.
    pub fn left(&self) -> u64 {
        if self.next.is_some() { self.glide.left() } else { 0 }
    }

    /// Returns true if no exchange is in progress and no replaced chain is left to take. Audio
    /// thread.
    pub fn is_free(&self) -> bool {
        self.next.is_none() && self.spent.is_none()
    }

    /// Gives a new chain the state of the old one, runs it beside it for `wait` frames, then fades
    /// it in over `length` frames. Only if [`SwappableChain::is_free`]; otherwise returns the chain. Audio
    /// thread.
    pub fn replace(&mut self, mut next: Box<IncomingChain>, wait: u64, length: u64) -> Option<Box<IncomingChain>> {
        if !self.is_free() {
            return Some(next);
        }
        next.chain.inherit_state(&self.chain);
        self.next = Some(next);
        self.glide = Ramp::new(wait, length);
        None
    }

    /// Returns the replaced chain, to be dropped elsewhere. Audio thread.
    pub fn take_retired(&mut self) -> Option<Box<IncomingChain>> {
        self.spent.take()
    }

    /// Clears all state; a cross-fade ends at once. Audio thread.
    pub fn reset(&mut self) {
        self.finish();
        self.chain.reset();
    }

    /// Processes a block; see [`Processor::process`]. Audio thread.
    pub fn process(&mut self, block: &mut BlockMut<'_>) {
        let Some(next) = &mut self.next else { return self.chain.process(block) };
        let frames = self.glide.left().min(block.frames() as u64) as usize;
        let mut old = block.slice_mut(0..frames);
        let mut new = next.buffer.first_mut(frames);
        new.copy_from(&old.as_block());
        self.chain.process(&mut old);
        next.chain.process(&mut new);
        for channel in 0..old.channels() {
            let pairs = old.channel_mut(channel).iter_mut().zip(new.channel(channel));
            for (frame, (old, new)) in pairs.enumerate() {
                let weight = self.glide.weight(frame);
                *old = (f64::from(*old) * (1.0 - weight) + f64::from(*new) * weight) as f32;
            }
        }
        self.glide.advance(frames);
        if self.glide.is_done() {
            self.finish();
            let rest = frames..block.frames();
            self.chain.process(&mut block.slice_mut(rest));
        }
    }

    /// Runs four racks, each on its own block of equal length: the same bits as one after the
    /// other. Audio thread.
    pub fn process_batch(mut racks: [&mut Self; TRACKS_PER_BATCH], blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH]) {
        if racks.iter().any(|rack| rack.next.is_some()) {
            return racks.into_iter().zip(blocks).for_each(|(rack, block)| rack.process(block));
        }
        Chain::process_batch(&mut racks.each_mut().map(|rack| &mut rack.chain), blocks);
    }

    fn finish(&mut self) {
        if let Some(mut next) = self.next.take() {
            std::mem::swap(&mut self.chain, &mut next.chain);
            self.spent = Some(next);
        }
        self.glide = Ramp::DONE;
    }
}
