//! Labels of sections that are alike.

use super::similarity::Similarity;

/// Similarity from which two sections have one label.
const ALIKE: f32 = 0.72;

/// Returns the name of label `index`: `A` to `Z`, then `A2` to `Z2` and so on.
pub(crate) fn label(index: usize) -> String {
    let letter = char::from(b'A' + (index % 26) as u8);
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26 + 1) }
}

/// Returns the label of each section between `bounds`; the first one has 0.
pub(crate) fn labels(bounds: &[usize], similarity: &Similarity) -> Vec<usize> {
    let spans: Vec<(usize, usize)> = bounds.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let mut labels: Vec<usize> = Vec::with_capacity(spans.len());
    for (index, &span) in spans.iter().enumerate() {
        let likeness = |other: &usize| alike(similarity, span, spans[*other]);
        let best = (0..index).max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let next = labels.iter().max().map_or(0, |label| label + 1);
        labels.push(best.filter(|other| likeness(other) > ALIKE).map_or(next, |other| labels[other]));
    }
    labels
}

/// Returns how alike two sections are, bar by bar from their starts; unlike lengths cost.
fn alike(similarity: &Similarity, a: (usize, usize), b: (usize, usize)) -> f32 {
    let (length_a, length_b) = (a.1 - a.0, b.1 - b.0);
    let common = length_a.min(length_b);
    let sum: f32 = (0..common).map(|bar| similarity.both(a.0 + bar, b.0 + bar)).sum();
    let ratio = common as f32 / length_a.max(length_b) as f32;
    sum / common as f32 - 0.15 * (1.0 - ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_end() {
        assert_eq!([0, 1, 25, 26, 53].map(label), ["A", "B", "Z", "A2", "B3"]);
    }
}
