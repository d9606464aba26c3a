//! Levels of a stem in frequency bands, a hundred times per second.

use super::thresholds::{BANDS, THRESHOLDS};
use mixdown_fft::Complex;
use mixdown_fft::{Fft, complex_forward};
use std::f64::consts::TAU;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Levels of one stem so far.
#[derive(Clone)]
pub(crate) struct Levels {
    /// Session frames in a frame.
    hop: usize,
    /// Session frames that a frame covers.
    size: usize,
    edges: [usize; BANDS + 1],
    hann: Arc<[f32]>,
    fft: Arc<dyn Fft<f32>>,
    /// Two frames at once, and the scratch space of the transform.
    pair: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Power, one row per band.
    bands: Vec<Vec<f32>>,
    /// Running sums of the power of all bands together, from the start.
    running_power: Vec<f64>,
}

impl fmt::Debug for Levels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Levels").field("hop", &self.hop).field("frames", &self.frames()).finish_non_exhaustive()
    }
}

impl Levels {
    /// Creates the levels of a stem at `rate_hz`, none yet.
    pub(crate) fn new(rate_hz: f64) -> Self {
        let hop = ((rate_hz / THRESHOLDS.level_rate_hz) as usize).max(1);
        let size = Self::size(hop);
        let fft = complex_forward(size);
        let hann = |n: usize| (0.5 - 0.5 * (TAU * n as f64 / size as f64).cos()) as f32;
        Self {
            hop,
            size,
            edges: THRESHOLDS.band_edges_hz.map(|hz| ((hz * size as f64 / rate_hz).round() as usize).min(size / 2)),
            hann: (0..size).map(hann).collect(),
            pair: vec![Complex::default(); size],
            scratch: vec![Complex::default(); fft.get_inplace_scratch_len()],
            fft,
            bands: vec![Vec::new(); BANDS],
            running_power: vec![0.0],
        }
    }

    /// Returns the number of session frames that a frame covers, for frames that are `hop` apart.
    pub(crate) fn size(hop: usize) -> usize {
        (2 * hop).next_power_of_two()
    }

    /// Returns the session frames in a frame.
    pub(crate) fn hop(&self) -> usize {
        self.hop
    }

    /// Returns the number of frames so far.
    pub(crate) fn frames(&self) -> usize {
        self.running_power.len() - 1
    }

    /// Returns the session frames that frames cover.
    pub(crate) fn support(&self, frames: Range<usize>) -> Range<i64> {
        let (hop, before) = (self.hop as i64, (self.size - self.hop) as i64 / 2);
        if frames.is_empty() {
            return 0..0;
        }
        frames.start as i64 * hop - before..(frames.end as i64 - 1) * hop - before + self.size as i64
    }

    /// Returns the number of frames that cover nothing beyond session frame `end`. Frames come in
    /// pairs, the same however the stem is split.
    pub(crate) fn ready(&self, end: usize) -> usize {
        let ready = (end + (self.size - self.hop) / 2 + self.hop).saturating_sub(self.size) / self.hop;
        ready - ready % 2
    }

    /// Follows a stem for `count` more frames. The samples begin where the first of these frames
    /// does. After an odd count nothing may follow.
    pub(crate) fn follow(&mut self, samples: &[f32], count: usize) {
        for first in (0..count).step_by(2) {
            // Of the last frame of an odd count, twice.
            let second = (first + 1).min(count - 1);
            let (a, b) = (&samples[first * self.hop..][..self.size], &samples[second * self.hop..][..self.size]);
            for (((to, a), b), gain) in self.pair.iter_mut().zip(a).zip(b).zip(&*self.hann) {
                *to = Complex::new(a * gain, b * gain);
            }
            self.fft.process_with_scratch(&mut self.pair, &mut self.scratch);
            let (one, other) = powers(&self.pair, &self.edges);
            self.add(&one);
            if second > first {
                self.add(&other);
            }
        }
    }

    fn add(&mut self, powers: &[f32; BANDS]) {
        self.bands.iter_mut().zip(powers).for_each(|(band, power)| band.push(*power));
        let so_far = self.running_power.last().copied().unwrap_or(0.0);
        self.running_power.push(so_far + f64::from(powers.iter().sum::<f32>()));
    }

    /// Returns the session frames in a frame, the power with one row per band, and the running sums
    /// of all of it from the start. There is one sum more than there are frames.
    pub(crate) fn into_parts(self) -> (usize, Vec<Vec<f32>>, Vec<f64>) {
        (self.hop, self.bands, self.running_power)
    }
}

/// Returns the power in bands of two real signals, from the transform of the one plus i times the
/// other.
fn powers(both: &[Complex<f32>], edges: &[usize; BANDS + 1]) -> ([f32; BANDS], [f32; BANDS]) {
    let (mut first, mut second) = ([0.0; BANDS], [0.0; BANDS]);
    for (n, edge) in edges.windows(2).enumerate() {
        for k in edge[0]..edge[1].max(edge[0]) {
            // Half of the sum of bin k and the conjugate of bin −k belongs to the one signal. Half
            // of their difference belongs to the other.
            let (x, y) = (both[k], both[(both.len() - k) % both.len()].conj());
            first[n] += 0.25 * (x + y).norm_sqr();
            second[n] += 0.25 * (x - y).norm_sqr();
        }
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    #[test]
    fn each_frame_hears_its_own_part_of_the_stem() {
        const RATE_HZ: f64 = 44_100.0;
        // A tone in the fifth band, twice as loud from frame 50 on.
        let mut tone = signals::sine(RATE_HZ, 600.0, 0.25, 0.0, 44_100);
        tone[22_050..].iter_mut().for_each(|x| *x *= 2.0);
        let mut levels = Levels::new(RATE_HZ);
        let start = levels.support(10..11).start as usize;
        let count = levels.ready(44_100) - 10;
        levels.follow(&tone[start..], count);
        let (hop, bands, sums) = levels.into_parts();
        assert_eq!((hop, bands[4].len(), sums.len()), (441, count, count + 1));
        // A Hann window of 1024 frames: a sine of amplitude A leaves 3/8 × 1024² × A²/4 in its
        // bins.
        let full = 0.375 * 1_024.0_f32.powi(2) / 4.0;
        for (n, power) in bands[4].iter().enumerate().filter(|(n, _)| n.abs_diff(40) > 2) {
            let amplitude = if n < 40 { 0.25_f32 } else { 0.5 };
            // 500 to 800 Hz holds all but the far lobes of the window.
            assert!((power / (full * amplitude.powi(2)) - 1.0).abs() < 0.01, "{n}: {power}");
            assert!(bands[8][n] < 1e-4 * power, "{n}");
        }
    }
}
