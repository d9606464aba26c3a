//! Waveform data as BBC audiowaveform version 2 writes it: the least and the greatest sample of
//! every pixel.

use super::waveform_form::Bits;
use super::waveform_form::WaveformHead;
use crate::audio::Block;
use crate::process::{BuildError, Tap, check_range};
use crate::simd::vectorised;
use crate::units::SampleRate;
use std::io::{self, Write};

/// Values written at a time.
const VALUES_AT_ONCE: usize = 8_192;

/// Settings of a waveform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveformSettings {
    /// Frames per pixel: 2 or more.
    pub samples_per_pixel: u32,
    /// Bits per value.
    pub bits: Bits,
    /// One waveform per channel; otherwise one of their mean.
    pub split_channels: bool,
    /// The samples come from a file that stores floating-point numbers, for which the reference
    /// program has another rule.
    pub from_floats: bool,
}

impl Default for WaveformSettings {
    /// Settings of a render: 256 frames per pixel, 16 bits, every channel.
    fn default() -> Self {
        Self { samples_per_pixel: 256, bits: Bits::Sixteen, split_channels: true, from_floats: false }
    }
}

/// Minima and maxima, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaveformData {
    /// Bits per value.
    pub bits: Bits,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Frames per pixel; the last pixel may hold fewer.
    pub samples_per_pixel: u32,
    /// Number of waveforms: 1, or one per channel.
    pub channels: usize,
    /// Minimum and maximum of every channel, pixel by pixel.
    pub data: Vec<i16>,
}

impl WaveformData {
    /// Returns the number of pixels.
    pub fn length(&self) -> usize {
        self.data.len() / (2 * self.channels.max(1))
    }

    /// Returns all but the values.
    pub(crate) fn head(&self) -> WaveformHead {
        WaveformHead {
            bits: self.bits,
            sample_rate_hz: self.sample_rate_hz,
            samples_per_pixel: self.samples_per_pixel,
            channels: self.channels,
            length: self.length(),
        }
    }

    /// Writes the binary form (`.dat`): a header of 24 bytes, then the values, little-endian.
    ///
    /// # Errors
    /// When `out` cannot be written, or when a count does not fit the format's 32 bits.
    pub fn write_dat(&self, out: &mut impl Write) -> io::Result<()> {
        self.head().write_dat(out)?;
        for values in self.data.chunks(VALUES_AT_ONCE) {
            let bytes: Vec<u8> = match self.bits {
                Bits::Eight => values.iter().flat_map(|value| (*value as i8).to_le_bytes()).collect(),
                Bits::Sixteen => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            };
            out.write_all(&bytes)?;
        }
        Ok(())
    }

    /// Writes the JSON form: one line, keys in the order of the reference program.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        self.head().start_json(out)?;
        for (index, value) in self.data.iter().enumerate() {
            if index > 0 {
                out.write_all(b",")?;
            }
            serde_json::to_writer(&mut *out, value)?;
        }
        WaveformHead::end_json(out)
    }
}

/// Draws the waveform of a stream. Offline: memory grows by 4 bytes for every pixel and channel.
///
/// Samples become 16-bit integers as floor(x·32768). This is exact for 16-bit sources, and the
/// upper 16 bits of 24-bit ones, as the reference program reads them. From float files the
/// reference program rounds x·32767 towards zero, and so does this with `from_floats`. Either way
/// the range is −32,768 to 32,767; beyond it the reference program is undefined. The mean of the
/// channels, and 16 to 8 bits, round towards zero.
#[derive(Clone, Debug)]
pub struct WaveformGenerator {
    rate: SampleRate,
    inputs: usize,
    settings: WaveformSettings,
    /// Frames in the running pixel.
    filled: u32,
    /// Minimum and maximum of the running pixel.
    extremes: Vec<(i32, i32)>,
    data: Vec<i16>,
}

/// Pixel without samples.
const EMPTY: (i32, i32) = (i32::MAX, i32::MIN);

impl WaveformGenerator {
    /// Creates a generator for this many channels.
    ///
    /// # Errors
    /// If there is no channel, or a pixel has fewer than two frames.
    pub fn new(rate: SampleRate, channels: usize, settings: WaveformSettings) -> Result<Self, BuildError> {
        check_range("channels", channels as f64, 1.0, f64::from(i32::MAX))?;
        check_range("samples_per_pixel", f64::from(settings.samples_per_pixel), 2.0, f64::from(i32::MAX))?;
        let outputs = if settings.split_channels { channels } else { 1 };
        Ok(Self { rate, inputs: channels, settings, filled: 0, extremes: vec![EMPTY; outputs], data: Vec::new() })
    }

    /// Returns the waveform so far, the running pixel included.
    pub fn data(&self) -> WaveformData {
        self.clone().into_data()
    }

    /// Returns the whole waveform, the running pixel included.
    pub fn into_data(mut self) -> WaveformData {
        self.finish_pixel();
        WaveformData {
            bits: self.settings.bits,
            sample_rate_hz: self.rate.hz(),
            samples_per_pixel: self.settings.samples_per_pixel,
            channels: self.extremes.len(),
            data: self.data,
        }
    }

