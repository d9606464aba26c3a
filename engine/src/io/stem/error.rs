//! Errors of stems, with messages that name the file, the cause and the remedy.

use crate::audio::ChannelLayout;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::units::SampleRate;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Fewest frames of a stem: with one there is nothing to align, filter or resample.
pub(in crate::io) const MIN_FRAMES: u64 = 2;

/// A stem that cannot be opened or read on.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The file does not exist.
    #[error("{}: no such file; check the path", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The file may not be read.
    #[error("{}: no permission to read it; change its permissions or run as its owner", path.display())]
    NoPermission {
        /// The file.
        path: PathBuf,
    },
    /// The path is a folder, a pipe or a device.
    #[error("{}: is {what}, not a file; name the audio files themselves", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// Kind of the path: `a folder` or `a pipe or device`.
        what: &'static str,
    },
    /// The disk or network failed.
    #[error("{}: cannot be read: {cause}; copy it to a disk that works and try again", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error message.
        cause: String,
    },
    /// The file has no bytes.
    #[error("{}: is empty (0 bytes); export it again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The content is not of a known format.
    #[error("{}: {what}; convert it to WAV or FLAC", path.display())]
    NotAudio {
        /// The file.
        path: PathBuf,
        /// Appearance of the content, as the rest of the sentence after the file's name.
        what: String,
    },
    /// The container is known, but not its codec.
    #[error("{}: the codec {codec} in {container} cannot be decoded ({reason}); convert it to WAV or FLAC", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The container, such as `mp4`.
        container: String,
        /// The codec, as well as it can be named.
        codec: String,
        /// Reason why it cannot be decoded.
        reason: String,
    },
    /// The header or the coded audio contradicts its own format.
    #[error("{}: is damaged: {reason}; export it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Description of the damage.
        reason: String,
    },
    /// A header without audio.
    #[error("{}: holds no audio (0 frames); export it again or leave it out", path.display())]
    NoAudio {
        /// The file.
        path: PathBuf,
    },
    /// Fewer frames than a stem needs.
    #[error("{}: holds {frames} sample; a stem needs at least {min}: export it again or leave it out",
        path.display(), min = MIN_FRAMES)]
    TooShort {
        /// The file.
        path: PathBuf,
        /// The frames that it contains.
        frames: u64,
    },
    /// No channels, or more than are supported.
    #[error("{}: has {channels} channels; 1 to {max} can be read: export it with fewer", path.display(), max = ChannelLayout::MAX_CHANNELS)]
    Channels {
        /// The file.
        path: PathBuf,
        /// The channels that its header names.
        channels: usize,
    },
    /// A sample rate that no audio has.
    #[error("{}: has a sample rate of {rate_hz} Hz; {min} to {max} Hz can be read: export it again", path.display(),
        min = SampleRate::MIN, max = SampleRate::MAX)]
    Rate {
        /// The file.
        path: PathBuf,
        /// The rate that its header names, in hertz.
        rate_hz: u32,
    },
    /// A sample beyond +40 dBFS: bytes in the wrong order, or integers read as floating numbers.
    #[error("{}: sample {frame} of channel {channel} (at {time_s:.6} s) is {value:e}, more than +40 dBFS, which is not sound; \
        repair or export it again", path.display(), channel = channel + 1)]
    TooLoud {
        /// The file.
        path: PathBuf,
        /// The first such frame, counted from 0 after trimming.
        frame: u64,
        /// Its time, in seconds.
        time_s: f64,
        /// The stored channel, counted from 0.
        channel: usize,
        /// The sample; full scale is 1.
        value: f32,
    },
    /// A sample that is not a number, or infinite.
    #[error("{}: sample {frame} of channel {channel} (at {time_s:.6} s) is {value}, not a finite number; repair or export it again",
        path.display(), channel = channel + 1)]
    NonFinite {
        /// The file.
        path: PathBuf,
        /// The first such frame, counted from 0 after trimming.
        frame: u64,
        /// Its time, in seconds.
        time_s: f64,
        /// The stored channel, counted from 0.
        channel: usize,
        /// `NaN`, `inf` or `-inf`.
        value: f32,
    },
}

impl DecodeError {
    pub(in crate::io) fn from_io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_path_buf();
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::PermissionDenied => Self::NoPermission { path },
            io::ErrorKind::IsADirectory => Self::NotAFile { path, what: "a folder" },
            _ => Self::Io { path, cause: error.to_string() },
        }
    }

    pub(in crate::io) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_path_buf(), reason: reason.into() }
    }
}

/// Opens a regular file that is not empty. Returns its length too.
pub(in crate::io) fn open_file(path: &Path) -> Result<(StemBytes, u64), DecodeError> {
    let from_io = |error: io::Error| DecodeError::from_io(path, &error);
    // Checked before opening: opening a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(from_io)?;
    if metadata.is_dir() {
        return Err(DecodeError::NotAFile { path: path.to_path_buf(), what: "a folder" });
    }
    if !metadata.is_file() {
        return Err(DecodeError::NotAFile { path: path.to_path_buf(), what: "a pipe or device" });
    }
    let file = StemBytes::open(path).map_err(from_io)?;
    let len = file.length().map_err(from_io)?;
    if len == 0 { Err(DecodeError::Empty { path: path.to_path_buf() }) } else { Ok((file, len)) }
}
