//! Part of the decoded stream that is the recording: one rule per container, so that nothing is
//! trimmed twice.
//!
//! The decoders run with their own trimming switched off; the plan made here is the only one that
//! leaves frames out.

use super::cuts::Cuts;
use super::matroska::MkvTrims;
use super::mp4::edits::Mp4Edits;
use crate::io::Trim;

/// Containers, by the rules for trimming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum StreamContainer {
    Wave,
    Aiff,
    Caf,
    Flac,
    Mpeg,
    Adts,
    Ogg,
    Mp4,
    Matroska,
}

impl StreamContainer {
    /// Returns the container's common name; `name` is that of the demuxer or the file's first word.
    pub(in crate::io) fn name(self, name: &str) -> &'static str {
        match self {
            Self::Wave if name == "rf64" => "rf64",
            Self::Wave if name == "bw64" => "bw64",
            Self::Wave => "wav",
            Self::Aiff => "aiff",
            Self::Caf => "caf",
            Self::Flac => "flac",
            Self::Mpeg if name == "mp2" => "mp2",
            Self::Mpeg if name == "mp1" => "mp1",
            Self::Mpeg => "mp3",
            Self::Adts => "adts",
            Self::Ogg => "ogg",
            Self::Mp4 => "mp4",
            Self::Matroska => "matroska",
        }
    }
}

/// Figures of the container for one track, in frames at the decoded rate.
#[derive(Clone, Debug)]
pub(in crate::io) struct StreamTiming {
    pub(in crate::io) container: StreamContainer,
    pub(in crate::io) rate_hz: u32,
    /// Not compressed: the size of the audio determines its length.
    pub(in crate::io) is_pcm: bool,
    pub(in crate::io) is_vorbis: bool,
    /// Pre-skip of Opus, from its header.
    pub(in crate::io) pre_skip: Option<u32>,
    pub(in crate::io) delay: Option<u32>,
    pub(in crate::io) padding: Option<u32>,
    /// Length, as the container counts it.
    pub(in crate::io) frames: Option<u64>,
    /// Time of the first decoded frame, as the container counts it.
    pub(in crate::io) start: i64,
    /// Frames that the first packet yielded.
    pub(in crate::io) first_packet: u64,
    pub(in crate::io) mp4: Option<Mp4Edits>,
    pub(in crate::io) mkv: Option<MkvTrims>,
}

/// Part of the decoded stream to keep.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::io) struct TrimPlan {
    /// Frames to leave out first.
    pub(in crate::io) skip: u64,
    /// Frames to keep after that; `None` when all the rest is kept.
    pub(in crate::io) keep: Option<u64>,
    /// Frames to leave out at the end, where only this is known and not the length.
    pub(in crate::io) hold: u64,
    /// Frames that a whole file would yield; `None` when the file does not state them.
    pub(in crate::io) expected: Option<u64>,
    /// Edits to apply instead of all this, one list per pass over the media; empty for most files.
    pub(in crate::io) passes: Vec<Cuts>,
    /// Report for the user.
    pub(in crate::io) trim: Trim,
}

/// Most frames that may be held back for the end: a packet of any codec is shorter.
const MAX_HOLD: u64 = 65_536;

impl StreamTiming {
    /// Returns the plan for this track.
    pub(in crate::io) fn plan(&self) -> TrimPlan {
        match self.container {
            // Lossless and uncompressed: the whole stream is the recording; the length also
            // excludes data after the audio.
            StreamContainer::Wave | StreamContainer::Aiff => exactly(self.frames),
            StreamContainer::Flac => TrimPlan { keep: None, ..exactly(self.frames.filter(|&frames| frames > 0)) },
            StreamContainer::Mpeg => self.mpeg(),
            // ADTS has no field for it.
            StreamContainer::Adts => TrimPlan::default(),
            StreamContainer::Caf => self.caf(),
            StreamContainer::Ogg => self.ogg(),
            StreamContainer::Mp4 => self.mp4(),
            StreamContainer::Matroska => self.matroska(),
        }
    }

    /// Uses the LAME tag's encoder delay plus the decoder's own 529 frames, and its padding less
    /// those. Without the tag the delay is unknown, so nothing is left out.
    fn mpeg(&self) -> TrimPlan {
        match (self.delay, self.frames) {
            (Some(delay), Some(frames)) => {
                trimmed(delay.into(), Some(frames), self.padding.unwrap_or(0).into(), "LAME tag")
            }
            _ => TrimPlan::default(),
        }
    }

    /// Uses the packet table. Some writers fill in whole packets although the last one is shorter:
    /// without priming or remainder it is not taken as a length.
    fn caf(&self) -> TrimPlan {
        if self.is_pcm {
            return exactly(self.frames);
        }
        match (self.delay.unwrap_or(0), self.padding.unwrap_or(0)) {
            (0, 0) => TrimPlan::default(),
            (delay, padding) => trimmed(delay.into(), self.frames, padding.into(), "pakt"),
        }
    }

    /// Uses granule positions. Vorbis counts from its first audible frame: the block before that
    /// only primes the overlap. A first page that counts less than it holds requires more to be
    /// left out (Vorbis I, A.2). Opus counts pre-skip too (RFC 7845 §4.3).
    fn ogg(&self) -> TrimPlan {
        let (delay, start) = (i64::from(self.delay.unwrap_or(0)), self.start);
        let padding = u64::from(self.padding.unwrap_or(0));
        let keep = |first: i64| self.frames.map(|end| end.saturating_sub(first as u64));
        if let Some(pre_skip) = self.pre_skip {
            return trimmed(pre_skip.into(), keep(start.max(0) + i64::from(pre_skip)), padding, "pre-skip");
        }
        if self.is_vorbis {
            let audible = start.saturating_add(delay);
            let skip = delay + (-audible).clamp(0, i64::from(self.rate_hz));
            return trimmed(skip as u64, keep(audible.max(0)), padding, "granule position");
        }
        exactly(self.frames.map(|end| end.saturating_sub(start.max(0) as u64)))
    }

