//! The work of the process.

use super::{Answer, Decoded, Reason, Request};
use mixdown_engine::analysis::{FileWaveform, draw_file};
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{DecodeError, Fold, StemReader};
use mixdown_engine::process::Source;
use mixdown_shell::confine;
use std::io::{self, Read, Write};
use std::path::Path;

/// Frames decoded at a time.
const BLOCK: usize = 4_096;
/// Longest request, in bytes.
const MAX_REQUEST: u64 = 64 << 10;

/// Decodes a stem in this process; returns true if the answer was written.
pub(crate) fn probe_child() -> bool {
    let Some(request) = begin() else { return false };
    let answer = match decode(&request.path, request.max_frames) {
        Ok(decoded) => Answer::Decoded(decoded),
        Err(Refusal::Long) => Answer::Refused {
            reason: Reason::TooLong,
            message: format!("has more than {} frames, the most that are allowed", request.max_frames),
        },
        Err(Refusal::Decode(error)) => Answer::Refused { reason: reason(&error), message: error.to_string() },
    };
    serde_json::to_vec(&answer).is_ok_and(|bytes| send(&bytes))
}

/// Draws a stem in this process: waveform data on standard output. Returns true if it succeeded.
pub(crate) fn draw_child() -> bool {
    let Some(request) = begin() else { return false };
    let waveform = FileWaveform { samples_per_pixel: request.samples_per_pixel, ..FileWaveform::default() };
    let mut output = io::BufWriter::new(io::stdout().lock());
    draw_file(&request.path, waveform)
        .is_ok_and(|data| data.write_dat(&mut output).and_then(|()| output.flush()).is_ok())
}

/// Limits this process and returns its request.
fn begin() -> Option<Request> {
    // Before any thread starts: from here on the process ends with the service.
    confine::die_with_parent();
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_REQUEST).read_to_end(&mut bytes).ok()?;
    let request: Request = serde_json::from_slice(&bytes).ok()?;
    // All threads start before memory runs short: a thread that dies while it starts is waited for
    // forever.
    rayon::broadcast(|_| ());
    confine::limit_memory(request.memory_mb);
    Some(request)
}

enum Refusal {
    Long,
    Decode(DecodeError),
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

fn decode(path: &Path, max_frames: u64) -> Result<Decoded, Refusal> {
    let mut reader = StemReader::open(path, Fold::Stereo)?;
    let mut block = AudioBuffer::new(reader.channels(), BLOCK);
    let mut frames = 0_u64;
    loop {
        let read = reader.read(&mut block.block_mut())?;
        frames += read as u64;
        if frames > max_frames {
            return Err(Refusal::Long);
        }
        if read < BLOCK {
            break;
        }
    }
    let (info, outcome) = (reader.info(), reader.outcome());
    let corrupt = match outcome.corrupt_packets {
        0 => None,
        1 => Some("one packet cannot be decoded, and is silent".to_owned()),
        count => Some(format!("{count} packets cannot be decoded, and are silent")),
    };
    let found = [&info.programmes, &info.fold, &outcome.truncated, &corrupt].into_iter().flatten();
    Ok(Decoded {
        frames,
        sample_rate: info.sample_rate.hz(),
        channels: info.source_channels,
        format: if info.container == info.codec {
            info.codec.clone()
        } else {
            format!("{} {}", info.container, info.codec)
        },
        warnings: info.remarks.iter().chain(found).cloned().collect(),
    })
}

fn reason(error: &DecodeError) -> Reason {
    match error {
        DecodeError::NotAudio { .. } | DecodeError::Unsupported { .. } => Reason::Unsupported,
        DecodeError::Empty { .. } | DecodeError::NoAudio { .. } | DecodeError::TooShort { .. } => Reason::Empty,
        _ => Reason::Unreadable,
    }
}

fn send(bytes: &[u8]) -> bool {
    let mut output = io::stdout().lock();
    output.write_all(bytes).and_then(|()| output.flush()).is_ok()
}
