//! Header of Opus streams (RFC 7845 §5.1), and the order of their channels.

use crate::audio::ChannelLayout;

/// Rate at which Opus is decoded, whatever the rate of its input.
pub(in crate::io) const RATE_HZ: u32 = 48_000;
/// Channel orders of mapping family 1, which are Vorbis's (RFC 7845 §5.1.1.2). For each channel in
/// the order of the WAVE mask, the index of the coded one.
pub(in crate::io) const VORBIS_ORDER: [&[usize]; 8] = [
    &[0],
    &[0, 1],
    &[0, 2, 1],
    &[0, 1, 2, 3],
    &[0, 2, 1, 3, 4],
    &[0, 2, 1, 5, 3, 4],
    &[0, 2, 1, 6, 5, 3, 4],
    &[0, 2, 1, 7, 5, 6, 3, 4],
];

/// The identification header: `OpusHead`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::io) struct OpusHead {
    pub(in crate::io) channels: usize,
    /// Frames at 48 kHz to leave out at the start.
    pub(in crate::io) pre_skip: u32,
    /// Factor to apply to the decoded signal.
    pub(in crate::io) gain: f32,
    /// Channel mapping family.
    pub(in crate::io) family: u8,
    /// Streams, coupled streams, mapping; of families that have them.
    pub(super) table: Vec<u8>,
}

impl OpusHead {
    /// Parses the header, or returns the reason why it is not valid. Ogg stores it little-endian,
    /// MP4's `dOps` big-endian and as version 0.
    pub(in crate::io) fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() < 19 || !bytes.starts_with(b"OpusHead") {
            return Err("its Opus header is missing or cut".into());
        }
        let u16_at = |at: usize| {
            let pair = [bytes[at], bytes[at + 1]];
            if bytes[8] == 0 { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        };
        let gain_db = f64::from(u16_at(16) as i16) / 256.0;
        let gain = if gain_db == 0.0 { 1.0 } else { libm::pow(10.0, gain_db / 20.0) as f32 };
        let head = Self {
            channels: usize::from(bytes[9]),
            pre_skip: u32::from(u16_at(10)),
            gain,
            family: bytes[18],
            table: bytes[19..].to_vec(),
        };
        match (head.family, head.channels) {
            (0, 1 | 2) | (1, 1..=8) => Ok(head),
            (family, channels) => Err(format!("{channels} channels in mapping family {family}")),
        }
    }

    /// Returns the channels in the order in which they are decoded here: that of the WAVE mask.
    pub(in crate::io) fn layout(&self) -> ChannelLayout {
        ChannelLayout::usual(self.channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_gives_pre_skip_and_gain_in_both_byte_orders() {
        let mut bytes = b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\x00\xfa\x00".to_vec();
        let head = OpusHead::parse(&bytes).unwrap();
        // −1536 in Q7.8 is −6 dB.
        assert_eq!((head.channels, head.pre_skip), (2, 312));
        assert!((head.gain - 0.501_187_2).abs() < 1e-6, "six decibels, rounded to f32");
        bytes[8] = 0;
        bytes[10..12].reverse();
        bytes[16..18].reverse();
        assert_eq!(OpusHead::parse(&bytes).unwrap(), head);
        bytes[9] = 0;
        assert!(OpusHead::parse(&bytes).is_err(), "no channels");
    }
}
