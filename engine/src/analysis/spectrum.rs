//! Average spectrum and spectrogram of a programme, in bands.

use super::bands::{Band, BandWeights, LEAST_BINS, logarithmic, third_octaves};
use super::documents::SPECTRUM_SCHEMA;
use super::power_frames::PowerFrames;
use crate::audio::Block;
use crate::meter::{power_db, rounded};
use crate::process::Tap;
use crate::units::SampleRate;
use serde::{Deserialize, Serialize};

/// Number of bands of the detailed average.
const AVERAGE_BANDS: usize = 512;
/// Number of bands of the spectrogram.
const SPECTROGRAM_BANDS: usize = 96;
/// Most columns of the spectrogram: when they are full, pairs merge.
const MAX_COLUMNS: usize = 3_000;
/// Length of the spectrogram's windows, before it is rounded to a power of two: 8192 frames at 44.1
/// and 48 kHz.
const WINDOW_S: f64 = 0.17;
/// Length of the average's windows, in windows of the spectrogram: 2.9 Hz between bins at 48 kHz.
const AVERAGE_WINDOWS: usize = 2;
/// Level that quieter bands read.
const FLOOR_DBFS: f64 = -120.0;

/// Spectrum: one level per band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BandLevels {
    /// Centre frequencies, Hz, rounded to 0.01 Hz.
    pub bands_hz: Vec<f64>,
    /// Power in each band, dBFS, rounded to 0.1 dB, −120 at least; a full-scale sine at the centre
    /// reads 0.
    pub dbfs: Vec<f64>,
}

/// Spectrum over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spectrogram {
    /// Centre frequencies, Hz, rounded to 0.01 Hz.
    pub bands_hz: Vec<f64>,
    /// Middle of each column's windows, seconds from the start, rounded to 0.001 s.
    pub times_s: Vec<f64>,
    /// One row per time: power in each band, as in [`BandLevels`].
    pub dbfs: Vec<Vec<f64>>,
}

/// Content of `spectrum.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpectrumDocument {
    /// [`SPECTRUM_SCHEMA`].
    pub schema: String,
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Average over the programme, third-octave bands (IEC 61260-1, base ten).
    pub third_octaves: BandLevels,
    /// Average over the programme, 512 bands of equal ratio from 20 Hz to Nyquist.
    pub average: BandLevels,
    /// Levels over time, 96 bands of equal ratio from 20 Hz to Nyquist.
    pub spectrogram: Spectrogram,
}

impl SpectrumDocument {
    /// Returns the least width of a band of the averages, in Hz: narrower ones are widened to it.
    pub fn least_band_hz(&self) -> f64 {
        let rate = SampleRate::new(self.sample_rate_hz).map_or(0.0, |rate| rate.as_f64() / window_length(rate) as f64);
        LEAST_BINS * rate / AVERAGE_WINDOWS as f64
    }
}

/// Analyses a stream. Offline; memory is bounded whatever the length.
///
/// Levels are sums of power over a band, referred to a full-scale sine. Such a sine at the centre
/// of a band reads 0 dBFS in it; at the edge between two bands it reads −3 in both. Powers are
/// averaged over the channels, so opposite polarity does not cancel and two equal channels read as
/// one. Windows are Hann, overlapping by half. A sample that is not finite counts as 0.
#[derive(Clone)]
pub struct SpectrumAnalyser {
    rate: SampleRate,
    channels: usize,
    average: PowerFrames,
    /// Sums over the complete windows of `average`, and their number.
    sums: Vec<f64>,
    windows: u64,
    frames: PowerFrames,
    bands: Vec<Band>,
    weights: Vec<BandWeights>,
    columns: Columns,
}

