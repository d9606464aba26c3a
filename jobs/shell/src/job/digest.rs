//! SHA-256 as text.

use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::{self, Read};

/// Length of a stream, and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedBytes {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

/// Returns the SHA-256 of bytes, 64 hexadecimal digits.
pub fn hex_digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Reads a stream to its end; returns its length and hash.
///
/// # Errors
/// Any error of reading the stream.
pub fn hash_reader(mut reader: impl Read) -> io::Result<HashedBytes> {
    let (mut hasher, mut chunk, mut bytes) = (Sha256::new(), vec![0; 1 << 16], 0);
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(HashedBytes { bytes, sha256: hex(&hasher.finalize()) }),
            Ok(count) => {
                hasher.update(&chunk[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Returns bytes as hexadecimal digits.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_abc_is_the_one_of_fips_180_4() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex_digest(b"abc"), expected);
        assert_eq!(hash_reader(&b"abc"[..]).unwrap(), HashedBytes { bytes: 3, sha256: expected.into() });
    }
}
