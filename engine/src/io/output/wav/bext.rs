//! The broadcast extension chunk, version 2: EBU Tech 3285.

/// Length of the chunk's data without a coding history, in bytes.
pub(super) const LENGTH: usize = 602;

/// Content of the `bext` chunk. Loudness fields are `None` where there is no value, and are then
/// written as 0x7FFF. Readers ignore a value outside ±99.99 (Tech 3285 v2, 2.4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BroadcastExtension {
    /// Description of the sound, at most 256 ASCII characters.
    pub description: String,
    /// Person or program that made the file, at most 32 ASCII characters.
    pub originator: String,
    /// `yyyy-mm-dd`, or empty so that the bytes do not depend on the day.
    pub origination_date: String,
    /// `hh:mm:ss`, or empty.
    pub origination_time: String,
    /// First frame, in frames since midnight.
    pub time_reference: u64,
    /// Integrated loudness in LUFS.
    pub loudness_lufs: Option<f64>,
    /// Loudness range in LU.
    pub loudness_range_lu: Option<f64>,
    /// Largest true peak in dBTP.
    pub max_true_peak_dbtp: Option<f64>,
    /// Largest momentary loudness in LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Largest short-term loudness in LUFS.
    pub max_short_term_lufs: Option<f64>,
}

impl BroadcastExtension {
    /// The originator of every file that mixdown writes.
    pub const ORIGINATOR: &str = "mixdown";
    /// The description of a file that is a stem rather than a mix.
    pub const STEM: &str = "Stem";

    /// Returns the chunk's data, at the offsets of Tech 3285 v2, table 1.
    pub fn to_bytes(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        let mut text = |at: usize, length: usize, value: &str| {
            for (slot, character) in bytes[at..at + length].iter_mut().zip(value.chars()) {
                *slot = if character.is_ascii() && !character.is_ascii_control() { character as u8 } else { b'?' };
            }
        };
        text(0, 256, &self.description);
        text(256, 32, &self.originator);
        text(320, 10, &self.origination_date);
        text(330, 8, &self.origination_time);
        bytes[338..346].copy_from_slice(&self.time_reference.to_le_bytes());
        bytes[346..348].copy_from_slice(&2_u16.to_le_bytes());
        let loudness = [
            self.loudness_lufs,
            self.loudness_range_lu,
            self.max_true_peak_dbtp,
            self.max_momentary_lufs,
            self.max_short_term_lufs,
        ];
        for (slot, value) in bytes[412..422].chunks_exact_mut(2).zip(loudness) {
            slot.copy_from_slice(&hundredths(value).to_le_bytes());
        }
        bytes
    }
}

/// Returns a level in hundredths, rounded half away from zero.
fn hundredths(value: Option<f64>) -> i16 {
    value.filter(|v| v.abs() <= 99.99).map_or(0x7FFF, |v| (v * 100.0).round() as i16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_at_the_offsets_of_tech_3285() {
        let bytes = BroadcastExtension {
            originator: "mixdown".into(),
            loudness_lufs: Some(-14.004),
            max_true_peak_dbtp: Some(-1.0),
            loudness_range_lu: Some(f64::NEG_INFINITY),
            ..BroadcastExtension::default()
        }
        .to_bytes();
        assert_eq!(&bytes[256..264], b"mixdown\0");
        assert_eq!(bytes[320..338], [0; 18]);
        assert_eq!(bytes[346..348], [2, 0]);
        assert_eq!(i16::from_le_bytes([bytes[412], bytes[413]]), -1400);
        assert_eq!(i16::from_le_bytes([bytes[414], bytes[415]]), 0x7FFF);
        assert_eq!(i16::from_le_bytes([bytes[416], bytes[417]]), -100);
        assert_eq!(i16::from_le_bytes([bytes[420], bytes[421]]), 0x7FFF);
    }
}
