//! The same recording starts at the same sample and has the same length in every format.

use super::{Stem, bytes_of, file_of, fixture, read, read_with, stem};
use crate::io::Fold;

/// Frames of every reference (see `fixtures/formats/make.sh`).
const FRAMES: usize = 17_977;

/// Returns the lag, within ±2000 frames, at which `channel` resembles `reference` most, by plain
/// cross-correlation.
fn lag(channel: &[f32], reference: &[f32]) -> i64 {
    // Clicks alone: with the 997 Hz burst, lags by its period would look almost as good.
    let clicks = [2_900..3_200_i64, 17_850..17_977];
    let score = |lag: i64| -> f64 {
        let at = |signal: &[f32], i: i64| usize::try_from(i).ok().and_then(|i| signal.get(i).copied()).unwrap_or(0.0);
        clicks.iter().cloned().flatten().map(|i| f64::from(at(reference, i)) * f64::from(at(channel, i + lag))).sum()
    };
    (-2_000..=2_000).max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap()
}

fn assert_same_bits(name: &str, got: &Stem, reference: &Stem) {
    for (index, channel) in got.channels.iter().enumerate() {
        let first = channel.iter().zip(&reference.channels[index]).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!((channel.len(), first), (FRAMES, None), "{name}, channel {index}");
    }
    assert_eq!(got.outcome.truncated, None, "{name}");
    assert_eq!((got.info.trim.start_frames, got.info.trim.end_frames), (0, 0), "{name}");
}

#[test]
fn the_reference_holds_its_clicks_where_the_recipe_puts_them() {
    let reference = stem("click.wav");
    assert_eq!((reference.channels.len(), reference.channels[0].len()), (2, FRAMES));
    let click = 29_491.0 / 32_768.0; // 0.9 in 16 bits, rounded
    assert_eq!((reference.channels[0][3_000], reference.channels[1][3_100]), (click, click));
    assert_eq!(reference.channels[0][17_900], -19_661.0 / 32_768.0);
    assert!(reference.channels[0][..3_000].iter().all(|&sample| sample == 0.0));
}

#[test]
fn lossless_files_give_the_very_samples_of_the_reference() {
    let reference = stem("click.wav");
    let files = [
        ("s24.wav", "wav", "pcm_s24le", 24),
        ("s32.wav", "wav", "pcm_s32le", 32),
        ("f32.wav", "wav", "pcm_f32le", 32),
        ("f64.wav", "wav", "pcm_f64le", 64),
        ("rf64.wav", "rf64", "pcm_s16le", 16),
        ("piped.wav", "wav", "pcm_s16le", 16),
        ("s16.aiff", "aiff", "pcm_s16be", 16),
        ("s24.aiff", "aiff", "pcm_s24be", 24),
        ("sowt.aifc", "aiff", "pcm_s16le", 16),
        ("s16.caf", "caf", "pcm_s16be", 16),
        ("s16.mka", "matroska", "pcm_s16le", 16),
        ("alac.caf", "caf", "alac", 16),
        ("alac.m4a", "mp4", "alac", 16),
        ("click.flac", "flac", "flac", 16),
        ("flac.ogg", "ogg", "flac", 16),
    ];
    for (name, container, codec, bits) in files {
        let got = stem(name);
        assert_same_bits(name, &got, &reference);
        let info = (got.info.container.as_str(), got.info.codec.as_str(), got.info.bits);
        assert_eq!(info, (container, codec, Some(bits)), "{name}");
        assert_eq!(got.info.sample_rate.hz(), 44_100, "{name}");
    }
}

#[test]
fn eight_bits_and_mu_law_are_the_reference_within_their_own_step() {
    let reference = stem("click.wav");
    // FFmpeg cuts to 8 bits without rounding: one step; µ-law's largest step near full scale is
    // 1/32, so half of it is 1/64.
    for (name, tolerance) in [("u8.wav", 1.0 / 128.0), ("mulaw.wav", 1.0 / 64.0)] {
        let got = stem(name);
        assert_eq!(got.channels[0].len(), FRAMES, "{name}");
        let worst = got.channels[0].iter().zip(&reference.channels[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= tolerance, "{name}: {worst}");
    }
}

#[test]
fn a_page_that_is_stamped_late_tears_no_hole_into_the_stem() {
    // FFmpeg stamped one page of this file with a delay of 320 frames; silence was once inserted
    // although nothing was missing.
    let stem = read(&mixdown_fixtures::path("stems/feelings/guitar.ogg")).unwrap();
    assert_eq!((stem.outcome.corrupt_packets, stem.outcome.truncated, stem.channels[0].len()), (0, None, 1_764_000));
}

/// File, source of the trim, frames left out at the start and at the end.
type Row = (&'static str, &'static str, u64, u64);

#[test]
fn lossy_files_start_on_the_sample_and_end_on_the_frame() {
    // 1105 is LAME's delay of 576 and the decoder's of 529. One AAC frame is 1024, the look-ahead
    // of libopus 312, half a short Vorbis block 128.
    let files: [Row; 13] = [
        ("cbr.mp3", "LAME tag", 1_105, 502),
        ("vbr.mp3", "LAME tag", 1_105, 502),
        ("aac.m4a", "elst", 1_024, 455),
        ("fragmented.m4a", "elst", 1_024, 455),
        ("vorbis.ogg", "granule position", 128, 71),
        ("sox.ogg", "granule position", 128, 71),
        ("mono.ogg", "granule position", 128, 71),
        ("vorbis.webm", "Vorbis first block", 128, 0),
        ("celt.opus", "pre-skip", 312, 911),
        ("celt.webm", "pre-skip", 312, 911),
        ("opus.mp4", "elst", 312, 911),
        ("silk.opus", "pre-skip", 312, 911),
        ("hybrid60.opus", "pre-skip", 312, 1_871),
    ];
    let references = [stem("click.wav"), stem("click48.wav")];
    for (name, source, start, end) in files {
        let got = stem(name);
        let reference = references.iter().find(|r| r.info.sample_rate == got.info.sample_rate).unwrap();
        assert_eq!(got.info.trim.source, Some(source), "{name}");
        assert_eq!((got.info.trim.start_frames, got.info.trim.end_frames), (start, end), "{name}");
        // WebM does not state the end of a Vorbis stream; FFmpeg's own decoder returns these 71
        // frames too.
        let excess = if name == "vorbis.webm" { 71 } else { 0 };
        assert_eq!(got.channels[0].len(), FRAMES + excess, "{name}");
        assert_eq!(got.outcome.truncated, None, "{name}");
        assert_eq!(got.outcome.corrupt_packets, 0, "{name}");
        for (index, channel) in got.channels.iter().enumerate() {
            // SILK at 12 kbit/s keeps no click sharp: a wide-band one becomes a low-passed thump.
            let tolerance = if name == "silk.opus" { 24 } else { 1 };
            let late = lag(channel, &reference.channels[index]);
            assert!(late.abs() <= tolerance, "{name}, channel {index}: {late} samples late");
        }
    }
}

fn mp4_box(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], &kind, body].concat()
}

