//! Location of the samples of a track in movie fragments (ISO/IEC 14496-12 §8.8).

use super::boxes::{Mp4Walker, be_u32};
use std::io::{self, Read, Seek};
use std::ops::Range;

/// `tfhd` flags: the fields that follow, and the base of offsets.
const HAS_BASE: u32 = 1;
const HAS_DESCRIPTION: u32 = 2;
const HAS_DURATION: u32 = 8;
const HAS_SIZE: u32 = 0x10;
/// `trun` flags.
const HAS_OFFSET: u32 = 1;
const HAS_FIRST_FLAGS: u32 = 4;
const SAMPLE_SIZE: u32 = 0x200;
/// The fields of each sample: duration, size, flags, composition offset.
const SAMPLE_FIELDS: u32 = 0xf00;

/// Finds the runs of samples of `track` in all fragments of a file of `len` bytes, in their order.
///
/// # Errors
/// When the disk fails, or a box breaks off.
pub(super) fn runs<R: Read + Seek>(walker: &mut Mp4Walker<R>, len: u64, track: u32) -> io::Result<Vec<Range<u64>>> {
    let default_size = default_size(walker, len, track)?;
    let mut found = Vec::new();
    for (kind, moof) in walker.children(0..len)? {
        if &kind != b"moof" {
            continue;
        }
        // The box begins with its size and kind, before its body.
        let moof_start = moof.start - 8;
        for (_, traf) in walker.children(moof)?.into_iter().filter(|(kind, _)| kind == b"traf") {
            let boxes = walker.children(traf)?;
            let Some((_, head)) = boxes.iter().find(|(kind, _)| kind == b"tfhd") else { continue };
            let Some(head) = Head::read(walker, head, track)? else { continue };
            let mut next = head.base.unwrap_or(moof_start);
            for (_, run) in boxes.iter().filter(|(kind, _)| kind == b"trun") {
                let run = Run::read(walker, run, head.size.or(default_size))?;
                let start = match run.offset {
                    Some(offset) => head.base.unwrap_or(moof_start).saturating_add_signed(offset.into()),
                    None => next,
                };
                next = start.saturating_add(run.bytes);
                found.push(start..next);
            }
        }
    }
    Ok(found)
}

/// Returns the size of a sample that `trex` names for a track.
fn default_size<R: Read + Seek>(walker: &mut Mp4Walker<R>, len: u64, track: u32) -> io::Result<Option<u32>> {
    let Some(moov) = walker.child(0..len, *b"moov")? else { return Ok(None) };
    let Some(mvex) = walker.child(moov, *b"mvex")? else { return Ok(None) };
    for (_, trex) in walker.children(mvex)?.into_iter().filter(|(kind, _)| kind == b"trex") {
        let fields: [u8; 20] = walker.bytes(trex.start)?;
        if be_u32(&fields[4..]) == track {
            return Ok(Some(be_u32(&fields[16..])));
        }
    }
    Ok(None)
}

/// Head of a track's fragment.
struct Head {
    /// Base of offsets; the start of the fragment's `moof` where there is none.
    base: Option<u64>,
    /// Bytes of a sample.
    size: Option<u32>,
}

impl Head {
    /// Reads the head; `None` if it belongs to another track.
    fn read<R: Read + Seek>(walker: &mut Mp4Walker<R>, body: &Range<u64>, track: u32) -> io::Result<Option<Self>> {
        let fields: [u8; 8] = walker.bytes(body.start)?;
        if be_u32(&fields[4..]) != track {
            return Ok(None);
        }
        let flags = be_u32(&fields) & 0xff_ffff;
        let mut at = body.start + 8;
        let mut base = None;
        if flags & HAS_BASE != 0 {
            base = Some(u64::from_be_bytes(walker.bytes(at)?));
            at += 8;
        }
        at += 4 * u64::from((flags & (HAS_DESCRIPTION | HAS_DURATION)).count_ones());
        let size = if flags & HAS_SIZE != 0 { Some(be_u32(&walker.bytes::<4>(at)?)) } else { None };
        Ok(Some(Self { base, size }))
    }
}

/// Samples that follow each other.
struct Run {
    offset: Option<i32>,
    bytes: u64,
}

impl Run {
    fn read<R: Read + Seek>(walker: &mut Mp4Walker<R>, body: &Range<u64>, size: Option<u32>) -> io::Result<Self> {
        let fields: [u8; 8] = walker.bytes(body.start)?;
        let (flags, count) = (be_u32(&fields) & 0xff_ffff, be_u32(&fields[4..]));
        let mut at = body.start + 8;
        let mut offset = None;
        if flags & HAS_OFFSET != 0 {
            offset = Some(i32::from_be_bytes(walker.bytes(at)?));
            at += 4;
        }
        if flags & HAS_FIRST_FLAGS != 0 {
            at += 4;
        }
        let mut bytes = u64::from(count) * u64::from(size.unwrap_or(0));
        if flags & SAMPLE_SIZE != 0 {
            let entry = 4 * u64::from((flags & SAMPLE_FIELDS).count_ones());
            let before = if flags & 0x100 != 0 { 4 } else { 0 };
            // A count is a claim: the box has no room for more entries than this.
            let count = u64::from(count).min(body.end.saturating_sub(at) / entry);
            bytes = 0;
            for index in 0..count {
                bytes += u64::from(be_u32(&walker.bytes::<4>(at + index * entry + before)?));
            }
        }
        Ok(Self { offset, bytes })
    }
}
