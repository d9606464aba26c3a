//! Section that corrects a smooth error of a filter's power response.
//!
//! Power responses are rational in x = sin²(ω/2). One is fitted by least squares of the relative
//! error, iterated as by C. Sanathanan and J. Koerner (Transfer function synthesis as a ratio of
//! two complex polynomials, 1963). Its factors have a closed form: M. Vicanek, Matched second order
//! digital filters, 2016.

use super::coefficients::Coefficients;
use std::f64::consts::PI;

/// Highest frequency of the fit, over Nyquist: 20 kHz at 44.1 kHz.
pub(super) const HIGHEST: f64 = 20_000.0 / 22_050.0;

/// Error that is left as it is, in decibels.
const TOLERANCE_DB: f64 = 0.03;

/// Degrees of numerator and denominator in x, simplest first. A fit with more freedom than the
/// error needs puts a zero upon a pole.
const DEGREES: [(usize, usize); 4] = [(1, 1), (2, 1), (1, 2), (2, 2)];

/// Weight of the coefficients themselves in a fit that must move smoothly with its target.
const RIDGE: f64 = 1e-3;

const POINTS: usize = 96;
const ITERATIONS: usize = 6;

/// Lowest value of a factor between 0 and Nyquist. It keeps zeros and poles off the unit circle.
const LOWEST: f64 = 0.002;

/// A factor 1 + p1·x + p2·x² of a power response.
#[derive(Clone, Copy, Debug)]
struct PowerFactor(f64, f64);

impl PowerFactor {
    fn at(self, x: f64) -> f64 {
        1.0 + x * (self.0 + x * self.1)
    }

    /// Returns true if it is positive from 0 to Nyquist.
    fn is_positive(self) -> bool {
        let vertex = (-0.5 * self.0 / self.1).clamp(0.0, 1.0);
        let vertex = if vertex.is_nan() { 0.0 } else { vertex };
        self.at(1.0).min(self.at(vertex)) > LOWEST
    }

    /// Returns the polynomial in z⁻¹ with this power and all roots within the unit circle.
    fn polynomial(self) -> [f64; 3] {
        let at_nyquist = self.at(1.0).sqrt();
        let even = f64::midpoint(1.0, at_nyquist);
        let first = 0.5 * (even + (even * even - 0.25 * self.1).max(0.0).sqrt());
        [first, 0.5 * (1.0 - at_nyquist), self.1 / (16.0 * first)]
    }
}

/// A fitted power response.
struct Fit {
    above: PowerFactor,
    below: PowerFactor,
    error_db: f64,
}

impl Fit {
    fn section(&self) -> Coefficients {
        let [a0, a1, a2] = self.below.polynomial();
        let [b0, b1, b2] = self.above.polynomial();
        Coefficients { b0: b0 / a0, b1: b1 / a0, b2: b2 / a0, a1: a1 / a0, a2: a2 / a0 }
    }
}

/// Returns a section whose power is about that of `missing`, or `None` where none is needed.
/// `missing` is a function of the frequency in radians per frame, and 1 at 0.
pub(super) fn correction(missing: impl Fn(f64) -> f64) -> Option<Coefficients> {
    let wanted = wanted(missing);
    let none = Fit { above: PowerFactor(0.0, 0.0), below: PowerFactor(0.0, 0.0), error_db: 0.0 };
    let mut best = Fit { error_db: error_db(&wanted, &none), ..none };
    for (above, below) in DEGREES {
        if best.error_db <= TOLERANCE_DB {
            break;
        }
        if let Some(fit) = fitted(&wanted, above, below, 0.0)
            && fit.error_db < best.error_db
        {
            best = fit;
        }
    }
    let changes = best.above.0 != 0.0 || best.below.0 != 0.0;
    changes.then(|| best.section())
}

/// Returns a section whose power is about that of `missing`, and whose coefficients move smoothly
/// with it: within 0.03 dB, also where [`correction`] needs none.
pub(super) fn smooth_correction(missing: impl Fn(f64) -> f64) -> Coefficients {
    fitted(&wanted(missing), 2, 2, RIDGE).map_or(Coefficients::IDENTITY, |fit| fit.section())
}

/// Returns x and the wanted power at the frequencies of the fit.
fn wanted(missing: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let point = |point| {
        let omega = PI * HIGHEST * point as f64 / POINTS as f64;
        (libm::sin(0.5 * omega).powi(2), missing(omega))
    };
    (1..=POINTS).map(point).collect()
}

/// Returns the largest error of a fit, in decibels.
fn error_db(wanted: &[(f64, f64)], fit: &Fit) -> f64 {
    let error = |(x, power): &(f64, f64)| 10.0 * (fit.above.at(*x) / fit.below.at(*x) / power).log10().abs();
    wanted.iter().map(error).fold(0.0, f64::max)
}

