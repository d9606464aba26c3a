//! Plain little-endian PCM, the coding of most stems: from bytes to planar f32 in one pass. Other
//! words are read by `word`.

#[cfg(target_arch = "x86_64")]
mod avx2;
pub(in crate::io) mod file;
pub(in crate::io) mod justification;
pub(in crate::io) mod plain;
pub(in crate::io) mod word;

use self::word::{Word, WordKind};
use crate::audio::{BlockMut, Queue, SampleFormat};
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_PCM_F32LE, CODEC_ID_PCM_S16LE, CODEC_ID_PCM_S24LE};

/// Storage of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum Pcm {
    Int16,
    Int24,
    Float32,
    /// Anything else.
    Word(Word),
}

impl Pcm {
    /// Returns the coding of such words; common ones get their own fast path.
    pub(in crate::io) fn of_word(word: Word) -> Self {
        match word {
            Word { bytes: 2, big_endian: false, kind: WordKind::Signed } => Self::Int16,
            Word { bytes: 3, big_endian: false, kind: WordKind::Signed } => Self::Int24,
            Word { bytes: 4, big_endian: false, kind: WordKind::Float } => Self::Float32,
            other => Self::Word(other),
        }
    }

    /// Returns the coding of samples that fill their words; `None` for everything else.
    pub(in crate::io) fn of(params: &AudioCodecParameters) -> Option<Self> {
        let coding = match params.codec {
            CODEC_ID_PCM_S16LE => Self::Int16,
            CODEC_ID_PCM_S24LE => Self::Int24,
            CODEC_ID_PCM_F32LE => Self::Float32,
            _ => return None,
        };
        let fills = |bits: Option<u32>| bits.is_none_or(|bits| bits == coding.bits());
        (fills(params.bits_per_sample) && fills(params.bits_per_coded_sample)).then_some(coding)
    }

    /// Returns the coding for samples of a format.
    pub(in crate::io) fn of_format(format: SampleFormat) -> Self {
        match format {
            SampleFormat::Int16 => Self::Int16,
            SampleFormat::Int24 => Self::Int24,
            SampleFormat::Float32 => Self::Float32,
        }
    }

    fn bits(self) -> u32 {
        match self {
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Float32 => 32,
            Self::Word(word) => 8 * u32::from(word.bytes),
        }
    }

    /// Returns the bytes of one sample.
    pub(in crate::io) fn bytes(self) -> usize {
        self.bits() as usize / 8
    }

    /// Returns true if every sample is a number, and none is subnormal.
    pub(in crate::io) fn is_integer(self) -> bool {
        !matches!(self, Self::Float32 | Self::Word(Word { kind: WordKind::Float, .. }))
    }

    /// Converts the whole frames of a packet onto the end of the queue. Returns their number.
    pub(in crate::io) fn append(self, bytes: &[u8], channels: usize, queue: &mut Queue) -> usize {
        let frames = bytes.len() / (self.bytes() * channels);
        if channels == 2 {
            self.stereo(bytes, queue.append(frames));
        } else {
            self.planes(bytes, channels, queue.append(frames));
        }
        frames
    }

    /// Converts as many frames as `out` has.
    pub(in crate::io) fn fill(self, bytes: &[u8], out: &mut BlockMut<'_>) {
        if out.channels() == 2 {
            let (left, right) = out.pair_mut();
            return self.stereo(bytes, [left, right].into_iter());
        }
        for channel in 0..out.channels() {
            self.plane(bytes, out.channels(), channel, out.channel_mut(channel));
        }
    }

    fn planes<'a>(self, bytes: &[u8], channels: usize, planes: impl Iterator<Item = &'a mut [f32]>) {
        for (channel, plane) in planes.enumerate() {
            self.plane(bytes, channels, channel, plane);
        }
    }

    fn stereo<'a>(self, bytes: &[u8], mut planes: impl Iterator<Item = &'a mut [f32]>) {
        let (Some(left), Some(right)) = (planes.next(), planes.next()) else { return };
        #[cfg(target_arch = "x86_64")]
        let done = if self == Self::Int24 { self::avx2::stereo_24(bytes, left, right) } else { 0 };
        #[cfg(not(target_arch = "x86_64"))]
        let done = 0;
        let rest = &bytes[done * 2 * self.bytes()..];
        self.plane(rest, 2, 0, &mut left[done..]);
        self.plane(rest, 2, 1, &mut right[done..]);
    }

    /// Converts one channel of interleaved samples. Both integers fit a float's 24 bits of
    /// mantissa: the scaling is exact.
    fn plane(self, bytes: &[u8], channels: usize, channel: usize, out: &mut [f32]) {
        match self {
            Self::Int16 => plane(bytes, channels, channel, out, |word| f32::from(i16::from_le_bytes(word)) / 32_768.0),
            Self::Int24 => plane(bytes, channels, channel, out, |[low, middle, high]| {
                (i32::from_le_bytes([0, low, middle, high]) >> 8) as f32 / 8_388_608.0
            }),
            Self::Float32 => plane(bytes, channels, channel, out, f32::from_le_bytes),
            Self::Word(word) => word.plane(bytes, channels, channel, out),
        }
    }
}

