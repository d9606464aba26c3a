//! Description and originator of a file, from its `bext` chunk: EBU Tech 3285, table 1.

use super::BroadcastExtension;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Most chunks read; real files have fewer than ten.
const MAX_CHUNKS: usize = 1_000;
/// Bytes of description and originator.
const DESCRIPTION: usize = 256;
const ORIGINATOR: usize = 32;

/// Reads description and originator from the `bext` chunk of a WAVE, RF64 or BW64 file.
/// The other fields are left empty; `None` where there is no such chunk.
pub(crate) fn read_broadcast_extension(file: File) -> Option<BroadcastExtension> {
    let mut file = BufReader::with_capacity(4_096, file);
    let mut top = [0; 12];
    file.read_exact(&mut top).ok()?;
    if !matches!(&top[..4], b"RIFF" | b"RF64" | b"BW64") || &top[8..] != b"WAVE" {
        return None;
    }
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        if &head[..4] == b"bext" {
            let mut texts = [0; DESCRIPTION + ORIGINATOR];
            file.read_exact(&mut texts).ok()?;
            let (description, originator) = texts.split_at(DESCRIPTION);
            let (description, originator) = (text(description), text(originator));
            return Some(BroadcastExtension { description, originator, ..BroadcastExtension::default() });
        }
        file.seek(SeekFrom::Current(i64::from(size) + i64::from(size & 1))).ok()?;
    }
    None
}

/// Returns the text of a field: up to its first zero.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}
