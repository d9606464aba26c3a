//! What no reading of a stretch can exceed, from its samples alone: most stretches need no look between them.

use super::points::larger;
use super::table::{TAPS, Table};

/// Samples that are looked at together, and intervals that have one bound.
pub(super) const STRETCH: usize = 64;
/// Intervals whose closer bounds are found side by side.
pub(super) const GRANULE: usize = 16;
/// Stretches of samples at once, the past included.
pub(super) const STRETCHES: usize = 17;
/// Samples of them, and two more for the last second difference.
pub(super) const ROOM: usize = STRETCHES * STRETCH + 2;

/// What bounds each stretch of samples.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// The largest magnitude in it.
    levels: [f32; STRETCHES],
    /// The largest magnitude of a second difference that begins in it.
    bends: [f32; STRETCHES],
}

/// What the readings of a stretch of intervals cannot exceed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The largest of the samples that the intervals lie between, or of more.
    pub(super) level: f32,
    /// How far a reading can rise above the larger of its two samples.
    pub(super) rise: f32,
    /// The part of `rise` that does not come from second differences.
    rest: f32,
}

impl Bounds {
    pub(super) fn new() -> Self {
        Self { levels: [0.0; STRETCHES], bends: [0.0; STRETCHES] }
    }

    /// The bound of the intervals that are made of the samples of stretches `index` and `index + 1`.
    pub(super) fn of(&self, table: &Table, index: usize) -> Bound {
        let level = larger(self.levels[index], self.levels[index + 1]);
        let bend = larger(self.bends[index], self.bends[index + 1]);
        let rest = table.rest * level;
        Bound { level, rise: table.bend * bend + rest, rest }
    }
}

/// Looks at the first `stretches` of `samples`.
///
/// Maxima are halved from loop to loop: sixteen lanes to one at once go through memory.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+avx512bw", "x86_64+avx2", "x86_64+avx"))]
pub(super) fn survey(samples: &[f32; ROOM], stretches: usize, bounds: &mut Bounds) {
    const LANES: usize = 16;
    let Bounds { levels, bends } = bounds;
    let (mut high, mut bent) = ([[0.0_f32; LANES]; STRETCHES], [[0.0_f32; LANES]; STRETCHES]);
    for index in 0..stretches.min(STRETCHES) {
        let Some(x) = samples[index * STRETCH..].first_chunk::<{ STRETCH + 2 }>() else { break };
        let (mut level, mut bend) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        for start in (0..STRETCH).step_by(LANES) {
            for lane in 0..LANES {
                let at = start + lane;
                level[lane] = larger(x[at].abs(), level[lane]);
                bend[lane] = larger((x[at] - 2.0 * x[at + 1] + x[at + 2]).abs(), bend[lane]);
            }
        }
        (high[index], bent[index]) = (level, bend);
    }
    let (mut high8, mut bent8) = ([[0.0_f32; 8]; STRETCHES], [[0.0_f32; 8]; STRETCHES]);
    let (mut high4, mut bent4) = ([[0.0_f32; 4]; STRETCHES], [[0.0_f32; 4]; STRETCHES]);
    for index in 0..STRETCHES {
        for lane in 0..8 {
            high8[index][lane] = larger(high[index][lane], high[index][lane + 8]);
            bent8[index][lane] = larger(bent[index][lane], bent[index][lane + 8]);
        }
    }
    for index in 0..STRETCHES {
        for lane in 0..4 {
            high4[index][lane] = larger(high8[index][lane], high8[index][lane + 4]);
            bent4[index][lane] = larger(bent8[index][lane], bent8[index][lane + 4]);
        }
    }
    let largest_of_four = |x: &[f32; 4]| larger(larger(x[0], x[1]), larger(x[2], x[3]));
    for index in 0..STRETCHES {
        levels[index] = largest_of_four(&high4[index]);
        bends[index] = largest_of_four(&bent4[index]);
    }
}

/// The samples of a granule of intervals and of the one before it: `samples[0]` is the first of that one.
pub(super) type Around = [f32; TAPS + GRANULE];

/// Which intervals of a granule may read more than `max`, the lowest bit the first. Two looks, the closer one only where the first leaves
/// any.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+avx512bw", "x86_64+avx2", "x86_64+avx"))]
pub(super) fn suspects(table: &Table, samples: &Around, bound: Bound, max: f32) -> u32 {
    let mut ends = [0.0; GRANULE];
    let mut highest = [0.0; GRANULE];
    for lane in 0..GRANULE {
        ends[lane] = larger(samples[TAPS / 2 + lane].abs(), samples[TAPS / 2 + 1 + lane].abs());
        highest[lane] = ends[lane] + bound.rise;
    }
    if highest.into_iter().fold(0.0, larger) <= max {
        return 0;
    }
    let mut bends = [0.0; TAPS + GRANULE - 2];
    for (index, bend) in bends.iter_mut().enumerate() {
        *bend = (samples[index] - 2.0 * samples[index + 1] + samples[index + 2]).abs();
    }
    let mut rise = [bound.rest; GRANULE];
    for (index, weight) in table.bends.iter().enumerate() {
        for lane in 0..GRANULE {
            rise[lane] += weight * bends[index + lane];
        }
    }
    (0..GRANULE).fold(0, |bits, lane| bits | (u32::from(ends[lane] + rise[lane] > max) << lane))
}
