//! Parts in which two stems sound at once. Silence is no evidence for a delay, however long it is.

use super::thresholds::THRESHOLDS;
use crate::align::features::prepared::PreparedStem;
use crate::align::features::stem::StemFeatures;
use std::ops::Range;

/// Parts of the common time of two stems in which both sound, in frames of the first stem and in
/// order of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sounding {
    spans: Vec<Range<usize>>,
}

impl Sounding {
    /// Finds the parts in which `a` and `b` both sound when `b` is delayed by `late` frames.
    pub(crate) fn of(a: &PreparedStem<'_>, b: &PreparedStem<'_>, delay: f64) -> Self {
        let common = common(a.stem, b.stem, delay);
        let hop = a.envelope.hop();
        let least = (THRESHOLDS.min_sounding_power_share * a.loud(), THRESHOLDS.min_sounding_power_share * b.loud());
        let shift = (delay / hop as f64).round() as i64;
        let sounds = |n: &usize| {
            let other = usize::try_from(*n as i64 + shift).ok();
            a.power(*n) > least.0 && other.is_some_and(|other| b.power(other) > least.1)
        };
        let hops = common.start.div_ceil(hop)..common.end / hop;
        let mut spans: Vec<Range<usize>> = Vec::new();
        let around = (THRESHOLDS.sounding_margin_s * a.stem.rate().as_f64()) as usize;
        for n in hops.filter(sounds) {
            let start = (n * hop).saturating_sub(around).max(common.start);
            extend(&mut spans, start..((n + 1) * hop + around).min(common.end), 0);
        }
        let sounding = Self { spans };
        if sounding.frames() as f64 >= THRESHOLDS.min_throughout_share * common.len() as f64 {
            Self { spans: vec![common] }
        } else {
            sounding
        }
    }

    /// Returns the number of frames in which both sound.
    pub(crate) fn frames(&self) -> usize {
        self.spans.iter().map(ExactSizeIterator::len).sum()
    }

    /// Returns the parts, joined where less than `gap` frames lie between them.
    pub(crate) fn spans(&self, gap: usize) -> Vec<Range<usize>> {
        let mut spans = Vec::with_capacity(self.spans.len());
        for span in &self.spans {
            extend(&mut spans, span.clone(), gap);
        }
        spans
    }
}

/// Appends a part that begins after the others. It is joined to the last one where less than `gap`
/// frames lie between them.
fn extend(spans: &mut Vec<Range<usize>>, next: Range<usize>, gap: usize) {
    match spans.last_mut() {
        Some(last) if next.start < last.end + gap => last.end = next.end,
        _ => spans.push(next),
    }
}

/// Returns the frames of `a` during which `b` sounds too, when `b` is delayed by `late`.
pub(crate) fn common(a: &StemFeatures, b: &StemFeatures, delay: f64) -> std::ops::Range<usize> {
    let start = (-delay).max(0.0).ceil() as usize;
    let end = (b.kept() as f64 - delay).floor().clamp(0.0, a.kept() as f64) as usize;
    start.min(end)..end
}
