//! Tracks of an offline mix, in groups that are rendered together. Threads share the groups, a part
//! of a chunk at a time.

use super::strip_meter::StripMeter;
use crate::mix::{StripOutputs, TrackStrip};
use crate::process::TRACKS_PER_BATCH;
use crate::render::clip::Clip;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Frames that a thread renders of a group before it looks for the group furthest behind. With
/// whole chunks, threads would wait at their ends for the last group.
const PART: usize = 2_048;

/// All tracks, in session order.
pub(crate) struct TrackGroups(Vec<Group>);

struct Group {
    /// Frames of the chunk rendered so far.
    done: AtomicUsize,
    members: Mutex<Members>,
}

struct Members {
    tracks: Vec<TrackStrip<Clip>>,
    meters: Vec<Option<StripMeter>>,
}

impl TrackGroups {
    /// Forms groups of four; the remaining tracks stay single. Allocates.
    pub(crate) fn new(tracks: Vec<TrackStrip<Clip>>, meters: Vec<Option<StripMeter>>) -> Self {
        let mut groups = Vec::new();
        let (mut tracks, mut meters) = (tracks.into_iter(), meters.into_iter());
        while tracks.len() > 0 {
            // Fewer than four run one after the other in any case: each by itself, so that several
            // threads can share them.
            let size = if tracks.len() >= TRACKS_PER_BATCH { TRACKS_PER_BATCH } else { 1 };
            let tracks: Vec<_> = tracks.by_ref().take(size).collect();
            let meters = meters.by_ref().take(size).collect();
            groups.push(Group { done: AtomicUsize::new(0), members: Mutex::new(Members { tracks, meters }) });
        }
        Self(groups)
    }

    /// Renders the next frames of every track, on all threads of rayon's pool.
    pub(crate) fn render(&mut self, frames: usize) {
        self.0.iter_mut().for_each(|group| *group.done.get_mut() = 0);
        let groups = &self.0;
        (0..rayon::current_num_threads().min(groups.len())).into_par_iter().for_each(|_| render_parts(groups, frames));
    }

    /// Returns a second set of outputs, for [`TrackGroups::swap_outputs`]. Allocates.
    pub(crate) fn spare_outputs(&mut self) -> Vec<StripOutputs> {
        self.each().map(|track| track.outputs().clone()).collect()
    }

    /// Exchanges the rendered outputs for those that are written next.
    pub(crate) fn swap_outputs(&mut self, outputs: &mut [StripOutputs]) {
        self.each().zip(outputs).for_each(|(track, outputs)| track.swap_outputs(outputs));
    }

    /// Returns every track, in session order.
    pub(crate) fn each(&mut self) -> impl Iterator<Item = &mut TrackStrip<Clip>> {
        self.0.iter_mut().flat_map(|group| unpoisoned(group.members.get_mut()).tracks.iter_mut())
    }

    /// Returns the meter of every track, in session order.
    pub(crate) fn meters(&mut self) -> impl Iterator<Item = &mut Option<StripMeter>> {
        self.0.iter_mut().flat_map(|group| unpoisoned(group.members.get_mut()).meters.iter_mut())
    }

    /// Returns every track and its meter, in session order.
    pub(crate) fn into_each(self) -> impl Iterator<Item = (TrackStrip<Clip>, Option<StripMeter>)> {
        self.0.into_iter().flat_map(|group| {
            let members = unpoisoned(group.members.into_inner());
            members.tracks.into_iter().zip(members.meters)
        })
    }
}

/// Ignores poisoning: rayon passes a panic on, so that nothing that panicked is used again.
fn unpoisoned<T>(locked: Result<T, PoisonError<T>>) -> T {
    locked.unwrap_or_else(PoisonError::into_inner)
}

/// Renders parts of the groups that are furthest behind, until every group is finished or locked by
/// another thread.
fn render_parts(groups: &[Group], frames: usize) {
    while let Some((group, mut members)) = furthest_behind(groups, frames) {
        let done = group.done.load(Ordering::Acquire);
        let end = frames.min(done + PART);
        members.render(done, end);
        group.done.store(end, Ordering::Release);
    }
}

fn furthest_behind(groups: &[Group], frames: usize) -> Option<(&Group, MutexGuard<'_, Members>)> {
    let mut found = None;
    let mut least = frames;
    for group in groups {
        if group.done.load(Ordering::Acquire) < least
            && let Ok(members) = group.members.try_lock()
        {
            // The group may have advanced before the lock was free.
            let done = group.done.load(Ordering::Acquire);
            if done < least {
                (least, found) = (done, Some((group, members)));
            }
        }
    }
    found
}

impl Members {
    /// Renders the frames from `start` to `end` of the chunk.
    fn render(&mut self, start: usize, end: usize) {
        TrackStrip::process_batch(&mut self.tracks, start..end);
        StripMeter::observe_tracks(&mut self.meters, &self.tracks, &(start..end));
    }
}
