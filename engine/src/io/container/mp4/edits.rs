//! Start and end of the recording in an MP4 file: its edit list and iTunes' own tag, which the
//! demuxer ignores (#544).

use super::boxes::{Mp4Walker, be_u32};
use super::frames;
use super::passes::{self, Edit, EditList};
use crate::io::Trim;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::container::cuts::Cuts;
use crate::io::container::timing::{StreamTiming, TrimPlan, TrimRule};
use std::io::{self, Read, Seek};
use std::ops::Range;

/// The longest `iTunSMPB` text; Apple writes about 120 bytes.
const MAX_TEXT: u64 = 1_024;

/// Most edits read of one file.
const MAX_EDITS: u64 = 1_024;

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

impl Mp4Edits {
    fn edit_list(&self) -> EditList<'_> {
        let &Self { media_timescale, movie_timescale, ref list, .. } = self;
        EditList { list, media_timescale, movie_timescale }
    }
}

impl TrimRule for Mp4Edits {
    /// Uses iTunes' tag, which counts frames, or the edit list, which counts ticks of two clocks.
    /// The coarser clock only matters when it is shorter than the media by more than one of its
    /// ticks.
    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        if let Some((delay, padding, length)) = self.smpb {
            return TrimPlan::trimmed(delay, (length > 0).then_some(length), padding, "iTunSMPB");
        }
        let passes = passes::of(&self.edit_list(), stream.rate_hz, frames(stream).unwrap_or(u64::MAX));
        if !passes.is_empty() {
            let frames = passes.iter().map(Cuts::frames).fold(0, u64::saturating_add);
            let trim = Trim { source: Some("elst"), ..Trim::default() };
            return TrimPlan { expected: Some(frames), passes, trim, ..TrimPlan::default() };
        }
        let rescale = |ticks: u64, from: u32| -> Option<u64> {
            (from > 0).then(|| (u128::from(ticks) * u128::from(stream.rate_hz)).div_ceil(u128::from(from)) as u64)
        };
        let skip = self.media_time.and_then(|ticks| rescale(ticks, self.media_timescale));
        let skip = skip.or(stream.pre_skip.map(u64::from)).unwrap_or(0);
        let media = frames(stream).map(|frames| frames.saturating_sub(skip));
        let edited = self.duration.and_then(|ticks| rescale(ticks, self.movie_timescale));
        let tick = rescale(1, self.movie_timescale).unwrap_or(0);
        let keep = match (media, edited) {
            (Some(media), Some(edited)) if edited + tick < media => Some(edited),
            (media, _) => media,
        };
        if skip == 0 && keep == frames(stream) {
            TrimPlan::exactly(keep)
        } else {
            TrimPlan::trimmed(skip, keep, 0, "elst")
        }
    }
}

/// Reads the edits of the track `id`. `None` for an unreadable file: the demuxer reports the
/// reason.
pub(super) fn read_edits(file: &mut StemBytes, len: u64, id: u32) -> Option<Mp4Edits> {
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

impl<R: Read + Seek> Mp4Walker<R> {
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
            if self.text(name.start + 4..name.end, MAX_TEXT)? == "iTunSMPB" {
                let text = self.text(data.start + 8..data.end, MAX_TEXT)?;
                let mut fields = text.split_whitespace().skip(1).map(|field| u64::from_str_radix(field, 16).ok());
                let mut next = || fields.next().flatten();
                let (delay, padding, length) = (next(), next(), next());
                return Ok(delay.zip(padding).zip(length).map(|((delay, padding), length)| (delay, padding, length)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(frames: u64) -> StreamTiming {
        StreamTiming { is_pcm: false, ..StreamTiming::uncompressed(44_100, Some(frames)) }
    }

    #[test]
    fn itunes_tag_wins_over_the_edit_list() {
        let edits = Mp4Edits {
            media_time: Some(1_024),
            duration: Some(400),
            media_timescale: 44_100,
            movie_timescale: 1_000,
            smpb: Some((2_112, 500, 17_977)),
            ..Mp4Edits::default()
        };
        let plan = edits.plan(&stream(20_589));
        assert_eq!((plan.skip, plan.keep, plan.trim.source), (2_112, Some(17_977), Some("iTunSMPB")));
    }

    #[test]
    fn an_edit_rounded_up_to_a_millisecond_does_not_change_the_length() {
        let edits = |duration| Mp4Edits {
            media_time: Some(1_024),
            duration: Some(duration),
            media_timescale: 44_100,
            movie_timescale: 1_000,
            ..Mp4Edits::default()
        };
        let plan = |duration| edits(duration).plan(&stream(19_001));
        assert_eq!(plan(408).keep, Some(17_977), "rounded up");
        assert_eq!(plan(407).keep, Some(17_977), "rounded down, by less than a tick");
        assert_eq!(plan(200).keep, Some(8_820), "cut short on purpose");
    }
}
