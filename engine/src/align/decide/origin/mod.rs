//! Origin of the sound that two stems share: recordings by devices that started on their own, or
//! one session.

mod before_start;
mod digital_silence;
mod feedback_echoes;
mod impulse_response;
mod mutual_bleed;
mod noise_floor;
mod path_removal;
#[cfg(test)]
mod tests;
mod thresholds;

pub(crate) use digital_silence::DigitalSilence;

use self::thresholds::THRESHOLDS;
use super::accept::{Edge, Verdict};
use super::remark::Cause;
use super::remark::Remark;
use crate::align::comparison::Comparison;
use crate::align::features::prepared::PreparedStem;
use crate::align::features::stem::StemFeatures;
use crate::align::settings::Mode;
use crate::align::time_map::line::LinearDelay;
use crate::resample::TimeMap;

const AS_RECORDINGS: &str = "--align recordings";
const AS_MICROPHONES: &str = "--align microphones";
const AS_RELATED: &str = "mixdown align --assume-related";

/// Returns true if two stems are equally long.
pub(crate) fn same_length(a: &StemFeatures, b: &StemFeatures) -> bool {
    a.own_frames().abs_diff(b.own_frames()) <= THRESHOLDS.same_length_frames
}

/// Returns true if two stems lie where their time references put them: both began at once, or were
/// placed by them.
pub(crate) fn same_time(a: &StemFeatures, b: &StemFeatures) -> bool {
    let times = a.time_of_start().zip(b.time_of_start());
    times.is_some_and(|(a, b)| a.abs_diff(b) <= THRESHOLDS.same_length_frames)
}

impl Comparison<'_> {
    /// Weighs the origin of the sound that a pair shares, once a delay is found.
    pub(crate) fn weighed(&self, a: usize, b: usize, coarse: &TimeMap, verdict: Verdict, mode: Mode) -> Verdict {
        let (Some(first), Some(second)) = (&self.prepared[a], &self.prepared[b]) else { return verdict };
        let rate = self.rate.as_f64();
        let middle = first.stem.kept() as f64 / 2.0;
        let time_map = match &verdict {
            Verdict::Trusted(edge) => &edge.time_map,
            _ => coarse,
        };
        let late = time_map.delay(middle);
        let bleed = || {
            if late >= 0.0 {
                self::mutual_bleed::bleed(first.stem, second.stem, time_map)
            } else {
                self::mutual_bleed::bleed(second.stem, first.stem, &time_map.reversed())
                    .map(self::mutual_bleed::Bleed::reversed)
            }
        };
        if late.abs() <= THRESHOLDS.acoustic_s * rate
            && let Some(found) = bleed()
        {
            let ms = |frames: f64| 1_000.0 * frames / rate;
            let text = format!(
                "each takes up the other's source, {:.2} and {:.2} ms late",
                ms(found.forward),
                ms(found.backward)
            );
            return match verdict {
                _ if mode == Mode::Microphones => self.along_louder(a, b, found.louder(), verdict),
                Verdict::Trusted(edge) => Verdict::Stays(edge, Remark::new(Cause::MutualBleed, text, AS_MICROPHONES)),
                Verdict::Doubtful(_, picture) => {
                    Verdict::Doubtful(Remark::new(Cause::MutualBleed, text, AS_MICROPHONES).summary(), picture)
                }
                stays @ Verdict::Stays(..) => stays,
            };
        }
        let Verdict::Trusted(edge) = verdict else { return verdict };
        let reversed = edge.time_map.reversed();
        let pair = if late >= 0.0 {
            Ordered { early: first, late: second, time_map: &edge.time_map, edge: &edge, rate }
        } else {
            Ordered { early: second, late: first, time_map: &reversed, edge: &edge, rate }
        };
        match pair.why_it_stays(mode, self.assumes_related()) {
            Some(remark) => Verdict::Stays(edge, remark),
            None => Verdict::Trusted(edge),
        }
    }

    /// Returns the verdict along the louder of two paths, in frames.
    fn along_louder(&self, a: usize, b: usize, late: f64, verdict: Verdict) -> Verdict {
        let Some((first, second)) = self.prepared[a].as_ref().zip(self.prepared[b].as_ref()) else { return verdict };
        let middle = first.stem.kept() as f64 / 2.0;
        match verdict {
            Verdict::Trusted(edge)
                if (edge.time_map.delay(middle) - late).abs() <= THRESHOLDS.max_path_deviation_frames =>
            {
                Verdict::Trusted(edge)
            }
            _ => {
                let refined = crate::align::fine::refine::refine(first, second, &LinearDelay::flat(late).into(), false);
                let edge = refined.map(super::accept::along_a_path);
                match edge
                    .filter(|edge| (edge.time_map.delay(middle) - late).abs() <= THRESHOLDS.max_path_deviation_frames)
                {
                    Some(edge) => Verdict::Trusted(edge),
                    None => Verdict::Doubtful("mutual_bleed: its louder path is not clear".into(), Vec::new()),
                }
            }
        }
    }
}

/// Pair whose second stem is the later one.
struct Ordered<'a> {
    early: &'a PreparedStem<'a>,
    late: &'a PreparedStem<'a>,
    time_map: &'a TimeMap,
    edge: &'a Edge,
    rate: f64,
}

