//! Stems of tests as files.

/// Returns a mono WAV file of 16 bits at 48 kHz: a sawtooth that `seed` shapes.
pub(crate) fn wav(frames: u32, seed: u32) -> Vec<u8> {
    let bytes = frames * 2;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&48_000_u32.to_le_bytes());
    file.extend_from_slice(&96_000_u32.to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for frame in 0..frames {
        let value = (frame.wrapping_mul(97 + seed) % 20_000) as i16 - 10_000;
        file.extend_from_slice(&value.to_le_bytes());
    }
    file
}