fn plane<const BYTES: usize>(
    bytes: &[u8],
    channels: usize,
    channel: usize,
    out: &mut [f32],
    sample: impl Fn([u8; BYTES]) -> f32,
) {
    let (words, _) = bytes.as_chunks::<BYTES>();
    match channels {
        // Two fixed strides, for the compiler to see: a quarter of the time of a stride known at
        // run time.
        1 => out.iter_mut().zip(words).for_each(|(out, word)| *out = sample(*word)),
        2 => out.iter_mut().zip(words.as_chunks::<2>().0).for_each(|(out, pair)| *out = sample(pair[channel])),
        _ => {
            let of_channel = words.get(channel..).unwrap_or_default().iter().step_by(channels);
            out.iter_mut().zip(of_channel).for_each(|(out, word)| *out = sample(*word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(coding: Pcm, bytes: &[u8], channels: usize) -> Vec<Vec<f32>> {
        let mut queue = Queue::new(channels);
        let frames = coding.append(bytes, channels, &mut queue);
        assert_eq!(queue.frames(), frames);
        (0..channels).map(|channel| queue.block(0).channel(channel).to_vec()).collect()
    }

    #[test]
    fn integers_are_exact_fractions_of_full_scale_in_every_number_of_channels() {
        let values = [-8_388_608_i32, -1, 0, 1, 4_194_304, 8_388_607];
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()[..3].to_vec()).collect();
        let expected = values.map(|value| value as f32 / 8_388_608.0);
        for channels in [1, 2, 3, 6] {
            for (channel, plane) in decoded(Pcm::Int24, &bytes, channels).into_iter().enumerate() {
                let of_channel: Vec<f32> = expected.iter().skip(channel).step_by(channels).copied().collect();
                assert_eq!(plane, of_channel, "channel {channel} of {channels}");
            }
        }
        // Enough for the kernel of eight frames, and a rest.
        let many: Vec<i32> = (0..101).map(|n| (n * 166_723) % 16_777_216 - 8_388_608).collect();
        let bytes: Vec<u8> = many.iter().flat_map(|value| value.to_le_bytes()[..3].to_vec()).collect();
        for (channel, plane) in decoded(Pcm::Int24, &bytes, 2).into_iter().enumerate() {
            let of_channel = many.iter().skip(channel).step_by(2).map(|&value| value as f32 / 8_388_608.0);
            assert_eq!(plane, of_channel.take(50).collect::<Vec<f32>>(), "channel {channel}");
        }
        let words: Vec<u8> = [-32_768_i16, 16_384].iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(decoded(Pcm::Int16, &words, 2), [[-1.0], [0.5]]);
        assert_eq!(decoded(Pcm::Float32, &1.5_f32.to_le_bytes(), 1), [[1.5]]);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_stereo_kernel_equals_its_plain_twin() {
        // Bytes of a Weyl sequence, and words of nothing but ones or zeros.
        let mut bytes: Vec<u8> = (0..6 * 41_u32).map(|n| (n.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
        bytes[48..54].fill(0xff);
        bytes[57..66].fill(0);
        let stereo = |frames: usize| (&bytes[..6 * frames], vec![9.0; frames], vec![9.0; frames]);
        crate::simd::twin::assert_twin(
            "io/decode/pcm_avx2",
            &[0, 1, 7, 8, 9, 16, 41],
            |frames| {
                let done = frames / 8 * 8;
                let (bytes, mut left, mut right) = stereo(done);
                Pcm::Int24.plane(bytes, 2, 0, &mut left);
                Pcm::Int24.plane(bytes, 2, 1, &mut right);
                (done, (left, right))
            },
            |_: pulp::x86::V3, frames| {
                let (bytes, mut left, mut right) = stereo(*frames);
                let done = crate::io::codec::pcm::avx2::stereo_24(bytes, &mut left, &mut right);
                left.truncate(done);
                right.truncate(done);
                (done, (left, right))
            },
        );
    }

    #[test]
    fn half_a_frame_at_the_end_is_left_out() {
        assert_eq!(decoded(Pcm::Int24, &[0, 0, 64, 0, 0, 64, 1, 2, 3, 4], 2), [[0.5], [0.5]]);
        assert_eq!(decoded(Pcm::Int16, &[1], 2), [[], []] as [[f32; 0]; 2]);
    }
}
