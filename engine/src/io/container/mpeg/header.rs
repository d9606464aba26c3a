//! Headers of MPEG audio frames (ISO 11172-3, ISO 13818-3).

use crate::io::container::sync::FrameHeader;

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
    /// Parses the header with which `bytes` begin.
    pub(in crate::io) fn parse(bytes: &[u8]) -> Option<Self> {
        let word = u32::from_be_bytes(*bytes.first_chunk()?);
        let field = |shift: u32, mask: u32| word >> shift & mask;
        let is_header =
            word >> 21 == 0x7ff && field(19, 3) != 1 && field(17, 3) != 0 && field(12, 15) != 15 && field(10, 3) != 3;
        is_header.then_some(Self { word })
    }

    pub(in crate::io) fn field(self, shift: u32, mask: u32) -> u32 {
        self.word >> shift & mask
    }

    fn is_mpeg_1(self) -> bool {
        self.field(19, 3) == 3
    }

    pub(in crate::io) fn layer(self) -> u32 {
        4 - self.field(17, 3)
    }

    fn is_mono(self) -> bool {
        self.field(6, 3) == 3
    }

    /// Returns true if the bit rate is not from a table: the distance to the next header gives the
    /// frame's size.
    pub(in crate::io) fn is_free_format(self) -> bool {
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

    /// Returns the fields that all headers of a stream have in common: version, layer, rate, and
    /// whether it is mono.
    pub(in crate::io) fn kind(self) -> u32 {
        self.word & 0x001e_0c00 | u32::from(self.is_mono())
    }

    /// Returns the frame; `None` in free format.
    pub(in crate::io) fn frame(self) -> Option<FrameHeader> {
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

    /// Returns true if the frame contains no audio but the tag of a writer: `Xing` or `Info` after
    /// the side information, or `VBRI` 32 bytes later.
    pub(in crate::io) fn is_tag(self, frame: &[u8]) -> bool {
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
