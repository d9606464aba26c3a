//! Containers of stems, one file or folder each, and the table of them.
//!
//! [`CONTAINERS`] is the only list of them. Names of damaged files, ways to open a file, trims,
//! extensions, help texts and the table of `docs/formats.md` follow from it.
//!
//! Faults of symphonia 0.6.1, with their reports at <https://github.com/pdeljanov/Symphonia>:
//!
//! | fault | worked around in | report |
//! |---|---|---|
//! | edit lists of MP4 are ignored | `mp4::edits` | #544 |
//! | delay and padding of Ogg are not trimmed | `ogg` | #418 |
//! | one programme per file, links of Ogg with clicks | `programmes` | #404 |
//! | RF64 and BW64 are not known | `wav` | pull request #447 |
//! | sizes of RIFF lists and chunks must be right | `wav` | #380 |
//! | a least FLAC block below 16 is refused | `flac` | #554 |
//! | a tag behind FLAC takes its last frame along | `programmes`, `flac` | pull request #533 |
//! | joint stereo needs equal block types | `codec::mp3` | #556 |
//! | SBR of HE-AAC is left out | `codec::aac`, which refuses it | #189 |
//! | `CodecDelay`, `DiscardPadding` are not passed on | `matroska` | none known |
//! | MP4 and Matroska that break off are refused | `mp4::repair`, `matroska` | none known |
//! | the header of ALAC is not found in `wave` | `mp4::repair` | none known |
//! | FLAC in Ogg across pages, in CAF without table | `ogg`, `caf` | none known |
//! | chunks of CAF must have one order and exact sizes | `caf` | none known |
//! | packets of CAF above 16 MiB overflow a sum | `caf`, which refuses them | none known |
//! | Vorbis couplings are undone in the wrong order | `codec::vorbis` | none known |
//! | Vorbis residues 0 and 1 share a table of classes | `codec::vorbis` | none known |

mod adts;
mod aiff;
mod apple_layout;
mod au;
mod caf;
pub(in crate::io) mod cuts;
mod flac;
pub(in crate::io) mod header;
mod matroska;
mod mp4;
mod mpeg;
pub(in crate::io) mod names;
pub(in crate::io) mod ogg;
pub(in crate::io) mod programmes;
pub(in crate::io) mod rewrapped;
mod row;
mod sync;
pub(in crate::io) mod timing;
mod wav;

use super::DecodeError;
use super::bytes::peek::Peek;
use crate::io::bytes::stem_bytes::StemBytes;
use header::ContainerHeader;
use names::Refusal;
use programmes::Programmes;
use rewrapped::Rewrapped;
pub use row::AudioFormat;
pub(in crate::io) use row::{ContainerRow, PacketRules};
use std::fmt::Debug;
use std::io;
use std::ops::Range;
use std::path::Path;
use symphonia::core::formats::FormatId;
use timing::{StreamTiming, TrackDetails, TrimPlan};

/// All containers that are read. The first whose magic bytes fit is the container of a file;
/// streams without magic bytes are searched for in this order.
pub(in crate::io) static CONTAINERS: [&dyn Container; 10] = [
    &wav::Wav,
    &aiff::Aiff,
    &au::Au,
    &caf::Caf,
    &matroska::Matroska,
    &mp4::Mp4,
    &ogg::Ogg,
    &flac::Flac,
    &mpeg::Mpeg,
    &adts::Adts,
];

/// All that distinguishes a container from others.
pub(in crate::io) trait Container: Debug + Sync {
    /// Returns its constants.
    fn row(&self) -> &'static ContainerRow;

    /// Returns true if a file that begins so is to be read as this container.
    fn begins(&self, head: &[u8]) -> bool {
        self.row().magic.iter().any(|(magic, _)| head.starts_with(magic))
    }

    /// Returns true if the first bytes identify this container, so that sync words found in the
    /// file are chance.
    fn identifies(&self, head: &[u8]) -> bool {
        self.begins(head)
    }

    /// Returns the name of a format that shares the magic bytes and is not read.
    fn refuses(&self, _head: &[u8]) -> Option<&'static str> {
        None
    }

    /// Returns the name of what begins so.
    fn called(&self, head: &[u8]) -> Option<&'static str> {
        self.row().magic.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, name)| name)
    }

    /// Returns the end of the sentence «this file …» for a damaged file.
    fn damaged(&self, head: &[u8]) -> Option<String> {
        Some(format!("begins as {} but is damaged or breaks off in its header", self.called(head)?))
    }

    /// Reads the header of a file of `len` bytes that begins with the magic bytes, and returns the
    /// corrections with which a decoder reads it. Returns `None` where the header is unreadable and
    /// no decoder may try.
    ///
    /// # Errors
    /// When the disk fails, or the header names an invalid channel count, rate or sample size.
    fn header(&self, _path: &Path, _file: &mut StemBytes, _len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
        Ok(Some(ContainerHeader::default()))
    }

    /// Returns the programmes in a range of a file, from which leading tags are left out already.
    fn programmes(&self, _file: &mut StemBytes, range: Range<u64>) -> io::Result<Programmes> {
        Ok(Programmes::one(range))
    }

    /// Returns how a programme of a file of `len` bytes is shown to a decoder in another container;
    /// `None` where it is shown as it is.
    fn show(&self, _file: &mut StemBytes, _len: u64, _span: &Range<u64>) -> io::Result<Option<Rewrapped>> {
        Ok(None)
    }

    /// Reads what the demuxer does not pass on about the track `id`.
    fn track(&self, _file: &mut StemBytes, _len: u64, _id: u32) -> Option<TrackDetails> {
        None
    }

    /// Returns the part of the decoded stream that is the recording.
    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        TrimPlan::exactly(stream.frames)
    }

    /// Returns its name in reports, from that of the demuxer or the file's first word.
    fn reported(&self, _name: &str) -> &'static str {
        self.row().id
    }

    /// Returns the codec named in a head, where it has no decoder.
    fn codec_in(&self, _head: &[u8]) -> Option<&'static str> {
        None
    }

    /// Returns the reason for refusing a stream at `at`, where nothing else was found in the file.
    fn refused_stream(&self, _peek: &mut Peek<'_>, _at: u64) -> io::Result<Option<Refusal>> {
        Ok(None)
    }
}

/// Returns the container of a file with these first bytes.
pub(in crate::io) fn beginning(head: &[u8]) -> Option<&'static dyn Container> {
    CONTAINERS.into_iter().find(|container| container.begins(head))
}

/// Returns the container that these first bytes identify.
pub(in crate::io) fn identified(head: &[u8]) -> Option<&'static dyn Container> {
    CONTAINERS.into_iter().find(|container| container.identifies(head))
}

/// Returns the container that a demuxer of symphonia has opened.
pub(in crate::io) fn demuxed(id: FormatId) -> Option<&'static dyn Container> {
    CONTAINERS.into_iter().find(|container| container.row().demuxers.contains(&id))
}

/// Returns the kinds of audio files that can be read. A file's format is determined by its content,
/// not by its extension.
pub fn formats() -> impl Iterator<Item = &'static AudioFormat> {
    CONTAINERS.into_iter().map(|container| &container.row().format)
}
