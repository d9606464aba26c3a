//! Removal of the spectral envelope.

use crate::spectrum::BINS_PER_OCTAVE;

/// Bins to each side that make the local mean: half an octave.
const REACH: usize = BINS_PER_OCTAVE / 2;

/// Writes to `whitened` how far each magnitude stands out of its surroundings, 0 where it does not.
///
/// Magnitudes are compressed to square roots, the mean of an octave around is taken away and the
/// rest divided by the deviation there. `floor` is a magnitude that counts as silence, above 0.
pub fn whiten(magnitudes: &[f32], floor: f32, whitened: &mut Vec<f32>) {
    let floor = floor.max(f32::MIN_POSITIVE).sqrt();
    whitened.clear();
    whitened.extend(magnitudes.iter().map(|magnitude| magnitude.sqrt()));
    let (mut sums, mut sum, mut squares) = (vec![(0.0, 0.0)], 0.0_f64, 0.0_f64);
    for &value in whitened.iter() {
        sum += f64::from(value);
        squares += f64::from(value) * f64::from(value);
        sums.push((sum, squares));
    }
    for (index, value) in whitened.iter_mut().enumerate() {
        let (first, last) = (index.saturating_sub(REACH), (index + REACH + 1).min(magnitudes.len()));
        let count = (last - first) as f64;
        let mean = (sums[last].0 - sums[first].0) / count;
        let variance = ((sums[last].1 - sums[first].1) / count - mean * mean).max(0.0);
        let excess = f64::from(*value) - mean;
        *value = if excess > 0.0 { (excess / (variance.sqrt() + f64::from(floor))) as f32 } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_of_unlike_levels_become_alike() {
        let mut magnitudes = vec![0.001; 252];
        (magnitudes[40], magnitudes[160]) = (1.0, 0.05);
        let mut whitened = Vec::new();
        whiten(&magnitudes, 1e-6, &mut whitened);
        assert!(whitened[40] > 4.0 && whitened[160] > 0.8 * whitened[40]);
        assert!(whitened.iter().enumerate().all(|(index, &value)| [40, 160].contains(&index) || value < 0.2));
    }

    #[test]
    fn silence_stays_silent() {
        let mut whitened = Vec::new();
        whiten(&[0.0; 252], 0.0, &mut whitened);
        assert_eq!(whitened, [0.0; 252]);
        whiten(&[1e-8; 252], 1e-3, &mut whitened);
        assert!(whitened.iter().all(|&value| value < 0.01));
    }
}