impl SpectrumAnalyser {
    /// Creates an analyser for this many channels. Control thread; allocates.
    pub fn new(rate: SampleRate, channels: usize) -> Self {
        let length = window_length(rate);
        let average = PowerFrames::new(channels, AVERAGE_WINDOWS * length, false);
        let frames = PowerFrames::new(channels, length, true);
        let bands = logarithmic(rate.nyquist_hz(), SPECTROGRAM_BANDS);
        let weights = weights(&bands, rate, &frames);
        let sums = vec![0.0; average.bins()];
        Self { rate, channels, average, sums, windows: 0, frames, bands, weights, columns: Columns::new() }
    }

    /// Forgets all input.
    pub fn reset(&mut self) {
        self.average.reset();
        self.frames.reset();
        self.sums.fill(0.0);
        self.windows = 0;
        self.columns = Columns::new();
    }

    /// Returns the spectrum so far, as if the stream ended here. A stream shorter than a window is
    /// followed by silence.
    pub fn document(&self) -> SpectrumDocument {
        let mut ended = self.clone();
        let Self { frames, columns, weights, .. } = &mut ended;
        frames.finish(|bins| columns.add(weights, bins));
        if ended.windows == 0 {
            let (sums, windows) = (&mut ended.sums, &mut ended.windows);
            ended.average.finish(|bins| add_window(sums, windows, bins));
        }
        let count = ended.windows.max(1) as f64;
        let bins: Vec<f64> = ended.sums.iter().map(|sum| sum / count).collect();
        let levels = |bands: Vec<Band>| {
            let weights = self::weights(&bands, self.rate, &self.average);
            BandLevels {
                bands_hz: centres(&bands),
                dbfs: weights.iter().map(|weights| level(weights.power(&bins))).collect(),
            }
        };
        SpectrumDocument {
            schema: SPECTRUM_SCHEMA.to_owned(),
            sample_rate_hz: self.rate.hz(),
            third_octaves: levels(third_octaves(self.rate.nyquist_hz())),
            average: levels(logarithmic(self.rate.nyquist_hz(), AVERAGE_BANDS)),
            spectrogram: ended.columns.document(&self.bands, self.rate.seconds(self.frames.hop() as u64)),
        }
    }
}

/// Returns the power of two nearest to [`WINDOW_S`].
fn window_length(rate: SampleRate) -> usize {
    1 << (rate.as_f64() * WINDOW_S).log2().round() as usize
}

fn weights(bands: &[Band], rate: SampleRate, frames: &PowerFrames) -> Vec<BandWeights> {
    let bin_hz = rate.as_f64() / (2 * frames.hop()) as f64;
    bands.iter().map(|band| BandWeights::new(band, bin_hz, frames.bins())).collect()
}

fn add_window(sums: &mut [f64], windows: &mut u64, bins: &[f64]) {
    for (sum, power) in sums.iter_mut().zip(bins) {
        *sum += power;
    }
    *windows += 1;
}

fn level(power: f64) -> f64 {
    rounded(power_db(power).unwrap_or(FLOOR_DBFS).max(FLOOR_DBFS), 1)
}

fn centres(bands: &[Band]) -> Vec<f64> {
    bands.iter().map(|band| rounded(band.centre_hz, 2)).collect()
}

impl Tap for SpectrumAnalyser {
    /// Observes the next block. Offline. A block with another number of channels is not counted.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() != self.channels || self.channels == 0 {
            return;
        }
        let Self { average, sums, windows, frames, weights, columns, .. } = self;
        average.push(block, |bins| add_window(sums, windows, bins));
        frames.push(block, |bins| columns.add(weights, bins));
    }
}

/// Columns of a spectrogram: each the mean of `stride` windows, the last perhaps of fewer.
#[derive(Clone)]
struct Columns {
    stride: u32,
    /// Windows in the running column, and their sum.
    filled: u32,
    running: [f64; SPECTROGRAM_BANDS],
    complete: Vec<[f32; SPECTROGRAM_BANDS]>,
}

impl Columns {
    fn new() -> Self {
        Self { stride: 1, filled: 0, running: [0.0; SPECTROGRAM_BANDS], complete: Vec::new() }
    }