    /// Uses iTunes' tag, which counts frames, or the edit list, which counts ticks of two clocks.
    /// The coarser clock only matters when it is shorter than the media by more than one of its
    /// ticks.
    fn mp4(&self) -> TrimPlan {
        let Some(edits) = &self.mp4 else { return exactly(self.mp4_frames()) };
        if let Some((delay, padding, length)) = edits.smpb {
            return trimmed(delay, (length > 0).then_some(length), padding, "iTunSMPB");
        }
        let passes = Cuts::passes(edits, self.rate_hz, self.mp4_frames().unwrap_or(u64::MAX));
        if !passes.is_empty() {
            let frames = passes.iter().map(Cuts::frames).fold(0, u64::saturating_add);
            let trim = Trim { source: Some("elst"), ..Trim::default() };
            return TrimPlan { expected: Some(frames), passes, trim, ..TrimPlan::default() };
        }
        let rescale = |ticks: u64, from: u32| -> Option<u64> {
            (from > 0).then(|| (u128::from(ticks) * u128::from(self.rate_hz)).div_ceil(u128::from(from)) as u64)
        };
        let skip = edits.media_time.and_then(|ticks| rescale(ticks, edits.media_timescale));
        let skip = skip.or(self.pre_skip.map(u64::from)).unwrap_or(0);
        let media = self.mp4_frames().map(|frames| frames.saturating_sub(skip));
        let edited = edits.duration.and_then(|ticks| rescale(ticks, edits.movie_timescale));
        let tick = rescale(1, edits.movie_timescale).unwrap_or(0);
        let keep = match (media, edited) {
            (Some(media), Some(edited)) if edited + tick < media => Some(edited),
            (media, _) => media,
        };
        if skip == 0 && keep == self.mp4_frames() { exactly(keep) } else { trimmed(skip, keep, 0, "elst") }
    }

    /// Returns the frames of the header; a fragmented file states none there.
    fn mp4_frames(&self) -> Option<u64> {
        self.frames.filter(|&frames| frames > 0)
    }

    /// Uses `CodecDelay` (or Opus's pre-skip, which it repeats) and `DiscardPadding`; Vorbis has
    /// its priming block.
    fn matroska(&self) -> TrimPlan {
        let frames = |ns: u64| ((u128::from(ns) * u128::from(self.rate_hz) + 500_000_000) / 1_000_000_000) as u64;
        let trims = self.mkv.clone().unwrap_or_default();
        let delay = trims.codec_delay_ns.map(frames).filter(|&delay| delay > 0);
        let hold = trims.discard_padding_ns.map_or(0, frames).min(MAX_HOLD);
        let (skip, source) = match (self.pre_skip, delay) {
            (Some(pre_skip), _) => (pre_skip.into(), Some("pre-skip")),
            (None, _) if self.is_vorbis => (self.first_packet, Some("Vorbis first block")),
            (None, Some(delay)) => (delay, Some("CodecDelay")),
            (None, None) => (0, (hold > 0).then_some("DiscardPadding")),
        };
        let trim = Trim { start_frames: skip, end_frames: hold, source };
        TrimPlan { skip, hold, trim, ..TrimPlan::default() }
    }
}

/// Keeps all frames.
fn exactly(frames: Option<u64>) -> TrimPlan {
    TrimPlan { keep: frames, expected: frames, ..TrimPlan::default() }
}

fn trimmed(skip: u64, keep: Option<u64>, padding: u64, source: &'static str) -> TrimPlan {
    let trim = Trim { start_frames: skip, end_frames: padding, source: Some(source) };
    TrimPlan { skip, keep, expected: keep, trim, ..TrimPlan::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(container: StreamContainer) -> StreamTiming {
        StreamTiming {
            container,
            rate_hz: 44_100,
            is_pcm: false,
            is_vorbis: false,
            pre_skip: None,
            delay: None,
            padding: None,
            frames: None,
            start: 0,
            first_packet: 1024,
            mp4: None,
            mkv: None,
        }
    }

    #[test]
    fn a_first_vorbis_page_that_counts_less_than_it_holds_trims_the_start() {
        // The page ends 500 frames before the sum of its packets: 128 of priming and 372 that the
        // encoder requests.
        let ogg = StreamTiming {
            is_vorbis: true,
            delay: Some(128),
            start: -500,
            frames: Some(9_000),
            ..extent(StreamContainer::Ogg)
        };
        let plan = ogg.plan();
        assert_eq!((plan.skip, plan.keep), (500, Some(9_000)));
    }

    #[test]
    fn a_vorbis_stream_cut_from_a_longer_one_keeps_what_it_holds() {
        let ogg = StreamTiming {
            is_vorbis: true,
            delay: Some(128),
            start: 10_000,
            frames: Some(19_128),
            ..extent(StreamContainer::Ogg)
        };
        let plan = ogg.plan();
        assert_eq!((plan.skip, plan.keep), (128, Some(9_000)));
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
        let plan = StreamTiming { frames: Some(20_589), mp4: Some(edits), ..extent(StreamContainer::Mp4) }.plan();
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
        let plan = |duration| {
            StreamTiming { frames: Some(19_001), mp4: Some(edits(duration)), ..extent(StreamContainer::Mp4) }.plan()
        };
        assert_eq!(plan(408).keep, Some(17_977), "rounded up");
        assert_eq!(plan(407).keep, Some(17_977), "rounded down, by less than a tick");
        assert_eq!(plan(200).keep, Some(8_820), "cut short on purpose");
    }
}
