//! Shows a stem to whatever watches it, the decoding of each block beside the watching of the one
//! before.

use crate::audio::{AudioBuffer, Block};
use crate::io::{DecodeError, StemReader};
use crate::process::Source;
use std::mem;

/// Frames that are read at a time: half a second at most at the usual rates, and little enough for
/// six channels to stay in a cache.
const BLOCK_FRAMES: usize = 16_384;

/// Reads a stem to its end. `watch` sees every block in order, on any thread of rayon's pool;
/// `between` hears how many frames have been read so far, on the calling thread. Memory does not
/// depend on the length. Control thread; blocks on the disk.
///
/// # Errors
/// What the reader or `between` says; the rest of the stem is left unread then.
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
        let (coming, ()) = rayon::join(read, || watch(&current.first(frames)));
        done += frames as u64;
        between(done)?;
        frames = coming?;
        mem::swap(&mut current, &mut next);
    }
    Ok(())
}
