//! Start and end of the recording in an MP4 file: its edit list and iTunes' own tag, which the
//! demuxer ignores.

use super::header_patch::HeaderPatches;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

/// Most boxes read of one file: an ordinary file has about fifty, a fragmented one six per
/// fragment.
const MAX_BOXES: usize = 1_000_000;
/// The longest `iTunSMPB` text; Apple writes about 120 bytes.
const MAX_TEXT: u64 = 1_024;

/// Most edits read of one file.
const MAX_EDITS: u64 = 1_024;

/// One entry of an edit list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// First media tick to play; `None` for an empty edit.
    pub(super) media_time: Option<u64>,
    /// Length, in ticks of the movie; 0 means up to the end of the media.
    pub(super) duration: u64,
}

/// Properties of one audio track of an MP4 file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mp4Edits {
    /// From the edit list: the first media tick to play, in ticks of [`Mp4Edits::media_timescale`].
    pub(super) media_time: Option<u64>,
    /// From the edit list: length to play, in ticks of [`Mp4Edits::movie_timescale`]. `None` when 0
    /// or when there are several edits.
    pub(super) duration: Option<u64>,
    /// Ticks per second of the media.
    pub(super) media_timescale: u32,
    /// Ticks per second of the movie.
    pub(super) movie_timescale: u32,
    /// The whole edit list.
    pub(super) list: Vec<Edit>,
    /// True if an edit requests another speed than that of the media.
    pub(super) has_other_speed: bool,
    /// From `iTunSMPB`: encoder delay, padding and length, in frames.
    pub(super) smpb: Option<(u64, u64, u64)>,
    /// The four letters that name the codec.
    pub(super) codec: Option<String>,
}

/// Reads the edits of the track `id`. `None` for an unreadable file: the demuxer reports the
/// reason.
pub(super) fn read_edits(file: &mut File, len: u64, id: u32) -> Option<Mp4Edits> {
    let mut walker = Mp4Walker::new(file);
    let moov = walker.child(0..len, *b"moov").ok()??;
    let mut edits = Mp4Edits::default();
    if let Some(mvhd) = walker.child(moov.clone(), *b"mvhd").ok()? {
        edits.movie_timescale = walker.timescale(&mvhd).ok()?;
    }
    let children = walker.children(moov.clone()).ok()?;
    for (kind, trak) in children {
        if &kind == b"trak" && walker.track_id(&trak).ok()? == Some(id) {
            walker.read_track(&trak, &mut edits).ok()?;
        }
    }
    edits.smpb = walker.read_smpb(&moov).ok().flatten();
    Some(edits)
}

/// Returns the edit that a file of `len` bytes needs when it breaks off. Its last box is shown with
/// its actual size, so that the samples in it are found.
pub(super) fn scan(file: &mut File, len: u64) -> io::Result<Option<HeaderPatches>> {
    let mut walker = Mp4Walker::new(file);
    if len < 16 || !is_box(&walker.bytes::<8>(0)?) {
        return Ok(None);
    }
    let mut edits = HeaderPatches::default();
    let Some((kind, body)) = walker.children(0..len)?.pop() else { return Ok(None) };
    let short: [u8; 8] = walker.bytes(body.start - 8)?;
    if short[4..] == kind {
        let size = u64::from(be_u32(&short));
        if size > 1 && body.start - 8 + size > len {
            edits.add(body.start - 8, &((len - body.start + 8) as u32).to_be_bytes());
        }
    } else if body.start >= 16 && (body.start - 16).checked_add(u64::from_be_bytes(short)).is_none_or(|end| end > len) {
        edits.add(body.start - 8, &(len - body.start + 16).to_be_bytes());
    }
    edits.extend(unwrapped_alac(&mut walker, len).unwrap_or_default());
    Ok(Some(edits))
}

