//! The axis of time: bars or seconds, in systems.

/// Most seconds in a system.
const SYSTEM_S: f64 = 24.0;
/// Seconds between marks where there are no bars.
const MARK_S: f64 = 2.0;
/// Most numbers in a system; of more, every second one stays, and so on.
const MAX_NUMBERS: usize = 24;

/// A part of the time in one row of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct System {
    pub(super) start_s: f64,
    pub(super) end_s: f64,
}

/// A line through a system.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) time_s: f64,
    pub(super) label: Option<String>,
}

/// The axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) systems: Vec<System>,
    pub(super) ticks: Vec<Tick>,
    /// Length of the longest system, which all are drawn to.
    pub(super) system_s: f64,
}

impl Axis {
    /// Creates an axis of whole bars in each system, or of seconds.
    pub(super) fn new(bars: &[(i64, f64)], duration_s: f64) -> Self {
        let end = bars.last().map_or(0.0, |(_, time)| *time).max(duration_s).max(1.0);
        let (starts, ticks) = if bars.is_empty() { seconds(end) } else { of_bars(bars) };
        let mut systems = vec![System { start_s: starts[0], end_s: end }];
        for pair in starts.windows(2) {
            let last = systems.len() - 1;
            if pair[1] > systems[last].start_s
                && next(&starts, pair[1]).unwrap_or(end) - systems[last].start_s > SYSTEM_S
            {
                systems[last].end_s = pair[1];
                systems.push(System { start_s: pair[1], end_s: end });
            }
        }
        let system_s = systems.iter().map(|system| system.end_s - system.start_s).fold(0.1, f64::max);
        Self { systems, ticks, system_s }
    }
}

/// Returns the first start after a time.
fn next(starts: &[f64], time_s: f64) -> Option<f64> {
    starts.get(starts.partition_point(|start| *start <= time_s)).copied()
}

fn seconds(end: f64) -> (Vec<f64>, Vec<Tick>) {
    let times: Vec<f64> = (0..=(end / MARK_S) as usize).map(|index| index as f64 * MARK_S).collect();
    let label = |time: f64| format!("{}:{:02}", time as u64 / 60, time as u64 % 60);
    let ticks = times.iter().map(|time| Tick { time_s: *time, label: Some(label(*time)) }).collect();
    (times, ticks)
}

fn of_bars(bars: &[(i64, f64)]) -> (Vec<f64>, Vec<Tick>) {
    let length = bars.windows(2).map(|two| two[1].1 - two[0].1).fold(f64::INFINITY, f64::min);
    let in_system = (SYSTEM_S / length.max(0.01)) as usize;
    let every = in_system.div_ceil(MAX_NUMBERS).max(1) as i64;
    let label = |number: i64| ((number - 1).rem_euclid(every) == 0).then(|| number.to_string());
    let ticks = bars.iter().map(|(number, time_s)| Tick { time_s: *time_s, label: label(*number) }).collect();
    // What sounds before the first bar line belongs to the first system.
    let mut starts: Vec<f64> = bars.iter().map(|(_, time)| *time).collect();
    starts[0] = starts[0].min(0.0);
    (starts, ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_hold_whole_bars_and_stand_end_to_end() {
        let bars: Vec<(i64, f64)> = (0..40).map(|bar| (bar + 1, 0.5 + 1.7 * bar as f64)).collect();
        let axis = Axis::new(&bars, 70.0);
        assert_eq!(axis.systems[0].start_s, 0.0);
        assert_eq!(axis.systems[axis.systems.len() - 1].end_s, 70.0);
        for pair in axis.systems.windows(2) {
            assert_eq!(pair[0].end_s, pair[1].start_s);
            assert!(bars.iter().any(|(_, time)| *time == pair[0].end_s));
            assert!(pair[0].end_s - pair[0].start_s <= SYSTEM_S);
        }
        assert!(axis.systems.len() <= 4, "{}", axis.systems.len());
    }

    #[test]
    fn dense_bars_are_numbered_sparsely() {
        let bars: Vec<(i64, f64)> = (0..60).map(|bar| (bar + 1, 0.4 * bar as f64)).collect();
        let labels = Axis::new(&bars, 24.0).ticks.iter().filter(|tick| tick.label.is_some()).count();
        assert_eq!(labels, 20);
    }
}
