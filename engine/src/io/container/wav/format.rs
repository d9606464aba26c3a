//! The `fmt ` chunk of a WAVE file: WAVEFORMATEX and WAVEFORMATEXTENSIBLE (Microsoft, mmreg.h).

use crate::audio::ChannelLayout;
use crate::io::codec::WordKind;
use crate::io::codec::pcm::file::PcmCoding;

const EXTENSIBLE: u16 = 0xfffe;
/// The last fourteen bytes of a sub-format that only repeats a format tag (`KSDATAFORMAT_SUBTYPE`).
const TAG_GUID: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
/// The same bytes of ambisonic B-format (Richard Dobson's `AMBISONIC_B_FORMAT`), whose channels are
/// not loudspeakers.
const B_FORMAT_GUID: [u8; 14] = [0, 0, 0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0, 0, 0];

/// The fields of the chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WaveFormat {
    /// The format tag, or that of its extension.
    pub(super) tag: u16,
    pub(super) channels: u16,
    pub(super) rate_hz: u32,
    block_align: u16,
    bits: u16,
    /// Of an extension: the significant bits, and the loudspeakers.
    extension: Option<(u16, u32)>,
    sub_format: SubFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SubFormat {
    None,
    Missing,
    Tag,
    Ambisonic,
    Other,
}

/// Result of checking whether samples are stored uncompressed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Uncompressed {
    Coding(PcmCoding),
    /// The fields contradict each other.
    Damaged(String),
    /// Uncompressed, in a way that is not supported.
    Unsupported(&'static str),
    /// Compressed, or unknown.
    No,
}

impl WaveFormat {
    /// Parses 14 to 40 bytes; `None` for fewer.
    pub(super) fn parse(bytes: &[u8], big_endian: bool) -> Option<Self> {
        if bytes.len() < 14 {
            return None;
        }
        let u16_at = |at: usize| {
            let word = [bytes[at], bytes[at + 1]];
            if big_endian { u16::from_be_bytes(word) } else { u16::from_le_bytes(word) }
        };
        let u32_at = |at: usize| {
            let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
        };
        let outer = u16_at(0);
        // The size that the extension claims for itself (cbSize) is wrong in many files; the
        // chunk's own size is not.
        let (tag, extension, sub_format) = match bytes.get(26..40) {
            Some(guid) if outer == EXTENSIBLE => {
                let guid_tag = if big_endian && bytes[24..26] == [0, 0] {
                    // The first part of a GUID is a number of 32 bits.
                    u32_at(24) as u16
                } else {
                    u16_at(24)
                };
                let is = |wanted: &[u8; 14]| {
                    let mut sorted = [0; 14];
                    sorted.copy_from_slice(guid);
                    if big_endian {
                        sorted[..2].fill(0);
                        sorted[2..4].reverse();
                        sorted[4..6].reverse();
                    }
                    sorted == *wanted || guid == wanted
                };
                let sub_format = match () {
                    () if is(&TAG_GUID) => SubFormat::Tag,
                    () if is(&B_FORMAT_GUID) => SubFormat::Ambisonic,
                    () => SubFormat::Other,
                };
                (guid_tag, Some((u16_at(18), u32_at(20))), sub_format)
            }
            // Without a sub-format the depth decides: floats of 8, 16 or 24 bits do not occur.
            _ if outer == EXTENSIBLE => (1, None, SubFormat::Missing),
            _ => (outer, None, SubFormat::None),
        };
        let bits = if bytes.len() >= 16 { u16_at(14) } else { 0 };
        let (channels, rate_hz, block_align) = (u16_at(2), u32_at(4), u16_at(12));
        Some(Self { tag, channels, rate_hz, block_align, bits, extension, sub_format })
    }

    /// Returns the bytes of a sample: the frame is the block align, where that holds all bits.
    /// Otherwise as many bytes as the bits fill.
    fn word_bytes(self) -> u16 {
        let (needed, channels) = (self.bits.div_ceil(8), self.channels.max(1));
        let aligned = self.block_align / channels;
        let is_whole = self.block_align.is_multiple_of(channels) && aligned >= needed.max(1) && aligned <= 8;
        if is_whole { aligned } else { needed }
    }

