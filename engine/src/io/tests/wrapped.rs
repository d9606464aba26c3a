//! Streams without loss in containers that are shown to the decoder as another container.

use super::{bytes_of, file_of, read, stem};
use crate::io::container::ogg;

/// A page of `stream` with at most `segments` entries in its table.
struct Page {
    flags: u8,
    granule: u64,
    table: Vec<u8>,
    body: Vec<u8>,
}

/// Returns the same stream with pages of at most `segments` segments; each page of `bytes` must
/// contain one whole packet.
fn repaged(bytes: &[u8], segments: usize) -> Vec<u8> {
    let mut pages: Vec<Page> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let count = usize::from(bytes[at + 26]);
        let table = &bytes[at + 27..at + 27 + count];
        assert!(table.iter().rposition(|&len| len == 255).is_none_or(|last| last + 1 < count), "one whole packet");
        let granule = u64::from_le_bytes(bytes[at + 6..at + 14].try_into().unwrap());
        let (flags, mut body) = (bytes[at + 5], &bytes[at + 27 + count..]);
        for (index, part) in table.chunks(segments).enumerate() {
            let len: usize = part.iter().map(|&len| usize::from(len)).sum();
            let is_last = (index + 1) * segments >= count;
            let flags = if index == 0 { flags & 2 } else { 1 } | if is_last { flags & 4 } else { 0 };
            let granule = if is_last { granule } else { u64::MAX };
            // A page with room after a packet takes up the next one, as in libogg.
            match pages.last_mut().filter(|page| {
                flags.trailing_zeros() >= 2 && page.granule != 0 && page.table.len() + part.len() <= segments
            }) {
                Some(page) => {
                    page.table.extend_from_slice(part);
                    page.body.extend_from_slice(&body[..len]);
                    (page.granule, page.flags) = (granule, page.flags | flags & 4);
                }
                None => pages.push(Page { flags, granule, table: part.to_vec(), body: body[..len].to_vec() }),
            }
            body = &body[len..];
        }
        at = bytes.len() - body.len();
    }
    let mut out = Vec::new();
    for (sequence, page) in (0_u32..).zip(&pages) {
        let mut written = b"OggS\0".to_vec();
        written.push(page.flags);
        written.extend_from_slice(&page.granule.to_le_bytes());
        written.extend_from_slice(&bytes[14..18]);
        written.extend_from_slice(&sequence.to_le_bytes());
        written.extend_from_slice(&[0; 4]);
        written.push(page.table.len() as u8);
        written.extend_from_slice(&page.table);
        written.extend_from_slice(&page.body);
        let checksum = ogg::checksum(&written).to_le_bytes();
        written[22..26].copy_from_slice(&checksum);
        out.extend_from_slice(&written);
    }
    out
}

#[test]
fn flac_in_ogg_is_whole_however_its_packets_lie_in_pages() {
    let (bytes, whole) = (bytes_of("flac.ogg"), stem("click.flac"));
    for segments in [1, 2, 3, 7, 20, 60, 255] {
        let got = read(file_of(&repaged(&bytes, segments)).path()).unwrap();
        assert_eq!((got.info.container.as_str(), got.info.codec.as_str()), ("ogg", "flac"));
        assert_eq!((got.outcome.corrupt_packets, &got.outcome.truncated), (0, &None), "{segments}");
        assert!(got.channels == whole.channels, "{segments} segments a page");
    }
}

#[test]
fn streams_without_loss_are_the_same_in_every_container() {
    let (whole, left) = (stem("click.flac"), stem("s24.wav"));
    for (name, container, codec) in
        [("flac.caf", "caf", "flac"), ("padded_table.caf", "caf", "alac"), ("alac.mov", "mp4", "alac")]
    {
        let got = stem(name);
        assert_eq!((got.info.container.as_str(), got.info.codec.as_str()), (container, codec), "{name}");
        assert_eq!((got.outcome.corrupt_packets, &got.outcome.truncated), (0, &None), "{name}");
        assert!(got.channels == whole.channels, "{name}");
    }
    let got = stem("fragments_s24.mov");
    assert_eq!((got.info.codec.as_str(), got.info.frames), ("pcm_s24be", Some(left.channels[0].len() as u64)));
    assert!(got.channels == left.channels, "fragments_s24.mov");
}

#[test]
fn a_caf_file_whose_flac_breaks_off_says_so() {
    let bytes = bytes_of("flac.caf");
    let got = read(file_of(&bytes[..bytes.len() * 3 / 5]).path()).unwrap();
    assert!(got.channels[0].len() < 17_977);
    assert!(got.outcome.truncated.is_some() || got.outcome.corrupt_packets > 0, "{:?}", got.outcome);
}
