//! The exact offset, at the full rate: where the phases of the cross-spectrum, weighted by their coherence, fit one line in time.

use super::features::StemFeatures;
use super::line::{self, Line};
use super::windows::{self, Prepared, Window};
use crate::resample::FractionTable;
use rayon::prelude::*;
use realfft::num_complex::Complex;
use std::f64::consts::TAU;

/// Windows along the stems.
const WINDOWS: usize = 16;
/// How long a window is: between these seconds, longer where the stems have less in common.
const WINDOW_S: (f64, f64) = (1.4, 5.9);
/// How far a window looks around the rough line at first, and later, in frames.
const REACH: (usize, usize) = (96, 24);
/// How far from the line a window's peak may be and still agree, in frames.
const TOLERANCE: f64 = 1.5;
/// Bins that are averaged for the coherence, either side.
const SMOOTH: usize = 8;
/// The largest coherence believed: weights go with γ² / (1 − γ²).
const MOST_COHERENCE: f64 = 0.99;
/// The lags whose deviation the peak is measured against.
const FIELD: usize = 4_096;
/// Reflections this close belong to the peak, in seconds.
const LOBE_S: f64 = 0.001;
/// Taps that read between samples.
const TAPS: usize = 32;
/// Lags either side of the peak that are kept for a picture.
const PICTURE: usize = 48;
/// Edges of the bands that are asked one by one, in hertz.
const BANDS_HZ: [f64; 7] = [60.0, 200.0, 600.0, 1_500.0, 3_500.0, 7_000.0, 12_000.0];

/// Where one stem lies against another, with what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refined {
    pub(super) line: Line,
    /// One standard deviation of the offset in the middle of the stems, in frames.
    pub(super) late_sd: f64,
    /// One standard deviation of the drift, as a share.
    pub(super) drift_sd: f64,
    pub(super) polarity: i8,
    /// Windows asked, and those whose peak is on the line.
    pub(super) windows: usize,
    pub(super) agreeing: usize,
    /// The peak of all windows together over the deviation of the lags around it.
    pub(super) z: f64,
    /// The peak over the next highest.
    pub(super) ratio: f64,
    /// Bands with something in common, and those that agree on the offset.
    pub(super) bands: usize,
    pub(super) bands_agreeing: usize,
    /// Mean coherence of the compared band once the offset is taken out, 0 to 1.
    pub(super) coherence: f64,
    /// The correlation around the peak, lags −48 to +48 frames; 1 where all phases agree.
    pub(super) picture: Vec<f32>,
}

/// What one window measured.
struct Measured {
    /// The middle of the window, in frames of the first stem.
    at: f64,
    /// The lateness that its lag 0 stands for.
    base: f64,
    /// Its highest peak, in frames from lag 0, and the sign.
    lag: f64,
    cross: Vec<Complex<f32>>,
    first: Vec<f32>,
    second: Vec<f32>,
}

/// All windows together.
struct Together {
    cross: Vec<Complex<f32>>,
    /// Coherence a bin.
    coherence: Vec<f64>,
}

/// Measures `b` against `a` around a rough line. `strong` says that short windows will do. None when nothing is left to measure.
pub(super) fn refine(a: &Prepared<'_>, b: &Prepared<'_>, rough: Line, strong: bool) -> Option<Refined> {
    let rate = a.stem.rate().as_f64();
    let middle = a.stem.kept() as f64 / 2.0;
    let length = windows::common(a.stem, b.stem, rough.late(middle)).len();
    let most = if strong { WINDOW_S.0 } else { WINDOW_S.1 };
    let len = ((most * rate) as usize).min(length / (windows::FEWEST + 1)).max(64);
    let starts = windows::places(a, b, rough.late(middle), len, WINDOWS);
    if starts.len() < windows::FEWEST {
        return None;
    }
    let table = FractionTable::new(TAPS);
    let wide = Window::new(len, REACH.0, rate);
    let measured = measure(a.stem, b.stem, &wide, &starts, rough, &table);
    let points: Vec<(f64, f64)> = measured.iter().map(|m| (m.at, m.base + m.lag)).collect();
    let (mut line, _) = line::through_most(&points, TOLERANCE, true)?;
    let near = Window::new(len, REACH.1, rate);
    let mut last = None;
    for round in 0..3 {
        let measured = measure(a.stem, b.stem, &near, &starts, line, &table);
        let together = together(&measured, near.bins.clone());
        let exact: Vec<(f64, f64)> =
            measured.iter().map(|m| (m.at, m.base + summit(&m.cross, &together, &near, m.lag))).collect();
        let on: Vec<(f64, f64)> =
            exact.iter().filter(|(at, late)| (late - line.late(*at)).abs() <= TOLERANCE).copied().collect();
        if on.len() < windows::FEWEST {
            // Leave the judgement to whoever reads how few agree.
            last = Some((measured, together, on));
            break;
        }
        let next = settle(&on);
        let moved = (next.0.late(middle) - line.late(middle)).abs() + (next.0.drift - line.drift).abs() * length as f64;
        line = next.0;
        last = Some((measured, together, on));
        if round > 0 && moved < 0.005 {
            break;
        }
    }
    let (measured, together, on) = last?;
    Some(conclude(&near, &measured, &together, &on, line, rate))
}

