//! Recognition of FLAC and Opus files that mixdown wrote.

use std::fs::File;
use std::io::Read;

/// The tag that every packed master carries, with the version after it.
pub(crate) const ENCODER_TAG: (&str, &str) = ("ENCODER", concat!("mixdown ", env!("CARGO_PKG_VERSION")));
/// Tag that distinguishes it from a file of another program.
const MARK: &[u8] = b"ENCODER=mixdown ";
/// Bytes of a file's head that contain its tags.
const HEAD: u64 = 4_096;

/// Returns true if a file begins as one of these containers does and names mixdown as its encoder.
pub(super) fn is_ours(file: File) -> bool {
    let mut head = Vec::new();
    let read = file.take(HEAD).read_to_end(&mut head);
    let container = head.starts_with(b"fLaC") || head.starts_with(b"OggS");
    read.is_ok() && container && head.windows(MARK.len()).any(|part| part == MARK)
}