    /// Returns the held values of complete pixels, in the order of [`WaveformData::data`].
    pub(crate) fn values(&self) -> &[i16] {
        &self.data
    }

    /// Clears the held values and keeps their memory.
    pub(crate) fn forget_values(&mut self) {
        self.data.clear();
    }

    /// Returns the header of a waveform with `values` values.
    pub(crate) fn head(&self, values: usize) -> WaveformHead {
        let channels = self.extremes.len();
        WaveformHead {
            bits: self.settings.bits,
            sample_rate_hz: self.rate.hz(),
            samples_per_pixel: self.settings.samples_per_pixel,
            channels,
            length: values / (2 * channels.max(1)),
        }
    }

    fn widen(&mut self, block: &Block<'_>) {
        let to_16_bits = if self.settings.from_floats { float_to_16_bits } else { to_16_bits };
        let include = |extremes: &mut (i32, i32), value: i32| {
            *extremes = (extremes.0.min(value), extremes.1.max(value));
        };
        if self.settings.split_channels {
            for (index, extremes) in self.extremes.iter_mut().enumerate() {
                // A larger sample is never a smaller integer: two conversions per stretch are
                // enough.
                for x in least_and_greatest(block.channel(index)) {
                    include(extremes, to_16_bits(x));
                }
            }
        } else {
            for frame in 0..block.frames() {
                let sum: i64 = (0..self.inputs).map(|index| i64::from(to_16_bits(block.channel(index)[frame]))).sum();
                include(&mut self.extremes[0], (sum / self.inputs as i64) as i32);
            }
        }
    }

    /// Ends the running pixel, if there is one.
    pub(crate) fn finish_pixel(&mut self) {
        if self.filled == 0 {
            return;
        }
        let divisor = if self.settings.bits == Bits::Eight { 256 } else { 1 };
        for (low, high) in &mut self.extremes {
            self.data.extend([(*low / divisor) as i16, (*high / divisor) as i16]);
            (*low, *high) = EMPTY;
        }
        self.filled = 0;
    }
}

vectorised! {
    /// Returns the least and the greatest sample of at least one; NaN counts as 0. Compiled for
    /// wider vectors too: extremes do not depend on the order.
    fn least_and_greatest(samples: &[f32]) -> [f32; 2] {
        const LANES: usize = 16;
        let number = |x: f32| if x.is_nan() { 0.0 } else { x };
        let lesser = |a: f32, b: f32| if a < b { a } else { b };
        let greater = |a: f32, b: f32| if a > b { a } else { b };
        let (mut low, mut high) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
        let (groups, rest) = samples.as_chunks::<LANES>();
        for group in groups {
            for lane in 0..LANES {
                let x = number(group[lane]);
                low[lane] = lesser(x, low[lane]);
                high[lane] = greater(x, high[lane]);
            }
        }
        let rest = || rest.iter().map(|x| number(*x));
        [rest().chain(low).fold(f32::INFINITY, lesser), rest().chain(high).fold(f32::NEG_INFINITY, greater)]
    }
}

/// Returns the sample as a 16-bit integer; NaN becomes 0.
fn to_16_bits(sample: f32) -> i32 {
    // The conversion saturates, and the product is exact: 32768 is a power of two.
    ((sample * 32_768.0).floor() as i32).clamp(-32_768, 32_767)
}

/// Returns the same as [`to_16_bits`], from a file of floats.
fn float_to_16_bits(sample: f32) -> i32 {
    ((sample * 32_767.0) as i32).clamp(-32_768, 32_767)
}

