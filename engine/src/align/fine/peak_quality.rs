//! How far the peak of all windows together stands out, and what else speaks for it.

use super::cross_spectrum::{Together, spread};
use super::direct_path::{Arrival, arrival};
use super::refine::Followed;
use super::segment::Window;
use crate::align::time_map::piecewise::Course;

/// The lags whose deviation the peak is measured against.
const FIELD: usize = 4_096;
/// Reflections this close belong to the peak, in seconds.
const LOBE_S: f64 = 0.001;
/// Lags either side of the peak that are kept for a picture.
const PICTURE: usize = 48;
/// Edges of the bands that are asked one by one, in hertz.
const BANDS_HZ: [f64; 7] = [60.0, 200.0, 600.0, 1_500.0, 3_500.0, 7_000.0, 12_000.0];

/// Reading between samples leaves so much of an offset open, in frames.
const LEAST_SD: f64 = 0.01;
/// A band has something in common from this mean coherence on, or where its peak stands out by so
/// much; of 8193 lags, chance reaches 4.25.
const LEAST_COHERENCE: f64 = 0.02;
const LEAST_Z_OF_BAND: f64 = 6.4;

/// Where one stem lies against another, with what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refined {
    pub(crate) course: Course,
    /// One standard deviation of the offset in the middle of the stems, in frames.
    pub(crate) late_sd: f64,
    /// One standard deviation of the drift before the first change, as a share.
    pub(crate) drift_sd: f64,
    /// What windows are off the course by, beyond what noise would do, in frames: a clock that
    /// wanders.
    pub(crate) wander: f64,
    /// The middle of the windows, in frames of the first stem.
    pub(crate) at: f64,
    pub(crate) polarity: i8,
    /// Windows asked, and those whose peak is on the course.
    pub(crate) windows: usize,
    pub(crate) agreeing: usize,
    /// The peak of all windows together over the deviation of the lags around it.
    pub(crate) z: f64,
    /// The peak over the next highest.
    pub(crate) ratio: f64,
    /// Bands with something in common, and those that agree on the offset.
    pub(crate) bands: usize,
    pub(crate) bands_agreeing: usize,
    /// Both halves of the bins that windows listened to say the same offset; false where they
    /// listened to all.
    pub(crate) halves_agree: bool,
    /// One stem comes from a microphone in a room: peaks after the direct path are reflections, and
    /// count for nothing.
    pub(crate) in_room: bool,
    /// How much earlier or later than the peak the direct path lies, in frames; `None` where it is
    /// the peak.
    pub(crate) direct: Option<f64>,
    /// The correlation around the peak, lags −48 to +48 frames; 1 where all phases agree.
    pub(crate) picture: Vec<f32>,
}

impl Refined {
    /// With the deviation of the offset that is told: at frame 0, to which a drift carries it on,
    /// and of a clock that wanders, at any time.
    pub(crate) fn told(mut self) -> Self {
        let carried = if self.course.start.drift == 0.0 { 0.0 } else { self.drift_sd * self.at };
        self.late_sd = self.late_sd.hypot(carried).hypot(self.wander).hypot(LEAST_SD);
        self
    }
}

/// The correlation of all windows together, and its peak.
pub(crate) struct Summit {
    curve: Vec<f32>,
    best: usize,
    pub(crate) z: f64,
    ratio: f64,
    lobe: usize,
}

impl Summit {
    /// The same against the quiet side of a direct path alone.
    fn in_room(self, arrival: &Arrival) -> Self {
        let quiet = || self.curve[arrival.quiet.clone()].iter().map(|x| f64::from(x.abs()));
        let deviation = (quiet().map(|x| x * x).sum::<f64>() / quiet().count().max(1) as f64).sqrt();
        let top = f64::from(self.curve[self.best].abs());
        let second = quiet().fold(f64::MIN_POSITIVE, f64::max);
        Self { z: top / deviation.max(f64::MIN_POSITIVE), ratio: top / second, ..self }
    }
}

