//! Setup header of a Vorbis stream (Vorbis I, §4.2.4), as far as it determines the right decoder
//! for it.
//!
//! symphonia 0.6.1 is wrong in two places. It undoes couplings from the first to the last, which
//! matters where a channel is in two of them; §4.3.5 requires the reverse. And residues of type 0
//! and 1 of several channels share a table of classes. In it, the last classes of one channel
//! overwrite the first of the next (§8.6.2). No report of either is known.

/// Byte with which headers in one block begin: the number of packets less one (Xiph lacing).
const LACED: u8 = 2;
/// Start of the setup header: its kind, and `vorbis`.
const SETUP_START: &[u8] = b"\x05vorbis";
/// Bytes of the identification header.
const IDENT_BYTES: usize = 30;

/// Returns the two headers that a decoder needs, from the codec's private data: identification and
/// setup.
pub(in crate::io) fn headers(private: &[u8]) -> Option<(&[u8], &[u8])> {
    if private.first() != Some(&LACED) {
        return private.get(..IDENT_BYTES).zip(private.get(IDENT_BYTES..));
    }
    let (mut at, mut lengths) = (1, [0; 2]);
    for length in &mut lengths {
        loop {
            let byte = *private.get(at)?;
            (at, *length) = (at + 1, *length + usize::from(byte));
            if byte < 255 {
                break;
            }
        }
    }
    private.get(at..at + lengths[0]).zip(private.get(at + lengths[0] + lengths[1]..))
}

/// Properties of a setup header that matter to a decoder.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::io) struct Setup {
    /// True if symphonia decodes all of its mappings correctly.
    pub(in crate::io) is_plain: bool,
    /// For each mode, true if its blocks are the long ones.
    pub(in crate::io) long_modes: Vec<bool>,
}

impl Setup {
    /// Reads a setup header of a stream; `None` where it cannot be parsed.
    pub(in crate::io) fn read(setup: &[u8], channels: u8) -> Option<Self> {
        (setup.starts_with(SETUP_START) && channels > 0).then_some(())?;
        let mut bits = VorbisBits { bytes: setup, at: SETUP_START.len() * 8 };
        let mappings = bits.mappings(channels)?;
        let modes = bits.read(6)? + 1;
        let mut long_modes = Vec::new();
        for _ in 0..modes {
            long_modes.push(bits.read(1)? == 1);
            bits.skip(16 + 16 + 8)?;
        }
        Some(Self { is_plain: mappings.iter().all(Mapping::is_plain), long_modes })
    }

    /// Returns true if an audio packet contains a long block (§4.3.1).
    pub(in crate::io) fn is_long(&self, packet: &[u8]) -> Option<bool> {
        let mut bits = VorbisBits { bytes: packet, at: 1 };
        let mode = bits.read(ilog(self.long_modes.len() as u32 - 1))?;
        self.long_modes.get(mode as usize).copied()
    }
}

/// The couplings of one mapping, and the residues of its channels.
struct Mapping {
    /// Magnitude and angle channel.
    couplings: Vec<(u32, u32)>,
    /// The submap of each channel.
    submap_of: Vec<usize>,
    /// For each submap, true if the residue of its channels is coded as one (type 2).
    is_type_2: Vec<bool>,
}

impl Mapping {
    fn is_plain(&self) -> bool {
        let uses = |channel: u32| self.couplings.iter().filter(|c| c.0 == channel || c.1 == channel).count();
        let channels_in = |submap: usize| self.submap_of.iter().filter(|&&of| of == submap).count();
        let coupled_once = self.couplings.iter().all(|&(magnitude, angle)| uses(magnitude) < 2 && uses(angle) < 2);
        coupled_once && self.is_type_2.iter().enumerate().all(|(submap, &type_2)| type_2 || channels_in(submap) < 2)
    }
}

