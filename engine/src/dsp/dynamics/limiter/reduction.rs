//! Way of a limiter from the needed reduction to the one applied, frame by frame, in octaves.

use super::style::StageTimes;
use crate::dsp::dynamics::ballistics::{AdaptiveRelease, smoothing_coefficient};
use crate::dsp::dynamics::ballistics_state::FADE_OUT_DB;
use crate::dsp::dynamics::box_smoother::BoxSmoother;
use crate::dsp::dynamics::gain_stage::CHUNK;
use crate::dsp::dynamics::sliding_maximum::SlidingMaximum;
use crate::process::ProcessSpec;

/// Hold time of a reduction before it is released, in milliseconds. It is half a period of 42 Hz,
/// so that bass is turned down and not bent.
const HOLD_MS: f64 = 12.0;

/// Hold time of a short dip, in milliseconds.
const DIP_HOLD_MS: f64 = 0.1;

/// Time constant of the release of a short dip, in milliseconds.
const DIP_RELEASE_MS: f64 = 0.3;

/// Time constants of the base, in milliseconds: it falls and recovers.
const BASE_CHARGE_MS: f64 = 100.0;
const BASE_DISCHARGE_MS: f64 = 4_000.0;

/// Frames before and after a peak during which the gain is at its lowest. An interpolator (a
/// converter, a codec) mostly builds the peak from them.
const GUARD: usize = 8;

/// Reduction of one channel, or of all that are linked. What comes out `look_ahead` frames after a
/// need is never less than it.
#[derive(Clone, Debug)]
pub(super) enum Reduction {
    /// One stage.
    Clean(Dip<AdaptiveRelease>),
    /// Slow stages, and a fast one for what exceeds them.
    Staged(Box<Staged>),
}

impl Reduction {
    /// Creates the reduction of a style. `release_ms` is that of the settings, `look_ahead` counts
    /// frames.
    pub(super) fn new(times: Option<&StageTimes>, release_ms: f64, look_ahead: usize, spec: &ProcessSpec) -> Self {
        match times {
            None => Self::Clean(Dip::new(look_ahead, hold(spec), AdaptiveRelease::new(release_ms, spec))),
            Some(times) => Self::Staged(Box::new(Staged::new(times, release_ms, look_ahead, spec))),
        }
    }

    /// Turns the needed reduction of each frame into the one of the frame `look_ahead` earlier, in
    /// place.
    pub(super) fn process(&mut self, values: &mut [f64]) {
        match self {
            Self::Clean(dip) => values.iter_mut().for_each(|value| *value = dip.push(*value)),
            Self::Staged(staged) => values.iter_mut().for_each(|value| *value = staged.push(*value)),
        }
    }

    /// Returns a reduction that a chunk certainly has throughout, so that lower needs matter to the
    /// hold of peaks alone; infinite where that is so for all of them.
    pub(super) fn held_octaves(&self) -> f64 {
        match self {
            Self::Clean(_) => f64::INFINITY,
            Self::Staged(staged) => staged.base.after_a_chunk() + staged.level.after_a_chunk(),
        }
    }

    /// Returns true if nothing is left of earlier frames.
    pub(super) fn is_idle(&self) -> bool {
        match self {
            Self::Clean(dip) => dip.is_idle(),
            Self::Staged(staged) => staged.is_idle(),
        }
    }

    pub(super) fn reset(&mut self) {
        match self {
            Self::Clean(dip) => dip.reset(),
            Self::Staged(staged) => staged.reset(),
        }
    }

    /// Returns true if it can continue from the state of another one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Clean(_), Self::Clean(_)) => true,
            (Self::Staged(one), Self::Staged(other)) => one.slow.len() == other.slow.len(),
            _ => false,
        }
    }

    /// Continues from the state of one that is like it.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        match (self, old) {
            (Self::Clean(dip), Self::Clean(old)) => dip.inherit_state(old),
            (Self::Staged(staged), Self::Staged(old)) => staged.inherit_state(old),
            _ => {}
        }
    }
}

/// Returns the hold time of peaks in frames.
pub(super) fn hold(spec: &ProcessSpec) -> usize {
    spec.sample_rate.frames(HOLD_MS / 1_000.0) as usize
}

/// Release of a dip: rises at once.
pub(super) trait Release {
    /// Receives the needed reduction and returns the one to apply: never less.
    fn push(&mut self, needed: f64) -> f64;
    fn is_idle(&self) -> bool;
    fn reset(&mut self);
    fn inherit_state(&mut self, old: &Self);
}

/// Sliding maximum, release and two box filters: a reduction that is there in full when its peak
/// is.
#[derive(Clone, Debug)]
pub(super) struct Dip<R> {
    maximum: SlidingMaximum,
    release: R,
    smoother: BoxSmoother,
}

impl<R: Release> Dip<R> {
    fn new(look_ahead: usize, hold: usize, release: R) -> Self {
        let guard = GUARD.min(look_ahead / 4);
        // A peak detected in frame n is output `look_ahead` frames later. The smoother spans `span`
        // frames, and has arrived `guard` frames before. The maximum stands until `guard` frames
        // after, while the smoother still contains nothing but it.
        let span = look_ahead - guard + 1;
        let maximum = SlidingMaximum::new(span + 2 * guard + 1 + hold);
        Self { maximum, release, smoother: BoxSmoother::new(span) }
    }

    #[inline]
    fn push(&mut self, needed: f64) -> f64 {
        self.smoother.push(self.release.push(self.maximum.push(needed)))
    }

