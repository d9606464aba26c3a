//! Files that are broken, cut, forged or of another format: an error message or the readable part,
//! never a panic.

use super::{bytes_of, file_of, fixture, read, refusal, stem};
use crate::io::DecodeError;
use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};

/// One file of every container and codec.
const KINDS: &[&str] = &[
    "click.wav",
    "rf64.wav",
    "f64.wav",
    "s24.aiff",
    "sowt.aifc",
    "s16.caf",
    "alac.caf",
    "alac.m4a",
    "click.flac",
    "flac.ogg",
    "cbr.mp3",
    "click.mp2",
    "aac.m4a",
    "fragmented.m4a",
    "adts.aac",
    "aac.mka",
    "vorbis.ogg",
    "vorbis.webm",
    "celt.opus",
    "celt.webm",
    "silk.opus",
    "hybrid60.opus",
    "six.opus",
    "six.ogg",
    "opus.mp4",
    "joined.mp3",
    "chained.ogg",
    "two_edits.m4a",
    "block_types.mp3",
    "id3v1.flac",
    "vorbis/vorbis_5_3.ogg",
    "he.aac",
];

/// Time limit: enough for the slowest file on a busy machine, short enough to catch a loop.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns the most frames that a fixture of `len` bytes may turn into when it is damaged.
fn bound(len: usize) -> u64 {
    1_000_000 + 8_192 * len as u64
}

fn survives(bytes: &[u8], what: &str) {
    let file = file_of(bytes);
    let started = Instant::now();
    match read(file.path()) {
        Ok(got) => {
            assert!(got.outcome.frames <= bound(bytes.len()), "{what}: {} frames", got.outcome.frames);
            assert!(got.channels.iter().flatten().all(|sample| sample.is_finite()), "{what}");
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains(&*file.path().to_string_lossy()), "{what}: the file is not named: {text}");
        }
    }
    assert!(started.elapsed() < PATIENCE, "{what}: {:?}", started.elapsed());
}

#[test]
fn what_is_no_file_is_refused_in_words() {
    let text = |path: &Path| read(path).unwrap_err().to_string();
    assert_eq!(text(Path::new("no/such/bass.wav")), "no/such/bass.wav: no such file; check the path");
    let folder = tempfile::tempdir().unwrap();
    assert!(text(folder.path()).ends_with("is a folder, not a file; name the audio files themselves"));
    let denied = DecodeError::from_io(Path::new("vox.wav"), &std::io::ErrorKind::PermissionDenied.into());
    assert_eq!(denied.to_string(), "vox.wav: no permission to read it; change its permissions or run as its owner");
    assert!(refusal(&[]).to_string().ends_with("is empty (0 bytes); export it again"));
}

#[test]
fn what_is_no_audio_is_called_by_its_name() {
    let text = |bytes: &[u8]| refusal(bytes).to_string();
    assert!(text(b"Dear engineer,\nthe mix is too quiet.\n").contains("is a text file, not audio"));
    assert!(text(b"wvpk0000000000000000000000000000").contains("is WavPack"));
    assert!(text(b"RIFF\x24\0\0\0WAVEfmt ").contains("is damaged or breaks off in its header"));
    assert!(text(&[0; 5_000]).contains("no audio format that is known"));
}

#[test]
fn a_file_that_breaks_off_gives_what_there_is_and_says_so() {
    for name in [
        "click.wav",
        "click.flac",
        "cbr.mp3",
        "alac.m4a",
        "s24.aiff",
        "vorbis.ogg",
        "celt.opus",
        "flac.ogg",
        "s16.caf",
        "s16.mka",
        "vorbis.webm",
        "front.m4a",
    ] {
        let whole = stem(name);
        let mut bytes = bytes_of(name);
        if name == "alac.m4a" {
            // The index of an MP4 file is at its end, so only a file made for streaming survives a
            // cut.
            let error = refusal(&bytes[..bytes.len() / 2]);
            assert!(matches!(error, DecodeError::Damaged { .. } | DecodeError::NotAudio { .. }), "{error}");
            continue;
        }
        bytes.truncate(bytes.len() * 7 / 8);
        let file = file_of(&bytes);
        let cut = read(file.path()).unwrap_or_else(|error| panic!("{error}"));
        assert!(cut.channels[0].len() < whole.channels[0].len(), "{name}");
        assert!(cut.outcome.truncated.is_some(), "{name}: {:?}", cut.outcome);
        // MP3 and Opus decoders look ahead; all frames read before the last packet are the same.
        let safe = cut.channels[0].len().saturating_sub(6_000);
        assert_eq!(cut.channels[0][..safe], whole.channels[0][..safe], "{name}");
    }
}

