//! Forms of waveform files: the parts around the values.

use std::io::{self, Write};

/// Version of the format.
const VERSION: i32 = 2;
/// Flag of 8-bit data.
const FLAG_8_BIT: u32 = 1;

/// Header of a waveform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveformHead {
    /// Bits per value.
    pub bits: Bits,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Frames per pixel; the last pixel may hold fewer.
    pub samples_per_pixel: u32,
    /// Number of waveforms: 1, or one per channel.
    pub channels: usize,
    /// Number of pixels.
    pub length: usize,
}

impl WaveformHead {
    /// Writes the 24 bytes before the values of the binary form.
    pub(crate) fn write_dat(&self, out: &mut impl Write) -> io::Result<()> {
        let too_large = |_| io::Error::new(io::ErrorKind::InvalidInput, "the waveform does not fit the .dat format");
        let flags = if self.bits == Bits::Eight { FLAG_8_BIT } else { 0 };
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(&flags.to_le_bytes())?;
        for count in [self.sample_rate_hz, self.samples_per_pixel] {
            out.write_all(&i32::try_from(count).map_err(too_large)?.to_le_bytes())?;
        }
        out.write_all(&u32::try_from(self.length).map_err(too_large)?.to_le_bytes())?;
        out.write_all(&i32::try_from(self.channels).map_err(too_large)?.to_le_bytes())
    }

    /// Writes the part before the values of the JSON form, which are numbers with commas between
    /// them.
    pub(crate) fn start_json(&self, out: &mut impl Write) -> io::Result<()> {
        let bits = if self.bits == Bits::Eight { 8 } else { 16 };
        write!(
            out,
            "{{\"version\":{VERSION},\"channels\":{},\"sample_rate\":{},\"samples_per_pixel\":{},\"bits\":{bits},\"length\":{},\"data\":[",
            self.channels, self.sample_rate_hz, self.samples_per_pixel, self.length,
        )
    }

    /// Writes the part after them.
    pub(crate) fn end_json(out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"]}\n")
    }
}

/// Bits per value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// −128 to 127.
    Eight,
    /// −32,768 to 32,767.
    Sixteen,
}
