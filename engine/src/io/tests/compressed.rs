//! Compressed audio against the figures of other decoders: libvorbis, `FFmpeg`, mpg123, flac.

use super::{Stem, bytes_of, file_of, fixture, read, stem};
use crate::io::DecodeError;

/// Returns the RMS of a channel, in dBFS.
fn rms_dbfs(channel: &[f32]) -> f64 {
    let power: f64 = channel.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    10.0 * (power / channel.len() as f64).log10()
}

fn peak_dbfs(got: &Stem) -> f64 {
    20.0 * f64::from(got.channels.iter().flatten().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))).log10()
}

#[test]
fn vorbis_of_one_to_eight_channels_is_what_libvorbis_makes_of_it_at_every_quality() {
    // The reference has 16 bits: rounding adds noise at −101 dBFS, 0.001 dB at −60 dBFS.
    const TOLERANCE_DB: f64 = 0.003;
    let reference = std::fs::read_to_string(fixture("vorbis/reference.txt")).unwrap();
    let rows: Vec<Vec<&str>> =
        reference.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect()).collect();
    assert_eq!(rows.len(), 8 * 12, "channels × qualities");
    for row in rows {
        let got = stem(&format!("vorbis/vorbis_{}_{}.ogg", row[0], row[1]));
        assert_eq!(got.channels.len(), row[0].parse::<usize>().unwrap(), "{row:?}");
        assert_eq!(got.channels[0].len(), 4_410, "{row:?}");
        let compared = row[2].parse::<usize>().unwrap();
        for (channel, expected) in got.channels.iter().zip(&row[3..]) {
            let (level, expected) = (rms_dbfs(&channel[..compared]), expected.parse::<f64>().unwrap());
            assert!((level - expected).abs() < TOLERANCE_DB, "{row:?}: {level} for {expected}");
        }
    }
}

#[test]
fn vorbis_5_1_of_two_coupled_pairs_has_the_peak_that_ffmpeg_finds() {
    let got = stem("vorbis51_q3.ogg");
    assert_eq!((got.channels.len(), got.channels[0].len()), (6, 96_000));
    assert!((peak_dbfs(&got) + 13.86).abs() < 0.01, "{}", peak_dbfs(&got));
}

#[test]
fn he_aac_is_refused_by_name_whether_announced_or_not() {
    // In ADTS nothing announces SBR but the packets themselves.
    for name in ["he.m4a", "he.aac"] {
        let error = read(&fixture(name)).unwrap_err();
        assert!(matches!(&error, DecodeError::Unsupported { codec, .. } if codec.starts_with("HE-AAC")), "{error}");
    }
}

#[test]
fn mp3_whose_channels_have_different_block_types_is_decoded() {
    // FFmpeg 5.1: RMS −34.43 and −35.87 dBFS over 132 300 frames.
    let got = stem("block_types.mp3");
    assert_eq!((got.channels[0].len(), got.outcome.corrupt_packets), (132_300, 0));
    for (channel, expected) in got.channels.iter().zip([-34.43, -35.87]) {
        assert!((rms_dbfs(channel) - expected).abs() < 0.01, "{}", rms_dbfs(channel));
    }
}

#[test]
fn flac_with_a_tag_behind_it_or_a_least_block_of_0_is_whole() {
    // `flac -t` and libsndfile: 33 075 frames.
    let (tagged, odd) = (stem("id3v1.flac"), stem("min_block_0.flac"));
    for got in [&tagged, &odd] {
        assert_eq!((got.channels[0].len(), got.outcome.corrupt_packets), (33_075, 0));
        assert_eq!(got.outcome.truncated, None);
    }
    assert!(tagged.channels == odd.channels, "one recording");
}

#[test]
fn tags_around_a_stream_are_hidden_from_its_decoder() {
    let mut ape = b"APETAGEX\xd0\x07\0\0\x2a\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    ape.splice(0..0, *b"\x01\0\0\0\0\0\0\0aB");
    let lyrics = b"LYRICSBEGININD0000200000021LYRICS200".to_vec();
    let id3v1 = [b"TAG".to_vec(), vec![b' '; 125]].concat();
    let id3v2 = [b"ID3\x04\0\0\0\0\x01\0".to_vec(), vec![0xff; 128]].concat();
    for name in ["click.flac", "cbr.mp3", "adts.aac", "vorbis.ogg"] {
        let whole = stem(name);
        for behind in [&id3v1[..], &ape, &lyrics, &[&ape[..], &lyrics, &id3v1].concat()] {
            let front = if name == "vorbis.ogg" { &[][..] } else { &id3v2[..] };
            let file = file_of(&[front, &bytes_of(name), behind].concat());
            let got = read(file.path()).unwrap();
            assert!(got.channels == whole.channels, "{name}: {:?}", got.outcome);
            assert_eq!((&got.outcome.truncated, got.outcome.corrupt_packets), (&None, 0), "{name}");
        }
    }
}

