//! The split of a stream of samples into three parts that sum to it.

use super::PART_COUNT;
use super::masks::Masks;
use super::median::{BinMedians, medians_along};
use super::similarity::{Products, similarity};
use super::transform::{OVERLAP, Transform, window_length};
use mixdown_fft::Complex;
use std::collections::VecDeque;

/// Frames on either side in the median over time: 0.4 s at 44.1 kHz.
const FRAME_RADIUS: usize = 8;
/// Bins on either side in the median over frequency: 180 Hz at 44.1 kHz.
const BIN_RADIUS: usize = 8;
/// Frames on either side over which the channels are compared.
const SIMILARITY_RADIUS: usize = 2;

/// Samples of each part, in the order of [`CLASSICAL_PARTS`](super::CLASSICAL_PARTS), and of each
/// channel.
pub type PartSamples = [Vec<Vec<f32>>; PART_COUNT];

/// One window of the song.
struct Frame {
    spectra: Vec<Vec<Complex<f32>>>,
    magnitudes: Vec<f32>,
    products: Products,
}

/// Splits a song of one or two channels, fed in pieces of any size. Memory is that of 17 windows.
///
/// Percussive sound has a wide spectrum for a short time; sustained sound has a narrow one for a
/// long time. Medians over both directions of the spectrogram distinguish them (Fitzgerald 2010).
/// Of two channels, sustained sound that both share forms the centre. One channel has no centre:
/// that part is silent.
pub struct Splitter {
    transform: Transform,
    length: usize,
    /// Per channel, samples from the start of the next window on.
    waiting: Vec<Vec<f32>>,
    frames: VecDeque<Frame>,
    /// Index of the next frame to be split, within `frames`.
    next: usize,
    along: BinMedians,
    /// Per part and channel, overlapped samples from the start of the last window on.
    sums: PartSamples,
    pushed: u64,
    /// Samples before the first of the song that are still to be left out.
    lead: usize,
    emitted: u64,
}

impl Splitter {
    /// Creates a splitter for a rate in hertz and one or two channels.
    pub fn new(rate_hz: u32, channels: usize) -> Self {
        let length = window_length(rate_hz);
        let lead = length - length / OVERLAP;
        let transform = Transform::new(length);
        Self {
            length,
            waiting: vec![vec![0.0; lead]; channels],
            frames: VecDeque::new(),
            next: 0,
            along: BinMedians::new(transform.bins()),
            transform,
            sums: std::array::from_fn(|_| vec![vec![0.0; length]; channels]),
            pushed: 0,
            lead,
            emitted: 0,
        }
    }

    /// Takes equally many samples of every channel, and appends those that are complete to `out`.
    pub fn push(&mut self, channels: &[&[f32]], out: &mut PartSamples) {
        for (waiting, samples) in self.waiting.iter_mut().zip(channels) {
            waiting.extend_from_slice(samples);
        }
        self.pushed += channels.first().map_or(0, |samples| samples.len()) as u64;
        self.advance(out);
    }

    /// Appends the rest to `out`: every part then has as many samples as the song.
    pub fn finish(mut self, out: &mut PartSamples) {
        let hop = self.length / OVERLAP;
        let song = self.length - hop + self.pushed as usize % hop;
        // As many windows as start before the end of the song.
        let silence = vec![0.0; 2 * self.length - song];
        self.waiting.iter_mut().for_each(|waiting| waiting.extend_from_slice(&silence));
        self.advance(out);
        while self.next < self.frames.len() {
            self.split_next(out);
        }
    }

    fn advance(&mut self, out: &mut PartSamples) {
        let hop = self.length / OVERLAP;
        let mut start = 0;
        while self.waiting.first().is_some_and(|waiting| waiting.len() - start >= self.length) {
            self.add_frame(start);
            start += hop;
            if self.frames.len() - self.next > FRAME_RADIUS {
                self.split_next(out);
            }
        }
        self.waiting.iter_mut().for_each(|waiting| drop(waiting.drain(..start)));
    }

    /// Appends the spectrum of the window that starts there.
    fn add_frame(&mut self, start: usize) {
        let spectra: Vec<Vec<Complex<f32>>> =
            self.waiting.iter().map(|waiting| self.transform.spectrum(&waiting[start..start + self.length])).collect();
        let power = |bin: usize| spectra.iter().map(|spectrum| f64::from(spectrum[bin].norm()).powi(2)).sum::<f64>();
        let magnitudes: Vec<f32> = (0..self.transform.bins()).map(|bin| power(bin).sqrt() as f32).collect();
        let products = match &spectra[..] {
            [left, right] => Products::new(left, right),
            _ => Products::default(),
        };
        self.along.insert(&magnitudes);
        self.frames.push_back(Frame { spectra, magnitudes, products });
    }

    /// Splits the next frame, and appends the samples that no later window covers.
    fn split_next(&mut self, out: &mut PartSamples) {
        let bins = self.transform.bins();
        let frame = &self.frames[self.next];
        let across = medians_along(&frame.magnitudes, BIN_RADIUS);
        let around =
            self.next.saturating_sub(SIMILARITY_RADIUS)..(self.next + SIMILARITY_RADIUS + 1).min(self.frames.len());
        let alike = (frame.spectra.len() == 2)
            .then(|| similarity(self.frames.range(around).map(|frame| &frame.products), bins));
        let masks = Masks::new(&across, self.along.medians(), alike.as_deref());
        for (sums, mask) in self.sums.iter_mut().zip([&masks.percussive, &masks.harmonic, &masks.centre]) {
            if mask.iter().any(|share| *share > 0.0) {
                for (sum, spectrum) in sums.iter_mut().zip(&frame.spectra) {
                    self.transform.add_masked(spectrum, mask, sum);
                }
            }
        }
        self.emit(out);
        // The window of the median moves on by one frame.
        if self.next == FRAME_RADIUS {
            if let Some(oldest) = self.frames.pop_front() {
                self.along.remove(&oldest.magnitudes);
            }
        } else {
            self.next += 1;
        }
    }

    fn emit(&mut self, out: &mut PartSamples) {
        let hop = self.length / OVERLAP;
        let skipped = self.lead.min(hop);
        self.lead -= skipped;
        let left = (self.pushed - self.emitted).min((hop - skipped) as u64) as usize;
        for (sums, parts) in self.sums.iter_mut().zip(out.iter_mut()) {
            for (sum, samples) in sums.iter_mut().zip(parts.iter_mut()) {
                samples.extend_from_slice(&sum[skipped..skipped + left]);
                sum.copy_within(hop.., 0);
                sum[self.length - hop..].fill(0.0);
            }
        }
        self.emitted += left as u64;
    }
}
