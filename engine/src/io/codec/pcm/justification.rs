//! Position of samples in words that are wider than they are: in the high or in the low bytes.

use super::file::PcmCoding;
use crate::io::bytes::patched::read_up_to;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::{Word, WordKind};
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of audio that are examined.
const LOOKED_AT: u64 = 1 << 20;

/// Returns the word in which the samples from byte `at` on are stored. The standards put them in
/// the high bits and zeros below. If the bits below are not zero and those above only repeat the
/// sign, the writer put them low.
pub(in crate::io) fn find(file: &mut StemBytes, at: u64, coding: PcmCoding) -> io::Result<Word> {
    let PcmCoding { word, bits } = coding;
    let size = usize::from(word.bytes);
    let unused = 8 * u32::from(word.bytes) - bits;
    file.seek(SeekFrom::Start(at))?;
    let mut part = file.take(LOOKED_AT);
    let mut buffer = vec![0; size * 4_096];
    let (mut is_high, mut is_low) = (true, true);
    while is_high || is_low {
        let count = read_up_to(&mut part, &mut buffer)?;
        for bytes in buffer[..count].chunks_exact(size) {
            let aligned = word.aligned(bytes).cast_signed();
            let value = aligned >> (64 - 8 * size);
            is_high &= value & ((1 << unused) - 1) == 0;
            is_low &= (aligned << unused) >> unused == aligned;
        }
        if count < buffer.len() {
            break;
        }
    }
    let is_signed = word.kind == WordKind::Signed;
    Ok(if is_signed && is_low && !is_high { Word { kind: WordKind::LowSigned(bits as u8), ..word } } else { word })
}
