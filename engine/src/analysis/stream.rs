//! Reads a stem for an observer. Each block is decoded while the one before it is observed.

use crate::audio::{AudioBuffer, Block};
use crate::io::{DecodeError, StemReader};
use crate::process::Source;
use std::mem;

/// Frames read at a time. They last half a second at most at the usual rates, and six channels of
/// them fit into a cache.
const BLOCK_FRAMES: usize = 16_384;

/// Reads a stem to its end. `watch` receives every block in order, on any thread of rayon's pool.
/// `between` receives the number of frames read so far, on the calling thread. Memory does not
/// depend on the length. Control thread; blocks on the disk.
///
/// # Errors
/// The error of the reader or of `between`; the rest of the stem is then left unread.
pub fn watch_stem<E: From<DecodeError>>(
    reader: &mut StemReader,
    mut watch: impl FnMut(&Block<'_>) + Send,
    mut between: impl FnMut(u64) -> Result<(), E>,
) -> Result<(), E> {
    let mut next = AudioBuffer::new(reader.channels(), BLOCK_FRAMES);
    let mut current = AudioBuffer::new(reader.channels(), BLOCK_FRAMES);
    let mut frames = reader.read(&mut current.block_mut())?;
    let mut done = 0;
    while frames > 0 {
        let last = frames < BLOCK_FRAMES;
        let read = || if last { Ok(0) } else { reader.read(&mut next.block_mut()) };
        let (next_frames, ()) = rayon::join(read, || watch(&current.first(frames)));
        done += frames as u64;
        between(done)?;
        frames = next_frames?;
        mem::swap(&mut current, &mut next);
    }
    Ok(())
}
