//! ADTS: frames of AAC, each with a header (ISO 14496-3 §1.A.2). It has no field for encoder delay.

use super::sync::FrameHeader;
use super::timing::{StreamTiming, TrimPlan};
use super::{AudioFormat, Container, ContainerRow};
use symphonia::core::formats::well_known::FORMAT_ID_ADTS;

/// The container.
#[derive(Debug)]
pub(super) struct Adts;

static ROW: ContainerRow = ContainerRow {
    may_be_tagged: true,
    demuxers: &[FORMAT_ID_ADTS],
    frame_header: Some(frame_header),
    ..ContainerRow::new(
        "adts",
        AudioFormat {
            name: "AAC",
            extensions: &["aac"],
            codecs: "AAC-LC in ADTS",
            trimming: "not stated",
            corrections: "tags and other bytes before the first frame are skipped",
        },
        &[],
    )
};

impl Container for Adts {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn plan(&self, _stream: &StreamTiming) -> TrimPlan {
        TrimPlan::default()
    }
}

/// Parses a header: one or more raw data blocks per frame, of one profile, rate and channel
/// configuration.
fn frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    let head = bytes.get(..7)?;
    let len = u64::from(head[3] & 3) << 11 | u64::from(head[4]) << 3 | u64::from(head[5] >> 5);
    let header_bytes = if head[1] & 1 == 1 { 7 } else { 9 };
    let rate_index = head[2] >> 2 & 15;
    let is_header = head[0] == 0xff && head[1] & 0xf6 == 0xf0 && rate_index < 13 && len > header_bytes;
    // The private bit may change from frame to frame.
    let kind = u32::from(head[1] & 0x09) << 16 | u32::from(head[2] & 0xfd) << 8 | u32::from(head[3] & 0xc0);
    is_header.then_some(FrameHeader { kind, len })
}
