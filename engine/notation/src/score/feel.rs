//! Division of the beats of a whole song.

use super::Timeline;

/// Division of the beats of a whole song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Feel {
    /// In halves and quarters; single beats may be triplets.
    Straight,
    /// In two unequal halves, throughout. They are written as equal ones, with the word "Swing".
    Swing {
        /// Place of the second half, 0.55 to 0.71 of a beat.
        ratio: f64,
    },
    /// In three, throughout, as in 6/8.
    Triple,
}

/// Onsets between beats that a division needs, beside the plain one.
const MIN_ONSETS: usize = 16;
/// Times as many onsets as the plain division, from which another one holds.
const MANY: usize = 3;
/// Parts of the song, each of which must swing.
const PARTS: usize = 4;

/// Counts of onsets by their place in the beat.
#[derive(Clone, Debug, Default)]
struct Counts {
    half: usize,
    quarters: usize,
    early_third: usize,
    late: Vec<f64>,
}

impl Counts {
    fn of(phases: impl Iterator<Item = f64>) -> Self {
        let mut counts = Self::default();
        for phase in phases {
            match phase {
                _ if (0.18..0.29).contains(&phase) => counts.quarters += 1,
                _ if (0.29..0.39).contains(&phase) => counts.early_third += 1,
                _ if (0.44..0.55).contains(&phase) => counts.half += 1,
                _ if (0.55..0.71).contains(&phase) => counts.late.push(phase),
                _ if (0.71..0.82).contains(&phase) => counts.quarters += 1,
                _ => {}
            }
        }
        counts
    }
}

impl Feel {
    /// Finds the division from the onsets of all stems, in seconds. A song swings only if each
    /// quarter of its onsets does.
    pub fn of(onsets_s: &[f64], timeline: &Timeline) -> Self {
        let mut onsets: Vec<f64> = onsets_s.to_vec();
        onsets.sort_by(f64::total_cmp);
        let phases: Vec<f64> = onsets.iter().map(|time| timeline.position(*time).rem_euclid(1.0)).collect();
        let mut all = Counts::of(phases.iter().copied());
        let (late, early) = (all.late.len(), all.early_third);
        if late + early < MIN_ONSETS {
            return Self::Straight;
        }
        if 3 * early >= late && late + early > MANY * (all.half + all.quarters) {
            return Self::Triple;
        }
        let swings = |part: &[f64]| {
            let part = Counts::of(part.iter().copied());
            part.late.len() >= part.half
        };
        let is_everywhere = phases.chunks(phases.len().div_ceil(PARTS)).all(swings);
        if late > MANY * all.half && late > MANY * early && is_everywhere {
            all.late.sort_by(f64::total_cmp);
            return Self::Swing { ratio: all.late[late / 2] };
        }
        Self::Straight
    }

    /// Returns the division of one stem in a song of this division: a stem may swing by itself,
    /// as a hi-hat over straight guitars does.
    #[must_use]
    pub fn of_stem(self, onsets_s: &[f64], timeline: &Timeline) -> Self {
        match (self, Self::of(onsets_s, timeline)) {
            (Self::Straight, swing @ Self::Swing { .. }) => swing,
            (song, _) => song,
        }
    }

    /// Returns a position with swing made even.
    pub(super) fn straightened(self, position: f64) -> f64 {
        let Self::Swing { ratio } = self else { return position };
        let (beat, phase) = (position.floor(), position.rem_euclid(1.0));
        let even = if phase < ratio { 0.5 * phase / ratio } else { 0.5 + 0.5 * (phase - ratio) / (1.0 - ratio) };
        beat + even
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feel(phases: &[f64]) -> Feel {
        let beats: Vec<f64> = (0..64).map(|beat| f64::from(beat) * 0.5).collect();
        let onsets: Vec<f64> =
            (0..64).flat_map(|beat| phases.iter().map(move |phase| 0.5 * (f64::from(beat) + phase))).collect();
        Feel::of(&onsets, &Timeline::new(&beats, &[0.0], 4).unwrap())
    }

    #[test]
    fn divisions_are_distinguished() {
        assert_eq!(feel(&[0.0, 0.5]), Feel::Straight);
        assert_eq!(feel(&[0.0, 0.25, 0.5, 0.75]), Feel::Straight);
        assert_eq!(feel(&[0.0]), Feel::Straight);
        assert_eq!(feel(&[0.0, 1.0 / 3.0, 2.0 / 3.0]), Feel::Triple);
        let Feel::Swing { ratio } = feel(&[0.0, 0.62]) else { panic!("it swings") };
        assert!((ratio - 0.62).abs() < 1e-9);
    }

    #[test]
    fn a_song_that_swings_in_parts_stays_as_it_is() {
        let beats: Vec<f64> = (0..64).map(f64::from).collect();
        let timeline = Timeline::new(&beats, &[0.0], 4).unwrap();
        let swing = (0..48).map(|beat| f64::from(beat) + 0.66);
        let straight = (48..64).map(|beat| f64::from(beat) + 0.5);
        let onsets: Vec<f64> = swing.chain(straight).collect();
        let Feel::Swing { ratio } = Feel::of(&onsets[..48], &timeline) else { panic!("its first part swings") };
        assert!((ratio - 0.66).abs() < 1e-9);
        assert_eq!(Feel::of(&onsets, &timeline), Feel::Straight);
    }

    #[test]
    fn a_stem_may_swing_by_itself_but_not_have_its_own_metre() {
        let beats: Vec<f64> = (0..64).map(f64::from).collect();
        let timeline = Timeline::new(&beats, &[0.0], 4).unwrap();
        let places = |phases: &[f64]| -> Vec<f64> {
            (0..64).flat_map(|beat| phases.iter().map(move |phase| f64::from(beat) + phase)).collect()
        };
        let hats = places(&[0.0, 0.62]);
        assert!(matches!(Feel::Straight.of_stem(&hats, &timeline), Feel::Swing { .. }));
        assert_eq!(Feel::Straight.of_stem(&places(&[0.0, 0.5]), &timeline), Feel::Straight);
        assert_eq!(Feel::Straight.of_stem(&places(&[0.0, 1.0 / 3.0, 2.0 / 3.0]), &timeline), Feel::Straight);
        assert_eq!(Feel::Triple.of_stem(&hats, &timeline), Feel::Triple);
    }

    #[test]
    fn swing_is_made_even() {
        let swing = Feel::Swing { ratio: 0.6 };
        for (position, even) in [(3.0, 3.0), (3.6, 3.5), (3.3, 3.25), (3.8, 3.75), (-0.4, -0.5)] {
            assert!((swing.straightened(position) - even).abs() < 1e-12, "{position}");
            assert_eq!(Feel::Straight.straightened(position), position);
        }
    }
}
