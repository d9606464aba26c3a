//! From trusted pairs to one place per stem: least squares over each group, robust against one
//! wrong pair.

use super::accept::Edge;
use super::thresholds::THRESHOLDS;
use crate::align::time_map::line::LinearDelay;
use crate::resample::TimeMap;

/// Trusted pair.
#[derive(Clone, Debug)]
pub(crate) struct PairOffset {
    pub(crate) first: usize,
    pub(crate) second: usize,
    pub(crate) edge: Edge,
}

/// Place of a stem in its group.
#[derive(Clone, Debug)]
pub(crate) struct GroupOffset {
    /// First stem of its group.
    pub(crate) root: usize,
    /// Delay against the root.
    pub(crate) time_map: TimeMap,
    /// Against the root.
    pub(crate) polarity: i8,
    /// Least confidence on the way from the root.
    pub(crate) confidence: f64,
    /// Standard deviations along that way.
    pub(crate) delay_sd: f64,
    pub(crate) drift_sd: f64,
}

/// Places of all stems, and per stem, whether the pairs of its group contradict each other.
pub(crate) struct Solution {
    pub(crate) places: Vec<GroupOffset>,
    pub(crate) contradicted: Vec<bool>,
}

/// Solves for `stems` stems whose comparison is exact around frame `middle`.
pub(crate) fn solve(pairs: &[PairOffset], stems: usize, middle: f64) -> Solution {
    let mut pairs: Vec<PairOffset> = pairs.to_vec();
    let by_confidence = |x: &PairOffset, y: &PairOffset| {
        y.edge.confidence.total_cmp(&x.edge.confidence).then((x.first, x.second).cmp(&(y.first, y.second)))
    };
    pairs.sort_by(by_confidence);
    let mut places = tree(&pairs, stems);
    let mut contradicted = vec![false; stems];
    for root in 0..stems {
        let group = |places: &[GroupOffset]| (0..stems).filter(|n| places[*n].root == root).collect::<Vec<_>>();
        let members = group(&places);
        let own: Vec<PairOffset> = pairs.iter().filter(|pair| places[pair.first].root == root).cloned().collect();
        if members.len() < 2 || own.iter().all(|pair| fits(pair, &places, middle)) {
            continue;
        }
        // One wrong pair is identified by this: without it, and without it alone, everything fits.
        let mut ways = (0..own.len()).filter_map(|wrong| {
            let rest: Vec<PairOffset> =
                own.iter().enumerate().filter(|(n, _)| *n != wrong).map(|(_, pair)| pair.clone()).collect();
            let without = tree(&rest, stems);
            let whole = members.iter().all(|n| without[*n].root == root);
            (whole && rest.iter().all(|pair| fits(pair, &without, middle))).then_some((wrong, without))
        });
        match (ways.next(), ways.next()) {
            (Some((wrong, without)), None) => {
                for n in &members {
                    places[*n] = without[*n].clone();
                }
                let (first, second) = (own[wrong].first, own[wrong].second);
                pairs.retain(|pair| (pair.first, pair.second) != (first, second));
            }
            _ => {
                for n in &members {
                    contradicted[*n] = true;
                }
            }
        }
    }
    relax(&pairs, &mut places, middle);
    Solution { places, contradicted }
}

fn fits(pair: &PairOffset, places: &[GroupOffset], middle: f64) -> bool {
    let (first, second) = (&places[pair.first], &places[pair.second]);
    let predicted = first.time_map.reversed().then(&second.time_map);
    let off = (predicted.delay(middle) - pair.edge.time_map.delay(middle)).abs();
    off <= THRESHOLDS.max_loop_error_frames.max(6.0 * pair.edge.delay_sd)
        && first.polarity * second.polarity == pair.edge.polarity
}

/// Joins stems by their most confident pairs first.
pub(crate) fn tree(pairs: &[PairOffset], stems: usize) -> Vec<GroupOffset> {
    let alone = |root| GroupOffset {
        root,
        time_map: LinearDelay::flat(0.0).into(),
        polarity: 1,
        confidence: 1.0,
        delay_sd: 0.0,
        drift_sd: 0.0,
    };
    let mut places: Vec<GroupOffset> = (0..stems).map(alone).collect();
    for PairOffset { first, second, edge } in pairs {
        let (first, second) = (places[*first].clone(), places[*second].clone());
        if first.root == second.root {
            continue;
        }
        // From the root of the second group to that of the first, over this pair.
        let between = first.time_map.then(&edge.time_map).then(&second.time_map.reversed());
        let flip = first.polarity * edge.polarity * second.polarity;
        let (time_map, from, to) = if first.root < second.root {
            (between, second.root, first.root)
        } else {
            (between.reversed(), first.root, second.root)
        };
        for place in places.iter_mut().filter(|place| place.root == from) {
            *place = GroupOffset {
                root: to,
                time_map: time_map.then(&place.time_map),
                polarity: place.polarity * flip,
                confidence: place.confidence.min(edge.confidence),
                delay_sd: place.delay_sd.hypot(edge.delay_sd),
                drift_sd: place.drift_sd.hypot(edge.drift_sd),
            };
        }
    }
    places
}

