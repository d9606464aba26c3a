//! The deviation that most partials agree on.

use super::STANDARD_HZ;
use super::histogram::{CENTS, PartialHistogram};

/// Width of the kernel that smooths the votes of all notes, in cents: instruments differ by some.
const SMOOTHING: f64 = 3.0;
/// Width of the kernel that smooths the votes of one note, in cents.
const NOTE_SMOOTHING: f64 = 2.0;
/// Reach of the mean round the mode, in cents.
const REACH: i32 = 20;
/// Confidence below which there is no tuning.
const LEAST_CONFIDENCE: f64 = 0.15;

/// Votes for each deviation, from half a semitone below on.
type Votes = [f64; CENTS];

/// Deviation of a performance from standard pitch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Deviation, about −50 to 50 cents.
    pub cents: f64,
    /// Part of the votes near the deviation beyond those of chance, 0 to 1.
    pub confidence: f64,
}

impl Tuning {
    /// Returns the frequency of A4, in hertz.
    #[must_use]
    pub fn hertz(&self) -> f64 {
        STANDARD_HZ * (self.cents / 1200.0).exp2()
    }
}

/// Returns the deviation that the partials of all stems agree on, or `None` if they do not.
///
/// Instruments differ from each other by some cents, and the notes of one instrument do, too. So
/// the mode of all votes only finds the place, and the mean of each note's own mode nearby is taken
/// over the notes of a stem, then over stems: each is one more independent witness, however loud.
#[must_use]
pub fn estimate(stems: &[PartialHistogram]) -> Option<Tuning> {
    let stems: Vec<Stem> = stems.iter().filter_map(Stem::new).collect();
    let mut votes = [0.0; CENTS];
    for stem in &stems {
        votes.iter_mut().zip(&stem.votes).for_each(|(sum, vote)| *sum += vote);
    }
    if stems.is_empty() {
        return None;
    }
    let mode = peak(&smooth(&votes, SMOOTHING), 0..CENTS as i32).0;
    let confidence = agreement(&votes, mode);
    let agreeing = stems.iter().filter(|stem| agreement(&stem.votes, mode) >= LEAST_CONFIDENCE);
    let (sum, count) = agreeing.fold((0.0, 0.0_f64), |(sum, count), stem| (sum + stem.near(mode), count + 1.0));
    let cents = sum / count.max(1.0) - CENTS as f64 / 2.0;
    (confidence >= LEAST_CONFIDENCE).then_some(Tuning { cents, confidence })
}

/// Votes of one stem.
struct Stem {
    notes: Vec<Votes>,
    /// Votes of all notes, with a sum of 1.
    votes: Votes,
}

impl Stem {
    /// Returns `None` without votes.
    fn new(histogram: &PartialHistogram) -> Option<Self> {
        let notes: Vec<Votes> = histogram.notes().filter_map(balanced).collect();
        let total: f64 = notes.iter().flatten().sum();
        let votes = std::array::from_fn(|bin| notes.iter().map(|note| note[bin]).sum::<f64>() / total);
        (total > 0.0).then_some(Self { notes, votes })
    }

    /// Returns the mean of each note's own mode near a bin, weighted by its votes.
    fn near(&self, mode: i32) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for note in &self.notes {
            let (bin, height) = peak(&smooth(note, NOTE_SMOOTHING), mode - REACH..mode + REACH + 1);
            sum += height * f64::from(bin);
            weight += height;
        }
        sum / weight
    }
}

/// Returns the part of the votes near a bin beyond those of chance, 0 to 1.
fn agreement(votes: &Votes, mode: i32) -> f64 {
    let near: f64 = (mode - REACH..=mode + REACH).map(|bin| votes[wrap(bin)]).sum();
    let chance = f64::from(2 * REACH + 1) / CENTS as f64;
    ((near / votes.iter().sum::<f64>() - chance) / (1.0 - chance)).clamp(0.0, 1.0)
}

/// Returns the votes of a note over the root of their sum; `None` without any.
///
/// Many notes with few votes are worth more than one with many.
fn balanced(note: &[f32]) -> Option<Votes> {
    let sum: f32 = note.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return None;
    }
    let mut votes = [0.0; CENTS];
    votes.iter_mut().zip(note).for_each(|(vote, weight)| *vote = f64::from(weight / sum.sqrt()));
    Some(votes)
}

/// Returns the votes under a bell of `width` cents; both ends meet.
fn smooth(votes: &Votes, width: f64) -> Votes {
    let reach = (3.0 * width) as i32;
    let kernel: Vec<f64> =
        (-reach..=reach).map(|distance| (-0.5 * (f64::from(distance) / width).powi(2)).exp()).collect();
    let mut smooth = [0.0; CENTS];
    for (bin, value) in smooth.iter_mut().enumerate() {
        *value = kernel.iter().zip(bin as i32 - reach..).map(|(weight, other)| weight * votes[wrap(other)]).sum();
    }
    smooth
}

/// Returns the first bin of most votes in a range, and these votes.
fn peak(votes: &Votes, bins: std::ops::Range<i32>) -> (i32, f64) {
    bins.map(|bin| (bin, votes[wrap(bin)])).fold((0, -1.0), |best, next| if next.1 > best.1 { next } else { best })
}

fn wrap(bin: i32) -> usize {
    bin.rem_euclid(CENTS as i32) as usize
}
