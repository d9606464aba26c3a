//! Placement of stems at the times in their files: the time references of broadcast waves (EBU Tech
//! 3285), relative to the earliest.

use crate::io::StemInfo;
use crate::session::{Timecode, Track};
use serde::Serialize;

const DAY_S: f64 = 86_400.0;
/// Largest difference between time of origination and reference at which both are the time of day,
/// in seconds. A recorder writes the time of origination when it starts.
const CLOCK_TOLERANCE_S: f64 = 10.0;
/// Longest timeline that starts at 0, in seconds; later references are times of day.
const TIMELINE_S: f64 = 3_600.0;
/// Largest difference of equal references, in seconds: half a frame of the highest rate.
const SAME_S: f64 = 0.5 / 768_000.0;

/// Evaluation of the time references of the stems.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeCodes {
    /// True if the stems start at their time references.
    pub used: bool,
    /// A sentence: if the references are used, how far the stems are spread; otherwise the reason
    /// why they are not.
    pub reason: String,
    /// Seconds from the earliest stem, in session order; `None` for a track that has no reference,
    /// or a place of its own.
    pub starts_s: Vec<Option<f64>>,
}

impl TimeCodes {
    /// Evaluates the references of all stems; `None` if no stem has one. A track with its own place
    /// in the session (`start_s`) stays there and does not count.
    pub(super) fn find(mode: Timecode, tracks: &[Track], stems: &[StemInfo]) -> Option<Self> {
        let counts: Vec<bool> = tracks.iter().map(|track| track.start_s == 0.0).collect();
        let times = times_s(tracks, stems);
        let known = times.iter().zip(&counts).filter(|(time, counts)| **counts && time.is_some()).count();
        if known == 0 {
            return None;
        }
        let counted = counts.iter().filter(|counts| **counts).count();
        let unused = |reason: String| Some(Self { used: false, reason, starts_s: vec![None; stems.len()] });
        if mode == Timecode::Off {
            return unused(format!(
                "{known} of {} stems carry a time reference; not used, as timecode is off",
                stems.len()
            ));
        }
        if known < counted {
            let without = |((time, counts), track): &((&Option<f64>, &bool), &Track)| {
                (**counts && time.is_none()).then(|| track.title().into_owned())
            };
            let name = times.iter().zip(&counts).zip(tracks).find_map(|entry| without(&entry)).unwrap_or_default();
            return unused(format!(
                "{known} of {counted} stems carry a time reference; not used, as {name:?} carries none that can be a time"
            ));
        }
        let of_counting = || times.iter().zip(&counts).filter(|(_, counts)| **counts).filter_map(|(time, _)| *time);
        let (first, last) = of_counting().fold((f64::MAX, f64::MIN), |(low, high), t| (low.min(t), high.max(t)));
        let spread = last - first;
        if spread >= DAY_S {
            return unused("the stems' time references are a day or more apart; not used".into());
        }
        let start_s = |(time, counts): (&Option<f64>, &bool)| time.filter(|_| *counts).map(|time| time - first);
        let starts_s = times.iter().zip(&counts).map(start_s).collect();
        let reason = if spread < SAME_S {
            "all stems carry the same time reference: they start together".into()
        } else {
            format!("the stems start at their time references, {spread:.3} s from the first to the last")
        };
        Some(Self { used: true, reason, starts_s })
    }

    /// Returns true if any stem begins later than another by its reference.
    pub fn moves(&self) -> bool {
        self.starts_s.iter().flatten().any(|&start| start >= SAME_S)
    }

    /// Returns the session time at which a track begins by its reference, in seconds.
    pub fn start_s(&self, index: usize) -> Option<f64> {
        self.starts_s.get(index).copied().flatten()
    }
}