    fn is_idle(&self) -> bool {
        self.maximum.is_idle() && self.release.is_idle() && self.smoother.is_idle()
    }

    fn reset(&mut self) {
        self.maximum.reset();
        self.release.reset();
        self.smoother.reset();
    }

    fn inherit_state(&mut self, old: &Self) {
        self.maximum.inherit_state(&old.maximum);
        self.release.inherit_state(&old.release);
        self.smoother.inherit_state(&old.smoother);
    }
}

impl Release for AdaptiveRelease {
    #[inline]
    fn push(&mut self, needed: f64) -> f64 {
        AdaptiveRelease::push(self, needed)
    }
    fn is_idle(&self) -> bool {
        AdaptiveRelease::is_idle(self)
    }
    fn reset(&mut self) {
        AdaptiveRelease::reset(self);
    }
    fn inherit_state(&mut self, old: &Self) {
        AdaptiveRelease::inherit_state(self, old);
    }
}

/// One-pole release.
#[derive(Clone, Debug)]
pub(super) struct PlainRelease {
    keep: f64,
    envelope: f64,
}

impl Release for PlainRelease {
    #[inline]
    fn push(&mut self, needed: f64) -> f64 {
        self.envelope = needed.max(self.keep * self.envelope - FADE_OUT_DB);
        self.envelope
    }
    fn is_idle(&self) -> bool {
        self.envelope == 0.0
    }
    fn reset(&mut self) {
        self.envelope = 0.0;
    }
    fn inherit_state(&mut self, old: &Self) {
        self.envelope = old.envelope;
    }
}

/// Three stages. The base follows the peaks of the last half wave down in a tenth of a second and
/// up in seconds, by a few decibels at most: what every drum hit needs is not given back between
/// two of them. The level follows what they still exceed it by: steady tones and dense passages are
/// turned down and not bent. Short dips take the rest, so that the sound around a hit keeps its
/// level.
#[derive(Clone, Debug)]
pub(super) struct Staged {
    peaks: SlidingMaximum,
    base_octaves: f64,
    base: Follower,
    level: Follower,
    /// Base and level of the last `look_ahead` frames: a ring.
    slow: Box<[f64]>,
    next: usize,
    /// Frames since base or level was last above 0, up to the length of the ring.
    quiet: usize,
    dip: Dip<PlainRelease>,
}

/// One-pole with a time for falling levels, another for rising ones.
#[derive(Clone, Debug)]
struct Follower {
    charge: f64,
    discharge: f64,
    /// Share that is left of the level when it has recovered for a chunk.
    chunk_discharge: f64,
    octaves: f64,
}

impl Follower {
    fn new(charge_ms: f64, discharge_ms: f64, spec: &ProcessSpec) -> Self {
        let [charge, discharge] = [charge_ms, discharge_ms].map(|time_ms| smoothing_coefficient(time_ms, spec));
        Self { charge, discharge, chunk_discharge: libm::pow(discharge, CHUNK as f64), octaves: 0.0 }
    }

    /// Returns the lowest level that the next chunk can lead to.
    fn after_a_chunk(&self) -> f64 {
        self.octaves * self.chunk_discharge
    }

    #[inline]
    fn push(&mut self, needed: f64) -> f64 {
        let keep = if needed > self.octaves { self.charge } else { self.discharge };
        self.octaves = (needed + keep * (self.octaves - needed) - FADE_OUT_DB).max(0.0);
        self.octaves
    }
}

impl Staged {
    fn new(times: &StageTimes, release_ms: f64, look_ahead: usize, spec: &ProcessSpec) -> Self {
        let release = PlainRelease { keep: smoothing_coefficient(DIP_RELEASE_MS, spec), envelope: 0.0 };
        Self {
            peaks: SlidingMaximum::new(hold(spec).max(1)),
            base_octaves: times.base_octaves,
            base: Follower::new(BASE_CHARGE_MS, BASE_DISCHARGE_MS, spec),
            level: Follower::new(times.charge_ms, times.discharge * release_ms, spec),
            slow: vec![0.0; look_ahead].into(),
            next: 0,
            quiet: look_ahead,
            dip: Dip::new(look_ahead, spec.sample_rate.frames(DIP_HOLD_MS / 1_000.0) as usize, release),
        }
    }

    #[inline]
    fn push(&mut self, needed: f64) -> f64 {
        let peak = self.peaks.push(needed);
        let base = self.base.push(peak.min(self.base_octaves));
        let slow = base + self.level.push((peak - base).max(0.0));
        self.quiet = if slow > 0.0 { 0 } else { self.slow.len().min(self.quiet + 1) };
        let dip = self.dip.push((needed - slow).max(0.0));
        let slow = std::mem::replace(&mut self.slow[self.next], slow);
        self.next = if self.next + 1 == self.slow.len() { 0 } else { self.next + 1 };
        slow + dip
    }

    fn is_idle(&self) -> bool {
        self.peaks.is_idle() && self.quiet == self.slow.len() && self.dip.is_idle()
    }

    fn reset(&mut self) {
        self.peaks.reset();
        self.slow.fill(0.0);
        (self.base.octaves, self.level.octaves) = (0.0, 0.0);
        (self.next, self.quiet) = (0, self.slow.len());
        self.dip.reset();
    }

    fn inherit_state(&mut self, old: &Self) {
        self.peaks.inherit_state(&old.peaks);
        self.slow.copy_from_slice(&old.slow);
        (self.base.octaves, self.level.octaves) = (old.base.octaves, old.level.octaves);
        (self.next, self.quiet) = (old.next, old.quiet);
        self.dip.inherit_state(&old.dip);
    }
}
