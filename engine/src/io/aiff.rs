//! The header of an AIFF or AIFC file, read before the decoder sees it: where the file breaks off, its sizes are made to fit,
//! and the length that the header promises is kept.

use super::DecodeError;
use super::patch::{Edits, read_up_to};
use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::path::Path;

/// Chunks looked at; real files have fewer than twenty.
const MAX_CHUNKS: usize = 1_000;

/// What the header of an AIFF file says, and how it must be changed to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct AiffHeader {
    /// Frames of audio.
    pub(super) frames: Option<u64>,
    pub(super) edits: Edits,
}

impl AiffHeader {
    /// Reads the header of a file of `len` bytes; none when it is no AIFF file.
    ///
    /// # Errors
    /// When the disk fails, or the header names no channels or a rate of 0.
    pub(super) fn read(path: &Path, file: &mut File, len: u64) -> Result<Option<Self>, DecodeError> {
        let scanned = Self::scan(file, len).map_err(|error| DecodeError::from_io(path, &error))?;
        let Some((header, common)) = scanned else { return Ok(None) };
        match common {
            Some(common) if common[..2] == [0, 0] => Err(DecodeError::Channels { path: path.into(), channels: 0 }),
            Some(common) if common[8..] == [0; 10] => Err(DecodeError::Rate { path: path.into(), rate_hz: 0 }),
            _ => Ok(Some(header)),
        }
    }

    fn scan(file: &mut File, len: u64) -> io::Result<Option<(Self, Option<[u8; 18]>)>> {
        let mut reader = BufReader::with_capacity(4096, &mut *file);
        reader.seek(SeekFrom::Start(0))?;
        let mut top = [0; 12];
        if read_up_to(&mut reader, &mut top)? < 12 || &top[..4] != b"FORM" || !matches!(&top[8..], b"AIFF" | b"AIFC") {
            return Ok(None);
        }
        let (mut header, mut common) = (Self::default(), None);
        let mut at = 12_u64;
        for _ in 0..MAX_CHUNKS {
            let mut chunk = [0; 8];
            reader.seek(SeekFrom::Start(at))?;
            if read_up_to(&mut reader, &mut chunk)? < chunk.len() {
                break;
            }
            let size = u64::from(u32::from_be_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
            let body = at + 8;
            if &chunk[..4] == b"COMM" {
                let mut fields = [0; 18];
                if read_up_to(&mut reader, &mut fields)? == fields.len() {
                    header.frames = Some(u32::from_be_bytes([fields[2], fields[3], fields[4], fields[5]]).into());
                    common = Some(fields);
                }
            }
            if &chunk[..4] == b"SSND" && body + size > len {
                let held = (len - body.min(len)) as u32;
                header.edits.add(at + 4, &held.to_be_bytes());
                // Without the padding byte that an odd size asks for, there is nothing after it either way.
                header.edits.add(4, &((len - 8) as u32).to_be_bytes());
            }
            at = body + size + (size & 1);
        }
        Ok(Some((header, common)))
    }
}
