//! Kaiser-windowed sinc from which the filters of the clipper and the true-peak detector are cut.

use std::f64::consts::PI;

/// Returns sinc(t) under a Kaiser window, `t` in samples of the band-limited signal; 0 beyond ±
/// `half_width`.
///
/// Zero at every whole `t` but 0, where it is 1: filters cut from it keep the samples that they
/// interpolate between.
pub(super) fn windowed_sinc(t: f64, half_width: f64, beta: f64) -> f64 {
    if t == 0.0 {
        return 1.0;
    }
    let place = t / half_width;
    if place.abs() >= 1.0 || t == t.round() {
        return 0.0;
    }
    let window = bessel_i0(beta * (1.0 - place * place).sqrt()) / bessel_i0(beta);
    libm::sin(PI * t) / (PI * t) * window
}

/// Returns the modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bessel_function_equals_its_printed_values() {
        // Abramowitz and Stegun, table 9.8: e^-x I0(x) at 1 and 5.
        assert!((bessel_i0(1.0) * (-1.0_f64).exp() - 0.465_759_607_6).abs() < 1e-9);
        assert!((bessel_i0(5.0) * (-5.0_f64).exp() - 0.183_540_812_6).abs() < 1e-9);
    }
}
