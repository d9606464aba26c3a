//! Dull stems measured with bins weighted by coherence, for tests.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

use crate::align::features::stem::StemFeatures;
use crate::align::fine::cross_spectrum::{SegmentMeasurement, measure, weight_by_coherence};
use crate::align::fine::segment::SegmentCorrelator;
use crate::align::time_map::line::LinearDelay;
use crate::audio::Block;
use crate::process::Tap;
use crate::resample::FractionTable;
use crate::resample::TimeMap;
use crate::units::SampleRate;
use std::f64::consts::TAU;

/// Rate of all stems here.
pub(crate) const RATE_HZ: f64 = 44_100.0;
/// Delay of copies, in frames, around which segments search.
pub(crate) const LATE: f64 = 7.25;
/// Frames of a segment.
pub(crate) const LEN: usize = 44_100;

/// Thirteen segments of a second along a straight time map, with bins weighted by coherence.
pub(crate) struct SegmentFixture {
    pub(crate) measured: Vec<SegmentMeasurement>,
    pub(crate) correlator: SegmentCorrelator,
    pub(crate) time_map: TimeMap,
}

impl SegmentFixture {
    pub(crate) fn new(source: &[f32], copy: &[f32]) -> Self {
        let features = |samples: &[f32]| {
            let mut stem = StemFeatures::new(SampleRate::new(RATE_HZ as u32).unwrap(), StemFeatures::DEFAULT_MAX_BYTES);
            stem.observe(&Block::mono(samples));
            stem
        };
        let (correlator, time_map) = (SegmentCorrelator::new(LEN, 24, RATE_HZ), LinearDelay::flat(LATE).into());
        let starts: Vec<usize> = (0..13).map(|n| n * LEN).collect();
        let (a, b) = (features(source), features(copy));
        let mut measured = measure(&a, &b, &correlator, &starts, &time_map, &FractionTable::new(32));
        weight_by_coherence(&mut measured, &correlator);
        Self { measured, correlator, time_map }
    }
}

/// Filters with two low-passes of first order at 250 Hz.
pub(crate) fn low_passed(samples: &[f32]) -> Vec<f32> {
    let turn = (-TAU * 250.0 / RATE_HZ).exp();
    let (mut first, mut second) = (0.0, 0.0);
    let low = samples.iter().map(|x| {
        first += (1.0 - turn) * (f64::from(*x) - first);
        second += (1.0 - turn) * (first - second);
        second as f32
    });
    low.collect()
}
