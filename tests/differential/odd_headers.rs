//! Valid WAVE files whose headers are odd: ordinary ones with some bytes changed.

use super::Case;
use std::path::Path;

/// One change to the bytes of a canonical WAVE file with a 16-byte `fmt ` chunk and 44 bytes of
/// header.
type Change = fn(&mut Vec<u8>);

const CHANGES: &[(&str, Change)] = &[
    ("riff-size-0", |bytes| bytes[4..8].fill(0)),
    ("riff-size-unknown", |bytes| bytes[4..8].fill(0xff)),
    ("data-size-unknown", |bytes| bytes[40..44].fill(0xff)),
    ("both-sizes-unknown", |bytes| {
        bytes[4..8].fill(0xff);
        bytes[40..44].fill(0xff);
    }),
    ("both-sizes-0", |bytes| {
        bytes[4..8].fill(0);
        bytes[40..44].fill(0);
    }),
    ("junk-before-fmt", |bytes| insert(bytes, 12, b"JUNK", &[0; 28])),
    ("odd-junk-before-fmt", |bytes| insert(bytes, 12, b"JUNK", &[0; 7])),
    ("fact-before-data", |bytes| insert(bytes, 36, b"fact", &[0; 4])),
    ("list-before-data", |bytes| insert(bytes, 36, b"LIST", b"INFOISFT\x06\0\0\0Lavf58")),
    ("list-child-too-long", |bytes| insert(bytes, 36, b"LIST", b"INFOISFT\xff\0\0\0Lavf58")),
    ("bext-before-data", |bytes| insert(bytes, 36, b"bext", &[0; 602])),
    ("byte-rate-0", |bytes| bytes[28..32].fill(0)),
    ("byte-rate-wrong", |bytes| bytes[28..32].fill(0x11)),
    ("text-behind", |bytes| bytes.extend_from_slice(b"TAG some words that are not audio at all.......")),
    ("list-behind", |bytes| bytes.extend_from_slice(b"LIST\x04\0\0\0INFO")),
    ("id3-chunk-behind", |bytes| bytes.extend_from_slice(b"id3 \x0a\0\0\0ID3\x03\0\0\0\0\0\0")),
    ("extensible-mask-0", |bytes| extensible(bytes, 0)),
    ("extensible-mask-all", |bytes| extensible(bytes, 0x8000_0000)),
    ("extensible-mask-too-many", |bytes| extensible(bytes, 0x3_ffff)),
    ("extensible-mask-too-few", |bytes| extensible(bytes, 0x4)),
    ("extensible-mask-unknown-bits", |bytes| extensible(bytes, 0x0300_0000)),
];

/// Bits, channels and rates of the files that are changed.
const FORMS: &[(u16, u16, u32)] = &[(16, 2, 44_100), (16, 1, 22_050), (24, 2, 48_000), (24, 1, 44_100), (8, 2, 44_100)];

/// Writes every change of every form into the folder.
pub(super) fn write_all(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (bits, channels, rate_hz) in FORMS {
        for (what, change) in CHANGES {
            let mut bytes = canonical(*bits, *channels, *rate_hz);
            change(&mut bytes);
            let name = format!("odd-{what}-{bits}-{channels}.wav");
            std::fs::write(folder.join(&name), bytes).unwrap();
            cases.push(Case { name, lossy: false });
        }
    }
    cases
}

/// Returns a WAVE file with 44 bytes of header and a fifth of a second of samples that never
/// repeat.
fn canonical(bits: u16, channels: u16, rate_hz: u32) -> Vec<u8> {
    let frame = bits / 8 * channels;
    let audio = (rate_hz / 5) * u32::from(frame);
    let mut bytes = Vec::new();
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(audio + 36).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend_from_slice(&channels.to_le_bytes());
    bytes.extend_from_slice(&rate_hz.to_le_bytes());
    bytes.extend_from_slice(&(rate_hz * u32::from(frame)).to_le_bytes());
    bytes.extend_from_slice(&frame.to_le_bytes());
    bytes.extend_from_slice(&bits.to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&audio.to_le_bytes());
    // A linear congruential generator (Numerical Recipes): equal bytes would hide a delay.
    let mut state = 1_u32;
    bytes.extend((0..audio).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }));
    bytes
}

fn insert(bytes: &mut Vec<u8>, at: usize, kind: &[u8], body: &[u8]) {
    let mut chunk = kind.to_vec();
    chunk.extend_from_slice(&(body.len() as u32).to_le_bytes());
    chunk.extend_from_slice(body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    let riff_size = (bytes.len() + chunk.len() - 8) as u32;
    bytes.splice(at..at, chunk);
    bytes[4..8].copy_from_slice(&riff_size.to_le_bytes());
}

/// Makes `fmt ` extensible (WAVEFORMATEXTENSIBLE) with a channel mask.
fn extensible(bytes: &mut Vec<u8>, mask: u32) {
    let (tag, bits) = ([bytes[20], bytes[21]], [bytes[34], bytes[35]]);
    let mut more = vec![22, 0, bits[0], bits[1]];
    more.extend_from_slice(&mask.to_le_bytes());
    more.extend_from_slice(&tag);
    more.extend_from_slice(b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71");
    bytes[16..20].copy_from_slice(&40_u32.to_le_bytes());
    bytes[20..22].copy_from_slice(&0xfffe_u16.to_le_bytes());
    bytes.splice(36..36, more);
    let riff_size = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&riff_size.to_le_bytes());
}
