//! Plain little-endian PCM, what most stems are: from bytes to planar f32 in one pass.

use crate::io::queue::Queue;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_PCM_F32LE, CODEC_ID_PCM_S16LE, CODEC_ID_PCM_S24LE};

/// How a sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pcm {
    Int16,
    Int24,
    Float32,
}

impl Pcm {
    /// The coding of samples that fill their words; `None` for everything else.
    pub(super) fn of(params: &AudioCodecParameters) -> Option<Self> {
        let coding = match params.codec {
            CODEC_ID_PCM_S16LE => Self::Int16,
            CODEC_ID_PCM_S24LE => Self::Int24,
            CODEC_ID_PCM_F32LE => Self::Float32,
            _ => return None,
        };
        let fills = |bits: Option<u32>| bits.is_none_or(|bits| bits == coding.bits());
        (fills(params.bits_per_sample) && fills(params.bits_per_coded_sample)).then_some(coding)
    }

    fn bits(self) -> u32 {
        match self {
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Float32 => 32,
        }
    }

    /// Converts the whole frames of a packet onto the end of the queue; returns how many they are.
    pub(super) fn decode(self, bytes: &[u8], channels: usize, queue: &mut Queue) -> usize {
        // Both integers fit a float's 24 bits of mantissa: the scaling is exact.
        match self {
            Self::Int16 => planes(bytes, channels, queue, |word| f32::from(i16::from_le_bytes(word)) / 32_768.0),
            Self::Int24 => planes(bytes, channels, queue, |[low, middle, high]| {
                (i32::from_le_bytes([0, low, middle, high]) >> 8) as f32 / 8_388_608.0
            }),
            Self::Float32 => planes(bytes, channels, queue, f32::from_le_bytes),
        }
    }
}

fn planes<const BYTES: usize>(
    bytes: &[u8],
    channels: usize,
    queue: &mut Queue,
    sample: impl Fn([u8; BYTES]) -> f32,
) -> usize {
    let (words, _) = bytes.as_chunks::<BYTES>();
    let frames = words.len() / channels;
    for (channel, out) in queue.append(frames).enumerate() {
        match channels {
            // Two fixed strides, for the compiler to see: a quarter of the time of a stride known at run time.
            1 => out.iter_mut().zip(words).for_each(|(out, word)| *out = sample(*word)),
            2 => out.iter_mut().zip(words.as_chunks::<2>().0).for_each(|(out, pair)| *out = sample(pair[channel])),
            _ => out
                .iter_mut()
                .zip(words[channel..].iter().step_by(channels))
                .for_each(|(out, word)| *out = sample(*word)),
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(coding: Pcm, bytes: &[u8], channels: usize) -> Vec<Vec<f32>> {
        let mut queue = Queue::new(channels);
        let frames = coding.decode(bytes, channels, &mut queue);
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
        let words: Vec<u8> = [-32_768_i16, 16_384].iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(decoded(Pcm::Int16, &words, 2), [[-1.0], [0.5]]);
        assert_eq!(decoded(Pcm::Float32, &1.5_f32.to_le_bytes(), 1), [[1.5]]);
    }

    #[test]
    fn half_a_frame_at_the_end_is_left_out() {
        assert_eq!(decoded(Pcm::Int24, &[0, 0, 64, 0, 0, 64, 1, 2, 3, 4], 2), [[0.5], [0.5]]);
        assert_eq!(decoded(Pcm::Int16, &[1], 2), [[], []] as [[f32; 0]; 2]);
    }
}