#[test]
fn the_tag_that_itunes_writes_is_followed() {
    // aac.m4a with its edit list and its tags renamed away and iTunes' tag put at the end of
    // `moov`, the last box of the file.
    let mut bytes = bytes_of("aac.m4a");
    let place = |bytes: &[u8], kind: &[u8; 4]| bytes.windows(4).rposition(|window| window == kind).unwrap();
    for unwanted in [b"edts", b"udta"] {
        let at = place(&bytes, unwanted);
        bytes[at..at + 4].copy_from_slice(b"free");
    }
    let text = b" 00000000 00000400 000001C7 0000000000004639 00000000";
    let item = [
        mp4_box(*b"mean", b"\0\0\0\0com.apple.iTunes"),
        mp4_box(*b"name", b"\0\0\0\0iTunSMPB"),
        mp4_box(*b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], &text[..]].concat()),
    ];
    let list = mp4_box(*b"ilst", &mp4_box(*b"----", &item.concat()));
    let tag = mp4_box(*b"udta", &mp4_box(*b"meta", &[&[0; 4], &list[..]].concat()));
    let moov = place(&bytes, b"moov");
    assert_eq!(moov - 4 + u32::from_be_bytes(bytes[moov - 4..moov].try_into().unwrap()) as usize, bytes.len());
    let size = (bytes.len() - (moov - 4) + tag.len()) as u32;
    bytes[moov - 4..moov].copy_from_slice(&size.to_be_bytes());
    bytes.extend(tag);
    let file = file_of(&bytes);
    let got = read(file.path()).unwrap();
    assert_eq!(got.info.trim.source, Some("iTunSMPB"));
    assert_eq!((got.info.trim.start_frames, got.info.trim.end_frames), (1_024, 455));
    assert_eq!(got.channels, stem("aac.m4a").channels);
}

#[test]
fn a_format_that_cannot_say_where_it_starts_is_left_as_it_is_and_says_so() {
    // FFmpeg's AAC encoder primes 1024 frames, LAME with its decoder 1105, twolame's filter bank
    // 481. Nothing in these files states it, so nothing is left out.
    let reference = stem("click.wav");
    for (name, late) in [("adts.aac", 1_024), ("aac.mka", 1_024), ("bare.mp3", 1_105), ("click.mp2", 481)] {
        let got = stem(name);
        assert_eq!(got.info.trim.source, None, "{name}");
        assert_eq!(got.info.frames, None, "{name}");
        let found = lag(&got.channels[0], &reference.channels[0]);
        assert!((found - late).abs() <= 1, "{name}: {found}");
    }
}

#[test]
fn the_block_size_does_not_change_a_bit() {
    for name in ["s24.wav", "cbr.mp3", "vorbis.webm", "celt.webm", "aac.m4a", "six.ogg"] {
        let whole = read_with(&fixture(name), Fold::Stereo, 100_000).unwrap();
        for block in [1, 7, 960, 4096] {
            let parts = read_with(&fixture(name), Fold::Stereo, block).unwrap();
            let bits = |stem: &super::Stem| -> Vec<Vec<u32>> {
                stem.channels.iter().map(|c| c.iter().map(|s| s.to_bits()).collect()).collect()
            };
            assert!(bits(&whole) == bits(&parts), "{name} in blocks of {block}");
            assert_eq!(whole.outcome, parts.outcome, "{name} in blocks of {block}");
        }
    }
}

#[test]
fn a_block_of_no_frames_reads_nothing_and_loses_nothing() {
    use crate::audio::AudioBuffer;
    use crate::process::Source;
    let mut reader = crate::io::StemReader::open(&fixture("click.flac"), Fold::Stereo).unwrap();
    assert_eq!(reader.read(&mut AudioBuffer::new(2, 0).block_mut()), Ok(0));
    let mut rest = AudioBuffer::new(2, 20_000);
    assert_eq!(reader.read(&mut rest.block_mut()), Ok(FRAMES));
}

#[test]
fn the_length_is_known_before_reading_where_the_file_tells_it() {
    for name in ["click.wav", "rf64.wav", "piped.wav", "click.flac", "cbr.mp3", "aac.m4a", "vorbis.ogg", "celt.opus"] {
        assert_eq!(read(&fixture(name)).unwrap().info.frames, Some(FRAMES as u64), "{name}");
    }
}
