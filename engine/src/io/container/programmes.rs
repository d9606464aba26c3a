//! Kind of a file by its first bytes, and the programmes that follow each other in it.

use super::sync::{self, RawStream};
use super::{flac, mpeg, ogg};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::tags;
use std::fs::File;
use std::io;
use std::ops::Range;

/// The programmes of a file: at least one.
#[derive(Debug)]
pub(in crate::io) struct Programmes {
    /// Range of each in the file, without the tags around it.
    pub(in crate::io) spans: Vec<Range<u64>>,
    /// Edits with which their headers are read.
    pub(in crate::io) edits: HeaderPatches,
}

impl Programmes {
    /// Returns the whole of a file of `len` bytes as one programme.
    pub(in crate::io) fn one(len: u64) -> Self {
        Self { spans: std::iter::once(0..len).collect(), edits: HeaderPatches::default() }
    }
}

/// First bytes of containers that have a reader of their own.
const CONTAINERS: &[&[u8]] =
    &[b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"caff", b"\x1a\x45\xdf\xa3", b"riff\x2e\x91", b".snd", b"dns."];
/// Boxes with which MP4 and `QuickTime` files begin.
const BOXES: &[&[u8]] =
    &[b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"sidx", b"uuid"];

/// Returns true if the first bytes of a file identify its format.
pub(in crate::io) fn has_magic(head: &[u8]) -> bool {
    let is_box = head.get(4..8).is_some_and(|kind| BOXES.contains(&kind));
    is_box || CONTAINERS.iter().chain(&[&b"fLaC"[..], b"OggS"]).any(|magic| head.starts_with(magic))
}

/// Returns true if a file of no other format contains MPEG audio in free format, whose frames are
/// found by their distance alone.
pub(in crate::io) fn is_free_format(file: &mut File, len: u64) -> io::Result<bool> {
    let start = tags::without_leading(file, 0..len)?;
    mpeg::is_free_format(&mut Peek::new(file, len), start)
}

/// Finds the programmes of a file of `len` bytes. `None` if it neither begins with known magic
/// bytes nor contains a stream of frames that agree. A search for sync words could then only find
/// them by chance.
pub(in crate::io) fn find(file: &mut File, len: u64) -> io::Result<Option<Programmes>> {
    let start = tags::without_leading(file, 0..len)?;
    let mut peek = Peek::new(file, len);
    let head = peek.at(start, 12)?;
    let is_flac = head.starts_with(b"fLaC");
    let is_ogg = head.starts_with(b"OggS");
    if has_magic(head) && !is_flac && !is_ogg {
        return Ok(Some(Programmes { spans: std::iter::once(start..len).collect(), edits: HeaderPatches::default() }));
    }
    let range = tags::without_tags(file, 0..len)?;
    let mut peek = Peek::new(file, range.end);
    let mut edits = HeaderPatches::default();
    let mut spans = if is_flac {
        flac::programmes(&mut peek, range)?
    } else if is_ogg {
        ogg::links(&mut peek, range)?
    } else {
        match sync::locate(&mut peek, range.clone())? {
            Some((RawStream::Mpeg, at)) => mpeg::programmes(&mut peek, at..range.end)?,
            Some((RawStream::Adts, at)) => std::iter::once(at..range.end).collect(),
            None => return Ok(None),
        }
    };
    if is_flac {
        for span in &mut spans {
            *span = tags::without_tags(file, span.clone())?;
            flac::mend(&mut Peek::new(file, span.end), span.start, &mut edits)?;
        }
    }
    Ok(Some(Programmes { spans, edits }))
}