    fn add(&mut self, weights: &[BandWeights], bins: &[f64]) {
        for (sum, weights) in self.running.iter_mut().zip(weights) {
            *sum += weights.power(bins);
        }
        self.filled += 1;
        if self.filled == self.stride {
            self.finish_column();
        }
    }

    fn finish_column(&mut self) {
        let count = f64::from(self.filled.max(1));
        self.complete.push(self.running.map(|sum| (sum / count) as f32));
        (self.running, self.filled) = ([0.0; SPECTROGRAM_BANDS], 0);
        if self.complete.len() == MAX_COLUMNS {
            self.merge_pairs();
        }
    }

    fn merge_pairs(&mut self) {
        for index in 0..MAX_COLUMNS / 2 {
            let (left, right) = (self.complete[2 * index], self.complete[2 * index + 1]);
            for (band, power) in self.complete[index].iter_mut().enumerate() {
                *power = f32::midpoint(left[band], right[band]);
            }
        }
        self.complete.truncate(MAX_COLUMNS / 2);
        self.stride *= 2;
    }

    fn document(mut self, bands: &[Band], hop_s: f64) -> Spectrogram {
        if self.filled > 0 {
            // Room for one more: a full set has been merged already.
            let count = f64::from(self.filled);
            self.complete.push(self.running.map(|sum| (sum / count) as f32));
        }
        let stride = f64::from(self.stride);
        // Window n is centred on frame n·hop; a column on the mean of its first and last window.
        let time = |index: usize| rounded((index as f64 * stride + (stride - 1.0) / 2.0) * hop_s, 3);
        Spectrogram {
            bands_hz: centres(bands),
            times_s: (0..self.complete.len()).map(time).collect(),
            dbfs: self.complete.iter().map(|column| column.map(|power| level(f64::from(power))).to_vec()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use mixdown_fixtures::signals::{impulse, sine, white_noise};

    fn document(rate_hz: u32, channels: &[Vec<f32>]) -> SpectrumDocument {
        let mut analyser = SpectrumAnalyser::new(SampleRate::new(rate_hz).unwrap(), channels.len());
        analyser.observe(&AudioBuffer::from_channels(channels).block());
        analyser.document()
    }

    fn loudest(dbfs: &[f64]) -> usize {
        (0..dbfs.len()).max_by(|a, b| dbfs[*a].total_cmp(&dbfs[*b])).unwrap()
    }

    #[test]
    fn a_full_scale_sine_reads_0_dbfs_in_every_band() {
        for rate_hz in [44_100, 48_000, 96_000] {
            for tenth in [-16, -10, -3, 0, 4, 10, 13] {
                let hz = 1_000.0 * 10.0_f64.powf(f64::from(tenth) / 10.0);
                let tone = sine(f64::from(rate_hz), hz, 1.0, 0.3, 2 * rate_hz as usize);
                let document = document(rate_hz, &[tone.clone(), tone]);
                let third = &document.third_octaves;
                let index = (tenth + 17) as usize;
                assert!((third.bands_hz[index] / hz - 1.0).abs() < 1e-3);
                // The 25 Hz band at 96 kHz is as wide as the main lobe; Hann's side lobes hold less
                // than 0.1 dB.
                assert!(third.dbfs[index].abs() <= 0.1, "{hz} Hz at {rate_hz}: {}", third.dbfs[index]);
                let average = &document.average;
                // At worst half way to the edge of a band, where the lobe just fits, or at an edge.
                let found = loudest(&average.dbfs);
                assert!(
                    (average.bands_hz[found] / hz - 1.0).abs() < 0.25,
                    "{hz} Hz at {rate_hz}: {}",
                    average.bands_hz[found]
                );
                assert!((-3.1..=0.1).contains(&average.dbfs[found]), "{hz} Hz at {rate_hz}: {}", average.dbfs[found]);
            }
        }
    }

    #[test]
    fn white_noise_sums_to_its_power_and_rises_3_db() {
        let document = document(48_000, &[white_noise(1, 1.0, 20 * 48_000)]);
        let dbfs = &document.third_octaves.dbfs;
        // Mean square 1/3 against the ½ of a sine, spread evenly over 24 kHz; chance moves these
        // bands by less than 0.2 dB.
        for (index, band) in third_octaves(24_000.0).iter().enumerate().skip(17) {
            let expected = 10.0 * (2.0 / 3.0 * (band.high_hz - band.low_hz) / 24_000.0).log10();
            assert!((dbfs[index] - expected).abs() < 0.2, "{} Hz: {} for {expected}", band.centre_hz, dbfs[index]);
        }
    }

    #[test]
    fn opposite_polarity_does_not_cancel() {
        let tone = sine(48_000.0, 1_000.0, 1.0, 0.0, 48_000);
        let inverse = tone.iter().map(|x| -x).collect();
        let both = document(48_000, &[tone.clone(), inverse]);
        let one = document(48_000, &[tone, vec![0.0; 48_000]]);
        assert!(both.third_octaves.dbfs[17].abs() <= 0.1);
        assert!((one.third_octaves.dbfs[17] + 3.0).abs() <= 0.1);
    }

    #[test]
    fn a_click_is_drawn_at_its_time() {
        let document = document(48_000, &[impulse(96_000, 1.0, 5 * 48_000)]);
        let totals: Vec<f64> = document.spectrogram.dbfs.iter().map(|column| column.iter().sum()).collect();
        let time_s = document.spectrogram.times_s[loudest(&totals)];
        // Half a hop: columns are 85 ms apart.
        assert!((time_s - 2.0).abs() < 0.043, "{time_s}");
    }

    #[test]
    fn a_long_stream_is_bounded_on_the_same_time_axis() {
        // At 1 kHz, 128 frames are a hop: 8000 of them make 3000 columns twice over.
        let mut analyser = SpectrumAnalyser::new(SampleRate::new(1_000).unwrap(), 1);
        let hop = analyser.frames.hop();
        let mut signal = vec![0.0; 8_000 * hop];
        signal[7_000 * hop] = 1.0;
        signal.chunks(1_000).for_each(|block| analyser.observe(&Block::mono(block)));
        let spectrogram = analyser.document().spectrogram;
        assert!((MAX_COLUMNS / 2..=MAX_COLUMNS).contains(&spectrogram.times_s.len()));
        assert_eq!(spectrogram.times_s.len(), spectrogram.dbfs.len());
        let totals: Vec<f64> = spectrogram.dbfs.iter().map(|column| column.iter().sum()).collect();
        let expected_s = 7.0 * hop as f64;
        // Columns of four windows.
        assert!((spectrogram.times_s[loudest(&totals)] - expected_s).abs() <= 2.0 * hop as f64 / 1_000.0 + 1e-3);
    }

    #[test]
    fn any_split_gives_the_same_document() {
        let signal = white_noise(2, 0.5, 60_001);
        let whole = document(48_000, std::slice::from_ref(&signal));
        let mut analyser = SpectrumAnalyser::new(SampleRate::new(48_000).unwrap(), 1);
        for size in [511, 4_096] {
            analyser.observe(&Block::mono(&[f32::NAN, f32::INFINITY, 1.0]));
            analyser.reset();
            signal.chunks(size).for_each(|block| analyser.observe(&Block::mono(block)));
            assert_eq!(analyser.document(), whole, "blocks of {size}");
        }
    }

    #[test]
    fn hostile_samples_and_silence_stay_finite() {
        for samples in [vec![], vec![0.0; 100], vec![f32::NAN; 20_000], vec![1e30; 20_000], vec![f32::MAX; 9]] {
            let document = document(48_000, &[samples]);
            let text = serde_json::to_string(&document).unwrap();
            assert_eq!(serde_json::from_str::<SpectrumDocument>(&text).unwrap(), document);
            assert!(document.average.dbfs.iter().all(|level| level.is_finite() && *level >= FLOOR_DBFS));
        }
    }
}