/// Bits of a packet, the lowest of each byte first (§2.1.4).
struct VorbisBits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl VorbisBits<'_> {
    fn read(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for bit in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|&at| at <= self.bytes.len() * 8)?;
        Some(())
    }

    /// Skips all fields before the mappings, and reads these (§4.2.4).
    fn mappings(&mut self, channels: u8) -> Option<Vec<Mapping>> {
        for _ in 0..=self.read(8)? {
            self.skip_codebook()?;
        }
        for _ in 0..=self.read(6)? {
            self.skip(16)?;
        }
        for _ in 0..=self.read(6)? {
            self.skip_floor()?;
        }
        let mut residues = Vec::new();
        for _ in 0..=self.read(6)? {
            residues.push(self.skip_residue()?);
        }
        let count = self.read(6)? + 1;
        (0..count).map(|_| self.mapping(channels, &residues)).collect()
    }

    /// Skips a codebook: §3.2.1.
    #[allow(clippy::same_functions_in_if_condition)] // Each call reads the next bit.
    fn skip_codebook(&mut self) -> Option<()> {
        (self.read(24)? == 0x0056_4342).then_some(())?;
        let (dimensions, entries) = (self.read(16)?, self.read(24)?);
        if self.read(1)? == 1 {
            self.skip(5)?;
            let mut done = 0;
            while done < entries {
                let number = self.read(ilog(entries - done))?;
                done = done.checked_add(number)?;
            }
        } else if self.read(1)? == 1 {
            for _ in 0..entries {
                if self.read(1)? == 1 {
                    self.skip(5)?;
                }
            }
        } else {
            self.skip(5 * entries as usize)?;
        }
        let lookup = self.read(4)?;
        if lookup == 0 {
            return Some(());
        }
        self.skip(64)?;
        let (value_bits, _) = (self.read(4)? + 1, self.read(1)?);
        let values = match lookup {
            1 => u64::from(lookup_1_values(entries, dimensions)?),
            2 => u64::from(entries) * u64::from(dimensions),
            _ => return None,
        };
        self.skip(usize::try_from(values * u64::from(value_bits)).ok()?)
    }

    /// Skips a floor: §6.2.1 and §7.2.2.
    fn skip_floor(&mut self) -> Option<()> {
        if self.read(16)? == 0 {
            self.skip(8 + 16 + 16 + 6 + 8)?;
            let books = self.read(4)? + 1;
            return self.skip(8 * books as usize);
        }
        let partitions = self.read(5)?;
        let mut classes = Vec::new();
        for _ in 0..partitions {
            classes.push(self.read(4)? as usize);
        }
        let mut dimensions = Vec::new();
        for _ in 0..classes.iter().max().map_or(0, |last| last + 1) {
            dimensions.push(self.read(3)? as usize + 1);
            let subclasses = self.read(2)?;
            if subclasses > 0 {
                self.skip(8)?;
            }
            self.skip(8 << subclasses)?;
        }
        self.skip(2)?;
        let range_bits = self.read(4)? as usize;
        classes.iter().try_for_each(|&class| self.skip(dimensions[class] * range_bits))
    }

    /// Skips a residue: §8.6.1. Returns whether it is of type 2.
    fn skip_residue(&mut self) -> Option<bool> {
        let kind = self.read(16)?;
        self.skip(24 + 24 + 24)?;
        let classifications = self.read(6)? + 1;
        self.skip(8)?;
        let mut books = 0;
        for _ in 0..classifications {
            let low = self.read(3)?;
            let high = if self.read(1)? == 1 { self.read(5)? } else { 0 };
            books += low.count_ones() + high.count_ones();
        }
        self.skip(8 * books as usize)?;
        Some(kind == 2)
    }

    /// Reads a mapping: §4.2.4, of type 0.
    fn mapping(&mut self, channels: u8, residues: &[bool]) -> Option<Mapping> {
        (self.read(16)? == 0).then_some(())?;
        let submaps = if self.read(1)? == 1 { self.read(4)? + 1 } else { 1 };
        let steps = if self.read(1)? == 1 { self.read(8)? + 1 } else { 0 };
        let width = ilog(u32::from(channels) - 1);
        let mut couplings = Vec::new();
        for _ in 0..steps {
            couplings.push((self.read(width)?, self.read(width)?));
        }
        self.skip(2)?;
        let mut submap_of = vec![0; usize::from(channels)];
        if submaps > 1 {
            for submap in &mut submap_of {
                *submap = self.read(4)? as usize;
            }
        }
        let mut is_type_2 = Vec::new();
        for _ in 0..submaps {
            self.skip(16)?;
            is_type_2.push(*residues.get(self.read(8)? as usize)?);
        }
        Some(Mapping { couplings, submap_of, is_type_2 })
    }
}

/// Returns the bits that a number needs (§9.2.1).
fn ilog(number: u32) -> usize {
    (u32::BITS - number.leading_zeros()) as usize
}

/// Returns the greatest number whose power of `dimensions` does not exceed `entries` (§9.2.3).
fn lookup_1_values(entries: u32, dimensions: u32) -> Option<u32> {
    (dimensions > 0).then_some(())?;
    let fits = |value: u32| {
        let mut power = 1_u64;
        for _ in 0..dimensions {
            power = power.saturating_mul(u64::from(value));
            if power > u64::from(entries) {
                return false;
            }
        }
        true
    };
    // With one dimension there are as many values as entries; a power of two dimensions passes 2^24
    // at 4097.
    if dimensions == 1 { Some(entries) } else { (0..=4_097).rev().find(|&value| fits(value)) }
}
