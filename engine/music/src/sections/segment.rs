//! Division of bars into sections of any length.

/// Shortest section inside of a song, in bars.
const SHORTEST: usize = 2;
/// Log odds that a section of this many bars loses; longer ones lose nothing.
const SHORT_COST: [f64; 4] = [0.0, 6.0, 2.0, 0.5];
/// Log odds that a last section of one bar loses: songs often close with a single chord.
const CLOSE_COST: f64 = 0.5;
/// Confidence at certain boundaries: some are missed.
const TRUST: f64 = 0.8;

/// Returns the boundaries, with 0 and the number of bars, and a confidence from 0 to 1.
///
/// Dynamic programming: the sum of the log odds of boundaries, less a cost of short sections.
pub(crate) fn segment(scores: &[f64]) -> (Vec<usize>, f64) {
    let count = scores.len();
    let mut best = vec![f64::NEG_INFINITY; count + 1];
    let mut origins = vec![0; count + 1];
    best[0] = 0.0;
    for end in 1..=count {
        for start in 0..end {
            let length = end - start;
            let is_edge = start == 0 || end == count;
            if length < SHORTEST && !is_edge {
                continue;
            }
            let gain = if end == count { 0.0 } else { scores[end] };
            let is_close = length < SHORTEST && end == count;
            let cost = if is_close { CLOSE_COST } else { SHORT_COST.get(length).copied().unwrap_or(0.0) };
            let total = best[start] + gain - cost;
            if total > best[end] {
                best[end] = total;
                origins[end] = start;
            }
        }
    }
    let mut bounds = vec![count];
    while let Some(&bound) = bounds.last().filter(|&&bound| bound > 0) {
        bounds.push(origins[bound]);
    }
    bounds.reverse();
    let confidence = confidence(scores, &bounds);
    (bounds, confidence)
}

/// Returns the mean probability of the boundaries inside of the song; 0.1 without any.
fn confidence(scores: &[f64], bounds: &[usize]) -> f64 {
    let inner = &bounds[1..bounds.len() - 1];
    if inner.is_empty() {
        return 0.1;
    }
    TRUST * inner.iter().map(|&bound| 1.0 / (1.0 + (-scores[bound]).exp())).sum::<f64>() / inner.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likely_boundaries_are_taken_at_any_distance() {
        let mut scores = vec![-3.0; 40];
        for bound in [5, 12, 21, 24, 35] {
            scores[bound] = 2.0;
        }
        let (bounds, confidence) = segment(&scores);
        assert_eq!(bounds, [0, 5, 12, 21, 24, 35, 40]);
        assert!((confidence - 0.8 * 0.88).abs() < 0.01);
    }

    #[test]
    fn single_bars_are_not_sections_and_nothing_is_one() {
        let mut scores = vec![-3.0; 20];
        (scores[9], scores[10]) = (1.0, 2.0);
        assert_eq!(segment(&scores).0, [0, 10, 20]);
        assert_eq!(segment(&[-3.0; 20]), (vec![0, 20], 0.1));
    }
}
