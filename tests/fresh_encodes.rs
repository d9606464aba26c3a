//! Fresh encodes of real music by `ffmpeg`, where it is installed: all start at the same sample and
//! have the same length. The small files of `fixtures/formats` test the same everywhere.

use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::process::Source;
use std::path::Path;
use std::process::Command;

/// Extension, and the arguments that choose codec and quality. The source is at 48 kHz, which all
/// of them keep.
const ENCODES: [(&str, &str); 11] = [
    ("wav", "-c:a pcm_s24le"),
    ("aiff", "-c:a pcm_s24be"),
    ("caf", "-c:a pcm_s16be"),
    ("flac", "-c:a flac"),
    ("m4a", "-c:a alac"),
    ("m4a", "-c:a aac -b:a 160k"),
    ("mp3", "-c:a libmp3lame -b:a 192k"),
    ("mp3", "-c:a libmp3lame -q:a 2"),
    ("ogg", "-c:a libvorbis -q:a 5"),
    ("opus", "-c:a libopus -b:a 128k"),
    ("webm", "-c:a libopus -b:a 96k"),
];

fn left(path: &Path) -> Vec<f32> {
    let mut stem = StemReader::open(path, Fold::Stereo).unwrap();
    let mut block = AudioBuffer::new(stem.channels(), 4_096);
    let mut samples = Vec::new();
    loop {
        let frames = stem.read(&mut block.block_mut()).unwrap();
        samples.extend_from_slice(&block.channel(0)[..frames]);
        if frames < 4_096 {
            return samples;
        }
    }
}

/// Returns the lag within ±1500 frames at which a second of `copy` resembles `reference` most.
fn lag(copy: &[f32], reference: &[f32]) -> i64 {
    let from = 100_000;
    let score = |lag: i64| -> f64 {
        let shifted = &copy[(from + lag) as usize..];
        reference[from as usize..][..48_000].iter().zip(shifted).map(|(a, b)| f64::from(a * b)).sum()
    };
    (-1_500..=1_500).max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap()
}

#[test]
fn a_fresh_encode_has_the_same_start_and_length() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("FFmpeg is not installed: only the files of fixtures/formats were held to this");
        return;
    }
    let source = mixdown_fixtures::path("stems/band/drums.flac");
    let reference = left(&source);
    let folder = tempfile::tempdir().unwrap();
    for (index, (ending, arguments)) in ENCODES.into_iter().enumerate() {
        let path = folder.path().join(format!("{index}.{ending}"));
        let encoded = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i"])
            .arg(&source)
            .args(arguments.split(' '))
            .arg(&path)
            .output()
            .unwrap();
        if !encoded.status.success() {
            println!("{ending} {arguments}: this FFmpeg cannot: {}", String::from_utf8_lossy(&encoded.stderr));
            continue;
        }
        let copy = left(&path);
        assert_eq!((lag(&copy, &reference), copy.len()), (0, reference.len()), "{ending} {arguments}");
    }
}
