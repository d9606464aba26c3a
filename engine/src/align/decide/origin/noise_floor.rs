//! Origin of the noise: an effect returns the noise of its input, and a second device adds its own.
//!
//! The transfer from the earlier stem to the later is measured where both are loud. It predicts the
//! later stem where both are quiet. For an effect's return the prediction holds there as well. For
//! a second device it does not, since the first stem holds its own noise there.

use super::thresholds::THRESHOLDS;
use crate::align::coarse::joint_activity::Sounding;
use crate::align::coarse::joint_activity::common;
use crate::align::coarse::segment_vote;
use crate::align::correlate::fft::{plan_forward, transform};
use crate::align::features::prepared::PreparedStem;
use crate::resample::TimeMap;
use mixdown_fft::Complex;
use std::f64::consts::TAU;

/// Comparison of loud and quiet passages of two stems.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NoiseFloor {
    /// Share of the later stem in quiet passages that the earlier one predicts, relative to the
    /// prediction; 1 for an effect.
    pub(crate) shared: f64,
    /// One standard deviation of it.
    pub(crate) shared_sd: f64,
    /// Level of the earlier and the later stem in quiet passages, in dBFS from 60 Hz to 8 kHz.
    pub(crate) quiet_dbfs: (f64, f64),
    /// Distance of that level below their loud passages, the lesser of both, in dB.
    pub(crate) quiet_below_db: f64,
    /// Level of the part of the later stem in loud passages that is not predicted.
    pub(crate) residual_dbfs: f64,
}

/// Sums of spectra over segments.
struct Sums {
    first: Vec<Vec<Complex<f32>>>,
    second: Vec<Vec<Complex<f32>>>,
}

/// Measures the noise of `early` and `late`, which lies along `time_map`. `None` where too little
/// is loud or quiet.
pub(crate) fn noise(early: &PreparedStem<'_>, late: &PreparedStem<'_>, time_map: &TimeMap) -> Option<NoiseFloor> {
    let rate = early.stem.rate().as_f64();
    let len = crate::align::correlate::fft::fast_size((THRESHOLDS.noise_segment_s * rate) as usize);
    let middle = time_map.delay(early.stem.kept() as f64 / 2.0);
    let loud = segment_vote::places(
        early,
        late,
        middle,
        &Sounding::of(early, late, middle),
        len,
        THRESHOLDS.max_noise_segments,
    );
    let quiet = quiet_places(early, late, middle, len);
    if loud.len() < THRESHOLDS.min_noise_segments || quiet.len() < THRESHOLDS.min_noise_segments {
        return None;
    }
    let bin = |hz: f64| ((hz * len as f64 / rate) as usize).min(len * 42 / 100);
    let bins = bin(THRESHOLDS.min_noise_hz).max(1)..bin(THRESHOLDS.max_noise_hz);
    let spectra = |starts: &[usize]| spectra(early, late, time_map, len, bins.clone(), starts);
    let (loud, quiet) = (spectra(&loud), spectra(&quiet));
    let count = loud.first.len() as f64;
    let (mut shares, mut residual) = (Vec::new(), 0.0);
    for k in 0..bins.len() {
        let (mut cross, mut power, mut other) = (Complex::new(0.0, 0.0), 0.0, 0.0);
        for (x, y) in loud.first.iter().zip(&loud.second) {
            let (x, y) = (wide(x[k]), wide(y[k]));
            cross += x.conj() * y;
            power += x.norm_sqr();
            other += y.norm_sqr();
        }
        if power <= 0.0 || other <= 0.0 {
            continue;
        }
        let coherence = cross.norm_sqr() / (power * other);
        residual += other / count * (1.0 - coherence) * count / (count - 1.0);
        if coherence < THRESHOLDS.min_coherence.max(4.0 / count) {
            continue;
        }
        let transfer = cross / power;
        let (mut agrees, mut predicted) = (0.0, 0.0);
        for (x, y) in quiet.first.iter().zip(&quiet.second) {
            let prediction = transfer * wide(x[k]);
            agrees += (prediction.conj() * wide(y[k])).re;
            predicted += prediction.norm_sqr();
        }
        if predicted > 0.0 {
            shares.push(agrees / predicted);
        }
    }
    if shares.len() < THRESHOLDS.min_coherent_bins {
        return None;
    }
    let of = shares.len() as f64;
    let shared = shares.iter().sum::<f64>() / of;
    let variance = shares.iter().map(|share| (share - shared).powi(2)).sum::<f64>() / of;
    // Neighbouring bins of a Hann window are nearly the same: half of them count.
    let shared_sd = (2.0 * variance / of).sqrt();
    let level = |spectra: &[Vec<Complex<f32>>]| {
        let power: f64 = spectra.iter().flatten().map(|bin| wide(*bin).norm_sqr()).sum();
        dbfs(power / spectra.len() as f64, len)
    };
    let quiet_dbfs = (level(&quiet.first), level(&quiet.second));
    let quiet_below_db = (level(&loud.first) - quiet_dbfs.0).min(level(&loud.second) - quiet_dbfs.1);
    Some(NoiseFloor { shared, shared_sd, quiet_dbfs, quiet_below_db, residual_dbfs: dbfs(residual, len) })
}

