//! Constants of a container.

use super::sync::FrameParser;
use symphonia::core::formats::FormatId;

/// A kind of audio file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioFormat {
    /// Common name, with the names under which people know its files: `MP4 (M4A, MOV)`.
    pub name: &'static str,
    /// Usual extensions of file names, in lower case.
    pub extensions: &'static [&'static str],
    /// Codecs that are read in it.
    pub codecs: &'static str,
    /// Source of the start and the end of the recording.
    pub trimming: &'static str,
    /// Corrections of its header while it is read; empty where there are none.
    pub corrections: &'static str,
}

/// Constants of a container.
#[derive(Debug)]
pub(in crate::io) struct ContainerRow {
    /// Name in reports.
    pub(in crate::io) id: &'static str,
    /// Facts for users.
    pub(in crate::io) format: AudioFormat,
    /// First bytes, and the name of a damaged file that begins so.
    pub(in crate::io) magic: &'static [(&'static [u8], &'static str)],
    /// Names of formats that share the magic bytes and are not read, by their form: bytes 8 to 11.
    pub(in crate::io) refused: &'static [(&'static [u8], &'static str)],
    /// True if tags may precede it. Otherwise offsets count from the start of the file.
    pub(in crate::io) may_be_tagged: bool,
    /// Demuxers that open it; none where samples are always read directly.
    pub(in crate::io) demuxers: &'static [FormatId],
    /// Parser of the headers by which a stream without magic bytes is found.
    pub(in crate::io) frame_header: Option<FrameParser>,
    /// Properties of its packets.
    pub(in crate::io) packets: PacketRules,
}

impl ContainerRow {
    /// Builds the row of a container with a header at the start of the file.
    pub(in crate::io) const fn new(
        id: &'static str,
        format: AudioFormat,
        magic: &'static [(&'static [u8], &'static str)],
    ) -> Self {
        Self {
            id,
            format,
            magic,
            refused: &[],
            may_be_tagged: false,
            demuxers: &[],
            frame_header: None,
            packets: PacketRules::NONE,
        }
    }
}

/// Parser of the fields of a packet that all packets of its stream have in common.
pub(in crate::io) type CommonFields = fn(&[u8]) -> Option<[u8; 3]>;

/// Properties of packets, by which missing ones and the end of the audio are found.
#[derive(Clone, Copy, Debug)]
pub(in crate::io) struct PacketRules {
    /// Least gap between the stamps of packets that means that some are missing, in frames; `None`
    /// where packets carry no time in frames.
    pub(in crate::io) least_gap: Option<i64>,
    /// True if stamps count from the start of the file, so that the first one states how many
    /// frames are missing before it.
    pub(in crate::io) counts_from_start: bool,
    /// True if a packet's stated duration ends the audio where the header states no length.
    pub(in crate::io) ends_by_duration: bool,
    /// True if more audio may follow the length that the header names.
    pub(in crate::io) may_continue: bool,
    /// Parser of the fields that all packets of a stream have in common.
    pub(in crate::io) common_fields: Option<CommonFields>,
}

impl PacketRules {
    /// Packets without any of these properties.
    pub(in crate::io) const NONE: Self = Self {
        least_gap: None,
        counts_from_start: false,
        ends_by_duration: false,
        may_continue: false,
        common_fields: None,
    };

    /// Returns the fields of a packet that all packets of its stream have in common.
    pub(in crate::io) fn common_of(self, packet: &[u8]) -> Option<[u8; 3]> {
        self.common_fields.and_then(|parse| parse(packet))
    }
}
