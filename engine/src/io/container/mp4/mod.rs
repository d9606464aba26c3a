//! MP4 and `QuickTime` (ISO/IEC 14496-12, `QuickTime` File Format).

mod boxes;
mod edits;
mod fragments;
mod passes;
mod pcm;
mod repair;

use super::header::ContainerHeader;
use super::timing::{StreamTiming, TrackDetails, TrimPlan};
use super::{AudioFormat, Container, ContainerRow, PacketRules};
use crate::io::DecodeError;
use crate::io::bytes::stem_bytes::StemBytes;
use std::path::Path;
use symphonia::core::formats::well_known::FORMAT_ID_ISOMP4;

/// Boxes with which files may begin, also behind a tag.
const BOXES: &[&[u8]] =
    &[b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"sidx", b"uuid"];

/// The container.
#[derive(Debug)]
pub(super) struct Mp4;

static ROW: ContainerRow = ContainerRow {
    demuxers: &[FORMAT_ID_ISOMP4],
    packets: PacketRules { ends_by_duration: true, ..PacketRules::NONE },
    ..ContainerRow::new(
        "mp4",
        AudioFormat {
            name: "MP4 (M4A, MOV)",
            extensions: &["m4a", "mp4", "mov"],
            codecs: "AAC-LC, ALAC, Opus, FLAC, MP3, PCM of up to 64 bits, float of 32 and 64, A-law, µ-law",
            trimming: "`iTunSMPB`, or the edit list, or pre-skip of Opus",
            corrections: "a last box that breaks off; the header of ALAC inside `wave`",
        },
        &[],
    )
};

impl Container for Mp4 {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn begins(&self, head: &[u8]) -> bool {
        is_box(head)
    }

    fn identifies(&self, head: &[u8]) -> bool {
        head.get(4..8).is_some_and(|kind| BOXES.contains(&kind))
    }

    fn called(&self, head: &[u8]) -> Option<&'static str> {
        self.begins(head).then_some("MP4")
    }

    fn damaged(&self, head: &[u8]) -> Option<String> {
        (head.len() > 8 && &head[4..8] == b"ftyp").then(|| "is an MP4 file that is damaged or holds no audio".into())
    }

    fn header(&self, path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
        if let Some(pcm) = pcm::read(path, file, len)? {
            return Ok(Some(ContainerHeader::uncompressed(pcm)));
        }
        // A header that breaks off leaves nothing to correct; the decoder reports it.
        let edits = repair::scan(file, len).unwrap_or_default();
        Ok(Some(ContainerHeader { edits, ..ContainerHeader::default() }))
    }

    fn track(&self, file: &mut StemBytes, len: u64, id: u32) -> Option<TrackDetails> {
        edits::read_edits(file, len, id).map(|edits| TrackDetails {
            codec: edits.codec.clone(),
            refused: edits.has_other_speed.then_some("its edit list plays a part at another speed"),
            rule: Box::new(edits),
        })
    }

    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        TrimPlan::exactly(frames(stream))
    }
}

/// Returns the frames of the header; a fragmented file states none there.
fn frames(stream: &StreamTiming) -> Option<u64> {
    stream.frames.filter(|&frames| frames > 0)
}

/// Returns true for the beginning of a `QuickTime` or MP4 file; old `QuickTime` files have no
/// `ftyp`.
fn is_box(head: &[u8]) -> bool {
    matches!(head.get(4..8), Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot"))
}
