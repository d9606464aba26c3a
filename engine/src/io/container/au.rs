//! Sun and `NeXT` audio, `.au` or `.snd`: a header of big-endian words, then samples to the end.

use super::header::ContainerHeader;
use super::{AudioFormat, Container, ContainerRow};
use crate::audio::ChannelLayout;
use crate::io::DecodeError;
use crate::io::bytes::patched::read_up_to;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::WordKind;
use crate::io::codec::pcm::file::{PcmCoding, PcmFile, checked_channels, checked_rate};
use std::io::{Seek, SeekFrom};
use std::path::Path;

/// Size written where it was not known yet.
const UNKNOWN: u32 = u32::MAX;

/// The container.
#[derive(Debug)]
pub(super) struct Au;

static ROW: ContainerRow = ContainerRow::new(
    "au",
    AudioFormat {
        name: "AU",
        extensions: &["au", "snd"],
        codecs: "PCM of 8 to 32 bits, float of 32 and 64, A-law, µ-law",
        trimming: "size of the audio",
        corrections: "sizes that were never filled in",
    },
    &[(b".snd", "Sun AU")],
);

impl Container for Au {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn header(&self, path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
        Ok(read(path, file, len)?.map(ContainerHeader::uncompressed))
    }
}

/// Reads the header of a file of `len` bytes. Returns `None` if it is not one of these files, or
/// breaks off in its header.
///
/// # Errors
/// When the disk fails, the header names an invalid channel count, rate or start of the audio, or
/// the audio is compressed.
fn read(path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<PcmFile>, DecodeError> {
    let from_io = |error| DecodeError::from_io(path, &error);
    let mut bytes = [0; 24];
    file.seek(SeekFrom::Start(0)).map_err(from_io)?;
    if read_up_to(file, &mut bytes).map_err(from_io)? < bytes.len() || &bytes[..4] != b".snd" {
        return Ok(None);
    }
    let word = |index: usize| u32::from_be_bytes(std::array::from_fn(|i| bytes[4 * index + i]));
    let (start, size, encoding) = (u64::from(word(1)), word(2), word(3));
    let rate_hz = checked_rate(path, word(4).into())?;
    let channels = checked_channels(path, word(5).into())?;
    let coding = match encoding {
        1 => PcmCoding::new(1, true, WordKind::MuLaw),
        2..=5 => PcmCoding::new((encoding - 1) as u8, true, WordKind::Signed),
        6 => PcmCoding::new(4, true, WordKind::Float),
        7 => PcmCoding::new(8, true, WordKind::Float),
        27 => PcmCoding::new(1, true, WordKind::ALaw),
        _ => {
            return Err(DecodeError::Unsupported {
                path: path.into(),
                container: "au".into(),
                codec: format!("of encoding {encoding}"),
                reason: "no decoder for it".into(),
            });
        }
    };
    if start < 24 || start > len {
        return Err(DecodeError::damaged(path, format!("its audio is to begin at byte {start} of {len}")));
    }
    let frame_bytes = coding.frame_bytes(channels);
    // A size of 0 before audio was never filled in.
    let claimed = if matches!(size, 0 | UNKNOWN) { len - start } else { size.into() };
    let frames = claimed / frame_bytes;
    Ok(Some(PcmFile {
        container: &Au,
        name: ROW.id,
        coding,
        rate_hz,
        layout: ChannelLayout::usual(channels),
        parts: std::iter::once(start..start.saturating_add(frames * frame_bytes)).collect(),
        frames: Some(frames),
        time_stamp: None,
        remarks: Vec::new(),
        track: None,
    }))
}
