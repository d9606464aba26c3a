//! WAVE headers as they occur: streamed, unfinished, 64-bit, extensible, with chunks in odd places.

use super::{bytes_of, file_of, read, refusal};
use crate::io::DecodeError;

struct Wave {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    bits: u16,
    riff: &'static [u8; 4],
    riff_size: Option<u32>,
    data_size: Option<u32>,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Wave {
    fn pcm16() -> Self {
        let (before, after) = (Vec::new(), Vec::new());
        Self {
            tag: 1,
            channels: 1,
            rate_hz: 44_100,
            bits: 16,
            riff: b"RIFF",
            riff_size: None,
            data_size: None,
            before,
            after,
        }
    }

    fn bytes(&self, data: &[u8]) -> Vec<u8> {
        let frame = self.bits / 8 * self.channels;
        let mut body = b"WAVE".to_vec();
        body.extend_from_slice(&self.before);
        body.extend_from_slice(b"fmt \x10\0\0\0");
        body.extend_from_slice(&self.tag.to_le_bytes());
        body.extend_from_slice(&self.channels.to_le_bytes());
        body.extend_from_slice(&self.rate_hz.to_le_bytes());
        body.extend_from_slice(&self.rate_hz.wrapping_mul(u32::from(frame)).to_le_bytes());
        body.extend_from_slice(&frame.to_le_bytes());
        body.extend_from_slice(&self.bits.to_le_bytes());
        body.extend_from_slice(b"data");
        body.extend_from_slice(&self.data_size.unwrap_or(data.len() as u32).to_le_bytes());
        body.extend_from_slice(data);
        body.extend_from_slice(&self.after);
        let mut all = self.riff.to_vec();
        all.extend_from_slice(&self.riff_size.unwrap_or(body.len() as u32).to_le_bytes());
        all.extend_from_slice(&body);
        all
    }
}

fn ramp(frames: usize) -> Vec<u8> {
    (0..frames as i16).flat_map(|i| (i * 3).to_le_bytes()).collect()
}

fn frames_of(bytes: &[u8]) -> (usize, Option<String>) {
    let file = file_of(bytes);
    let got = read(file.path()).unwrap_or_else(|error| panic!("{error}"));
    for (i, &sample) in got.channels[0].iter().enumerate() {
        assert_eq!(sample, (i as i16 * 3) as f32 / 32_768.0, "frame {i}");
    }
    (got.channels[0].len(), got.outcome.truncated)
}

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend_from_slice(&(body.len() as u32).to_le_bytes());
    chunk.extend_from_slice(body);
    chunk
}

#[test]
fn chunks_after_the_audio_are_not_audio() {
    let list = chunk(*b"LIST", b"INFOISFT\x04\0\0\0abcd");
    assert_eq!(frames_of(&Wave { after: list, ..Wave::pcm16() }.bytes(&ramp(500))), (500, None));
}

#[test]
fn a_header_that_was_never_finished_is_read_to_the_end_of_the_file() {
    for (riff_size, data_size) in [(u32::MAX, u32::MAX), (0, 0), (36, 0), (0x7fff_f024, 0x7fff_f000), (u32::MAX, 0)] {
        let wave = Wave { riff_size: Some(riff_size), data_size: Some(data_size), ..Wave::pcm16() };
        assert_eq!(frames_of(&wave.bytes(&ramp(500))), (500, None), "{riff_size:#x}, {data_size:#x}");
    }
}

#[test]
fn a_wrong_outer_size_does_not_matter() {
    for riff_size in [4, 100, 1_000_000] {
        assert_eq!(frames_of(&Wave { riff_size: Some(riff_size), ..Wave::pcm16() }.bytes(&ramp(500))), (500, None));
    }
}

#[test]
fn rf64_takes_its_length_from_ds64_and_leaves_out_what_follows() {
    for riff in [b"RF64", b"BW64"] {
        let mut sizes = 0_u64.to_le_bytes().to_vec();
        sizes.extend_from_slice(&1_000_u64.to_le_bytes());
        sizes.extend_from_slice(&500_u64.to_le_bytes());
        sizes.extend_from_slice(&0_u32.to_le_bytes());
        let wave = Wave {
            riff,
            riff_size: Some(u32::MAX),
            data_size: Some(u32::MAX),
            before: chunk(*b"ds64", &sizes),
            after: chunk(*b"bext", &[7; 600]),
            ..Wave::pcm16()
        };
        assert_eq!(frames_of(&wave.bytes(&ramp(500))), (500, None));
    }
}

