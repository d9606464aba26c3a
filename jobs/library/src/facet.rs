//! The columns of a stem that filters and orders read, packed into few bytes.

use crate::{MusicalKey, Sort, StemRecord, words};

/// Bytes of a packed facet.
pub(crate) const WIDTH: usize = 40;

/// The number of a key that is not known.
const NO_KEY: u8 = 255;

/// The filtered and sorted columns of one stem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Facet {
    pub(crate) favourite: bool,
    pub(crate) stem_type: u8,
    /// The number of the key, 255 where it is not known.
    pub(crate) key: u8,
    pub(crate) status: u8,
    /// NaN where it is not known.
    pub(crate) bpm: f32,
    /// NaN where it is not known.
    pub(crate) lufs: f32,
    pub(crate) uses: u32,
    /// Microseconds since 1970.
    pub(crate) created: i64,
    /// The begin of the folded name.
    pub(crate) name: [u8; 16],
}

impl Facet {
    /// Returns the facet of a record.
    pub(crate) fn new(record: &StemRecord) -> Self {
        let folded = words::folded(&record.name);
        let mut name = [0; 16];
        let length = folded.len().min(name.len());
        name[..length].copy_from_slice(&folded.as_bytes()[..length]);
        Self {
            favourite: record.favourite,
            stem_type: record.stem_type as u8,
            key: record.key.map_or(NO_KEY, MusicalKey::index),
            status: record.status as u8,
            bpm: record.bpm.map_or(f32::NAN, |bpm| bpm as f32),
            lufs: record.descriptors.integrated_lufs.map_or(f32::NAN, |lufs| lufs as f32),
            uses: record.uses,
            created: record.created.as_microsecond(),
            name,
        }
    }

    /// Returns the packed facet; its first byte is never 0.
    pub(crate) fn pack(&self) -> [u8; WIDTH] {
        let mut bytes = [0; WIDTH];
        bytes[0] = 1 | u8::from(self.favourite) << 1;
        bytes[1] = self.stem_type;
        bytes[2] = self.key;
        bytes[3] = self.status;
        bytes[4..8].copy_from_slice(&self.bpm.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.lufs.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.uses.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.created.to_le_bytes());
        bytes[24..].copy_from_slice(&self.name);
        bytes
    }

    /// Returns the facet of packed bytes, or `None` for a slot without a stem.
    pub(crate) fn unpack(bytes: &[u8; WIDTH]) -> Option<Self> {
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let (mut created, mut name) = ([0; 8], [0; 16]);
        created.copy_from_slice(&bytes[16..24]);
        name.copy_from_slice(&bytes[24..]);
        (bytes[0] != 0).then(|| Self {
            favourite: bytes[0] & 2 != 0,
            stem_type: bytes[1],
            key: bytes[2],
            status: bytes[3],
            bpm: f32::from_le_bytes(four(4)),
            lufs: f32::from_le_bytes(four(8)),
            uses: u32::from_le_bytes(four(12)),
            created: i64::from_le_bytes(created),
            name,
        })
    }

    /// Returns a number that orders stems: smaller comes first, what is not known comes last.
    pub(crate) fn rank(&self, sort: Sort, is_descending: bool) -> u128 {
        let known = match sort {
            Sort::Created => Some(u128::from(self.created as u64 ^ 1 << 63)),
            Sort::Bpm => float_rank(self.bpm),
            Sort::Loudness => float_rank(self.lufs),
            Sort::Uses => Some(u128::from(self.uses)),
            Sort::Key => (self.key != NO_KEY).then_some(u128::from(self.key)),
            Sort::Type => Some(u128::from(self.stem_type)),
            Sort::Name => Some(u128::from_be_bytes(self.name) >> 1),
        };
        match known {
            None => u128::MAX,
            Some(rank) if is_descending => (u128::MAX >> 1) - rank,
            Some(rank) => rank,
        }
    }
}

/// Returns a number that orders floats as they are, or `None` for NaN.
fn float_rank(value: f32) -> Option<u128> {
    let bits = value.to_bits();
    let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    (!value.is_nan()).then_some(u128::from(ordered))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet() -> Facet {
        Facet {
            favourite: true,
            stem_type: 3,
            key: 17,
            status: 2,
            bpm: 120.5,
            lufs: -23.0,
            uses: 7,
            created: 1_700_000_000_000_000,
            name: *b"loop 12 of this ",
        }
    }

    #[test]
    fn packing_keeps_everything() {
        assert_eq!(Facet::unpack(&facet().pack()), Some(facet()));
        let plain = Facet { favourite: false, ..facet() };
        assert_eq!(Facet::unpack(&plain.pack()), Some(plain));
        assert_eq!(Facet::unpack(&[0; WIDTH]), None);
    }

    #[test]
    fn ranks_follow_values_and_unknown_comes_last() {
        let with = |lufs, bpm| Facet { bpm, lufs, ..facet() };
        let (low, high, none) = (with(-30.0, 60.0), with(-3.0, 180.0), with(f32::NAN, f32::NAN));
        for sort in [Sort::Loudness, Sort::Bpm] {
            assert!(low.rank(sort, false) < high.rank(sort, false));
            assert!(high.rank(sort, true) < low.rank(sort, true));
            assert!(high.rank(sort, false) < none.rank(sort, false) && low.rank(sort, true) < none.rank(sort, true));
        }
        let early = Facet { created: -5, ..facet() };
        assert!(early.rank(Sort::Created, false) < facet().rank(Sort::Created, false));
        let first = Facet { name: *b"a loop\0\0\0\0\0\0\0\0\0\0", ..facet() };
        assert!(first.rank(Sort::Name, false) < facet().rank(Sort::Name, false));
        let unkeyed = Facet { key: NO_KEY, ..facet() };
        assert!(facet().rank(Sort::Key, true) < unkeyed.rank(Sort::Key, true));
    }
}
