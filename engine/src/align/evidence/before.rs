//! What the later of two stems holds before the earlier one begins: an effect holds nothing there.

use super::super::prepared::Prepared;
use super::thresholds::THRESHOLDS;

/// The sound of a stem at its start, as levels a hop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::align) struct Before {
    /// Seconds before the other stem begins.
    pub(in crate::align) length_s: f64,
    /// Of these, how many seconds sound.
    pub(in crate::align) sounding_s: f64,
    /// Both stems sound from their first frames on.
    pub(in crate::align) amid_sound: bool,
}

/// Measures what `late` holds in its first `frames` frames.
pub(in crate::align) fn before(early: &Prepared<'_>, late: &Prepared<'_>, frames: f64) -> Before {
    let rate = early.stem.rate().as_f64();
    let (of_early, of_late) = (powers(early), powers(late));
    let hop = late.envelope.hop();
    let least = |powers: &[f64]| THRESHOLDS.sounding * loud(powers);
    let start = |prepared: &Prepared<'_>| prepared.stem.begin() as usize / hop;
    let range = start(late)..((frames / hop as f64) as usize + start(early)).min(of_late.len());
    let floor = least(&of_late);
    let sounding = of_late[range.start.min(range.end)..range.end].iter().filter(|power| **power > floor).count();
    // The first hop hears the silence before it.
    let begins = |powers: &[f64], at: usize| {
        powers.get(at + 1..at + 4).is_some_and(|few| few.iter().all(|p| *p > least(powers)))
    };
    Before {
        length_s: (range.len() * hop) as f64 / rate,
        sounding_s: (sounding * hop) as f64 / rate,
        amid_sound: begins(&of_early, start(early)) && begins(&of_late, start(late)),
    }
}

fn powers(prepared: &Prepared<'_>) -> Vec<f64> {
    prepared.envelope.running_power().windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// The power that a quarter of the hops exceed.
fn loud(powers: &[f64]) -> f64 {
    let mut sorted = powers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() * 3 / 4).copied().unwrap_or(0.0)
}
