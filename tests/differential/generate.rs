//! Files written by `FFmpeg` and libsndfile: the same seeded signal in every container and codec.

use super::Case;
use std::path::Path;
use std::process::{Command, Stdio};

/// Codecs without loss that Core Audio files and `QuickTime` share.
const APPLE: &[&str] = &[
    "pcm_s8",
    "pcm_s16be",
    "pcm_s16le",
    "pcm_s24be",
    "pcm_s24le",
    "pcm_s32be",
    "pcm_s32le",
    "pcm_f32be",
    "pcm_f32le",
    "pcm_f64be",
    "pcm_f64le",
    "pcm_alaw",
    "pcm_mulaw",
    "alac",
];

/// `FFmpeg`'s codecs by extension; lossy ones are marked.
const FFMPEG: &[(&str, &[&str], bool)] = &[
    (
        "wav",
        &["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"],
        false,
    ),
    (
        "aiff",
        &[
            "pcm_s8",
            "pcm_s16be",
            "pcm_s24be",
            "pcm_s32be",
            "pcm_f32be",
            "pcm_f64be",
            "pcm_alaw",
            "pcm_mulaw",
            "pcm_s16le",
        ],
        false,
    ),
    (
        "au",
        &["pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw"],
        false,
    ),
    ("caf", APPLE, false),
    ("caf", &["flac"], false),
    ("mov", APPLE, false),
    ("mka", &["pcm_s16le", "pcm_s24le", "pcm_f32le", "flac", "alac"], false),
    ("flac", &["flac"], false),
    ("w64", &["pcm_s16le", "pcm_s24le"], false),
    ("m4a", &["alac"], false),
    ("oga", &["flac"], false),
    ("m4a", &["aac"], true),
    ("aac", &["aac"], true),
    ("mka", &["aac", "libmp3lame", "libvorbis", "libopus"], true),
    ("mp3", &["libmp3lame"], true),
    ("mp2", &["mp2"], true),
    ("ogg", &["libvorbis"], true),
    ("opus", &["libopus"], true),
    ("webm", &["libvorbis", "libopus"], true),
    ("mov", &["aac", "libmp3lame"], true),
    ("mp4", &["libopus", "aac", "flac"], true),
];

/// Rates and channels for which every codec is tried; those that an encoder does not accept are
/// left out.
const FORMS: &[(u32, usize)] = &[(22_050, 1), (44_100, 2), (48_000, 3), (48_000, 6), (96_000, 2)];

/// Containers and codings of `sndfile-convert`.
const SNDFILE: &[(&str, &[&str])] = &[
    ("wav", &["pcmu8", "pcm16", "pcm24", "pcm32", "float32", "float64", "ulaw", "alaw"]),
    ("rf64", &["pcm16", "pcm24", "float32"]),
    ("w64", &["pcm16", "pcm24", "float32"]),
    ("aif", &["pcms8", "pcm16", "pcm24", "pcm32", "float32", "float64", "ulaw", "alaw"]),
    ("au", &["pcms8", "pcm16", "pcm24", "pcm32", "float32", "float64", "ulaw", "alaw"]),
    ("caf", &["pcms8", "pcm16", "pcm24", "pcm32", "float32", "float64", "ulaw", "alaw", "alac16", "alac24"]),
    ("flac", &["pcms8", "pcm16", "pcm24"]),
    ("oga", &["pcm16"]),
];

/// Returns a sine and noise of its own for each channel, so that exchanged channels are noticed.
fn signal(rate_hz: u32, channels: usize) -> String {
    let channel = |n: usize| format!("0.4*sin(2*PI*{}*t)+0.05*(random({n})-0.5)", 220 + 110 * n);
    let all: Vec<String> = (0..channels).map(channel).collect();
    format!("aevalsrc={}:s={rate_hz}:d=0.4", all.join("|"))
}

/// Makes every file that this `FFmpeg` can.
pub(super) fn with_ffmpeg(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (ending, codecs, lossy) in FFMPEG {
        for codec in *codecs {
            for (rate_hz, channels) in FORMS {
                let name = format!("ffmpeg-{codec}-{rate_hz}-{channels}.{ending}");
                let made = Command::new("ffmpeg")
                    .args(["-v", "error", "-nostdin", "-f", "lavfi", "-i", &signal(*rate_hz, *channels)])
                    .args(["-c:a", codec, "-strict", "experimental", "-bitexact"])
                    .arg(folder.join(&name))
                    .stderr(Stdio::null())
                    .status()
                    .unwrap();
                if made.success() {
                    cases.push(Case { name, lossy: *lossy });
                }
            }
        }
    }
    cases
}

/// Makes every file that this libsndfile can, from `FFmpeg`'s float files.
pub(super) fn with_sndfile(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (ending, codings) in SNDFILE {
        for coding in *codings {
            for (rate_hz, channels) in FORMS {
                let source = folder.join(format!("ffmpeg-pcm_f32le-{rate_hz}-{channels}.wav"));
                let name = format!("sndfile-{coding}-{rate_hz}-{channels}.{ending}");
                let made = Command::new("sndfile-convert")
                    .arg(format!("-{coding}"))
                    .arg(source)
                    .arg(folder.join(&name))
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .unwrap();
                if made.success() {
                    cases.push(Case { name, lossy: false });
                }
            }
        }
    }
    cases
}