impl Ordered<'_> {
    fn offset(&self) -> f64 {
        self.time_map.delay(self.early.stem.kept() as f64 / 2.0)
    }

    /// Returns the reason for which the pair stays. `None` if it is to be moved.
    fn why_it_stays(&self, mode: Mode, assumes_related: bool) -> Option<Remark> {
        let ms = 1_000.0 * self.offset() / self.rate;
        let echoes = self::feedback_echoes::echoes(self.early, self.late, self.offset());
        if !assumes_related && echoes.is_some_and(|echoes| echoes.feedback) {
            let text = format!("the sound comes back every {ms:.1} ms, ever softer");
            return Some(Remark::new(Cause::EffectReturn, text, AS_RELATED));
        }
        if mode != Mode::Auto {
            return None;
        }
        let stays = |cause, found: String| Some(Remark::new(cause, found, AS_RECORDINGS));
        if let Some(found) = self.of_one_session() {
            return stays(Cause::InSession, found);
        }
        let (near, drifts) = (self.offset() < THRESHOLDS.acoustic_s * self.rate, self.drifts());
        if drifts && !near {
            return None;
        }
        if echoes.is_some_and(|echoes| echoes.dry) {
            return stays(Cause::EffectReturn, format!("it holds the same sound in time, and {ms:.1} ms later"));
        }
        // A chorus swings so slowly that a part of its swing looks like a drift; but it has no
        // noise of its own.
        if near && !(drifts && self.noise_is_its_own()) {
            let text = format!("{ms:.2} ms are the way through a room, or the latency of an effect");
            return stays(Cause::InSession, text);
        }
        if near || self.noise_is_its_own() {
            return None;
        }
        if self.offset() <= THRESHOLDS.musical_s * self.rate {
            let text = format!(
                "it holds the same sound {ms:.1} ms later, and nothing shows that devices of their own recorded both"
            );
            return stays(Cause::EffectReturn, text);
        }
        stays(Cause::InSession, "nothing shows that devices of their own recorded both".into())
    }

    /// Returns a property that only stems of one session share.
    fn of_one_session(&self) -> Option<String> {
        let (early, late) = (self.early.stem, self.late.stem);
        if same_length(early, late) {
            return Some(format!("it and the earlier one are {} frames long", late.own_frames()));
        }
        if same_time(early, late) {
            return Some("their time references put them where they are".into());
        }
        let frames = |seconds: f64| (seconds * self.rate) as u64;
        let (of_early, of_late) = (early.digital_silence(), late.digital_silence());
        let leading = of_late.leading_frames.max(of_early.leading_frames);
        if leading >= frames(THRESHOLDS.leading_silence_s) {
            let of = if of_late.leading_frames == leading { "the later" } else { "the earlier" };
            return Some(format!("{of} one begins with {:.2} s of digital silence", leading as f64 / self.rate));
        }
        // Where the later one has not begun, an effect that is fed by the earlier one is silent.
        if of_late.leading_frames as f64 >= 0.5 * self.offset() {
            return Some("digital silence where the later one has not begun".into());
        }
        let inner = of_early.longest_inner_frames.max(of_late.longest_inner_frames);
        (inner >= frames(THRESHOLDS.inner_silence_s))
            .then(|| format!("{:.2} s of digital silence within", inner as f64 / self.rate))
    }

    /// Returns true for a steady drift and an input that is never silent: independent clocks.
    fn drifts(&self) -> bool {
        let drift = self.edge.time_map.drift;
        let before = self::before_start::before(self.early, self.late, self.offset());
        let common =
            crate::align::coarse::joint_activity::common(self.early.stem, self.late.stem, self.offset()).len() as f64;
        self.edge.time_map.is_straight()
            && drift.abs() >= THRESHOLDS.drift_deviations * self.edge.drift_sd
            && (drift * common).abs() >= THRESHOLDS.drift_frames.max(THRESHOLDS.drift_over_wander * self.edge.wander)
            && drift.abs() <= THRESHOLDS.drift_ppm * 1e-6
            && before.level_dbfs >= THRESHOLDS.input_noise_dbfs
    }

    /// Returns true if each stem has noise of its own, or the later one sounded before the earlier
    /// one could.
    fn noise_is_its_own(&self) -> bool {
        let Some(noise) = self::noise_floor::noise(self.early, self.late, self.time_map) else { return false };
        let before = self::before_start::before(self.early, self.late, self.offset());
        if before.alone_s >= THRESHOLDS.alone_s {
            return false;
        }
        let inputs = noise.quiet_dbfs.0.min(noise.quiet_dbfs.1) >= THRESHOLDS.input_noise_dbfs;
        let own = inputs
            && noise.quiet_below_db >= THRESHOLDS.quiet_below_db
            && noise.shared + 3.0 * noise.shared_sd <= THRESHOLDS.shared_noise;
        let amid_sound = before.amid_sound && before.sounding_s >= 0.7 * before.length_s;
        let sounded = if self.offset() > THRESHOLDS.musical_s * self.rate {
            // No effect waits so long: the noise of an input is enough. Of a take pasted elsewhere,
            // only a part agrees.
            let input_before = inputs && before.is_steady && before.level_dbfs >= THRESHOLDS.input_noise_dbfs;
            (amid_sound || input_before) && self.edge.share >= THRESHOLDS.far_share
        } else {
            amid_sound
        };
        own || (sounded && noise.residual_dbfs >= THRESHOLDS.input_noise_dbfs + 3.0)
    }
}
