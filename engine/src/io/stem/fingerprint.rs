//! A file's fingerprint, for the report of a render.

use super::StemSource;
use crate::io::DecodeError;
use crate::io::bytes::stem_bytes::StemBytes;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// Returns the BLAKE3 hash of a file's bytes as 64 hexadecimal digits. Reads the file as a stream;
/// memory does not grow with its length.
///
/// # Errors
/// When the file cannot be opened or read.
pub fn hash_file(path: &Path) -> Result<String, DecodeError> {
    hash_source(&path.into())
}

fn hash_source(source: &StemSource) -> Result<String, DecodeError> {
    let (file, _) = source.open()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file).map_err(|error| DecodeError::from_io(source.path(), &error))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// A hash of the first bytes of a file that is being read.
pub(in crate::io) struct PartialHash {
    pub(in crate::io) hash: blake3::Hasher,
    pub(in crate::io) file: Arc<StemBytes>,
    /// Number of bytes that it covers.
    pub(in crate::io) at: u64,
}

impl PartialHash {
    fn finish(mut self) -> io::Result<blake3::Hash> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.at))?;
        self.hash.update_reader(file)?;
        file.seek(SeekFrom::Start(self.at))?;
        Ok(self.hash.finalize())
    }
}

/// BLAKE3 hash of a stem, as far as it was computed while the stem was read.
pub struct Fingerprint {
    source: StemSource,
    along: Option<PartialHash>,
}

impl Fingerprint {
    pub(in crate::io) fn new(source: StemSource, along: Option<PartialHash>) -> Self {
        Self { source, along }
    }

    /// Returns the hash of all bytes of the file, as from [`hash_file`]. Reads those that it does
    /// not cover yet. Control thread.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn finish(self) -> Result<String, DecodeError> {
        let Self { source, along } = self;
        match along.map(PartialHash::finish) {
            Some(hash) => Ok(hash.map_err(|error| DecodeError::from_io(source.path(), &error))?.to_hex().to_string()),
            None => hash_source(&source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use crate::io::{Fold, StemReader};
    use crate::process::Source;

    #[test]
    fn a_hash_taken_while_reading_is_that_of_the_whole_file_wherever_reading_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        for (channels, bits) in [(1, 16), (2, 24), (3, 24), (2, 32)] {
            let format = hound::SampleFormat::Int;
            let spec = hound::WavSpec { channels, sample_rate: 48_000, bits_per_sample: bits, sample_format: format };
            let mut writer = hound::WavWriter::create(&path, spec).unwrap();
            for sample in 0..40_000 * i32::from(channels) {
                writer.write_sample((sample * 7_919) % 30_000).unwrap();
            }
            writer.finalize().unwrap();
            // Bytes after the samples belong to the file too.
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.extend_from_slice(b"LIST\x04\0\0\0INFO");
            std::fs::write(&path, bytes).unwrap();
            let expected = hash_file(&path).unwrap();
            let mut plain = StemReader::open(&path, Fold::Keep).unwrap();
            let mut hashed = StemReader::open(&path, Fold::Keep).unwrap();
            hashed.hash_while_reading().unwrap();
            assert_eq!(plain.fingerprint().finish().unwrap(), expected);
            let mut blocks = [(); 2].map(|()| AudioBuffer::new(channels.into(), 5_001));
            for _ in 0..9 {
                let [one, two] = &mut blocks;
                let frames = hashed.read(&mut two.block_mut()).unwrap();
                assert_eq!(plain.read(&mut one.block_mut()).unwrap(), frames);
                for channel in 0..channels.into() {
                    assert_eq!(one.channel(channel)[..frames], two.channel(channel)[..frames]);
                }
                assert_eq!(hashed.fingerprint().finish().unwrap(), expected);
            }
            assert_eq!(hashed.outcome().frames, 40_000);
            assert!(hashed.outcome().finished);
            let along = hashed.fingerprint().along.map(|along| along.at > 40_000);
            assert_eq!(along, Some(true), "{channels} channels of {bits} bits");
        }
    }

    #[test]
    fn the_hash_of_abc_is_the_one_of_the_blake3_test_vectors() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let expected = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
        assert_eq!(hash_file(file.path()).unwrap(), expected);
    }

    #[test]
    fn an_empty_file_is_refused_before_it_is_hashed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(hash_file(file.path()), Err(DecodeError::Empty { .. })));
    }
}