/// Returns the time of the first frame kept of each stem, in seconds from one midnight for all. A
/// reference counts from its own midnight, so that it restarts when a recorder runs past midnight.
/// If every stem's time of origination agrees with its reference, the dates give the days. Other
/// dates are those of an export, and are ignored.
///
/// A reference of 0 means «not known» in most files. Beside others on a timeline that starts at 0,
/// it is the start of that timeline.
fn times_s(tracks: &[Track], stems: &[StemInfo]) -> Vec<Option<f64>> {
    let own = |stem: &StemInfo| stem.time_reference.map(|frames| stem.sample_rate.seconds(frames));
    let latest = stems.iter().filter_map(own).fold(0.0, f64::max);
    let is_timeline = latest > 0.0 && latest < TIMELINE_S;
    let zero = |stem: &StemInfo| stem.time_stamp.as_ref().filter(|stamp| stamp.reference_frames == 0).map(|_| 0.0);
    let time = |stem: &StemInfo| own(stem).or_else(|| zero(stem).filter(|_| is_timeline));
    let day = |stem: &StemInfo| {
        let (stamp, time) = (stem.time_stamp.as_ref()?, time(stem)?);
        let apart = (f64::from(stamp.origination_s()?) - time).abs();
        stamp.origination_day().filter(|_| apart <= CLOCK_TOLERANCE_S)
    };
    let days: Option<Vec<i64>> = stems.iter().map(day).collect();
    let first = days.as_ref().and_then(|days| days.iter().min().copied()).unwrap_or(0);
    let offset = |index: usize| days.as_ref().map_or(0.0, |days| (days[index] - first) as f64 * DAY_S);
    let start_of = |(index, (track, stem)): (usize, (&Track, &StemInfo))| {
        time(stem).map(|time| time + track.trim_start_s + offset(index))
    };
    tracks.iter().zip(stems).enumerate().map(start_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Fold, StemReader, TimeStamp};
    use std::path::PathBuf;

    const RATE: u64 = 44_100;

    /// Returns stems like `bext_10h.wav`, but recorded at these seconds of the day; `None` has no
    /// reference.
    fn stems(times: &[Option<f64>]) -> (Vec<Track>, Vec<StemInfo>) {
        let path = mixdown_fixtures::path("formats").join("bext_10h.wav");
        let info = StemReader::open(&path, Fold::Stereo).unwrap().info().clone();
        let of_time = |time: &Option<f64>| {
            let frames = time.map(|time| (time * RATE as f64).round() as u64);
            let stamp = |reference_frames| TimeStamp { reference_frames, ..info.time_stamp.clone().unwrap() };
            StemInfo {
                time_reference: frames.filter(|frames| *frames > 0),
                time_stamp: frames.map(stamp),
                ..info.clone()
            }
        };
        let track = |index: usize| Track::new(PathBuf::from(format!("{index}.wav")));
        ((0..times.len()).map(track).collect(), times.iter().map(of_time).collect())
    }

    fn starts(times: &[Option<f64>]) -> (bool, Vec<Option<f64>>) {
        let (tracks, stems) = stems(times);
        let found = TimeCodes::find(Timecode::Auto, &tracks, &stems).unwrap();
        (found.used, found.starts_s)
    }

    #[test]
    fn starts_are_relative_to_the_earliest_reference() {
        let (used, starts_s) = starts(&[Some(3_600.5), Some(3_600.0), Some(7_200.0)]);
        assert_eq!((used, starts_s), (true, vec![Some(0.5), Some(0.0), Some(3_600.0)]));
    }

    #[test]
    fn one_missing_reference_keeps_all_stems_in_place() {
        assert_eq!(starts(&[Some(10.0), None, Some(20.0)]), (false, vec![None; 3]));
        let (tracks, infos) = stems(&[None, None]);
        assert_eq!(TimeCodes::find(Timecode::Auto, &tracks, &infos), None);
        let (tracks, infos) = stems(&[Some(1.0), Some(2.0)]);
        let off = TimeCodes::find(Timecode::Off, &tracks, &infos).unwrap();
        assert!(!off.used && off.reason.contains("timecode is off"), "{off:?}");
    }

    #[test]
    fn zero_is_a_time_only_on_a_timeline_from_zero() {
        assert_eq!(starts(&[Some(0.0), Some(12.5)]), (true, vec![Some(0.0), Some(12.5)]));
        assert_eq!(starts(&[Some(0.0), Some(36_000.0)]), (false, vec![None; 2]));
        assert_eq!(starts(&[Some(0.0), None, Some(12.5)]), (false, vec![None; 3]));
        let (tracks, infos) = stems(&[Some(0.0), Some(0.0)]);
        assert_eq!(TimeCodes::find(Timecode::Auto, &tracks, &infos), None);
    }

    #[test]
    fn the_same_reference_moves_nothing() {
        let (tracks, infos) = stems(&[Some(10.0), Some(10.0)]);
        let found = TimeCodes::find(Timecode::Auto, &tracks, &infos).unwrap();
        assert!(found.used && !found.moves(), "{found:?}");
    }

    #[test]
    fn a_placed_track_stays_and_a_trim_keeps_the_time() {
        let (mut tracks, infos) = stems(&[Some(10.0), None, Some(12.0)]);
        tracks[1].start_s = 5.0;
        tracks[2].trim_start_s = 1.0;
        let found = TimeCodes::find(Timecode::Auto, &tracks, &infos).unwrap();
        assert_eq!(found.starts_s, [Some(0.0), None, Some(3.0)]);
    }

    #[test]
    fn dates_are_used_past_midnight_but_not_of_exports() {
        let (tracks, mut infos) = stems(&[Some(86_395.0), Some(5.0)]);
        let mut date = |index: usize, date: &str, time: &str| {
            let stamp = infos[index].time_stamp.as_mut().unwrap();
            (stamp.origination_date, stamp.origination_time) = (date.into(), time.into());
        };
        date(0, "2024-02-28", "23:59:55");
        date(1, "2024-02-29", "00:00:05");
        let found = TimeCodes::find(Timecode::Auto, &tracks, &infos).unwrap();
        assert_eq!(found.starts_s, [Some(0.0), Some(10.0)]);
        infos[1].time_stamp.as_mut().unwrap().origination_date = "2024-03-09".into();
        assert!(!TimeCodes::find(Timecode::Auto, &tracks, &infos).unwrap().used, "nine days apart");
        infos[1].time_stamp.as_mut().unwrap().origination_time = "15:00:00".into();
        let exported = TimeCodes::find(Timecode::Auto, &tracks, &infos).unwrap();
        assert_eq!(exported.starts_s, [Some(86_390.0), Some(0.0)]);
    }
}