/// The line through exact measurements: flat, unless a slope explains them clearly better.
fn settle(on: &[(f64, f64)]) -> (Line, f64, f64) {
    let residual = |line: Line| {
        let free = if line.drift == 0.0 { 1 } else { 2 };
        let squares: f64 = on.iter().map(|(at, late)| (late - line.late(*at)).powi(2)).sum();
        (squares / (on.len().saturating_sub(free)).max(1) as f64).sqrt()
    };
    let sloped = line::least_squares(on, true);
    let mean = on.iter().map(|(at, _)| at).sum::<f64>() / on.len() as f64;
    let spread = on.iter().map(|(at, _)| (at - mean).powi(2)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    let drift_sd = residual(sloped) / spread;
    let span = on.last().map_or(0.0, |last| last.0) - on.first().map_or(0.0, |first| first.0);
    if sloped.drift.abs() > 5.0 * drift_sd && (sloped.drift * span).abs() > 0.1 {
        return (sloped, residual(sloped) / (on.len() as f64).sqrt(), drift_sd);
    }
    // The median is not moved by a window that heard something else.
    let flat = Line::flat(line::median(on.iter().map(|(_, late)| *late).collect()));
    (flat, residual(flat) / (on.len() as f64).sqrt(), drift_sd)
}

fn measure(
    a: &StemFeatures,
    b: &StemFeatures,
    window: &Window,
    starts: &[usize],
    line: Line,
    table: &FractionTable,
) -> Vec<Measured> {
    let one = |buffers: &mut _, start: &usize| {
        let (reach, len) = (window.reach, window.hann_len());
        let middle = *start as f64 + len as f64 / 2.0;
        let mut first = vec![0.0; len];
        a.read(*start as i64, &mut first);
        let from = *start as f64 - reach as f64;
        let mut second = vec![0.0; len + 2 * reach];
        let base = if line.drift == 0.0 {
            let base = line.offset.round();
            b.read(*start as i64 - reach as i64 + base as i64, &mut second);
            base
        } else {
            read_along(b, from + line.late(from), 1.0 + line.drift, table, &mut second);
            line.late(middle)
        };
        window.spectra(&first, &second, buffers);
        let curve = window.curve(buffers);
        let best = (0..curve.len()).fold(0, |best, n| if curve[n].abs() > curve[best].abs() { n } else { best });
        let bins = window.bins.clone();
        let pairs = || buffers.first[bins.clone()].iter().zip(&buffers.second[bins.clone()]);
        Measured {
            at: middle,
            base,
            lag: best as f64 - reach as f64,
            cross: pairs().map(|(a, b)| a.conj() * b).collect(),
            first: pairs().map(|(a, _)| a.norm_sqr()).collect(),
            second: pairs().map(|(_, b)| b.norm_sqr()).collect(),
        }
    };
    starts.par_iter().map_init(|| window.buffers(), one).collect()
}

/// Reads a stem at `position`, `position + step` …, between its samples.
pub(super) fn read_along(stem: &StemFeatures, position: f64, step: f64, table: &FractionTable, out: &mut [f32]) {
    let before = (table.taps() / 2 - 1) as i64;
    let first = position.floor() as i64 - before;
    let mut samples = vec![0.0; (out.len() as f64 * step).ceil() as usize + table.taps() + 2];
    stem.read(first, &mut samples);
    for (n, out) in out.iter_mut().enumerate() {
        let at = position + n as f64 * step;
        let whole = at.floor();
        let start = (whole as i64 - before - first) as usize;
        *out = table.at(&samples[start..start + table.taps()], at - whole);
    }
}

/// Adds the windows up and finds the coherence of each bin, over the windows and its neighbours.
fn together(measured: &[Measured], bins: std::ops::Range<usize>) -> Together {
    let count = bins.len();
    let mut cross = vec![Complex::<f32>::default(); count];
    let (mut first, mut second) = (vec![0.0_f64; count], vec![0.0_f64; count]);
    for window in measured {
        // Loud windows would drown the others.
        let power = |bins: &[f32]| bins.iter().map(|x| f64::from(*x)).sum::<f64>();
        let scale = (power(&window.first) * power(&window.second)).sqrt().max(f64::MIN_POSITIVE).recip();
        for n in 0..count {
            cross[n] += window.cross[n] * scale as f32;
            first[n] += f64::from(window.first[n]) * scale;
            second[n] += f64::from(window.second[n]) * scale;
        }
    }
    // Each window adds as many degrees of freedom as neighbouring bins are averaged, two thirds of them its own.
    let chance = 1.5 / ((2 * SMOOTH + 1) * measured.len()) as f64;
    let coherence = (0..count)
        .map(|n| {
            let near = n.saturating_sub(SMOOTH)..(n + SMOOTH + 1).min(count);
            let both: Complex<f32> = cross[near.clone()].iter().sum();
            let power: f64 = first[near.clone()].iter().sum::<f64>() * second[near].iter().sum::<f64>();
            let coherence = if power > 0.0 { f64::from(both.norm_sqr()) / power } else { 0.0 };
            (coherence - chance).clamp(0.0, MOST_COHERENCE)
        })
        .collect();
    Together { cross, coherence }
}

/// The lag, near `start`, where the phases agree best, whatever the sign: Newton's method on the band-limited correlation.
fn summit(cross: &[Complex<f32>], together: &Together, window: &Window, start: f64) -> f64 {
    let step = TAU / window.size as f64;
    let first = window.bins.start as f64 * step;
    let mut lag = start;
    for _ in 0..6 {
        let (mut slope, mut bend) = (0.0, 0.0);
        let mut turn = Complex::from_polar(1.0, first * lag);
        let each = Complex::from_polar(1.0, step * lag);
        let mut omega = first;
        let mut height = 0.0;
        for (bin, coherence) in cross.iter().zip(&together.coherence) {
            let length = f64::from(bin.norm());
            if length > 0.0 && *coherence > 0.0 {
                let weight = coherence / (1.0 - coherence) / length;
                let bin = Complex::new(f64::from(bin.re), f64::from(bin.im)) * turn;
                height += weight * bin.re;
                slope -= weight * omega * bin.im;
                bend -= weight * omega * omega * bin.re;
            }
            turn *= each;
            omega += step;
        }
        // A trough is the peak of an inverted stem.
        if height * bend >= 0.0 {
            break;
        }
        let by = (-slope / bend).clamp(-0.5, 0.5);
        lag += by;
        if by.abs() < 1e-5 {
            break;
        }
    }
    if (lag - start).abs() > 1.5 { start } else { lag }
}

fn conclude(
    window: &Window,
    measured: &[Measured],
    together: &Together,
    on: &[(f64, f64)],
    line: Line,
    rate: f64,
) -> Refined {
    let mut buffers = window.buffers();
    let field = FIELD.min(window.size / 2 - 1);
    let whole = spread(together, window, 0..together.cross.len());
    let curve = window.lags(&whole, field, &mut buffers);
    let reach = window.reach.min(field);
    let around = field - reach..=field + reach;
    let best = around.fold(field, |best, n| if curve[n].abs() > curve[best].abs() { n } else { best });
    let lobe = ((LOBE_S * rate) as usize).max(2);
    let far = || curve.iter().enumerate().filter(|(n, _)| n.abs_diff(best) > lobe).map(|(_, x)| f64::from(*x));
    let count = far().count().max(1) as f64;
    let deviation = (far().map(|x| x * x).sum::<f64>() / count).sqrt().max(f64::MIN_POSITIVE);
    let second = far().fold(0.0_f64, |second, x| second.max(x.abs())).max(f64::MIN_POSITIVE);
    let top = f64::from(curve[best].abs());

    let (mut bands, mut bands_agreeing) = (0, 0);
    let bin = |hz: f64| ((hz * window.size as f64 / rate) as usize).saturating_sub(window.bins.start);
    for edge in BANDS_HZ.windows(2) {
        let part = bin(edge[0]).min(together.cross.len())..bin(edge[1]).min(together.cross.len());
        let mean = together.coherence[part.clone()].iter().sum::<f64>() / part.len().max(1) as f64;
        if part.len() < 16 || mean < 0.02 {
            continue;
        }
        bands += 1;
        // A band can be no more exact than its width allows.
        let tolerance = (0.5 * window.size as f64 / part.len() as f64).max(2.0);
        let curve = window.lags(&spread(together, window, part), field, &mut buffers);
        let own = (0..curve.len()).fold(0, |best, n| if curve[n].abs() > curve[best].abs() { n } else { best });
        let agrees = (own as f64 - best as f64).abs() <= tolerance && (curve[own] > 0.0) == (curve[best] > 0.0);
        bands_agreeing += usize::from(agrees);
    }
    // The base of every window is on the line, but for the rounding of a flat one.
    let (_, late_sd, drift_sd) = settle(on);
    let bins = together.cross.len().max(1) as f32 * 2.0;
    let picture =
        (0..=2 * PICTURE).map(|n| curve.get((best + n).wrapping_sub(PICTURE)).copied().unwrap_or(0.0) / bins).collect();
    Refined {
        line,
        late_sd,
        drift_sd,
        polarity: if curve[best] > 0.0 { 1 } else { -1 },
        windows: measured.len(),
        agreeing: on.len(),
        z: top / deviation,
        ratio: top / second,
        bands,
        bands_agreeing,
        coherence: together.coherence.iter().sum::<f64>() / together.coherence.len().max(1) as f64,
        picture,
    }
}

/// The phases of a part of the compared band, as a whole spectrum.
fn spread(together: &Together, window: &Window, part: std::ops::Range<usize>) -> Vec<Complex<f32>> {
    let mut bins = vec![Complex::default(); window.size / 2 + 1];
    let start = window.bins.start;
    for n in part {
        let length = together.cross[n].norm();
        if length > 0.0 {
            bins[start + n] = together.cross[n] / length;
        }
    }
    bins
}
