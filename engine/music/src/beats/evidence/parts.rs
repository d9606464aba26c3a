//! Means of curves on beats and between them.

/// Returns the median time between beats in seconds, 0.5 with fewer than two.
pub(in super::super) fn period(beats: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable_by(f64::total_cmp);
    if gaps.is_empty() {
        return 0.5;
    }
    // Times lie on frames: the mean of the middle half is finer than a frame.
    let middle = &gaps[gaps.len() / 4..gaps.len() - gaps.len() / 4];
    middle.iter().sum::<f64>() / middle.len() as f64
}

/// Returns means on beats, half-way, at thirds and at quarters between them.
pub(super) fn at_parts(beats: &[f64], value: impl Fn(f64) -> f64) -> [f64; 4] {
    let mean = |parts: &[f64]| {
        let times =
            beats.windows(2).flat_map(|pair| parts.iter().map(move |part| pair[0] + part * (pair[1] - pair[0])));
        let (sum, count) = times.fold((0.0, 0.0f64), |(sum, count), time| (sum + value(time), count + 1.0));
        sum / count.max(1.0)
    };
    [mean(&[0.0]), mean(&[0.5]), mean(&[1.0 / 3.0, 2.0 / 3.0]), mean(&[0.25, 0.75])]
}

/// Returns by how much every `cycle`-th beat at the best phase exceeds or is below the others.
pub(super) fn alternation(beats: &[f64], cycle: usize, value: impl Fn(f64) -> f64) -> f64 {
    let values: Vec<f64> = beats.iter().map(|&beat| value(beat)).collect();
    if values.len() < 2 * cycle {
        return 0.0;
    }
    let sum: f64 = values.iter().sum();
    let contrast = |phase: usize| {
        let (part, count) =
            values.iter().skip(phase).step_by(cycle).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        (part / count - (sum - part) / (values.len() as f64 - count)).abs()
    };
    (0..cycle).map(contrast).fold(0.0, f64::max)
}
