//! MPEG audio (ISO 11172-3 §2.4.1.3, ISO 13818-3), a stream of frames: recognition of free format,
//! the boundaries between programmes, the LAME tag's trims.

mod header;

use self::header::MpegHeader;
use super::names::Refusal;
use super::programmes::Programmes;
use super::sync::{FrameHeader, agreeing};
use super::timing::{StreamTiming, TrimPlan};
use super::{AudioFormat, Container, ContainerRow, PacketRules};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::stem_bytes::StemBytes;
use std::io;
use std::ops::Range;
use symphonia::core::formats::well_known::{FORMAT_ID_MP1, FORMAT_ID_MP2, FORMAT_ID_MP3};

/// The container.
#[derive(Debug)]
pub(super) struct Mpeg;

static ROW: ContainerRow = ContainerRow {
    may_be_tagged: true,
    demuxers: &[FORMAT_ID_MP1, FORMAT_ID_MP2, FORMAT_ID_MP3],
    frame_header: Some(frame_header),
    packets: PacketRules { may_continue: true, common_fields: Some(common_fields), ..PacketRules::NONE },
    ..ContainerRow::new(
        "mp3",
        AudioFormat {
            name: "MP3",
            extensions: &["mp3", "mp2"],
            codecs: "MPEG-1, 2 and 2.5 audio, layers 1 to 3; not in free format",
            trimming: "LAME tag; without one nothing is left out",
            corrections: "tags and other bytes before the first frame are skipped",
        },
        &[(b"ID3", "MP3 with an ID3 tag")],
    )
};

impl Container for Mpeg {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    /// Returns false: an ID3 tag may precede other streams too.
    fn identifies(&self, _head: &[u8]) -> bool {
        false
    }

    fn programmes(&self, file: &mut StemBytes, range: Range<u64>) -> io::Result<Programmes> {
        let spans = programmes(&mut Peek::new(file, range.end), range)?;
        Ok(Programmes { spans, edits: HeaderPatches::default() })
    }

    /// Uses the LAME tag's encoder delay plus the decoder's own 529 frames, and its padding less
    /// those. Without the tag the delay is unknown, so nothing is left out.
    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        match (stream.delay, stream.frames) {
            (Some(delay), Some(frames)) => {
                TrimPlan::trimmed(delay.into(), Some(frames), stream.padding.unwrap_or(0).into(), "LAME tag")
            }
            _ => TrimPlan::default(),
        }
    }

    fn reported(&self, name: &str) -> &'static str {
        match name {
            "mp2" => "mp2",
            "mp1" => "mp1",
            _ => ROW.id,
        }
    }

    fn refused_stream(&self, peek: &mut Peek<'_>, at: u64) -> io::Result<Option<Refusal>> {
        Ok(is_free_format(peek, at)?.then_some(Refusal {
            container: ROW.id,
            codec: "MPEG audio in free format",
            reason: "its bit rate is none of the standard's tables",
        }))
    }
}

fn frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    MpegHeader::parse(bytes).and_then(MpegHeader::frame)
}

/// Returns version, layer, rate and whether it is mono, from the frame header of a packet.
fn common_fields(packet: &[u8]) -> Option<[u8; 3]> {
    let header = packet.get(..4)?;
    Some([header[1] & 0x1e, header[2] & 0x0c, u8::from(header[3] >> 6 == 3)])
}

/// Most programmes looked for in one file.
const MAX_PROGRAMMES: usize = 4_096;

/// Longest frame in free format that is looked for: layer 2 and 3 at 640 kbit/s and 32 kHz.
const MAX_FREE: usize = 2_881;

/// Returns true if frames in free format begin at `at`: three more headers follow at one distance,
/// apart from padding.
fn is_free_format(peek: &mut Peek<'_>, at: u64) -> io::Result<bool> {
    let bytes = peek.at(at, 4 * (MAX_FREE + 2))?;
    let header = |at: usize| bytes.get(at..).and_then(MpegHeader::parse).filter(|header| header.is_free_format());
    let Some(first) = header(0) else { return Ok(false) };
    Ok((24..=MAX_FREE).any(|len| {
        let mut at = 0;
        (0..3).all(|_| {
            let Some(frame) = header(at) else { return false };
            let unit = if frame.layer() == 1 { 4 } else { 1 };
            at += len + unit * frame.field(9, 1) as usize;
            header(at).is_some_and(|next| next.kind() == first.kind())
        })
    }))
}

/// Bytes of a frame up to the end of a tag's name.
const TAG_REACH: usize = 40;

/// Returns the programmes of a range that begins with a frame. Another begins with a writer's tag,
/// or where version, layer, rate or channels change for good. The last one extends to the end.
fn programmes(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
    let (mut found, mut start, mut kind) = (Vec::new(), range.start, None);
    let (mut at, mut last_end) = (range.start, range.start);
    while at < range.end && found.len() < MAX_PROGRAMMES {
        let bytes = peek.at(at, TAG_REACH)?;
        let header = MpegHeader::parse(bytes);
        let is_tag = header.is_some_and(|header| header.is_tag(bytes));
        let Some(frame) = header.and_then(MpegHeader::frame) else {
            let Some(next) = peek.find(at + 1, &[0xff])? else { break };
            at = next;
            continue;
        };
        let is_first = at == start;
        let is_other = kind.is_some_and(|kind| kind != frame.kind);
        if !is_first && (is_other || is_tag || at != last_end) {
            // A false or single header does not begin a programme; it is skipped as in the decoder.
            let (count, is_whole) = agreeing(peek, frame_header, at + if is_tag { frame.len } else { 0 }, 3)?;
            if count < 3 && !(is_whole && count > 0) {
                at += 1;
                continue;
            }
            if is_other || is_tag {
                found.push(start..last_end);
                start = at;
            }
        }
        kind = Some(frame.kind);
        at += frame.len;
        last_end = at;
    }
    found.push(start..range.end);
    Ok(found)
}
