//! Gates: from the mean squares of overlapping blocks to integrated loudness and loudness range.

use super::reading::power_lufs;

/// Loudness below which blocks never count, in LUFS: ITU-R BS.1770-4 annex 1 eq. 5, EBU Tech 3342
/// §2.
pub(super) const ABSOLUTE_GATE_LUFS: f64 = -70.0;
/// Relative gate of integrated loudness, in LU against the absolutely gated mean: ITU-R BS.1770-4
/// annex 1 eq. 6.
const INTEGRATED_GATE_LU: f64 = -10.0;
/// Relative gate of loudness range, in LU against the absolutely gated mean: EBU Tech 3342 §2.
const RANGE_GATE_LU: f64 = -20.0;
/// Percentiles between which loudness range extends: EBU Tech 3342 §2.
const RANGE_PERCENTILES: (f64, f64) = (10.0, 95.0);

/// Returns the weighted power of a programme after both gates, from the weighted powers of its 400
/// ms blocks (75 % overlap). `None` if no block passes. Loudness is [`power_lufs`] of it.
pub fn integrated_power(blocks: &[f64]) -> Option<f64> {
    let gate = relative_gate(blocks, INTEGRATED_GATE_LU)?;
    mean(blocks.iter().copied().filter(|&power| power > gate))
}

/// Returns the loudness range in LU (EBU Tech 3342) from the weighted powers of 3 s windows that
/// overlap by 2.9 s. `None` if no window passes the gates. Less than a minute of programme results
/// in an unstable figure.
pub fn loudness_range(windows: &[f64]) -> Option<f64> {
    loudness_range_in_place(&mut windows.to_vec())
}

/// Returns the same, computed in the memory of the windows. It reorders the windows and removes
/// those that do not pass.
pub(crate) fn loudness_range_in_place(windows: &mut Vec<f64>) -> Option<f64> {
    let gate = relative_gate(windows, RANGE_GATE_LU)?;
    windows.retain(|&power| power > gate);
    windows.sort_unstable_by(f64::total_cmp);
    let last = windows.len().checked_sub(1)?;
    // The nearest rank, as in the reference code of Tech 3342.
    let percentile = |percent: f64| windows[(last as f64 * percent / 100.0).round() as usize];
    let (low, high) = RANGE_PERCENTILES;
    Some(power_lufs(percentile(high))? - power_lufs(percentile(low))?)
}

/// Returns the power that a block must exceed: the absolute gate, or `below_lu` under the mean of
/// the blocks that pass the absolute gate.
fn relative_gate(blocks: &[f64], below_lu: f64) -> Option<f64> {
    let absolute = lufs_power(ABSOLUTE_GATE_LUFS);
    let mean = mean(blocks.iter().copied().filter(|&power| power > absolute))?;
    Some(absolute.max(mean * libm::pow(10.0, below_lu / 10.0)))
}

/// Returns the weighted power that reads a loudness: the inverse of [`power_lufs`].
fn lufs_power(lufs: f64) -> f64 {
    libm::pow(10.0, (lufs - super::SINE_OFFSET_LU) / 10.0)
}

fn mean(powers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = powers.fold((0.0, 0_u64), |(sum, count), power| (sum + power, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_below_both_gates_change_nothing() {
        let loud = lufs_power(-20.0);
        let blocks = [loud, lufs_power(-30.5), loud, lufs_power(-80.0)];
        // −30.5 lowers the first mean to −22.6, so the gate is at −32.6 and the block counts; −34
        // lies below it.
        assert!(integrated_power(&blocks).unwrap() < loud);
        let blocks = [loud, lufs_power(-34.0), loud, lufs_power(-80.0)];
        assert!((power_lufs(integrated_power(&blocks).unwrap()).unwrap() + 20.0).abs() < 1e-9);
    }

    #[test]
    fn a_programme_below_the_absolute_gate_has_no_loudness() {
        assert_eq!(integrated_power(&[lufs_power(-70.1); 50]), None);
        assert_eq!(loudness_range(&[lufs_power(-70.1); 50]), None);
        assert_eq!(integrated_power(&[]), None);
    }
}
