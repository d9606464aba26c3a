//! Bands of the spectrum, twelve an octave.

use super::extractor::WINDOW;
use crate::SAMPLE_RATE;
use std::ops::Range;

const BANDS_PER_OCTAVE: f64 = 12.0;
const LOWEST_HZ: f64 = 30.0;
/// Drum kits have their kick below, and their cymbals above these limits.
const LIMITS_HZ: [f64; 2] = [160.0, 4_000.0];

/// Bins of each band, and the bands that are low, middle and high.
#[derive(Debug)]
pub(super) struct Bands {
    pub(super) bins: Vec<Range<usize>>,
    pub(super) parts: [Range<usize>; 3],
}

impl Bands {
    pub(super) fn new() -> Self {
        let width = SAMPLE_RATE as f64 / WINDOW as f64;
        let last = WINDOW / 2;
        let edge = |step: usize| LOWEST_HZ * (step as f64 / BANDS_PER_OCTAVE).exp2();
        let mut edges: Vec<usize> =
            (0..200).map(edge).map(|hertz| (hertz / width).round() as usize).take_while(|&bin| bin < last).collect();
        edges.push(last);
        edges.dedup();
        let bins: Vec<Range<usize>> = edges.windows(2).map(|edge| edge[0]..edge[1]).collect();
        let first_above = |hertz: f64| bins.partition_point(|bins| (bins.start as f64) * width < hertz);
        let [low, high] = LIMITS_HZ.map(first_above);
        let parts = [0..low, low..high, high..bins.len()];
        Self { bins, parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_neighbours_and_each_part_has_some() {
        let bands = Bands::new();
        assert!(bands.bins.windows(2).all(|pair| pair[0].end == pair[1].start && !pair[0].is_empty()));
        assert!(bands.parts.iter().all(|part| part.len() >= 5), "{:?}", bands.parts);
        assert_eq!(bands.parts[2].end, bands.bins.len());
    }
}
