//! Frames of MPEG audio (ISO 11172-3 §2.4.1.3, ISO 13818-3): their headers, and where one programme
//! ends and the next begins.

use super::peek::Peek;
use super::sync::{FrameHeader, Stream, agreeing};
use std::io;
use std::ops::Range;

/// Programmes looked for in one file.
const MAX_PROGRAMMES: usize = 4_096;

/// kbit/s of MPEG-1 layers 1, 2, 3; then of MPEG-2 layer 1, and of its layers 2 and 3.
const BIT_RATES: [[u16; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// A frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MpegHeader {
    word: u32,
}

impl MpegHeader {
    /// The header with which `bytes` begin.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let word = u32::from_be_bytes(*bytes.first_chunk()?);
        let field = |shift: u32, mask: u32| word >> shift & mask;
        let is_header =
            word >> 21 == 0x7ff && field(19, 3) != 1 && field(17, 3) != 0 && field(12, 15) != 15 && field(10, 3) != 3;
        is_header.then_some(Self { word })
    }

    fn field(self, shift: u32, mask: u32) -> u32 {
        self.word >> shift & mask
    }

    fn is_mpeg_1(self) -> bool {
        self.field(19, 3) == 3
    }

    fn layer(self) -> u32 {
        4 - self.field(17, 3)
    }

    fn is_mono(self) -> bool {
        self.field(6, 3) == 3
    }

    /// Whether the bit rate is one of no table: the frame's size is told by the place of the next
    /// one.
    pub(super) fn is_free_format(self) -> bool {
        self.field(12, 15) == 0
    }

    fn rate_hz(self) -> u64 {
        let rate = [44_100, 48_000, 32_000][self.field(10, 3) as usize];
        match self.field(19, 3) {
            3 => rate,
            2 => rate / 2,
            _ => rate / 4,
        }
    }

    /// What all headers of a stream have in common: version, layer, rate, and whether it is mono.
    pub(super) fn kind(self) -> u32 {
        self.word & 0x001e_0c00 | u32::from(self.is_mono())
    }

    /// The frame; `None` in free format.
    pub(super) fn frame(self) -> Option<FrameHeader> {
        let table = match (self.is_mpeg_1(), self.layer()) {
            (true, layer) => layer as usize - 1,
            (false, 1) => 3,
            (false, _) => 4,
        };
        let bit_rate = 1_000 * u64::from(BIT_RATES[table][self.field(12, 15) as usize]);
        let padding = u64::from(self.field(9, 1));
        let len = match (self.layer(), self.is_mpeg_1()) {
            (1, _) => 4 * (12 * bit_rate / self.rate_hz() + padding),
            (3, false) => 72 * bit_rate / self.rate_hz() + padding,
            _ => 144 * bit_rate / self.rate_hz() + padding,
        };
        (len > 4).then_some(FrameHeader { kind: self.kind(), len })
    }

    /// Whether the frame holds no audio but the tag of a writer: `Xing` or `Info` behind the side
    /// information, `VBRI` 32 bytes on.
    fn is_tag(self, frame: &[u8]) -> bool {
        let side_info = match (self.is_mpeg_1(), self.is_mono()) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        let name_at = |at: usize| frame.get(at..at + 4).unwrap_or_default();
        let is_empty = |at: usize| frame.get(6..at).is_some_and(|side| side.iter().all(|&byte| byte == 0));
        let xing = 4 + side_info;
        self.layer() == 3
            && (matches!(name_at(xing), b"Xing" | b"Info") && is_empty(xing) || name_at(36) == b"VBRI" && is_empty(36))
    }
}

/// The longest frame in free format that is looked for: layer 2 and 3 at 640 kbit/s and 32 kHz.
const MAX_FREE: usize = 2_881;

/// Whether frames in free format begin at `at`: three more headers follow at one distance, padding
/// apart.
pub(super) fn is_free_format(peek: &mut Peek<'_>, at: u64) -> io::Result<bool> {
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

/// The programmes of a stretch that begins with a frame: another begins with a writer's tag, or
/// where version, layer, rate or channels change for good. The last one reaches to the end.
pub(super) fn programmes(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
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
            // What is no header, or one alone, is no programme; it is passed over as the decoder
            // does.
            let (count, is_whole) = agreeing(peek, Stream::Mpeg, at + if is_tag { frame.len } else { 0 }, 3)?;
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
