//! Edits through which the demuxer reads an MP4 file that breaks off, or whose codec has its header
//! in another box.

use super::boxes::{Mp4Walker, be_u32};
use super::is_box;
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::stem_bytes::StemBytes;
use std::io::{self, Read, Seek};

/// Returns the edit that a file of `len` bytes needs when it breaks off. Its last box is shown with
/// its actual size, so that the samples in it are found.
pub(super) fn scan(file: &mut StemBytes, len: u64) -> io::Result<HeaderPatches> {
    let mut walker = Mp4Walker::new(file);
    let mut edits = HeaderPatches::default();
    if len < 16 || !is_box(&walker.bytes::<8>(0)?) {
        return Ok(edits);
    }
    let Some((kind, body)) = walker.children(0..len)?.pop() else { return Ok(edits) };
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
    Ok(edits)
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