    /// Returns the coding of the samples.
    pub(super) fn uncompressed(self, big_endian: bool) -> Uncompressed {
        match self.sub_format {
            SubFormat::Other => return Uncompressed::Unsupported("its sub-format is unknown"),
            SubFormat::Missing if !(1..=24).contains(&self.bits) => {
                return Uncompressed::Unsupported("its header does not state its sub-format");
            }
            _ => {}
        }
        let bytes = self.word_bytes();
        if !matches!(self.tag, 1 | 3 | 6 | 7) {
            return Uncompressed::No;
        }
        if !(1..=8).contains(&bytes) {
            return Uncompressed::Damaged(format!("its header names samples of {} bits", self.bits));
        }
        let bytes = bytes as u8;
        let full = 8 * u32::from(bytes);
        let stored = if self.bits == 0 { full } else { u32::from(self.bits) };
        let valid = self.extension.map_or(stored, |(valid, _)| u32::from(valid));
        let valid = if (1..=stored).contains(&valid) { valid } else { stored };
        match (self.tag, bytes) {
            (1, 1) => Uncompressed::Coding(PcmCoding::new(1, big_endian, WordKind::Unsigned).with_bits(valid)),
            (1, _) => Uncompressed::Coding(PcmCoding::new(bytes, big_endian, WordKind::Signed).with_bits(valid)),
            (3, 4 | 8) => Uncompressed::Coding(PcmCoding::new(bytes, big_endian, WordKind::Float)),
            (3, _) => Uncompressed::Unsupported("floating samples have 32 or 64 bits"),
            (6, _) => Uncompressed::Coding(PcmCoding::new(1, big_endian, WordKind::ALaw)),
            (_, _) => Uncompressed::Coding(PcmCoding::new(1, big_endian, WordKind::MuLaw)),
        }
    }

    /// Returns a sentence about a block align that differs from channels times bits, and how it was
    /// resolved.
    pub(super) fn contradiction(self, coding: PcmCoding) -> Option<String> {
        let read = coding.frame_bytes(self.channels.into());
        let by_bits = u64::from(self.bits.div_ceil(8)) * u64::from(self.channels);
        let (align, bits) = (self.block_align, self.bits);
        if u64::from(align) != read {
            return Some(format!(
                "its header names frames of {align} bytes for {} channels of {bits} bits; frames of {read} bytes were read",
                self.channels
            ));
        }
        // 24 bits in 4 bytes are an old habit; other wide words are more often a mistake.
        (read != by_bits && bits != 0 && bits.div_ceil(8) != 3).then(|| {
            format!("its header names frames of {align} bytes, more than {bits} bits a sample fill; they were read as it states")
        })
    }

    /// Returns the loudspeakers, from the mask where there is one.
    pub(super) fn layout(self, channels: usize) -> ChannelLayout {
        match (self.sub_format, self.extension) {
            (SubFormat::Ambisonic, _) => ChannelLayout::unnamed(channels),
            (_, Some((_, mask))) => ChannelLayout::of_mask(mask, channels),
            (_, None) => ChannelLayout::usual(channels),
        }
    }

    /// Returns a name for the coding.
    pub(super) fn name(self) -> String {
        let name = match self.tag {
            0x0001 => "PCM",
            0x0002 => "MS ADPCM",
            0x0003 => "IEEE float",
            0x0011 => "IMA ADPCM",
            0x0050 => "MPEG layer 1 or 2",
            0x0055 => "MP3",
            0x0092 | 0x2000 => "AC-3",
            0x00ff | 0x1600 => "AAC",
            0x0161..=0x0163 => "Windows Media Audio",
            0x2001 => "DTS",
            0x0031 => "GSM 6.10",
            0x0040 | 0x0045 | 0x0064 => "G.72x ADPCM",
            0x674f..=0x6771 => "Vorbis",
            0xf1ac => "FLAC",
            _ => return format!("WAVE format {:#06x}", self.tag),
        };
        format!("{name} (WAVE format {:#06x})", self.tag)
    }
}
