//! The data chunk of a CAF file that breaks off, or that was streamed and has no size: it is shown with the size that it has.

use super::patch::{Edits, read_up_to};
use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};

/// Chunks looked at; real files have fewer than twenty.
const MAX_CHUNKS: usize = 1_000;

/// The edits that a file of `len` bytes needs to be read, and the bytes of audio that its header promises beyond the end; none
/// when it is no CAF file.
pub(super) fn scan(file: &mut File, len: u64) -> io::Result<Option<(Edits, u64)>> {
    let mut reader = BufReader::with_capacity(4096, &mut *file);
    reader.seek(SeekFrom::Start(0))?;
    let mut top = [0; 8];
    if read_up_to(&mut reader, &mut top)? < top.len() || &top[..4] != b"caff" {
        return Ok(None);
    }
    let (mut edits, mut missing) = (Edits::default(), 0);
    let mut at = 8_u64;
    for _ in 0..MAX_CHUNKS {
        let mut chunk = [0; 12];
        reader.seek(SeekFrom::Start(at))?;
        if read_up_to(&mut reader, &mut chunk)? < chunk.len() {
            break;
        }
        let size = i64::from_be_bytes(std::array::from_fn(|i| chunk[4 + i]));
        let body = at + chunk.len() as u64;
        let next = u64::try_from(size).ok().and_then(|size| body.checked_add(size));
        if &chunk[..4] == b"data" && next.is_none_or(|next| next > len) {
            edits.add(at + 4, &(len - body).to_be_bytes());
            missing = next.map_or(0, |next| next - len);
        }
        let Some(next) = next else { break };
        at = next;
    }
    Ok(Some((edits, missing)))
}
