//! The start of a FLAC stream (RFC 9639 §8) as the decoder needs it, and further streams behind the first.

use super::patch::Edits;
use super::peek::Peek;
use std::io;
use std::ops::Range;

/// Metadata blocks looked at; real files have fewer than ten.
const MAX_BLOCKS: usize = 1_000;
/// Streams looked for in one file.
const MAX_PROGRAMMES: usize = 4_096;
/// `fLaC` and the header of the block that must follow: STREAMINFO, 34 bytes; the flag «last block» apart.
const START: [u8; 8] = *b"fLaC\0\0\0\x22";
/// The smallest block but the last (§8.2).
const MIN_BLOCK: u16 = 16;

/// Adds the edits that a stream's STREAMINFO needs where it contradicts itself or its frames.
pub(super) fn mend(peek: &mut Peek<'_>, start: u64, edits: &mut Edits) -> io::Result<()> {
    let info = start + START.len() as u64;
    let Some(fields) = peek.at(info, 10)?.first_chunk::<10>().copied() else { return Ok(()) };
    let u24 = |at: usize| u32::from_be_bytes([0, fields[at], fields[at + 1], fields[at + 2]]);
    // Frame sizes are hints; contradictory ones are shown as unknown.
    if u24(7) > 0 && u24(7) < u24(4) {
        edits.add(info + 4, &[0; 6]);
    }
    let (min, max) = (u16::from_be_bytes([fields[0], fields[1]]), u16::from_be_bytes([fields[2], fields[3]]));
    if min >= MIN_BLOCK && min == max {
        return Ok(());
    }
    let Some(first) = first_frame(peek, start)? else { return Ok(()) };
    let (min, max) = match first {
        // Frames that count frames are all of one size, so that is what the numbers say.
        Blocks::Fixed(frames) => (frames.max(MIN_BLOCK), frames.max(MIN_BLOCK)),
        // A size that is below the least allowed, or above the greatest, is not known.
        Blocks::Variable if min >= MIN_BLOCK && max > min => return Ok(()),
        Blocks::Variable => (MIN_BLOCK, if max > MIN_BLOCK { max } else { u16::MAX }),
    };
    edits.add(info, &[min.to_be_bytes(), max.to_be_bytes()].concat());
    Ok(())
}

/// The blocking strategy of a stream, from its first frame; with the frames of its first block where they are fixed.
enum Blocks {
    Fixed(u16),
    Variable,
}

fn first_frame(peek: &mut Peek<'_>, start: u64) -> io::Result<Option<Blocks>> {
    let Some(at) = audio_start(peek, start)? else { return Ok(None) };
    let bytes = peek.at(at, 16)?;
    // Sync code, strategy; block size and rate; channels and bits; then a number coded as in UTF-8 (§9.1).
    let &[0xff, strategy @ (0xf8 | 0xf9), sizes, _, number, ..] = bytes else { return Ok(None) };
    if strategy == 0xf9 {
        return Ok(Some(Blocks::Variable));
    }
    let size_at = 4 + if number < 0x80 { 1 } else { number.leading_ones() as usize };
    let frames = match sizes >> 4 {
        1 => 192,
        code @ 2..=5 => 144 << code,
        6 => bytes.get(size_at).map_or(0, |&less_one| u16::from(less_one) + 1),
        7 => bytes.get(size_at..size_at + 2).map_or(0, |b| u16::from_be_bytes([b[0], b[1]]).saturating_add(1)),
        code @ 8.. => 1 << code,
        _ => 0,
    };
    Ok((frames > 0).then_some(Blocks::Fixed(frames)))
}

/// Where the frames begin.
fn audio_start(peek: &mut Peek<'_>, start: u64) -> io::Result<Option<u64>> {
    let mut at = start + 4;
    for _ in 0..MAX_BLOCKS {
        let Some(&[kind, a, b, c]) = peek.at(at, 4)?.first_chunk::<4>() else { break };
        at += 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind & 0x80 != 0 {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The streams of a stretch that begins with one.
pub(super) fn programmes(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
    let (mut found, mut start) = (Vec::new(), range.start);
    let mut from = audio_start(peek, start)?.unwrap_or(range.end);
    while found.len() < MAX_PROGRAMMES
        && let Some(at) = peek.find(from, &START[..4])?
    {
        let next = peek.at(at, START.len())?;
        let is_start = next.get(4..8).is_some_and(|block| block[0].trailing_zeros() >= 7 && block[1..] == START[5..]);
        from = at + 4;
        if is_start {
            found.push(start..at);
            start = at;
            from = audio_start(peek, start)?.unwrap_or(range.end).max(from);
        }
    }
    found.push(start..range.end);
    Ok(found)
}
