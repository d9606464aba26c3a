//! Chunks of a Core Audio file (Apple, Core Audio Format Specification 1.0). They are shown to a
//! decoder that takes them in one order and of exact size only.

use crate::io::bytes::patched::read_up_to;
use crate::io::bytes::spliced::Splice;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::container::apple_layout;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::ops::Range;

/// Most chunks read; real files have fewer than twenty.
const MAX_CHUNKS: usize = 1_000;
/// Most bytes read of a cookie; a FLAC or ALAC header is shorter.
const MAX_COOKIE: u64 = 4_096;
/// Most bytes read of a packet table: a day of packets.
const MAX_TABLE: u64 = 16 << 20;
/// Bytes of a packet table before its packets.
const TABLE_HEADER: usize = 24;
/// Bytes of a chunk's header.
const HEADER: u64 = 12;
/// Bytes before the samples of a `data` chunk, which hold its edit count.
pub(super) const EDIT_COUNT: u64 = 4;

/// Content of the chunks.
#[derive(Default)]
pub(super) struct CafChunks {
    /// The body of `desc`.
    pub(super) description: Option<[u8; 32]>,
    /// The body of `chan`.
    pub(super) channels: Vec<u8>,
    /// The body of `kuki`, which is the codec's own.
    pub(super) cookie: Vec<u8>,
    /// The body of `pakt`.
    table: Vec<u8>,
    /// Start of the `data` chunk's body, and its size in bytes where the header states it.
    pub(super) data: Option<(u64, Option<u64>)>,
}

impl CafChunks {
    /// Reads the chunks of a file of `len` bytes. Returns `None` if it is not a CAF file.
    pub(super) fn read(file: &mut StemBytes, len: u64) -> io::Result<Option<Self>> {
        let mut reader = BufReader::with_capacity(4096, file);
        let mut read = |at: u64, out: &mut [u8]| -> io::Result<bool> {
            reader.seek(SeekFrom::Start(at))?;
            Ok(read_up_to(&mut reader, out)? == out.len())
        };
        let mut top = [0; 8];
        if !read(0, &mut top)? || &top[..4] != b"caff" {
            return Ok(None);
        }
        let (mut chunks, mut at) = (Self::default(), 8);
        for _ in 0..MAX_CHUNKS {
            let mut header = [0; HEADER as usize];
            if !read(at, &mut header)? {
                break;
            }
            let size = u64::try_from(i64::from_be_bytes(std::array::from_fn(|i| header[4 + i]))).ok();
            let (kind, body) = (&header[..4], at + HEADER);
            let next = size.and_then(|size| body.checked_add(size)).filter(|&next| next <= len);
            if kind == b"data" && chunks.data.is_none() {
                chunks.data = Some((body, size));
                at = next.unwrap_or(len);
                continue;
            }
            // Some writers leave a few bytes after the last chunk.
            let Some(next) = next.filter(|_| kind.iter().all(|byte| matches!(byte, b' '..=b'~'))) else { break };
            let mut part = |most: u64| -> io::Result<Vec<u8>> {
                let mut bytes = vec![0; (next - body).min(most) as usize];
                read(body, &mut bytes).map(|_| bytes)
            };
            match kind {
                b"desc" => chunks.description = part(32)?.try_into().ok(),
                b"chan" => chunks.channels = part(apple_layout::MAX_BYTES as u64)?,
                b"kuki" => chunks.cookie = part(MAX_COOKIE)?,
                b"pakt" => chunks.table = part(MAX_TABLE)?,
                _ => {}
            }
            at = next;
        }
        Ok(Some(chunks))
    }

    /// Returns the bytes of audio that the header promises beyond the end of a file of `len` bytes.
    pub(super) fn missing_bytes(&self, len: u64) -> u64 {
        let end = self.data.and_then(|(body, size)| body.checked_add(size?));
        end.map_or(0, |end| end.saturating_sub(len))
    }

    /// Returns the range of the samples in a file of `len` bytes.
    pub(super) fn audio(&self, len: u64) -> Option<Range<u64>> {
        let (body, size) = self.data?;
        let end = size.and_then(|size| body.checked_add(size)).unwrap_or(len).min(len);
        let start = body + EDIT_COUNT;
        (start <= end).then_some(start..end)
    }

    /// Returns the chunks that a decoder needs, each of its actual size. Bytes after the packets of
    /// the table, other chunks and bytes after the last chunk are left out.
    pub(super) fn splice(&self, len: u64) -> Option<Splice> {
        let (description, audio) = (self.description?, self.audio(len)?);
        let mut lead = b"caff\x00\x01\x00\x00".to_vec();
        let mut add = |kind: &[u8; 4], body: &[u8]| {
            lead.extend_from_slice(kind);
            lead.extend_from_slice(&(body.len() as u64).to_be_bytes());
            lead.extend_from_slice(body);
        };
        add(b"desc", &description);
        for (kind, body) in [(b"chan", &self.channels[..]), (b"kuki", &self.cookie), (b"pakt", self.whole_table())] {
            if !body.is_empty() {
                add(kind, body);
            }
        }
        lead.extend_from_slice(b"data");
        lead.extend_from_slice(&(audio.end - audio.start + EDIT_COUNT).to_be_bytes());
        lead.extend_from_slice(&[0; EDIT_COUNT as usize]);
        Some(Splice { lead, parts: vec![audio] })
    }

    /// Returns the packet table without the padding after its last packet.
    fn whole_table(&self) -> &[u8] {
        let Some(count) = self.table.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes)) else { return &[] };
        // The table has a packet's bytes where they vary, and its frames where these do.
        let fields = [16, 20].iter().filter(|&&at| self.word(at) == Some(0)).count() as u64;
        let mut numbers = count.saturating_mul(fields);
        let packets = self.table.get(TABLE_HEADER..).unwrap_or_default();
        let mut used = 0;
        while numbers > 0 && used < packets.len() {
            // The last byte of a number has its highest bit clear.
            numbers -= u64::from(packets[used] < 0x80);
            used += 1;
        }
        &self.table[..(TABLE_HEADER + used).min(self.table.len())]
    }

    /// Returns a word of the description: `mFormatID` is at 8, `mChannelsPerFrame` at 24.
    pub(super) fn word(&self, at: usize) -> Option<u32> {
        let bytes = self.description.as_ref()?.get(at..at + 4)?;
        Some(u32::from_be_bytes(std::array::from_fn(|i| bytes[i])))
    }

    /// Returns the frames per second; `None` without a description.
    pub(super) fn rate_hz(&self) -> Option<f64> {
        self.description.map(|bytes| f64::from_be_bytes(std::array::from_fn(|i| bytes[i])))
    }
}
