//! The points of a few intervals side by side, and the highest of the parabolas through them.

use super::table::{PHASES, TAPS, Taps};

/// Intervals that are read together.
pub(super) const READ: usize = 3;
/// Windows that this takes: the first interval's neighbour lends its last point.
pub(super) const WINDOWS: usize = READ + 1;
/// The samples of those windows.
pub(super) const SPAN: usize = TAPS + READ;

/// The points of every window, the first of which begins with `samples[0]`. Every version gives the bits of [`plain_points`].
pub(super) fn points(taps: &Taps, samples: &[f32; SPAN]) -> [[f32; PHASES]; WINDOWS] {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(simd) = pulp::x86::V4::try_new() {
            return super::points_x86::points_avx512(simd, taps, samples);
        }
        if let Some(simd) = pulp::x86::V3::try_new() {
            return super::points_x86::points_avx2(simd, taps, samples);
        }
    }
    plain_points(taps, samples)
}

/// Products added up from the oldest sample to the newest, nothing fused.
pub(super) fn plain_points(taps: &Taps, samples: &[f32; SPAN]) -> [[f32; PHASES]; WINDOWS] {
    let mut points = [[0.0; PHASES]; WINDOWS];
    for (window, points) in points.iter_mut().enumerate() {
        for (x, taps) in samples[window..].iter().zip(taps) {
            for (point, tap) in points.iter_mut().zip(taps) {
                *point += x * tap;
            }
        }
    }
    points
}

/// The highest magnitude in each interval, on its grid and on the parabolas through it.
#[multiversion::multiversion(targets("x86_64+avx2", "x86_64+avx"))]
pub(super) fn highest(points: &[[f32; PHASES]; WINDOWS], samples: &[f32; SPAN]) -> [f32; READ] {
    let mut highest = [0.0; READ];
    for (index, highest) in highest.iter_mut().enumerate() {
        let middles = &points[index + 1];
        let (mut lefts, mut rights) = ([0.0; PHASES], [0.0; PHASES]);
        lefts[0] = points[index][PHASES - 1];
        lefts[1..].copy_from_slice(&middles[..PHASES - 1]);
        rights[..PHASES - 1].copy_from_slice(&middles[1..]);
        rights[PHASES - 1] = samples[TAPS / 2 + 1 + index];
        let mut peaks = [0.0; PHASES];
        for phase in 0..PHASES {
            let sign = 1.0_f32.copysign(middles[phase]);
            let middle = middles[phase] * sign;
            let (left, right) = (middle - lefts[phase] * sign, middle - rights[phase] * sign);
            let sum = left + right;
            let bent = left >= 0.0 && right >= 0.0 && sum > 0.0;
            let slant = left - right;
            let rise = if bent { slant * (slant / (8.0 * sum)) } else { 0.0 };
            peaks[phase] = middle + rise;
        }
        *highest = peaks.into_iter().fold(0.0, larger);
    }
    highest
}

/// The larger of two numbers that are not NaN, in the form that one vector instruction computes.
pub(super) fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::super::table::TABLE;
    use super::*;
    use mixdown_fixtures::signals::white_noise;

    #[test]
    fn points_equal_their_plain_twin_bit_for_bit() {
        for seed in 0..20 {
            let mut samples = white_noise(seed, 1.0, SPAN);
            samples[seed as usize] = -0.0;
            let samples = samples.first_chunk().unwrap();
            let bits = |points: [[f32; PHASES]; WINDOWS]| points.map(|points| points.map(f32::to_bits));
            let plain = bits(plain_points(&TABLE.taps, samples));
            assert_eq!(bits(points(&TABLE.taps, samples)), plain);
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                let avx2 = super::super::points_x86::points_avx2(simd, &TABLE.taps, samples);
                assert_eq!(bits(avx2), plain, "AVX2, where AVX-512 hides it");
            }
        }
    }

    #[test]
    fn the_first_point_of_a_window_is_its_middle_sample() {
        let samples = white_noise(1, 1.0, SPAN);
        let points = points(&TABLE.taps, samples.first_chunk().unwrap());
        for (window, points) in points.iter().enumerate() {
            assert_eq!(points[0], samples[window + TAPS / 2 - 1]);
        }
    }
}
