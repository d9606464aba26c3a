//! The two other decoders, as programs: `FFmpeg`, and libsndfile's `sndfile-convert`.

use super::Decoded;
use std::path::Path;
use std::process::{Command, Stdio};

/// Fails where one of the programs is missing: a comparison without references would pass.
pub(super) fn require() {
    for (program, argument) in [("ffmpeg", "-version"), ("ffprobe", "-version"), ("sndfile-info", "--version")] {
        let status = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.is_ok(), "{program} is not installed; apt-get install ffmpeg sndfile-programs");
    }
}

/// Decodes the first audio stream with `FFmpeg`.
pub(super) fn ffmpeg(path: &Path) -> Option<Decoded> {
    let probe = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-select_streams",
            "a:0",
            "-of",
            "csv=p=0",
            "-show_entries",
            "stream=sample_rate,channels",
        ])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&probe.stdout);
    let mut fields = text.lines().next()?.split(',').filter_map(|field| field.trim().parse::<u32>().ok());
    let (rate_hz, channels) = (fields.next()?, fields.next()? as usize);
    let decoded = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-f", "f32le", "-c:a", "pcm_f32le", "-"])
        .output()
        .unwrap();
    (decoded.status.success() && !decoded.stdout.is_empty())
        .then(|| Decoded { rate_hz, channels: planes(&decoded.stdout, channels) })
}

/// Decodes with libsndfile, by way of a 32-bit float AU file, whose header is six words.
pub(super) fn sndfile(path: &Path) -> Option<Decoded> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.au");
    let converted = Command::new("sndfile-convert").arg("-float32").arg(path).arg(&out).output().unwrap();
    if !converted.status.success() {
        return None;
    }
    let bytes = std::fs::read(out).ok()?;
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (start, rate_hz, channels) = (word(4)? as usize, word(16)?, word(20)? as usize);
    let little: Vec<u8> =
        bytes.get(start..)?.as_chunks::<4>().0.iter().flat_map(|[a, b, c, d]| [*d, *c, *b, *a]).collect();
    Some(Decoded { rate_hz, channels: planes(&little, channels) })
}

/// Puts the channels of an Ogg Vorbis file in the order of WAVE. libsndfile leaves them in that of
/// Vorbis I §4.3.9.
pub(super) fn in_wave_order(name: &str, decoded: Decoded) -> Decoded {
    let order: &[usize] = match decoded.channels.len() {
        _ if !name.contains("vorbis") => return decoded,
        3 => &[0, 2, 1],
        6 => &[0, 2, 1, 5, 3, 4],
        _ => return decoded,
    };
    let channels = order.iter().map(|&at| decoded.channels[at].clone()).collect();
    Decoded { channels, ..decoded }
}

fn planes(bytes: &[u8], channels: usize) -> Vec<Vec<f32>> {
    let samples: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
    let plane = |channel: usize| samples.iter().skip(channel).step_by(channels).copied().collect();
    (0..channels).map(plane).collect()
}
