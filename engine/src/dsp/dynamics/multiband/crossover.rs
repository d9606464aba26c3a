//! Linkwitz–Riley crossovers: the filters of each band, so that all bands sum to an all-pass.
//!
//! Each crossover is of fourth order: two Butterworth filters in series (S. Linkwitz, Active
//! crossover networks for noncoincident drivers, J. Audio Eng. Soc. 24(1), 1976). Its low and high
//! side sum to an all-pass of second order. The crossovers form a tree, split in the middle first;
//! a branch also passes the all-passes of the crossovers in the other branch. All bands then have
//! the same phase.

use crate::dsp::biquad::{AllPassBand, Coefficients, Design, PassFilter};
use crate::process::BuildError;
use crate::units::SampleRate;

/// Returns the filters of each band, from the lowest on.
///
/// # Errors
/// When a crossover is not between 1 Hz and Nyquist.
pub(super) fn band_filters(crossovers_hz: &[f64], rate: SampleRate) -> Result<Vec<Vec<Coefficients>>, BuildError> {
    let middle = crossovers_hz.len() / 2;
    let Some(&crossover_hz) = crossovers_hz.get(middle) else { return Ok(vec![Vec::new()]) };
    let (below_hz, above_hz) = (&crossovers_hz[..middle], &crossovers_hz[middle + 1..]);
    let design = PassFilter { design: Design::Cookbook, ..PassFilter::new(crossover_hz) };
    let branch = |side: Vec<Coefficients>, inner_hz: &[f64], other_hz: &[f64]| {
        let mut filters = [&side[..], &side[..]].concat();
        for &hz in other_hz {
            filters.extend(AllPassBand::new(hz).design(rate)?);
        }
        let bands = band_filters(inner_hz, rate)?.into_iter();
        Ok(bands.map(|inner| [&filters[..], &inner[..]].concat()).collect::<Vec<_>>())
    };
    let mut bands = branch(design.design_low_pass(rate)?, below_hz, above_hz)?;
    bands.extend(branch(design.design_high_pass(rate)?, above_hz, below_hz)?);
    Ok(bands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// Returns real and imaginary part of the response of filters in series.
    fn response(filters: &[Coefficients], hz: f64, rate_hz: f64) -> (f64, f64) {
        let (s1, c1) = (TAU * hz / rate_hz).sin_cos();
        let (s2, c2) = (2.0 * TAU * hz / rate_hz).sin_cos();
        filters.iter().fold((1.0, 0.0), |(re, im), c| {
            let top = (c.b0 + c.b1 * c1 + c.b2 * c2, -c.b1 * s1 - c.b2 * s2);
            let below = (1.0 + c.a1 * c1 + c.a2 * c2, -c.a1 * s1 - c.a2 * s2);
            let power = below.0 * below.0 + below.1 * below.1;
            let ratio = ((top.0 * below.0 + top.1 * below.1) / power, (top.1 * below.0 - top.0 * below.1) / power);
            (re * ratio.0 - im * ratio.1, re * ratio.1 + im * ratio.0)
        })
    }

    #[test]
    fn bands_sum_flat_and_are_6_db_down_at_their_crossovers() {
        let all_hz = [90.0, 700.0, 2_500.0, 9_000.0];
        for (rate_hz, count) in [44_100, 48_000, 192_000].into_iter().flat_map(|rate| (1..=4).map(move |n| (rate, n))) {
            let rate = SampleRate::new(rate_hz).unwrap();
            let bands = band_filters(&all_hz[..count], rate).unwrap();
            assert_eq!(bands.len(), count + 1);
            let level = |band: usize, hz: f64| {
                let (re, im) = response(&bands[band], hz, rate.as_f64());
                10.0 * (re * re + im * im).log10()
            };
            let mut worst = 0.0_f64;
            for step in 0..=1_000 {
                let hz = 20.0 * (20_000.0_f64 / 20.0).powf(f64::from(step) / 1_000.0);
                let (re, im) = bands.iter().fold((0.0, 0.0), |(re, im), filters| {
                    let (r, i) = response(filters, hz, rate.as_f64());
                    (re + r, im + i)
                });
                worst = worst.max((10.0 * (re * re + im * im).log10()).abs());
            }
            println!("{} bands at {rate_hz} Hz: sum within {worst:.1e} dB from 20 Hz to 20 kHz", count + 1);
            assert!(worst < 1e-9, "{worst}");
            for (band, hz) in all_hz[..count].iter().enumerate() {
                // The other crossovers take off a little.
                assert!((level(band, *hz) + 6.02).abs() < 0.2 && (level(band + 1, *hz) + 6.02).abs() < 0.2);
                assert!((level(band, *hz) - level(band + 1, *hz)).abs() < 0.2);
            }
            // 24 dB per octave: two octaves above the first crossover, the lowest band.
            assert!(level(0, 4.0 * all_hz[0]) < -47.0, "{}", level(0, 4.0 * all_hz[0]));
        }
    }
}
