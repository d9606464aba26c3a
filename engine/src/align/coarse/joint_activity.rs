//! Where two stems sound at once: silence says nothing about an offset, however long it is.

use super::segment_vote;
use crate::align::features::prepared::Prepared;
use std::ops::Range;

/// A stem sounds where its power is above this share of the power it has where it is loud: −40 dB.
const LEAST: f64 = 1e-4;
/// So much before and after a sound belongs to it, in seconds: a click is all that a window needs.
const AROUND_S: f64 = 0.25;
/// From this share of the common time on, both are taken to sound all along.
const ALL_ALONG: f64 = 0.8;

/// The parts of the common time of two stems in which both sound, in frames of the first one, in
/// the order of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sounding {
    spans: Vec<Range<usize>>,
}

impl Sounding {
    /// Of `a` and `b`, when `b` is late by `late` frames.
    pub(crate) fn of(a: &Prepared<'_>, b: &Prepared<'_>, late: f64) -> Self {
        let common = segment_vote::common(a.stem, b.stem, late);
        let hop = a.envelope.hop();
        let least = (LEAST * a.loud(), LEAST * b.loud());
        let shift = (late / hop as f64).round() as i64;
        let sounds = |n: &usize| {
            let other = usize::try_from(*n as i64 + shift).ok();
            a.power(*n) > least.0 && other.is_some_and(|other| b.power(other) > least.1)
        };
        let hops = common.start.div_ceil(hop)..common.end / hop;
        let mut spans: Vec<Range<usize>> = Vec::new();
        let around = (AROUND_S * a.stem.rate().as_f64()) as usize;
        for n in hops.filter(sounds) {
            let start = (n * hop).saturating_sub(around).max(common.start);
            extend(&mut spans, start..((n + 1) * hop + around).min(common.end), 0);
        }
        let sounding = Self { spans };
        if sounding.frames() as f64 >= ALL_ALONG * common.len() as f64 {
            Self { spans: vec![common] }
        } else {
            sounding
        }
    }

    /// Frames in which both sound.
    pub(crate) fn frames(&self) -> usize {
        self.spans.iter().map(ExactSizeIterator::len).sum()
    }

    /// The parts, those less than `gap` frames apart taken together.
    pub(crate) fn spans(&self, gap: usize) -> Vec<Range<usize>> {
        let mut spans = Vec::with_capacity(self.spans.len());
        for span in &self.spans {
            extend(&mut spans, span.clone(), gap);
        }
        spans
    }
}

/// Adds a part that begins after the others: to the last one, where less than `gap` frames lie
/// between them.
fn extend(spans: &mut Vec<Range<usize>>, next: Range<usize>, gap: usize) {
    match spans.last_mut() {
        Some(last) if next.start < last.end + gap => last.end = next.end,
        _ => spans.push(next),
    }
}
