//! The setup header of a Vorbis stream (Vorbis I, §4.2.4), shown with its channel couplings in reverse.
//!
//! Couplings are undone from the last to the first (§4.3.5). symphonia 0.6.1 undoes them from the first to the last, which is
//! right only where no channel is in two of them. Reversed in the header, its order is the right one.

/// The byte with which headers in one block begin: the number of packets less one (Xiph lacing).
const LACED: u8 = 2;
/// What stands before the fields of every header packet: its kind, and `vorbis`.
const SETUP_START: &[u8] = b"\x05vorbis";
/// Bytes of the identification header.
const IDENT_BYTES: usize = 30;

/// The codec's private data with all couplings in reverse; `None` where nothing needs to change.
///
/// # Errors
/// A reason, where the decoder cannot be given an order that is right.
pub(super) fn with_couplings_reversed(private: &[u8]) -> Result<Option<Box<[u8]>>, String> {
    let Some(setup_at) = setup_at(private) else { return Ok(None) };
    let (Some(&channels), Some(setup)) = (
        private[..setup_at].windows(7).position(|w| w == b"\x01vorbis").and_then(|at| private.get(at + 11)),
        private.get(setup_at..),
    ) else {
        return Ok(None);
    };
    // Two channels have one coupling.
    if channels <= 2 {
        return Ok(None);
    }
    let mut bits = Bits { bytes: setup.to_vec(), at: SETUP_START.len() * 8 };
    // A header that cannot be followed is left to the decoder, which names what is wrong with it.
    let Some(mappings) = bits.mappings(channels) else { return Ok(None) };
    if mappings.iter().any(|mapping| !mapping.is_reversible()) {
        return Err("its channels are coupled in a way that the decoder undoes in the wrong order".into());
    }
    if mappings.iter().all(|mapping| mapping.couplings.len() < 2) {
        return Ok(None);
    }
    for mapping in &mappings {
        let width = bits.coupling_width(channels);
        for (step, &(magnitude, angle)) in mapping.couplings.iter().rev().enumerate() {
            let at = mapping.at + step * 2 * width;
            bits.write(at, width, magnitude);
            bits.write(at + width, width, angle);
        }
    }
    Ok(Some([&private[..setup_at], &bits.bytes].concat().into()))
}

/// Where the setup header begins: behind the identification header, or behind that and the comments.
fn setup_at(private: &[u8]) -> Option<usize> {
    let at = if private.first() == Some(&LACED) {
        let mut at = 1;
        let mut lengths = 0;
        for _ in 0..2 {
            loop {
                let byte = *private.get(at)?;
                (at, lengths) = (at + 1, lengths + usize::from(byte));
                if byte < 255 {
                    break;
                }
            }
        }
        at + lengths
    } else {
        IDENT_BYTES
    };
    private.get(at..)?.starts_with(SETUP_START).then_some(at)
}

/// The couplings of one mapping, and what they meet.
struct Mapping {
    /// The bit at which the first coupling stands.
    at: usize,
    /// Magnitude and angle channel.
    couplings: Vec<(u32, u32)>,
    /// For each channel, whether its residue is coded in one with those of all channels of its submap (type 2).
    is_together: Vec<bool>,
}

impl Mapping {
    /// Whether the order of the couplings changes nothing but the order in which they are undone. It also decides which
    /// silent channels are coded (§4.3.3), which matters where channels are coded one by one.
    fn is_reversible(&self) -> bool {
        let uses = |channel: u32| self.couplings.iter().filter(|c| c.0 == channel || c.1 == channel).count();
        let is_together = |channel: u32| self.is_together.get(channel as usize).copied().unwrap_or(false);
        self.couplings
            .iter()
            .flat_map(|&(magnitude, angle)| [magnitude, angle])
            .all(|channel| uses(channel) < 2 || is_together(channel))
    }
}

/// Bits of a packet, the lowest of each byte first (§2.1.4).
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn read(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for bit in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        Some(value)
    }

    fn write(&mut self, at: usize, count: usize, value: u32) {
        for bit in 0..count {
            // What is written was read from the same place before.
            let byte = &mut self.bytes[(at + bit) / 8];
            let mask = 1 << ((at + bit) % 8);
            *byte = if value >> bit & 1 == 1 { *byte | mask } else { *byte & !mask };
        }
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|&at| at <= self.bytes.len() * 8)?;
        Some(())
    }

    /// Bits of a channel's number.
    fn coupling_width(&self, channels: u8) -> usize {
        ilog(u32::from(channels) - 1)
    }

    /// Walks over all that stands before the mappings, and reads these (§4.2.4).
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

    /// §3.2.1.
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

    /// §6.2.1 and §7.2.2.
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

    /// §8.6.1; whether it is of type 2.
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

    /// §4.2.4, mappings of type 0.
    fn mapping(&mut self, channels: u8, residues: &[bool]) -> Option<Mapping> {
        (self.read(16)? == 0).then_some(())?;
        let submaps = if self.read(1)? == 1 { self.read(4)? + 1 } else { 1 };
        let steps = if self.read(1)? == 1 { self.read(8)? + 1 } else { 0 };
        let (at, width) = (self.at, self.coupling_width(channels));
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
        let is_together = submap_of.iter().map(|&submap| is_type_2.get(submap).copied()).collect::<Option<_>>()?;
        Some(Mapping { at, couplings, is_together })
    }
}

/// The bits that a number takes (§9.2.1).
fn ilog(number: u32) -> usize {
    (u32::BITS - number.leading_zeros()) as usize
}

/// The greatest number whose power of `dimensions` does not pass `entries` (§9.2.3).
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
    // With one dimension there are as many values as entries; a power of two dimensions passes 2^24 at 4097.
    if dimensions == 1 { Some(entries) } else { (0..=4_097).rev().find(|&value| fits(value)) }
}
