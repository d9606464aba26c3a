//! More than two channels: their order, and the fold.

use super::{bytes_of, file_of, fixture, read, read_with, stem};
use crate::audio::{Channel, ChannelLayout};
use crate::io::{DecodeError, Fold};

/// The frame at which each channel of `six.*` clicks: L R C LFE Ls Rs.
const CLICKS: [usize; 6] = [1_000, 1_200, 1_400, 1_600, 1_800, 2_000];

fn loudest(channel: &[f32]) -> usize {
    (0..channel.len()).max_by(|&a, &b| channel[a].abs().total_cmp(&channel[b].abs())).unwrap()
}

#[test]
fn the_six_channels_of_5_1_come_in_one_order_from_every_format() {
    for name in ["six.wav", "six.flac", "six.ogg", "six.opus", "six_alac.m4a"] {
        let got = stem(name);
        assert_eq!(got.info.layout, ChannelLayout::usual(6), "{name}");
        assert_eq!((got.info.source_channels, got.info.fold), (6, None), "{name}");
        for (index, channel) in got.channels.iter().enumerate() {
            assert_eq!(channel.len(), 4_000, "{name}");
            // The LFE of a lossy codec is low-passed: its click is a hump without a sharp position.
            let lossy_lfe = got.info.bits.is_none() && got.info.layout.channels()[index] == Channel::Lfe;
            let tolerance = if lossy_lfe { 60 } else { 1 };
            let at = loudest(channel);
            assert!(at.abs_diff(CLICKS[index]) <= tolerance, "{name}, channel {index}: {at}");
        }
    }
}

#[test]
fn a_5_1_stem_is_folded_and_the_report_says_how() {
    let got = read_with(&fixture("six.wav"), Fold::Stereo, 333).unwrap();
    assert_eq!((got.info.source_channels, got.info.layout), (6, ChannelLayout::stereo()));
    let sentence = got.info.fold.unwrap();
    assert!(sentence.starts_with("6 channels folded to stereo by ITU-R BS.775"), "{sentence}");
    let half = 0.5 * std::f32::consts::FRAC_1_SQRT_2; // a click of 0.5 at −3 dB
    let left: Vec<f32> = CLICKS.iter().map(|&at| got.channels[0][at]).collect();
    let right: Vec<f32> = CLICKS.iter().map(|&at| got.channels[1][at]).collect();
    assert_eq!(left, [0.5, 0.0, half, 0.0, half, 0.0]);
    assert_eq!(right, [0.0, 0.5, half, 0.0, 0.0, half]);
}

#[test]
fn a_mono_file_stays_mono() {
    let got = read_with(&fixture("s24.wav"), Fold::Stereo, 512).unwrap();
    assert_eq!((got.info.layout, got.info.fold), (ChannelLayout::mono(), None));
}

#[test]
fn multichannel_aac_is_refused_by_name() {
    let error = read(&fixture("six.m4a")).unwrap_err();
    assert!(matches!(&error, DecodeError::Unsupported { codec, .. } if codec == "aac"), "{error}");
}

#[test]
fn an_unusual_opus_mapping_is_refused_not_guessed() {
    let mut bytes = bytes_of("six.opus");
    let head = bytes.windows(8).position(|window| window == b"OpusHead").unwrap();
    bytes[head + 18] = 255;
    rewrite_first_page_crc(&mut bytes);
    let file = file_of(&bytes);
    let error = read(file.path()).unwrap_err();
    assert!(matches!(error, DecodeError::Unsupported { .. }), "{error}");
}

/// Recomputes Ogg's page checksum (RFC 3533 §6): polynomial 0x04c11db7, no reflection, over the
/// page with the field zeroed.
fn rewrite_first_page_crc(bytes: &mut [u8]) {
    let segments = usize::from(bytes[26]);
    let body: usize = bytes[27..27 + segments].iter().map(|&len| usize::from(len)).sum();
    let page = &mut bytes[..27 + segments + body];
    page[22..26].fill(0);
    let crc = page.iter().fold(0_u32, |crc, &byte| {
        (0..8)
            .fold(crc ^ u32::from(byte) << 24, |crc, _| if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 })
    });
    page[22..26].copy_from_slice(&crc.to_le_bytes());
}
