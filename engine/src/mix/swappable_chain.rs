//! A chain that can be exchanged during playback: the old and the new run side by side, and one
//! fades into the other.

use super::chain::Chain;
use super::crossfade::Crossfade;
use super::routing::Node;
use crate::audio::{AudioBuffer, Block, BlockMut};
use crate::process::{Processor, TRACKS_PER_BATCH};

/// A chain on its way in or out, with the buffer for the crossfade. Built and dropped on a control
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

/// A chain and, for the length of a crossfade, its successor.
pub struct SwappableChain {
    crossfade: Crossfade<Box<IncomingChain>>,
}

impl SwappableChain {
    /// Holds one chain. Control thread; allocates.
    pub fn new(chain: Chain) -> Self {
        // The first chain never fades in: it needs no buffer.
        Self { crossfade: Crossfade::new(Box::new(IncomingChain::new(chain, 0, 0))) }
    }

    /// Returns the chain that is audible, or fading out.
    pub fn current(&self) -> &Chain {
        &self.crossfade.current().chain
    }

    /// Returns the number of frames until no exchange is in progress. Audio thread.
    pub fn remaining(&self) -> u64 {
        self.crossfade.remaining()
    }

    /// Returns true if no exchange is in progress and no replaced chain is left to take. Audio
    /// thread.
    pub fn is_free(&self) -> bool {
        self.crossfade.is_free()
    }

    /// Gives a new chain the state of the old one, runs it beside it for `wait` frames, then fades
    /// it in over `length` frames. Returns it unless [`SwappableChain::is_free`]. Audio thread.
    pub fn replace(&mut self, mut next: Box<IncomingChain>, wait: u64, length: u64) -> Option<Box<IncomingChain>> {
        if self.is_free() {
            next.chain.inherit_state(self.current());
        }
        self.crossfade.start(next, wait, length)
    }

    /// Returns the replaced chain, to be dropped elsewhere. Audio thread.
    pub fn take_retired(&mut self) -> Option<Box<IncomingChain>> {
        self.crossfade.take_retired()
    }

    /// Returns the strip of a key, by its index among those of the chain and then of its successor.
    /// Audio thread.
    pub fn key_source(&mut self, index: usize) -> Option<Node> {
        self.keyed(index).and_then(|(chain, index)| chain.key_source(index))
    }

    /// Takes the key of the frames that are processed next, by the index of
    /// [`SwappableChain::key_source`]. Audio thread.
    pub fn feed(&mut self, index: usize, key: &Block<'_>) {
        if let Some((chain, index)) = self.keyed(index) {
            chain.feed(index, key);
        }
    }

    /// Returns the chain to which a key belongs, and its index there.
    fn keyed(&mut self, index: usize) -> Option<(&mut Chain, usize)> {
        let first = self.crossfade.current_mut().chain.fed_keys();
        if index < first {
            return Some((&mut self.crossfade.current_mut().chain, index));
        }
        let (_, next, _) = self.crossfade.both()?;
        Some((&mut next.chain, index - first))
    }

    /// Clears all state; a crossfade ends at once. Audio thread.
    pub fn reset(&mut self) {
        self.crossfade.finish();
        self.crossfade.current_mut().chain.reset();
    }

    /// Processes a block; see [`Processor::process`]. Audio thread.
    pub fn process(&mut self, block: &mut BlockMut<'_>) {
        let Some((current, next, ramp)) = self.crossfade.both() else {
            return self.crossfade.current_mut().chain.process(block);
        };
        let frames = ramp.remaining().min(block.frames() as u64) as usize;
        let mut old = block.slice_mut(0..frames);
        let mut new = next.buffer.first_mut(frames);
        new.copy_from(&old.as_block());
        current.chain.process(&mut old);
        next.chain.process(&mut new);
        for channel in 0..old.channels() {
            let pairs = old.channel_mut(channel).iter_mut().zip(new.channel(channel));
            for (frame, (old, new)) in pairs.enumerate() {
                *old = ramp.blend(frame, *old, *new);
            }
        }
        self.crossfade.advance(frames);
        if !self.crossfade.is_fading() {
            let rest = frames..block.frames();
            self.crossfade.current_mut().chain.process(&mut block.slice_mut(rest));
        }
    }

    /// Processes four chains, each on its own block of equal length: the same bits as one after the
    /// other. Audio thread.
    pub fn process_batch(mut chains: [&mut Self; TRACKS_PER_BATCH], blocks: &mut [BlockMut<'_>; TRACKS_PER_BATCH]) {
        if chains.iter().any(|chain| chain.crossfade.is_fading()) {
            return chains.into_iter().zip(blocks).for_each(|(chain, block)| chain.process(block));
        }
        Chain::process_batch(&mut chains.each_mut().map(|chain| &mut chain.crossfade.current_mut().chain), blocks);
    }
}
