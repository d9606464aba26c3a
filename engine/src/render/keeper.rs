//! Takes in the mix while the next chunk is rendered: through the master's inserts, past a meter, to scratch, on a thread of its own.

use super::error::RenderError;
use super::scratch::Scratch;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::meter::ProgrammeMeter;
use crate::mix::Rack;
use crate::process::Tap;
use crate::units::SampleRate;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread::{Scope, ScopedJoinHandle};

/// Below this an insert's ring has ended: −90 dBFS.
const TAIL_FLOOR: f32 = 3.162_277_7e-5;
/// Chunks under way: one that is rendered, one that waits, one that is kept.
const BUFFERS: usize = 3;

/// What was kept of a mix.
pub(super) struct Kept {
    pub(super) scratch: Scratch,
    pub(super) meter: ProgrammeMeter,
    /// Session frame after the last one above the floor.
    pub(super) heard_until: u64,
}

/// A chunk on its way.
struct Chunk {
    buffer: AudioBuffer,
    /// How many frames it holds.
    rendered: usize,
    /// The frames of it that are kept.
    frames: Range<usize>,
    /// Session frame of the first of them.
    at: u64,
}

/// The renderer's side: buffers out, chunks in. Buffers go round, so nothing is allocated per chunk.
pub(super) struct Keeper<'scope> {
    empty: Receiver<AudioBuffer>,
    full: Sender<Chunk>,
    thread: ScopedJoinHandle<'scope, Result<Kept, RenderError>>,
}

impl<'scope> Keeper<'scope> {
    /// Starts the thread, for stereo chunks of up to `chunk_frames`.
    pub(super) fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        rate: SampleRate,
        chunk_frames: usize,
        mut inserts: Rack,
        scratch: Scratch,
    ) -> Self {
        let (full, chunks) = bounded::<Chunk>(BUFFERS);
        let (back, empty) = bounded(BUFFERS);
        for _ in 0..BUFFERS {
            // There is room for all of them.
            let _ = back.send(AudioBuffer::new(2, chunk_frames));
        }
        let meter = ProgrammeMeter::new(rate, &ChannelLayout::stereo());
        let mut kept = Kept { scratch, meter, heard_until: 0 };
        let thread = scope.spawn(move || {
            for Chunk { mut buffer, rendered, frames, at } in chunks {
                inserts.process(&mut buffer.first_mut(rendered));
                kept.take(&buffer.block().slice(frames), at, rate)?;
                // Nobody waits for it after the last chunk.
                let _ = back.send(buffer);
            }
            Ok(kept)
        });
        Self { empty, full, thread }
    }

    /// A buffer for the next chunk; `None` when the thread has failed.
    pub(super) fn buffer(&self) -> Option<AudioBuffer> {
        self.empty.recv().ok()
    }

    /// Hands in a chunk of `rendered` frames, of which `frames` are kept; the first of them is session frame `at`.
    pub(super) fn keep(&self, buffer: AudioBuffer, rendered: usize, frames: Range<usize>, at: u64) {
        // A thread that has failed takes nothing, and says so at the end.
        let _ = self.full.send(Chunk { buffer, rendered, frames, at });
    }

    /// Waits for the thread and gives what it kept.
    pub(super) fn finish(self) -> Result<Kept, RenderError> {
        drop(self.full);
        self.thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Kept {
    fn take(&mut self, block: &Block<'_>, at: u64, rate: SampleRate) -> Result<(), RenderError> {
        for channel in 0..block.channels() {
            let samples = block.channel(channel);
            if let Some(frame) = samples.iter().position(|x| !x.is_finite()) {
                return Err(RenderError::NotFinite { time_s: rate.seconds(at + frame as u64) });
            }
            if let Some(last) = samples.iter().rposition(|x| x.abs() > TAIL_FLOOR) {
                self.heard_until = self.heard_until.max(at + last as u64 + 1);
            }
        }
        self.scratch.write(block).map_err(RenderError::Scratch)?;
        self.meter.observe(block);
        Ok(())
    }
}
