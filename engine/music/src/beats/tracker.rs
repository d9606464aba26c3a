//! Most likely beats of a curve of probabilities.
//!
//! Source: Krebs, Böck, Widmer, "An Efficient State-Space Model for Joint Tempo and Meter
//! Tracking", ISMIR 2015: a state is an interval between beats and a position in it; intervals
//! change at beats only.

use crate::onsets::FRAME_RATE;
use std::ops::RangeInclusive;

/// Rate at which the probability of a change falls with its ratio.
const STEADINESS: f64 = 100.0;
/// Largest change between neighbouring intervals, as a share.
const LARGEST_CHANGE: f64 = 0.25;
/// Part of an interval that is the beat: one of this many.
const PARTS: usize = 16;

/// Path through a curve.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    /// Times of the beats, in seconds.
    pub(super) beats_s: Vec<f64>,
    /// Mean logarithm of the likelihood of a frame.
    pub(super) likelihood: f64,
}

/// Returns the most likely beats with tempi of a range, in beats a minute. `None` without frames.
pub(super) fn track(probabilities: &[f32], bpm: RangeInclusive<f64>) -> Option<Track> {
    let frames = |bpm: f64| 60.0 * FRAME_RATE / bpm;
    let shortest = (frames(*bpm.end()).floor() as usize).max(2);
    let longest = (frames(*bpm.start()).ceil() as usize).max(shortest);
    let mut states = States::new(shortest, longest);
    let mut sources = Vec::with_capacity(probabilities.len() * states.intervals.len());
    let mut shared = 0.0;
    for (frame, &probability) in probabilities.iter().enumerate() {
        let probability = f64::from(probability).clamp(1e-4, 1.0 - 1e-4);
        let rest = ((1.0 - probability) / (PARTS - 1) as f64).ln();
        shared += rest;
        states.advance(frame, probability.ln() - rest, &mut sources);
    }
    let (best, likelihood) = states.best(probabilities.len().checked_sub(1)?);
    let beats = walk_back(best, shortest, states.intervals.len(), &sources);
    let beats_s = beats.into_iter().map(|frame| frame as f64 / FRAME_RATE).collect();
    Some(Track { beats_s, likelihood: (likelihood + shared) / probabilities.len() as f64 })
}

/// Values of the positions of one interval. Position 0 of frame `t` lies at `-t` modulo the length,
/// so that time advances every position without moving a value.
#[derive(Debug)]
struct Interval {
    values: Vec<f64>,
    /// Intervals that may come before, with the logarithm of their probability.
    sources: Vec<(usize, f64)>,
}

#[derive(Debug)]
struct States {
    intervals: Vec<Interval>,
    /// Value of each interval at its end.
    ends: Vec<f64>,
}

impl States {
    fn new(shortest: usize, longest: usize) -> Self {
        let lengths: Vec<usize> = (shortest..=longest).collect();
        let start = -(lengths.iter().sum::<usize>() as f64).ln();
        let change = |from: usize, to: usize| (to as f64 / from as f64 - 1.0).abs();
        let sum = |from: usize| lengths.iter().map(|&to| (-STEADINESS * change(from, to)).exp()).sum::<f64>();
        let norms: Vec<f64> = lengths.iter().map(|&from| sum(from).ln()).collect();
        let interval = |&to: &usize| {
            let near =
                lengths.iter().zip(&norms).enumerate().filter(|(_, (from, _))| change(**from, to) < LARGEST_CHANGE);
            let sources = near.map(|(index, (&from, norm))| (index, -STEADINESS * change(from, to) - norm)).collect();
            Interval { values: vec![start; to], sources }
        };
        let intervals: Vec<Interval> = lengths.iter().map(interval).collect();
        Self { ends: vec![0.0; intervals.len()], intervals }
    }

    /// Advances by a frame, and records the source of each interval that begins. `gain` is the
    /// logarithm by which the frame is likelier as a beat.
    fn advance(&mut self, frame: usize, gain: f64, sources: &mut Vec<u16>) {
        for (end, interval) in self.ends.iter_mut().zip(&self.intervals) {
            *end = interval.values[place(0, frame, interval.values.len())];
        }
        for interval in &mut self.intervals {
            let mut best = (f64::NEG_INFINITY, 0);
            for &(source, change) in &interval.sources {
                let value = self.ends[source] + change;
                if value > best.0 {
                    best = (value, source);
                }
            }
            sources.push(best.1 as u16);
            let length = interval.values.len();
            interval.values[place(0, frame, length)] = best.0;
            for position in 0..length.div_ceil(PARTS) {
                interval.values[place(position, frame, length)] += gain;
            }
        }
    }

    /// Returns interval and position of the likeliest state of a frame, with its value.
    fn best(&self, frame: usize) -> (State, f64) {
        let mut best = (State { frame, interval: 0, position: 0 }, f64::NEG_INFINITY);
        for (index, interval) in self.intervals.iter().enumerate() {
            for position in 0..interval.values.len() {
                let value = interval.values[place(position, frame, interval.values.len())];
                if value > best.1 {
                    best = (State { frame, interval: index, position }, value);
                }
            }
        }
        best
    }
}

#[derive(Debug, Clone, Copy)]
struct State {
    frame: usize,
    interval: usize,
    position: usize,
}

fn place(position: usize, frame: usize, length: usize) -> usize {
    (position + length - frame % length) % length
}

/// Returns the frames of the beats on the way to a state, in order.
fn walk_back(last: State, shortest: usize, intervals: usize, sources: &[u16]) -> Vec<usize> {
    let mut beats = Vec::new();
    let mut interval = last.interval;
    let mut beat = last.frame.checked_sub(last.position);
    while let Some(frame) = beat {
        beats.push(frame);
        interval = usize::from(sources[frame * intervals + interval]);
        beat = frame.checked_sub(shortest + interval);
    }
    beats.reverse();
    beats
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulses(times: impl Iterator<Item = f64>, seconds: f64) -> Vec<f32> {
        let mut values = vec![0.02; (seconds * FRAME_RATE) as usize];
        for time in times {
            values[(time * FRAME_RATE).round() as usize] = 0.9;
        }
        values
    }

    #[test]
    fn pulses_are_beats_where_one_is_missing_too() {
        let times = |skip| (0..38).filter(move |&beat| beat != skip).map(|beat| 0.3 + f64::from(beat) * 0.5);
        let found = track(&pulses(times(17), 19.1), 55.0..=215.0).unwrap();
        assert_eq!(found.beats_s.len(), 38, "{:?}", found.beats_s);
        for (beat, time) in found.beats_s.iter().zip(times(99)) {
            // A pulse may lie anywhere in the sixteenth that is the beat.
            assert!((-0.005..0.5 / 16.0 + 0.01).contains(&(time - beat)), "{beat} {time}");
        }
    }

    #[test]
    fn a_tempo_that_slows_is_followed() {
        let mut times = vec![0.2];
        while *times.last().unwrap() < 28.0 {
            let last = times.last().unwrap();
            times.push(last + 0.4 + 0.006 * last);
        }
        let found = track(&pulses(times.iter().copied(), 30.0), 55.0..=215.0).unwrap();
        let near = |time: &&f64| found.beats_s.iter().any(|beat| (beat - **time).abs() < 0.03);
        // The first beat has no interval before it.
        assert!(times.iter().filter(near).count() + 1 >= times.len());
    }

    #[test]
    fn no_frames_have_no_track() {
        assert_eq!(track(&[], 55.0..=215.0), None);
        assert!(track(&[0.5], 55.0..=215.0).unwrap().beats_s.len() <= 1);
    }
}