#[test]
fn an_rf64_of_more_than_4_gib_keeps_its_64_bit_length() {
    // Only the start is written; the rest of the file is a hole that the file system fills with
    // zeros.
    let frames = 3_000_000_000_u64;
    let mut sizes = 0_u64.to_le_bytes().to_vec();
    sizes.extend_from_slice(&(frames * 2).to_le_bytes());
    sizes.extend_from_slice(&frames.to_le_bytes());
    sizes.extend_from_slice(&0_u32.to_le_bytes());
    let wave = Wave {
        riff: b"RF64",
        riff_size: Some(u32::MAX),
        data_size: Some(u32::MAX),
        before: chunk(*b"ds64", &sizes),
        ..Wave::pcm16()
    };
    let bytes = wave.bytes(&ramp(10));
    let file = file_of(&bytes);
    let header = bytes.len() as u64 - 20;
    std::fs::OpenOptions::new().write(true).open(file.path()).unwrap().set_len(header + frames * 2).unwrap();
    let reader = crate::io::StemReader::open(file.path(), crate::io::Fold::Stereo).unwrap();
    assert_eq!(reader.info().frames, Some(frames));
}

#[test]
fn a_claim_of_four_hours_in_one_kilobyte_gives_what_there_is_and_says_so() {
    let four_hours = 4 * 3_600 * 44_100 * 2;
    let bytes =
        Wave { data_size: Some(four_hours), riff_size: Some(four_hours + 36), ..Wave::pcm16() }.bytes(&ramp(500));
    let (frames, truncated) = frames_of(&bytes);
    assert_eq!(frames, 500);
    let sentence = truncated.unwrap();
    assert!(sentence.starts_with("holds 0.011 s of the 14400.000 s"), "{sentence}");
    assert!(sentence.ends_with("(the file breaks off in the middle of a packet)"), "{sentence}");
    let file = file_of(&bytes);
    assert_eq!(read(file.path()).unwrap().info.frames, None, "nobody reserves memory for four hours");
}

#[test]
fn odd_sizes_and_a_last_half_frame_are_no_error() {
    let mut data = ramp(500);
    data.push(99);
    assert_eq!(frames_of(&Wave::pcm16().bytes(&data)), (500, None));
}

#[test]
fn no_channels_too_many_and_0_hz_are_refused_in_words() {
    let text = |wave: Wave| refusal(&wave.bytes(&ramp(100))).to_string();
    let no_channels = text(Wave { channels: 0, ..Wave::pcm16() });
    assert!(no_channels.contains("has 0 channels; 1 to 32 can be read"), "{no_channels}");
    assert!(matches!(
        refusal(&Wave { channels: 33, ..Wave::pcm16() }.bytes(&[0; 6_600])),
        DecodeError::Channels { channels: 33, .. }
    ));
    let no_rate = text(Wave { rate_hz: 0, ..Wave::pcm16() });
    assert!(no_rate.contains("sample rate of 0 Hz"), "{no_rate}");
    assert!(matches!(
        refusal(&Wave { rate_hz: u32::MAX, ..Wave::pcm16() }.bytes(&ramp(100))),
        DecodeError::Rate { rate_hz: u32::MAX, .. }
    ));
}

#[test]
fn a_codec_that_wave_can_hold_but_we_cannot_read_is_named() {
    let error = refusal(&Wave { tag: 0x55, ..Wave::pcm16() }.bytes(&ramp(100))).to_string();
    assert!(error.contains("MP3 (WAVE format 0x0055) in wav"), "{error}");
}

#[test]
fn no_frames_and_one_frame_are_refused() {
    let none = refusal(&Wave { after: chunk(*b"LIST", b"INFO"), ..Wave::pcm16() }.bytes(&[]));
    assert!(matches!(none, DecodeError::NoAudio { .. }), "{none}");
    let one = refusal(&Wave::pcm16().bytes(&ramp(1))).to_string();
    assert!(one.contains("holds 1 sample; a stem needs at least 2"), "{one}");
    assert_eq!(frames_of(&Wave::pcm16().bytes(&ramp(2))).0, 2);
}

#[test]
fn the_first_sample_that_is_no_number_is_named_with_its_time() {
    for (bad, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let mut samples = vec![0.25_f32; 20_000];
        (samples[2 * 4_410 + 1], samples[2 * 5_000]) = (bad, bad);
        let data: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let error = refusal(&Wave { tag: 3, channels: 2, bits: 32, ..Wave::pcm16() }.bytes(&data));
        assert!(matches!(error, DecodeError::NonFinite { frame: 4_410, channel: 1, .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(&format!("sample 4410 of channel 2 (at 0.100000 s) is {name}")), "{text}");
    }
}

#[test]
fn floats_beyond_full_scale_are_not_clipped() {
    let data: Vec<u8> = [2.5_f32, -7.25, 1e-30].iter().flat_map(|s| s.to_le_bytes()).collect();
    let file = file_of(&Wave { tag: 3, bits: 32, ..Wave::pcm16() }.bytes(&data));
    assert_eq!(read(file.path()).unwrap().channels, [[2.5, -7.25, 1e-30]]);
}

#[test]
fn an_extensible_header_is_read_like_a_plain_one() {
    // six.wav is extensible, with a channel mask; a copy whose RIFF size is wrong takes the same
    // path.
    let mut bytes = bytes_of("six.wav");
    bytes[4..8].copy_from_slice(&7_u32.to_le_bytes());
    let file = file_of(&bytes);
    assert_eq!(read(file.path()).unwrap().channels[0].len(), 4_000);
}
