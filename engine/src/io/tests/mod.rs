//! Tests that read real files: those of `fixtures/formats`, and others made from them.

mod channels;
mod compressed;
mod headers;
mod hostile;
mod placement;
mod reference;
mod time_stamps;
mod wave;
mod wrapped;

use super::{DecodeError, Fold, StemInfo, StemOutcome, StemReader};
use crate::audio::AudioBuffer;
use crate::process::Source;
use std::path::{Path, PathBuf};

/// Everything that a stem yields.
#[derive(Debug)]
struct Stem {
    info: StemInfo,
    outcome: StemOutcome,
    channels: Vec<Vec<f32>>,
}

fn fixture(name: &str) -> PathBuf {
    mixdown_fixtures::path("formats").join(name)
}

fn read_with(path: &Path, fold: Fold, block: usize) -> Result<Stem, DecodeError> {
    let mut reader = StemReader::open(path, fold)?;
    let mut channels = vec![Vec::new(); reader.channels()];
    let mut buffer = AudioBuffer::new(reader.channels(), block);
    loop {
        let count = reader.read(&mut buffer.block_mut())?;
        for (index, channel) in channels.iter_mut().enumerate() {
            channel.extend_from_slice(&buffer.channel(index)[..count]);
        }
        if count < block {
            break;
        }
    }
    assert_eq!(reader.read(&mut buffer.block_mut()), Ok(0), "after the end there is nothing");
    assert!(reader.outcome().finished);
    assert_eq!(reader.outcome().frames, channels[0].len() as u64);
    Ok(Stem { info: reader.info().clone(), outcome: reader.outcome().clone(), channels })
}

fn read(path: &Path) -> Result<Stem, DecodeError> {
    read_with(path, Fold::Keep, 1024)
}

fn stem(name: &str) -> Stem {
    read(&fixture(name)).unwrap_or_else(|error| panic!("{error}"))
}

/// Writes a temporary file with these bytes; it exists as long as the handle.
fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// Returns the error of a stem that must be refused.
fn refusal(bytes: &[u8]) -> DecodeError {
    let file = file_of(bytes);
    read(file.path()).expect_err("must be refused")
}