/// Relaxes by weighted least squares: each stem in turn moves to the weighted mean of where its
/// pairs place it.
fn relax(pairs: &[PairOffset], places: &mut [GroupOffset], middle: f64) {
    // A hundredth of a frame is as exact as any pair is believed to be; drift is weighted by its
    // effect in the middle.
    let weight = |edge: &Edge| (edge.delay_sd.powi(2) + 1e-4).recip();
    for _ in 0..THRESHOLDS.max_relaxation_rounds {
        let mut moved = 0.0_f64;
        for stem in 0..places.len() {
            let here = places[stem].clone();
            if here.root == stem {
                continue;
            }
            let (mut delay, mut drift, mut total) = (0.0, 0.0, 0.0);
            for pair in pairs.iter().filter(|pair| pair.first == stem || pair.second == stem) {
                let wanted = if pair.second == stem {
                    places[pair.first].time_map.then(&pair.edge.time_map)
                } else {
                    places[pair.second].time_map.then(&pair.edge.time_map.reversed())
                };
                let weight = weight(&pair.edge);
                delay += weight * (wanted.delay(middle) - here.time_map.delay(middle));
                drift += weight * (wanted.drift_at(middle) - here.time_map.drift_at(middle));
                total += weight;
            }
            if total > 0.0 {
                // Bends stay where the most confident pairs have them.
                let (delay, drift) = (delay / total, drift / total);
                moved = moved.max(delay.abs());
                places[stem].time_map = here.time_map.plus(delay - drift * middle, drift);
            }
        }
        if moved < 1e-6 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(first: usize, second: usize, delay: f64, polarity: i8, confidence: f64) -> PairOffset {
        let time_map = LinearDelay::flat(delay).into();
        let edge = Edge {
            time_map,
            polarity,
            confidence,
            delay_sd: 0.01,
            drift_sd: 0.0,
            wander: 0.0,
            share: 1.0,
            picture: Vec::new(),
        };
        PairOffset { first, second, edge }
    }

    fn delays(pairs: &[PairOffset], stems: usize) -> Vec<f64> {
        solve(pairs, stems, 1e6).places.iter().map(|place| place.time_map.start).collect()
    }

    #[test]
    fn errors_are_shared_out_round_a_loop() {
        let pairs = [pair(0, 1, 100.0, 1, 0.9), pair(1, 2, 50.0, -1, 0.9), pair(0, 2, 150.3, -1, 0.9)];
        let delay = delays(&pairs, 3);
        assert!((delay[1] - 100.1).abs() < 1e-3 && (delay[2] - 150.2).abs() < 1e-3, "{delay:?}");
    }

    #[test]
    fn a_triangle_that_does_not_close_says_nothing() {
        let pairs = [pair(0, 1, 100.0, 1, 0.9), pair(1, 2, 50.0, 1, 0.9), pair(0, 2, 190.0, 1, 0.9)];
        assert_eq!(solve(&pairs, 4, 1e6).contradicted, [true, true, true, false]);
        let flipped = [pair(0, 1, 1.0, 1, 0.9), pair(1, 2, 1.0, 1, 0.9), pair(0, 2, 2.0, -1, 0.9)];
        assert_eq!(solve(&flipped, 3, 1e6).contradicted, [true; 3]);
    }

    #[test]
    fn one_wrong_pair_among_four_stems_is_found_and_dropped() {
        let at: [f64; 4] = [0.0, 10.0, 30.0, 60.0];
        let mut pairs = Vec::new();
        for first in 0..4 {
            for second in first + 1..4 {
                pairs.push(pair(first, second, at[second] - at[first], 1, 0.9));
            }
        }
        // The wrong one even has the highest confidence.
        pairs[0].edge = Edge { time_map: LinearDelay::flat(400.0).into(), confidence: 0.999, ..pairs[0].edge.clone() };
        let solution = solve(&pairs, 4, 1e6);
        assert_eq!(solution.contradicted, [false; 4]);
        for (place, at) in solution.places.iter().zip(at) {
            assert!((place.time_map.start - at).abs() < 1e-6, "{place:?}");
        }
    }

    #[test]
    fn groups_do_not_touch_each_other() {
        let delay = delays(&[pair(0, 1, 7.0, 1, 0.9), pair(2, 3, -9.0, 1, 0.9)], 5);
        assert_eq!(delay, [0.0, 7.0, 0.0, -9.0, 0.0]);
    }
}