/// Returns the edits that take the header of ALAC out of the `wave` box in which `QuickTime` keeps
/// it. The demuxer looks for it beside that box only.
fn unwrapped_alac<R: Read + Seek>(walker: &mut Mp4Walker<R>, len: u64) -> io::Result<HeaderPatches> {
    let mut edits = HeaderPatches::default();
    let Some(moov) = walker.child(0..len, *b"moov")? else { return Ok(edits) };
    for (_, trak) in walker.children(moov)?.into_iter().filter(|(kind, _)| kind == b"trak") {
        let Some(stsd) = walker.path(&trak, &[b"mdia", b"minf", b"stbl", b"stsd"])? else { continue };
        let Some((kind, entry)) = walker.children(stsd.start + 8..stsd.end)?.into_iter().next() else { continue };
        // Versions 0, 1 and 2 of a sound description have 28, 44 and 64 bytes of fields.
        let [_, version] = walker.bytes::<2>(entry.start + 8)?;
        let fields = if &kind == b"alac" { [28, 44, 64].get(usize::from(version)) } else { None };
        let Some(wave) =
            fields.map(|fields| walker.child(entry.start + fields..entry.end, *b"wave")).transpose()?.flatten()
        else {
            continue;
        };
        let inner = walker.children(wave.clone())?;
        let Some(at) = inner.iter().position(|(kind, _)| kind == b"alac") else { continue };
        let (header, end) = (inner[at].1.start - 8, inner[at].1.end);
        let mut hide = |from: u64, to: u64| {
            if to >= from + 8 {
                edits.add(from, &[&((to - from) as u32).to_be_bytes()[..], b"free"].concat());
            }
        };
        hide(wave.start - 8, header);
        hide(end, wave.end);
    }
    Ok(edits)
}

