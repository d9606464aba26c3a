//! The codings of PCM samples that are rarer than plain little-endian ones: any width, either byte
//! order, A-law and µ-law.

/// Storage of one sample in a word of whole bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) struct Word {
    /// Bytes of the word: 1 to 8.
    pub(in crate::io) bytes: u8,
    /// True if the first byte is the highest.
    pub(in crate::io) big_endian: bool,
    /// Meaning of its bits.
    pub(in crate::io) kind: WordKind,
}

/// Meaning of the bits of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum WordKind {
    /// Two's complement; full scale is the whole word.
    Signed,
    /// Two's complement in so many of the lowest bits; the others repeat the sign.
    LowSigned(u8),
    /// Offset binary: half of the range is silence.
    Unsigned,
    /// IEEE 754, of 4 or 8 bytes.
    Float,
    /// ITU-T G.711 A-law, one byte.
    ALaw,
    /// ITU-T G.711 µ-law, one byte.
    MuLaw,
}

impl Word {
    /// Converts one channel of interleaved words, as many as fit `out`.
    pub(in crate::io) fn plane(self, bytes: &[u8], channels: usize, channel: usize, out: &mut [f32]) {
        let size = usize::from(self.bytes);
        let words = bytes.chunks_exact(size).skip(channel).step_by(channels);
        // The match is outside the loops: they are long and the coding does not change in them.
        match self.kind {
            WordKind::Signed => fill(out, words, |word| integer(self.aligned(word))),
            WordKind::LowSigned(bits) => {
                let unused = (8 * u32::from(self.bytes)).saturating_sub(u32::from(bits));
                fill(out, words, |word| integer(self.aligned(word) << unused));
            }
            WordKind::Unsigned => fill(out, words, |word| integer(self.aligned(word) ^ 1 << 63)),
            WordKind::Float if size == 4 => {
                fill(out, words, |word| f32::from_bits((self.aligned(word) >> 32) as u32));
            }
            WordKind::Float => fill(out, words, |word| f64::from_bits(self.aligned(word)) as f32),
            WordKind::ALaw => fill(out, words, |word| f32::from(a_law(word[0])) / 32_768.0),
            WordKind::MuLaw => fill(out, words, |word| f32::from(mu_law(word[0])) / 32_768.0),
        }
    }

    /// Returns the word in the highest bits of 64.
    pub(in crate::io) fn aligned(self, word: &[u8]) -> u64 {
        let start = 8 - word.len();
        let mut wide = [0; 8];
        if self.big_endian {
            wide[..word.len()].copy_from_slice(word);
            u64::from_be_bytes(wide)
        } else {
            wide[start..].copy_from_slice(word);
            u64::from_le_bytes(wide)
        }
    }
}

fn fill<'a>(out: &mut [f32], words: impl Iterator<Item = &'a [u8]>, sample: impl Fn(&[u8]) -> f32) {
    out.iter_mut().zip(words).for_each(|(out, word)| *out = sample(word));
}

/// Returns the highest 32 bits as a fraction of full scale, rounded once where a float does not
/// hold them.
fn integer(aligned: u64) -> f32 {
    ((aligned >> 32) as u32).cast_signed() as f32 / 2_147_483_648.0
}

/// Decodes ITU-T G.711, table 1: 13 bits, here in the highest of 16.
fn a_law(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let (segment, step) = ((code & 0x70) >> 4, i16::from(code & 0x0f) << 4);
    let magnitude = if segment == 0 { step + 8 } else { (step + 0x108) << (segment - 1) };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

/// Decodes ITU-T G.711, table 2: 14 bits, here in the highest of 16.
fn mu_law(byte: u8) -> i16 {
    let code = !byte;
    let magnitude = (((i16::from(code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8], big_endian: bool, kind: WordKind) -> f32 {
        let mut out = [9.0];
        Word { bytes: bytes.len() as u8, big_endian, kind }.plane(bytes, 1, 0, &mut out);
        out[0]
    }

    #[test]
    fn half_of_full_scale_is_a_half_in_every_width_and_byte_order() {
        for size in 1..=8 {
            for big_endian in [false, true] {
                let mut bytes = vec![0; size];
                bytes[if big_endian { 0 } else { size - 1 }] = 0x40;
                assert_eq!(one(&bytes, big_endian, WordKind::Signed), 0.5, "{size} bytes");
                assert_eq!(one(&bytes, big_endian, WordKind::Unsigned), -0.5, "{size} bytes");
            }
        }
        assert_eq!(one(&[0x00, 0x00, 0xc0, 0xff], false, WordKind::LowSigned(24)), -0.5);
        assert_eq!(one(&1.5_f32.to_be_bytes(), true, WordKind::Float), 1.5);
        assert_eq!(one(&(-0.1_f64).to_le_bytes(), false, WordKind::Float), -0.1_f64 as f32);
    }

    #[test]
    fn companded_bytes_have_the_values_of_g_711() {
        // G.711 tables 1 and 2: the ends of the ranges and the values beside 0, in the highest 13
        // and 14 of 16 bits.
        let a = [(0xaa, 32_256), (0x2a, -32_256), (0xd5, 8), (0x55, -8), (0xc5, 264)];
        let mu = [(0x80, 32_124), (0x00, -32_124), (0xff, 0), (0x7f, 0), (0xfe, 8)];
        for (byte, value) in a {
            assert_eq!(a_law(byte), value, "A-law {byte:#x}");
        }
        for (byte, value) in mu {
            assert_eq!(mu_law(byte), value, "µ-law {byte:#x}");
        }
    }
}
