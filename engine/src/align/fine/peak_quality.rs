//! Height of the pooled peak of all segments, and further evidence for it.

use super::cross_spectrum::{PooledSpectrum, spread};
use super::direct_path::{Arrival, arrival};
use super::segment::SegmentCorrelator;
use super::thresholds::THRESHOLDS;
use super::tracked_delay::TrackedDelay;
use crate::align::correlate::thresholds::THRESHOLDS as CORRELATE;
use crate::align::decide::evidence::PairEvidence;

/// Correlation of all segments together, and its peak.
pub(crate) struct CorrelationPeak {
    curve: Vec<f32>,
    best: usize,
    pub(crate) z: f64,
    ratio: f64,
    lobe: usize,
}

impl CorrelationPeak {
    /// Returns the same measured against the quiet side of a direct path alone.
    fn in_room(self, arrival: &Arrival) -> Self {
        let quiet = || self.curve[arrival.quiet.clone()].iter().map(|x| f64::from(x.abs()));
        let deviation = (quiet().map(|x| x * x).sum::<f64>() / quiet().count().max(1) as f64).sqrt();
        let top = f64::from(self.curve[self.best].abs());
        let second = quiet().fold(f64::MIN_POSITIVE, f64::max);
        Self { z: top / deviation.max(f64::MIN_POSITIVE), ratio: top / second, ..self }
    }
}

/// Returns the peak of segments that were followed.
pub(crate) fn peak_quality(correlator: &SegmentCorrelator, pooled: &PooledSpectrum, rate: f64) -> CorrelationPeak {
    let field = THRESHOLDS.field_lags.min(correlator.size / 2 - 1);
    let whole = spread(pooled, correlator, 0..pooled.cross.len());
    let curve = correlator.lags(&whole, field);
    let reach = correlator.reach.min(field);
    let around = field - reach..=field + reach;
    let best = around.fold(field, |best, n| if curve[n].abs() > curve[best].abs() { n } else { best });
    let lobe = ((CORRELATE.lobe_s * rate) as usize).max(2);
    let far = || curve.iter().enumerate().filter(|(n, _)| n.abs_diff(best) > lobe).map(|(_, x)| f64::from(*x));
    let count = far().count().max(1) as f64;
    let deviation = (far().map(|x| x * x).sum::<f64>() / count).sqrt().max(f64::MIN_POSITIVE);
    let second = far().fold(0.0_f64, |second, x| second.max(x.abs())).max(f64::MIN_POSITIVE);
    let top = f64::from(curve[best].abs());
    CorrelationPeak { best, z: top / deviation, ratio: top / second, lobe, curve }
}

/// Returns the height of a peak in deviations of the lags around it. Lags within `lobe` belong to
/// it.
fn stands_out(curve: &[f32], peak: usize, lobe: f64) -> f64 {
    let far = curve.iter().enumerate().filter(|(n, _)| n.abs_diff(peak) as f64 > lobe);
    let (count, squares) = far.fold((0.0, 0.0), |(count, sum), (_, x)| (count + 1.0, sum + f64::from(*x).powi(2)));
    f64::from(curve[peak].abs()) / (squares / f64::max(count, 1.0)).sqrt().max(f64::MIN_POSITIVE)
}

/// Sums up the evidence of the segments that were followed.
pub(crate) fn conclude(followed: TrackedDelay, rate: f64) -> PairEvidence {
    let TrackedDelay { correlator, time_map, measured, pooled, on, delay_sd, drift_sd, wander, .. } = followed;
    let (correlator, pooled) = (&correlator, &pooled);
    let summit = peak_quality(correlator, pooled, rate);
    let arrival = arrival(&summit.curve, summit.best, summit.lobe, rate);
    let summit = match &arrival {
        Some(arrival) if arrival.at == summit.best => summit.in_room(arrival),
        _ => summit,
    };
    let CorrelationPeak { curve, best, z, ratio, lobe: summit_lobe } = summit;
    let direct = arrival.as_ref().map(|arrival| arrival.at as f64 - best as f64).filter(|by| *by != 0.0);
    let in_room = arrival.is_some() && direct.is_none();
    let field = curve.len() / 2;

    let (mut bands, mut bands_agreeing) = (0, 0);
    let bin = |hz: f64| ((hz * correlator.size as f64 / rate) as usize).saturating_sub(correlator.bins.start);
    for edge in THRESHOLDS.band_edges_hz.windows(2) {
        let part = bin(edge[0]).min(pooled.cross.len())..bin(edge[1]).min(pooled.cross.len());
        let mean = pooled.coherence[part.clone()].iter().sum::<f64>() / part.len().max(1) as f64;
        if part.len() < 16 {
            continue;
        }
        // A band can be no more exact than its width allows.
        let tolerance = (0.5 * correlator.size as f64 / part.len() as f64).max(2.0);
        let curve = correlator.lags(&spread(pooled, correlator, part), field);
        // Lags after the direct path are its reflections in this band.
        let observed = |n: &usize| match &arrival {
            Some(arrival) if in_room => arrival.quiet.contains(n) || n.abs_diff(best) <= summit_lobe,
            _ => true,
        };
        let higher = |own: usize, n: usize| if curve[n].abs() > curve[own].abs() { n } else { own };
        let own = (0..curve.len()).filter(observed).reduce(higher).unwrap_or(best);
        // A band may be less coherent than chance, as a stem far below others is. It still shows by
        // a peak that chance does not reach.
        if mean < THRESHOLDS.min_band_coherence && stands_out(&curve, own, tolerance) < THRESHOLDS.min_band_peak_to_rms
        {
            continue;
        }
        bands += 1;
        let agrees = (own as f64 - best as f64).abs() <= tolerance && (curve[own] > 0.0) == (curve[best] > 0.0);
        bands_agreeing += usize::from(agrees);
    }
    let bins = pooled.cross.len().max(1) as f32 * 2.0;
    let picture = (0..=2 * THRESHOLDS.picture_lags)
        .map(|n| curve.get((best + n).wrapping_sub(THRESHOLDS.picture_lags)).copied().unwrap_or(0.0) / bins)
        .collect();
    PairEvidence {
        time_map,
        delay_sd,
        drift_sd,
        wander,
        at: measured.iter().map(|one| one.at).sum::<f64>() / measured.len().max(1) as f64,
        polarity: if curve[best] > 0.0 { 1 } else { -1 },
        segments: measured.len(),
        agreeing: on.len(),
        z,
        ratio,
        bands,
        bands_agreeing,
        halves_agree: false,
        in_room,
        direct,
        picture,
    }
}