fn wide(bin: Complex<f32>) -> Complex<f64> {
    Complex::new(f64::from(bin.re), f64::from(bin.im))
}

/// Returns the mean square of a signal with this power in a Hann-windowed transform, in dBFS.
pub(super) fn dbfs(power: f64, len: usize) -> f64 {
    let squares = 0.375 * len as f64;
    10.0 * (2.0 * power / (len as f64 * squares)).max(1e-30).log10()
}

/// Returns the segments in which both stems together are quietest, spread over the common time.
fn quiet_places(early: &PreparedStem<'_>, late: &PreparedStem<'_>, offset: f64, len: usize) -> Vec<usize> {
    let common = common(early.stem, late.stem, offset);
    let step = len.max(common.len() / THRESHOLDS.max_quiet_places);
    let mut places: Vec<(f64, usize)> = (common.start..(common.end.saturating_sub(len)).max(common.start))
        .step_by(step)
        .map(|start| {
            let other = (start as f64 + offset).max(0.0) as usize;
            (early.level(start, start + len) * late.level(other, other + len), start)
        })
        .filter(|(level, _)| *level > 0.0)
        .collect();
    places.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
    // No more than a quarter: the rest would not be quiet.
    places.truncate(THRESHOLDS.max_noise_segments.min(places.len() / 4));
    places.into_iter().map(|(_, start)| start).collect()
}

/// Returns the spectra of segments of both stems, the second turned back by the fraction of a frame
/// in its delay.
fn spectra(
    early: &PreparedStem<'_>,
    late: &PreparedStem<'_>,
    time_map: &TimeMap,
    len: usize,
    bins: std::ops::Range<usize>,
    starts: &[usize],
) -> Sums {
    let forward = plan_forward(len);
    let hann: Vec<f32> = (0..len).map(|n| (0.5 - 0.5 * (TAU * n as f64 / len as f64).cos()) as f32).collect();
    let (mut out, mut scratch) = (forward.make_output_vec(), forward.make_scratch_vec());
    let mut samples = forward.make_input_vec();
    let mut one = |stem: &PreparedStem<'_>, start: i64| {
        stem.stem.read(start, &mut samples);
        samples.iter_mut().zip(&hann).for_each(|(x, gain)| *x *= gain);
        transform(forward.as_ref(), &mut samples, &mut out, &mut scratch);
        out[bins.clone()].to_vec()
    };
    let mut sums = Sums { first: Vec::new(), second: Vec::new() };
    for start in starts {
        let offset = time_map.delay(*start as f64 + len as f64 / 2.0);
        let fraction = offset - offset.round();
        sums.first.push(one(early, *start as i64));
        let mut second = one(late, *start as i64 + offset.round() as i64);
        let turn = |k: usize| Complex::from_polar(1.0, (TAU * k as f64 * fraction / len as f64) as f32);
        second.iter_mut().zip(bins.clone()).for_each(|(bin, k)| *bin *= turn(k));
        sums.second.push(second);
    }
    sums
}