/// The peak of windows that were followed.
pub(crate) fn standing_out(window: &Window, together: &Together, rate: f64) -> Summit {
    let field = FIELD.min(window.size / 2 - 1);
    let whole = spread(together, window, 0..together.cross.len());
    let curve = window.lags(&whole, field);
    let reach = window.reach.min(field);
    let around = field - reach..=field + reach;
    let best = around.fold(field, |best, n| if curve[n].abs() > curve[best].abs() { n } else { best });
    let lobe = ((LOBE_S * rate) as usize).max(2);
    let far = || curve.iter().enumerate().filter(|(n, _)| n.abs_diff(best) > lobe).map(|(_, x)| f64::from(*x));
    let count = far().count().max(1) as f64;
    let deviation = (far().map(|x| x * x).sum::<f64>() / count).sqrt().max(f64::MIN_POSITIVE);
    let second = far().fold(0.0_f64, |second, x| second.max(x.abs())).max(f64::MIN_POSITIVE);
    let top = f64::from(curve[best].abs());
    Summit { best, z: top / deviation, ratio: top / second, lobe, curve }
}

/// By how many deviations of the lags around it a peak stands out; lags within `lobe` belong to it.
fn stands_out(curve: &[f32], peak: usize, lobe: f64) -> f64 {
    let far = curve.iter().enumerate().filter(|(n, _)| n.abs_diff(peak) as f64 > lobe);
    let (count, squares) = far.fold((0.0, 0.0), |(count, sum), (_, x)| (count + 1.0, sum + f64::from(*x).powi(2)));
    f64::from(curve[peak].abs()) / (squares / f64::max(count, 1.0)).sqrt().max(f64::MIN_POSITIVE)
}

/// What the windows that were followed say.
pub(crate) fn conclude(followed: Followed, rate: f64) -> Refined {
    let Followed { window, course, measured, together, on, late_sd, drift_sd, wander, .. } = followed;
    let (window, together) = (&window, &together);
    let summit = standing_out(window, together, rate);
    let arrival = arrival(&summit.curve, summit.best, summit.lobe, rate);
    let summit = match &arrival {
        Some(arrival) if arrival.at == summit.best => summit.in_room(arrival),
        _ => summit,
    };
    let Summit { curve, best, z, ratio, lobe: summit_lobe } = summit;
    let direct = arrival.as_ref().map(|arrival| arrival.at as f64 - best as f64).filter(|by| *by != 0.0);
    let in_room = arrival.is_some() && direct.is_none();
    let field = curve.len() / 2;

    let (mut bands, mut bands_agreeing) = (0, 0);
    let bin = |hz: f64| ((hz * window.size as f64 / rate) as usize).saturating_sub(window.bins.start);
    for edge in BANDS_HZ.windows(2) {
        let part = bin(edge[0]).min(together.cross.len())..bin(edge[1]).min(together.cross.len());
        let mean = together.coherence[part.clone()].iter().sum::<f64>() / part.len().max(1) as f64;
        if part.len() < 16 {
            continue;
        }
        // A band can be no more exact than its width allows.
        let tolerance = (0.5 * window.size as f64 / part.len() as f64).max(2.0);
        let curve = window.lags(&spread(together, window, part), field);
        // What comes after the direct path is its reflections in this band.
        let heard = |n: &usize| match &arrival {
            Some(arrival) if in_room => arrival.quiet.contains(n) || n.abs_diff(best) <= summit_lobe,
            _ => true,
        };
        let higher = |own: usize, n: usize| if curve[n].abs() > curve[own].abs() { n } else { own };
        let own = (0..curve.len()).filter(heard).reduce(higher).unwrap_or(best);
        // What is coherent by less than chance may leave, as a stem far below others is, still
        // shows by a peak that no chance leaves.
        if mean < LEAST_COHERENCE && stands_out(&curve, own, tolerance) < LEAST_Z_OF_BAND {
            continue;
        }
        bands += 1;
        let agrees = (own as f64 - best as f64).abs() <= tolerance && (curve[own] > 0.0) == (curve[best] > 0.0);
        bands_agreeing += usize::from(agrees);
    }
    let bins = together.cross.len().max(1) as f32 * 2.0;
    let picture =
        (0..=2 * PICTURE).map(|n| curve.get((best + n).wrapping_sub(PICTURE)).copied().unwrap_or(0.0) / bins).collect();
    Refined {
        course,
        late_sd,
        drift_sd,
        wander,
        at: measured.iter().map(|one| one.at).sum::<f64>() / measured.len().max(1) as f64,
        polarity: if curve[best] > 0.0 { 1 } else { -1 },
        windows: measured.len(),
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