/// Fits numerator and denominator of the given degrees. `None` where one is not positive. A `ridge`
/// above 0 keeps the coefficients small where the target leaves them open.
fn fitted(wanted: &[(f64, f64)], above: usize, below: usize, ridge: f64) -> Option<Fit> {
    let mut fit = Fit { above: PowerFactor(0.0, 0.0), below: PowerFactor(0.0, 0.0), error_db: 0.0 };
    for _ in 0..ITERATIONS {
        // power · (1 + d1·x + d2·x²) = 1 + n1·x + n2·x², each row over the last fit.
        let weights = wanted.iter().map(|(x, power)| 1.0 / (power * fit.below.at(*x)));
        let rows: Vec<(f64, f64, f64)> =
            wanted.iter().zip(weights).map(|((x, power), weight)| (*x, *power, weight)).collect();
        let column = |value: &dyn Fn(f64, f64) -> f64| -> Vec<f64> {
            rows.iter().map(|(x, power, weight)| weight * value(*x, *power)).collect()
        };
        let numerator = (1..=above).map(|degree| column(&|x, _| x.powi(degree as i32)));
        let denominator = (1..=below).map(|degree| column(&|x, power| -power * x.powi(degree as i32)));
        let mut columns: Vec<Vec<f64>> = numerator.chain(denominator).collect();
        let mut target = column(&|_, power| power - 1.0);
        if ridge > 0.0 {
            let count = columns.len();
            for (row, column) in columns.iter_mut().enumerate() {
                column.extend((0..count).map(|at| if at == row { ridge * (POINTS as f64).sqrt() } else { 0.0 }));
            }
            target.resize(POINTS + count, 0.0);
        }
        let solved = least_squares(columns, target);
        let (n, d) = solved.split_at(above);
        let factor = |of: &[f64]| PowerFactor(of[0], of.get(1).copied().unwrap_or(0.0));
        (fit.above, fit.below) = (factor(n), factor(d));
        if !(fit.above.is_positive() && fit.below.is_positive()) {
            return None;
        }
    }
    fit.error_db = error_db(wanted, &fit);
    fit.error_db.is_finite().then_some(fit)
}

/// Returns the factors of the columns whose sum is nearest to `target`: modified Gram-Schmidt.
fn least_squares(mut columns: Vec<Vec<f64>>, mut target: Vec<f64>) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let count = columns.len();
    let mut triangle = vec![vec![0.0; count]; count];
    let mut shares = vec![0.0; count];
    for k in 0..count {
        let length = dot(&columns[k], &columns[k]).sqrt();
        triangle[k][k] = length;
        let (done, rest) = columns.split_at_mut(k + 1);
        let unit = &mut done[k];
        for value in &mut *unit {
            *value /= length;
        }
        let remove = |from: &mut [f64]| {
            let share = dot(unit, from);
            from.iter_mut().zip(&*unit).for_each(|(value, unit)| *value -= share * unit);
            share
        };
        for (later, column) in rest.iter_mut().enumerate() {
            triangle[k][k + 1 + later] = remove(column);
        }
        shares[k] = remove(&mut target);
    }
    for k in (0..count).rev() {
        let known: f64 = (k + 1..count).map(|later| triangle[k][later] * shares[later]).sum();
        shares[k] = (shares[k] - known) / triangle[k][k];
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;

    #[test]
    fn a_power_of_the_form_is_found_again() {
        let (above, below) = (PowerFactor(0.9, -0.3), PowerFactor(-0.6, 0.2));
        let section = correction(|omega| {
            let x = (0.5 * omega).sin().powi(2);
            above.at(x) / below.at(x)
        })
        .unwrap();
        let rate = SampleRate::new(44_100).unwrap();
        for hz in [100.0, 5_000.0, 12_000.0, 20_000.0] {
            let x = (PI * hz / 44_100.0).sin().powi(2);
            let error = section.magnitude(hz, rate).powi(2) / (above.at(x) / below.at(x)) - 1.0;
            assert!(error.abs() < 0.007, "{hz} Hz: {error}"); // 0.03 dB
        }
    }

    #[test]
    fn what_is_right_within_the_tolerance_stays() {
        assert_eq!(correction(|_| 1.0), None);
        assert_eq!(correction(|omega| 1.0 + 0.0005 * omega), None);
    }

    #[test]
    fn a_factor_is_positive_only_if_it_is_so_between_its_ends() {
        assert!(PowerFactor(0.0, 0.0).is_positive());
        assert!(PowerFactor(-0.5, 0.0).is_positive());
        assert!(!PowerFactor(-1.0, 0.0).is_positive());
        // (1 − 2x)² touches 0 in the middle, and is 1 at both ends.
        assert!(!PowerFactor(-4.0, 4.0).is_positive());
    }
}