#[test]
fn a_damaged_packet_is_counted_and_what_follows_stays_in_time() {
    // click.flac holds four frames of 4608 samples; a flipped byte in the second one is silence
    // there and nothing elsewhere.
    let whole = stem("click.flac");
    let bytes = bytes_of("click.flac");
    // A frame header: sync code, 4608 samples at 44.1 kHz, any stereo mode at 16 bits, the frame's
    // number (RFC 9639 §9.1).
    let is_header = |w: &[u8], number| w[..3] == [0xff, 0xf8, 0x59] && w[3] & 0x0f == 0x08 && w[4] == number;
    let frame = |number| bytes.windows(5).position(|w| is_header(w, number)).unwrap();
    let (first, second) = (frame(0), frame(1));
    for (damaged, range) in [(second, 4_608..9_216), (first, 0..4_608)] {
        let mut bytes = bytes.clone();
        bytes[damaged + 100] ^= 0x55;
        let file = file_of(&bytes);
        let got = read(file.path()).unwrap();
        let mut expected = whole.channels.clone();
        for channel in &mut expected {
            channel[range.clone()].fill(0.0);
        }
        assert!(got.channels == expected, "{range:?}: {:?}", got.outcome);
        assert_eq!((got.outcome.corrupt_packets, got.outcome.truncated), (1, None), "{range:?}");
    }
}

#[test]
fn a_packet_size_that_no_codec_has_reserves_no_memory() {
    // Fields of a CAF description, from byte 40: frames per packet, channels per frame. The first
    // once reserved 4 GB.
    for (at, value) in [(40, 0x7200_0000_u32), (40, u32::MAX), (44, 0x0001_0000), (44, 1_000)] {
        let mut bytes = bytes_of("s16.caf");
        bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
        let error = refusal(&bytes);
        let refused =
            matches!(error, DecodeError::Damaged { .. } | DecodeError::Channels { .. } | DecodeError::NotAudio { .. });
        assert!(refused, "{value:#x}: {error}");
    }
}

#[test]
fn a_file_that_breaks_off_anywhere_never_panics() {
    for name in KINDS {
        let bytes = bytes_of(name);
        // Every cut through the header, then one in every 1/40 of the file.
        let cuts = (0..200.min(bytes.len())).step_by(3).chain((0..bytes.len()).step_by(bytes.len() / 40 + 1));
        for cut in cuts.filter(|&cut| cut > 0) {
            survives(&bytes[..cut], &format!("{name} cut at {cut}"));
        }
    }
}

#[test]
fn the_fixtures_cover_every_container() {
    for name in KINDS {
        assert!(fixture(name).exists(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_never_panic(
        kind in 0..KINDS.len(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        in_header: bool,
    ) {
        let mut bytes = bytes_of(KINDS[kind]);
        let span = if in_header { 400.min(bytes.len()) } else { bytes.len() };
        for (at, value) in &flips {
            bytes[at.index(span)] = *value;
        }
        survives(&bytes, &format!("{} with {flips:?} in_header {in_header}", KINDS[kind]));
    }

    #[test]
    fn noise_behind_a_true_first_word_never_panics(
        kind in 0..KINDS.len(),
        noise in prop::collection::vec(any::<u8>(), 0..3_000),
        keep in 4_usize..64,
    ) {
        let mut bytes = bytes_of(KINDS[kind]);
        bytes.truncate(keep);
        bytes.extend(noise);
        survives(&bytes, KINDS[kind]);
    }
}

/// Damaged files on which a decoder gave up. The damage of each is found before the decoder reads
/// it.
#[test]
fn what_decoders_gave_up_on_is_refused_before_they_see_it() {
    let mut count = 0;
    for entry in std::fs::read_dir(fixture("damaged")).unwrap() {
        let path = entry.unwrap().path();
        let error = read(&path).expect_err("must be refused").to_string();
        assert!(!error.contains("gave up"), "{error}");
        assert!(error.contains("damaged"), "{error}");
        count += 1;
    }
    assert!(count >= 2, "the fixtures are missing");
}

/// Damaged files whose damage is too deep for the engine's checks: the decoder's panic is caught.
#[test]
fn what_decoders_give_up_on_is_a_named_error() {
    let mut count = 0;
    for entry in std::fs::read_dir(fixture("caught")).unwrap() {
        let error = read(&entry.unwrap().path()).expect_err("must be refused").to_string();
        assert!(error.contains("is damaged: the decoder gave up"), "{error}");
        count += 1;
    }
    assert!(count >= 2, "the fixtures are missing");
}
