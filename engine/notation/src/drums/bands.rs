//! Bands of the spectrum: single bins at the bottom, about a sixth of an octave at the top.

use std::ops::Range;

/// Number of bands.
pub(super) const BANDS: usize = 44;

/// Edges from bin 1 to the end, geometric, before those that round to one bin are merged.
const EDGES: usize = 56;

/// Returns the bins of each band, for spectra of `bins` bins. The bin of no frequency is left out.
pub(super) fn bands(bins: usize) -> Vec<Range<usize>> {
    let ratio = (bins as f64).powf(1.0 / (EDGES - 1) as f64);
    let mut edges: Vec<usize> = (0..EDGES).map(|step| ratio.powi(step as i32).round() as usize).collect();
    edges.dedup();
    edges.windows(2).map(|edge| edge[0]..edge[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_neighbours_from_the_first_bin_to_the_last() {
        let bands = bands(512);
        assert_eq!(bands.len(), BANDS);
        assert_eq!((bands[0].start, bands[BANDS - 1].end), (1, 512));
        assert!(bands.windows(2).all(|pair| pair[0].end == pair[1].start && !pair[0].is_empty()));
        assert!(bands[..8].iter().all(|band| band.len() == 1));
    }
}