/// Returns true for the beginning of a `QuickTime` or MP4 file; old `QuickTime` files have no
/// `ftyp`.
pub(super) fn is_box(head: &[u8]) -> bool {
    matches!(head.get(4..8), Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot"))
}

/// Walks boxes by their headers alone, of 8 or 16 bytes; bodies are skipped.
pub(super) struct Mp4Walker<R> {
    reader: BufReader<R>,
    left: usize,
}

impl<R: Read + Seek> Mp4Walker<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(4096, reader), left: MAX_BOXES }
    }

    /// Returns the boxes in a range of the file. A box that claims more than its parent holds ends
    /// the list.
    pub(super) fn children(&mut self, range: Range<u64>) -> io::Result<Vec<([u8; 4], Range<u64>)>> {
        let mut found = Vec::new();
        let mut at = range.start;
        while at + 8 <= range.end && self.left > 0 {
            self.left -= 1;
            let header: [u8; 8] = self.bytes(at)?;
            let kind = [header[4], header[5], header[6], header[7]];
            let (size, body) = match u64::from(be_u32(&header)) {
                0 => (range.end - at, at + 8),
                1 => (u64::from_be_bytes(self.bytes(at + 8)?), at + 16),
                size => (size, at + 8),
            };
            let Some(end) = at.checked_add(size).filter(|&end| end >= body) else { break };
            found.push((kind, body..end.min(range.end).max(body)));
            at = end;
        }
        Ok(found)
    }

    pub(super) fn child(&mut self, range: Range<u64>, wanted: [u8; 4]) -> io::Result<Option<Range<u64>>> {
        Ok(self.children(range)?.into_iter().find(|(kind, _)| *kind == wanted).map(|(_, body)| body))
    }

    pub(super) fn path(&mut self, range: &Range<u64>, kinds: &[&[u8; 4]]) -> io::Result<Option<Range<u64>>> {
        let mut range = range.clone();
        for kind in kinds {
            match self.child(range, **kind)? {
                Some(body) => range = body,
                None => return Ok(None),
            }
        }
        Ok(Some(range))
    }

    pub(super) fn bytes<const N: usize>(&mut self, at: u64) -> io::Result<[u8; N]> {
        self.reader.seek(SeekFrom::Start(at))?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a timescale. `mvhd` and `mdhd` place it alike: after two dates of 4 bytes, or of 8 in
    /// version 1.
    pub(super) fn timescale(&mut self, body: &Range<u64>) -> io::Result<u32> {
        let [version] = self.bytes(body.start)?;
        Ok(be_u32(&self.bytes::<4>(body.start + if version == 1 { 20 } else { 12 })?))
    }

    pub(super) fn track_id(&mut self, trak: &Range<u64>) -> io::Result<Option<u32>> {
        let Some(tkhd) = self.child(trak.clone(), *b"tkhd")? else { return Ok(None) };
        let [version] = self.bytes(tkhd.start)?;
        Ok(Some(be_u32(&self.bytes::<4>(tkhd.start + if version == 1 { 20 } else { 12 })?)))
    }

    fn read_track(&mut self, trak: &Range<u64>, edits: &mut Mp4Edits) -> io::Result<()> {
        if let Some(mdhd) = self.path(trak, &[b"mdia", b"mdhd"])? {
            edits.media_timescale = self.timescale(&mdhd)?;
        }
        if let Some(stsd) = self.path(trak, &[b"mdia", b"minf", b"stbl", b"stsd"])? {
            let code: [u8; 4] = self.bytes(stsd.start + 12)?;
            edits.codec = Some(String::from_utf8_lossy(&code).trim_end().to_string());
        }
        let Some(elst) = self.path(trak, &[b"edts", b"elst"])? else { return Ok(()) };
        let head: [u8; 8] = self.bytes(elst.start)?;
        let (long, count) = (head[0] == 1, be_u32(&[head[4], head[5], head[6], head[7]]));
        let entry_size = if long { 20 } else { 12 };
        let mut kept = 0;
        for entry in 0..u64::from(count).min(MAX_EDITS) {
            let at = elst.start + 8 + entry * entry_size;
            if at + entry_size > elst.end {
                break;
            }
            let (duration, media_time) = if long {
                (u64::from_be_bytes(self.bytes(at)?), i64::from_be_bytes(self.bytes(at + 8)?))
            } else {
                (u64::from(be_u32(&self.bytes::<4>(at)?)), i64::from(i32::from_be_bytes(self.bytes(at + 4)?)))
            };
            let media_rate = u32::from_be_bytes(self.bytes(at + entry_size - 4)?);
            let media_time = u64::try_from(media_time).ok();
            edits.list.push(Edit { media_time, duration });
            // A media time of −1 is an empty edit: before the recording, silence that is not part
            // of the stem.
            if let Some(media_time) = media_time {
                edits.has_other_speed |= media_rate != 0x0001_0000;
                kept += 1;
                if kept == 1 {
                    edits.media_time = Some(media_time);
                    edits.duration = (duration > 0).then_some(duration);
                } else {
                    edits.duration = None;
                }
            }
        }
        Ok(())
    }

    /// Reads ` 00000000 00000840 000001CA 00000000003F31F6 …`: delay, padding and length, in
    /// hexadecimal.
    fn read_smpb(&mut self, moov: &Range<u64>) -> io::Result<Option<(u64, u64, u64)>> {
        let Some(meta) = self.path(moov, &[b"udta", b"meta"])? else { return Ok(None) };
        // `meta` is a full box: four bytes of version and flags precede its children.
        let Some(list) = self.child(meta.start + 4..meta.end, *b"ilst")? else { return Ok(None) };
        for (kind, item) in self.children(list)? {
            if &kind != b"----" {
                continue;
            }
            let (Some(name), Some(data)) = (self.child(item.clone(), *b"name")?, self.child(item, *b"data")?) else {
                continue;
            };
            if self.text(name.start + 4..name.end)? == "iTunSMPB" {
                let text = self.text(data.start + 8..data.end)?;
                let mut fields = text.split_whitespace().skip(1).map(|field| u64::from_str_radix(field, 16).ok());
                let mut next = || fields.next().flatten();
                let (delay, padding, length) = (next(), next(), next());
                return Ok(delay.zip(padding).zip(length).map(|((delay, padding), length)| (delay, padding, length)));
            }
        }
        Ok(None)
    }

    fn text(&mut self, range: Range<u64>) -> io::Result<String> {
        self.reader.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        self.reader.by_ref().take(range.end.saturating_sub(range.start).min(MAX_TEXT)).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

pub(super) fn be_u32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