#[test]
fn a_container_behind_a_tag_is_refused_by_name() {
    let tag = [b"ID3\x04\0\0\0\0\x01\0".to_vec(), vec![0; 128]].concat();
    for (name, kind) in [
        ("high_24_in_32.wav", "RIFF"),
        ("rifx.wav", "RIFX"),
        ("rf64.wav", "RF64"),
        ("s24.aiff", "IFF"),
        ("quiet.au", "Sun AU"),
        ("s16.caf", "CAF"),
        ("two_edits.m4a", "MP4"),
        ("mov_in24_be.mov", "MP4"),
        ("s16.mka", "Matroska"),
    ] {
        let file = file_of(&[&tag[..], &bytes_of(name)].concat());
        let error = read(file.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("is {kind} behind an ID3 tag")), "{name}: {error}");
    }
}

#[test]
fn an_edit_list_of_two_parts_leaves_out_what_lies_between() {
    // Two edits of one second each; FFmpeg yields as much, and the padding of the last packet.
    let got = stem("two_edits.m4a");
    assert_eq!((got.info.frames, got.channels[0].len(), got.outcome.truncated), (Some(96_000), 96_000, None));
}

#[test]
fn free_format_is_refused_by_name() {
    let error = read(&fixture("free.mp3")).unwrap_err();
    assert!(error.to_string().contains("MPEG audio in free format"), "{error}");
}

#[test]
fn programmes_are_read_one_after_the_other_each_with_its_own_trim() {
    for name in ["joined.mp3", "chained.ogg"] {
        let got = stem(name);
        // Two recordings of 0.75 s.
        assert_eq!((got.channels[0].len(), got.info.frames), (66_150, Some(66_150)), "{name}");
        assert!(got.info.programmes.unwrap().starts_with("2 programmes follow each other"), "{name}");
    }
    for (first, second) in [
        ("vorbis.ogg", "sox.ogg"),
        ("celt.opus", "celt.opus"),
        ("flac.ogg", "vorbis.ogg"),
        ("click.flac", "click.flac"),
        ("cbr.mp3", "vbr.mp3"),
        ("bare.mp3", "cbr.mp3"),
    ] {
        let file = file_of(&[bytes_of(first), bytes_of(second)].concat());
        let got = read(file.path()).unwrap();
        let parts = [stem(first), stem(second)];
        for (index, channel) in got.channels.iter().enumerate() {
            let expected = parts.iter().map(|part| &part.channels[index][..]).collect::<Vec<_>>().concat();
            assert!(*channel == expected, "{first} and {second}: {} for {}", channel.len(), expected.len());
        }
        assert_eq!((got.outcome.truncated, got.outcome.corrupt_packets), (None, 0), "{first} and {second}");
    }
}

#[test]
fn a_later_programme_takes_on_the_rate_and_channels_of_the_first() {
    for (first, second) in [("vorbis.ogg", "celt.opus"), ("bare.mp3", "bare48.mp3"), ("mono.ogg", "vorbis.ogg")] {
        let file = file_of(&[bytes_of(first), bytes_of(second)].concat());
        let got = read(file.path()).unwrap();
        let (one, two) = (stem(first), stem(second));
        let rate = |stem: &Stem| stem.info.sample_rate.as_f64();
        let converted = (two.channels[0].len() as f64 * rate(&one) / rate(&two)).round() as usize;
        assert_eq!(got.channels.len(), one.channels.len(), "{first} and {second}");
        assert_eq!(got.channels[0].len(), one.channels[0].len() + converted, "{first} and {second}");
        assert!(got.channels[0][..one.channels[0].len()] == one.channels[0], "{first} and {second}");
        let sentence = got.info.programmes.unwrap();
        assert!(sentence.contains("converted to the first one's"), "{sentence}");
    }
}

#[test]
fn sync_words_found_by_chance_make_no_mpeg_audio() {
    // One header of MPEG audio and one of ADTS in noise that contains no others.
    let mut noise: Vec<u8> = (0..20_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x7f).collect();
    noise[5_000..5_004].copy_from_slice(&[0xff, 0xfb, 0x90, 0x44]);
    noise[9_000..9_007].copy_from_slice(&[0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc]);
    let file = file_of(&noise);
    let error = read(file.path()).unwrap_err();
    assert!(matches!(error, DecodeError::NotAudio { .. }), "{error}");
}

#[test]
fn a_flac_file_of_more_frames_than_its_header_promises_is_read_and_the_report_says_so() {
    let mut bytes = bytes_of("click.flac");
    // The lowest byte of the total of samples (RFC 9639 §8.2).
    let at = 4 + 4 + 17;
    bytes[at - 1..=at].copy_from_slice(&1_000_u16.to_be_bytes());
    let file = file_of(&bytes);
    let got = read(file.path()).unwrap();
    assert_eq!(got.channels[0].len(), 17_977);
    assert!(got.outcome.truncated.unwrap().contains("although its header promises"));
}
