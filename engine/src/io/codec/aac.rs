//! Kinds of AAC by name, and whether a stream carries spectral band replication (SBR, the «HE» of
//! HE-AAC).
//!
//! symphonia 0.6.1 ignores SBR (#189): its output is the lower half of the spectrum at half the
//! rate, so such files are refused.

/// Reason for refusing another kind of AAC.
pub(in crate::io) const AAC_LC_ONLY: &str =
    "of AAC, only AAC-LC is read: without its extensions the sound would be dull, or wrong";
/// Reason for refusing a header of AAC.
pub(in crate::io) const AAC_MONO_OR_STEREO: &str =
    "of AAC, only mono and stereo in one of the standard's layouts is read";
/// Name of the kind where SBR is found.
pub(in crate::io) const HE_AAC: &str = "HE-AAC (SBR)";
/// Name of the kind where parametric stereo is found too.
const HE_AAC_V2: &str = "HE-AAC v2 (SBR, PS)";

/// Returns the kind of AAC that an `AudioSpecificConfig` (ISO 14496-3 §1.6.2.1) names, where it is
/// not plain AAC-LC.
pub(in crate::io) fn kind_in_config(config: &[u8]) -> Option<&'static str> {
    let mut bits = AacBits { bytes: config, at: 0 };
    let kind = bits.object_type()?;
    match kind {
        2 => {}
        5 => return Some(HE_AAC),
        29 => return Some(HE_AAC_V2),
        _ => return Some(object_name(kind)),
    }
    bits.rate_hz()?;
    // Channels, and the fields of `GASpecificConfig`; a program config element is refused by the
    // decoder.
    if bits.read(4)? == 0 {
        return None;
    }
    let _short_frame = bits.read(1)?;
    if bits.read(1)? == 1 {
        bits.read(14)?;
    }
    bits.read(1)?;
    // The backward-compatible extension: a sync word, object type 5, a flag; and the same for PS.
    if bits.read(11)? != 0x2b7 || bits.object_type()? != 5 || bits.read(1)? == 0 {
        return None;
    }
    bits.rate_hz()?;
    let has_ps = bits.read(11) == Some(0x548) && bits.read(1) == Some(1);
    Some(if has_ps { HE_AAC_V2 } else { HE_AAC })
}

/// Returns the name of an audio object type (ISO 14496-3 table 1.17).
fn object_name(kind: u32) -> &'static str {
    match kind {
        1 => "AAC Main",
        3 => "AAC SSR",
        4 => "AAC LTP",
        6 => "AAC Scalable",
        17 => "ER AAC LC",
        19 => "ER AAC LTP",
        20 => "ER AAC Scalable",
        23 => "AAC-LD",
        39 => "AAC-ELD",
        42 => "USAC (xHE-AAC)",
        _ => "an unusual MPEG-4 audio object type",
    }
}

/// Decides from the first packets whether a stream contains SBR without announcing it.
#[derive(Debug, Default)]
pub(in crate::io) struct SbrSearch {
    looked_at: u32,
    found: u32,
}

/// Packets to look at before deciding.
const PACKETS: u32 = 8;

impl SbrSearch {
    /// Examines a raw data block. Returns whether SBR is present, once that is sure. By chance one
    /// block in fifty looks as if it were.
    pub(in crate::io) fn look(&mut self, block: &[u8]) -> Option<bool> {
        self.looked_at += 1;
        self.found += u32::from(ends_with_sbr(block));
        self.decided(PACKETS)
    }

    /// Returns the answer at the end of the stream.
    pub(in crate::io) fn at_end(&self) -> bool {
        self.decided(self.looked_at.max(1)).unwrap_or(false)
    }

    fn decided(&self, packets: u32) -> Option<bool> {
        (self.looked_at >= packets).then_some(self.looked_at > 0 && 4 * self.found >= 3 * self.looked_at)
    }
}

/// Returns true if a raw data block (ISO 14496-3 table 4.3) closes with a fill element of extension
/// type SBR. The data before it is coded without lengths, so the element is searched from the end.
/// Its count must lead to the end marker exactly.
fn ends_with_sbr(block: &[u8]) -> bool {
    const FILL: u32 = 6;
    const END: u32 = 7;
    let total = block.len() * 8;
    // The longest fill element has 269 bytes.
    (total.saturating_sub(270 * 8 + 32)..total.saturating_sub(11)).any(|at| {
        let mut bits = AacBits { bytes: block, at };
        if bits.read(3) != Some(FILL) {
            return false;
        }
        let Some(is_sbr) = bits.skip_fill_payload() else { return false };
        if !is_sbr {
            return false;
        }
        loop {
            match bits.read(3) {
                Some(END) => return total - bits.at < 8,
                Some(FILL) if bits.skip_fill_payload().is_some() => {}
                _ => return false,
            }
        }
    })
}

/// Bits, the highest of each byte first.
struct AacBits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl AacBits<'_> {
    fn read(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn object_type(&mut self) -> Option<u32> {
        match self.read(5)? {
            31 => Some(32 + self.read(6)?),
            kind => Some(kind),
        }
    }

    /// Skips a sampling frequency: an index, or the number itself.
    fn rate_hz(&mut self) -> Option<()> {
        if self.read(4)? == 15 {
            self.read(24)?;
        }
        Some(())
    }

    /// Skips a fill element after its name. Returns whether its payload is SBR; `None` where it
    /// does not fit.
    fn skip_fill_payload(&mut self) -> Option<bool> {
        let mut count = self.read(4)? as usize;
        if count == 15 {
            count = (14 + self.read(8)?) as usize;
        }
        let end = self.at + 8 * count;
        let kind = if count > 0 { self.read(4)? } else { 0 };
        self.at = end;
        // EXT_SBR_DATA and EXT_SBR_DATA_CRC (table 4.121).
        (end <= self.bytes.len() * 8).then_some(matches!(kind, 13 | 14))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_from_the_configuration() {
        assert_eq!(kind_in_config(&[0x12, 0x10]), None, "LC, 44.1 kHz, stereo");
        assert_eq!(kind_in_config(&[0x2b, 0x92, 0x08, 0x00]), Some(HE_AAC), "type 5");
        assert_eq!(kind_in_config(&[0xeb, 0x8a, 0x08, 0x00]), Some(HE_AAC_V2), "type 29");
        assert_eq!(kind_in_config(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), Some(HE_AAC), "sync extension 0x2b7, flag set");
        assert_eq!(kind_in_config(&[0x12, 0x10, 0x56, 0xe5, 0x00]), None, "sync extension, flag clear");
        assert_eq!(kind_in_config(&[0x0a, 0x10]), Some("AAC Main"));
        assert_eq!(kind_in_config(&[0xf8, 0xe6, 0x20, 0x00]), Some("AAC-ELD"));
    }
}