impl Tap for WaveformGenerator {
    /// Observes the next block. Offline. A block with another number of channels is not counted.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() != self.inputs {
            return;
        }
        let mut done = 0;
        while done < block.frames() {
            let left = (self.settings.samples_per_pixel - self.filled) as usize;
            let end = block.frames().min(done + left);
            self.widen(&block.slice(done..end));
            self.filled += (end - done) as u32;
            done = end;
            if self.filled == self.settings.samples_per_pixel {
                self.finish_pixel();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals::white_noise;

    fn waveform(channels: usize, data: &[f32], settings: WaveformSettings) -> WaveformData {
        let frames = data.len() / channels;
        let mut generator = WaveformGenerator::new(SampleRate::new(44_100).unwrap(), channels, settings).unwrap();
        generator.observe(&Block::new(data, frames, channels, frames));
        generator.data()
    }

    const TWO: WaveformSettings =
        WaveformSettings { samples_per_pixel: 2, bits: Bits::Sixteen, split_channels: true, from_floats: false };

    #[test]
    fn the_binary_form_follows_the_format() {
        let data = waveform(2, &[0.5, -0.5, 0.25, 1.0, -1.0, 0.0], TWO);
        let mut bytes = Vec::new();
        data.write_dat(&mut bytes).unwrap();
        let header: Vec<i32> = bytes[..24].chunks(4).map(|four| i32::from_le_bytes(four.try_into().unwrap())).collect();
        assert_eq!(header, [2, 0, 44_100, 2, 2, 2]);
        let values: Vec<i16> = bytes[24..].chunks(2).map(|two| i16::from_le_bytes(two.try_into().unwrap())).collect();
        // Pixel by pixel, channel by channel; the last pixel holds one frame.
        assert_eq!(values, [-16_384, 16_384, -32_768, 32_767, 8_192, 8_192, 0, 0]);
    }

    #[test]
    fn eight_bits_and_channel_means_round_to_zero() {
        let step = 1.0 / 32_768.0;
        let settings = WaveformSettings { bits: Bits::Eight, split_channels: false, ..TWO };
        // Means −511.5 and 511.5 become −511 and 511, then −1 and 1.
        let data = waveform(2, &[-511.0 * step, 511.0 * step, -512.0 * step, 512.0 * step], settings);
        assert_eq!(data.data, [-1, 1]);
        let mut bytes = Vec::new();
        data.write_dat(&mut bytes).unwrap();
        assert_eq!((bytes[4], &bytes[24..]), (1, [255, 1].as_slice()));
        let mono = waveform(
            2,
            &[-511.0 * step, 511.0 * step, -512.0 * step, 512.0 * step],
            WaveformSettings { bits: Bits::Sixteen, ..settings },
        );
        assert_eq!(mono.data, [-511, 511]);
    }

    fn json(data: &WaveformData) -> String {
        let mut bytes = Vec::new();
        data.write_json(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_json_form_has_the_reference_keys_in_order() {
        let data = waveform(1, &[0.5, -0.5, 0.25], TWO);
        let expected = "{\"version\":2,\"channels\":1,\"sample_rate\":44100,\"samples_per_pixel\":2,\"bits\":16,\"length\":2,\
                        \"data\":[-16384,16384,8192,8192]}\n";
        assert_eq!(json(&data), expected);
    }

    #[test]
    fn every_16_bit_sample_comes_back_exactly() {
        for value in i16::MIN..=i16::MAX {
            assert_eq!(to_16_bits(f32::from(value) / 32_768.0), i32::from(value));
        }
        assert_eq!([f32::NAN, f32::INFINITY, -f32::INFINITY, 1.5].map(to_16_bits), [0, 32_767, -32_768, 32_767]);
    }

    #[test]
    fn pixels_of_any_length_have_their_extremes() {
        let signal: Vec<f32> = white_noise(7, 0.5, 70).iter().map(|x| x + 0.7).collect();
        for length in 1..70 {
            let mut signal = signal[..length].to_vec();
            let converted = |signal: &[f32]| {
                let values: Vec<i32> = signal.iter().map(|x| to_16_bits(*x)).collect();
                [values.iter().min().copied(), values.iter().max().copied()]
            };
            let found = |signal: &[f32]| least_and_greatest(signal).map(|x| Some(to_16_bits(x)));
            assert_eq!(found(&signal), converted(&signal));
            signal[length / 2] = f32::NAN;
            signal[0] = if length % 2 == 0 { f32::NEG_INFINITY } else { f32::NAN };
            assert_eq!(found(&signal), converted(&signal));
        }
    }

    #[test]
    fn a_24_bit_sample_keeps_its_upper_16_bits() {
        for value in [-8_388_608, -1, 0, 255, 256, 8_388_607, -257] {
            assert_eq!(to_16_bits(value as f32 / 8_388_608.0), value >> 8);
        }
    }

    #[test]
    fn samples_of_float_files_round_towards_zero() {
        // static_cast<short>(x * 32767), as the reference program has it.
        let cases = [(1.0, 32_767), (-1.0, -32_767), (0.5, 16_383), (-0.5, -16_383), (2.0, 32_767), (-2.0, -32_768)];
        for (sample, value) in cases {
            assert_eq!(float_to_16_bits(sample), value, "{sample}");
        }
        let data = waveform(1, &[0.5, -0.5], WaveformSettings { from_floats: true, ..TWO });
        assert_eq!(data.data, [-16_383, 16_383]);
    }

    #[test]
    fn any_split_draws_the_same_pixels() {
        let signal = white_noise(1, 1.2, 5_000);
        let whole = waveform(1, &signal, WaveformSettings::default());
        assert_eq!(whole.length(), 20);
        for size in [1, 7, 64, 511] {
            let mut generator =
                WaveformGenerator::new(SampleRate::new(44_100).unwrap(), 1, WaveformSettings::default()).unwrap();
            signal.chunks(size).for_each(|block| generator.observe(&Block::mono(block)));
            assert_eq!(generator.data(), whole, "blocks of {size}");
        }
    }

    #[test]
    fn a_stream_of_no_frames_has_no_pixels() {
        assert_eq!(json(&waveform(2, &[], TWO)).matches("\"length\":0,\"data\":[]").count(), 1);
        assert!(WaveformGenerator::new(SampleRate::new(44_100).unwrap(), 0, TWO).is_err());
    }
}
