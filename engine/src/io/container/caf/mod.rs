//! Core Audio files (Apple, Core Audio Format Specification 1.0).
//!
//! The CAF reader of symphonia has no packets of FLAC without a table. FLAC is therefore shown as a
//! native stream, each of whose frames carries its own position. Other codecs are shown without
//! chunks that symphonia cannot read: see [`CafChunks::splice`].

mod chunks;
mod pcm;

use super::flac::{self, StreamInfo};
use super::header::ContainerHeader;
use super::rewrapped::Rewrapped;
use super::timing::{StreamTiming, TrimPlan};
use super::{AudioFormat, Container, ContainerRow};
use crate::io::DecodeError;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::spliced::Splice;
use crate::io::bytes::stem_bytes::StemBytes;
use chunks::CafChunks;
use std::io;
use std::ops::Range;
use std::path::Path;
use symphonia::core::formats::well_known::FORMAT_ID_CAF;

/// Bytes of a packet, beyond which the demuxer's own sums overflow.
const MAX_PACKET_BYTES: u32 = 1 << 24;

/// The container.
#[derive(Debug)]
pub(super) struct Caf;

static ROW: ContainerRow = ContainerRow {
    demuxers: &[FORMAT_ID_CAF],
    ..ContainerRow::new(
        "caf",
        AudioFormat {
            name: "CAF",
            extensions: &["caf"],
            codecs: "PCM of up to 64 bits, float of 32 and 64, A-law, µ-law, ALAC, FLAC",
            trimming: "priming and remainder of `pakt`; of PCM the size of `data`",
            corrections: "chunks in any order and with bytes too many; FLAC is shown as a native stream",
        },
        &[(b"caff", "CAF")],
    )
};

impl Container for Caf {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn header(&self, path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
        let chunks = CafChunks::read(file, len).map_err(|error| DecodeError::from_io(path, &error))?;
        let Some(chunks) = chunks else { return Ok(Some(ContainerHeader::default())) };
        if let Some(pcm) = pcm::read(path, file, len, &chunks)? {
            return Ok(Some(ContainerHeader::uncompressed(pcm)));
        }
        if let Some(bytes) = chunks.word(16).filter(|&bytes| bytes > MAX_PACKET_BYTES) {
            return Err(DecodeError::damaged(path, format!("its header names packets of {bytes} bytes")));
        }
        Ok(Some(ContainerHeader { missing_bytes: chunks.missing_bytes(len), ..ContainerHeader::default() }))
    }

    fn show(&self, file: &mut StemBytes, len: u64, _span: &Range<u64>) -> io::Result<Option<Rewrapped>> {
        shown(file, len)
    }

    /// Uses the packet table. Some writers fill in whole packets although the last one is shorter:
    /// without priming or remainder it is not taken as a length.
    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        let frames = stream.frames.map(|frames| frames.saturating_add(stream.missing_frames));
        if stream.is_pcm {
            return TrimPlan::exactly(frames);
        }
        match (stream.delay.unwrap_or(0), stream.padding.unwrap_or(0)) {
            (0, 0) => TrimPlan::default(),
            (delay, padding) => TrimPlan::trimmed(delay.into(), frames, padding.into(), "pakt"),
        }
    }
}

/// Returns a file as it is shown: FLAC as a native stream, others without what the demuxer cannot
/// read.
fn shown(file: &mut StemBytes, len: u64) -> io::Result<Option<Rewrapped>> {
    let Some(chunks) = CafChunks::read(file, len)? else { return Ok(None) };
    let container = ROW.id;
    let is_flac = chunks.description.is_some_and(|description| &description[8..12] == b"flac");
    let (Some(audio), Some(rate_hz), Some(channels)) = (chunks.audio(len), chunks.rate_hz(), chunks.word(24)) else {
        return Ok(None);
    };
    if !is_flac {
        return Ok(chunks.splice(len).map(|splice| Rewrapped { splice, container, breaks_off: false }));
    }
    let breaks_off = chunks.missing_bytes(len) > 0;
    let mut peek = Peek::new(file, audio.end);
    let frame = peek.at(audio.start, 16)?.to_vec();
    let stored = flac::info_in_cookie(&chunks.cookie);
    let Some(mut info) = stored.or_else(|| StreamInfo::of_frame(&frame, rate_hz as u32, channels)) else {
        return Ok(None);
    };
    flac::mend_info(&mut info.0, &frame);
    let lead = [flac::LAST_INFO_BLOCK, &info.0].concat();
    Ok(Some(Rewrapped { splice: Splice { lead, parts: vec![audio] }, container, breaks_off }))
}
