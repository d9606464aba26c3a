//! Hits from peaks of activations.

use super::alike::{Sound, shared_heights};
use super::network::Activation;
use super::{DRUMS, HOP};
use crate::{Drum, Hit, SAMPLE_RATE};

/// Least shared height of a hit of each drum: near the best mean F-measure over three banks of
/// samples that neither trained the network nor measure it. Those of open hats and of cymbals are
/// higher, for fewer hits in steady noise.
const THRESHOLDS: [f32; DRUMS] = [0.6, 0.48, 0.42, 0.2, 0.42, 0.36, 0.26];

/// Least height of a hit as a part of the mean of its drum's highest peaks: drums with a skin are
/// surer where they are there at all, and what sounds half like them then is something else.
const PARTS_OF_HIGHEST: [f32; DRUMS] = [0.7, 0.7, 0.5, 0.5, 0.7, 0.5, 0.5];

/// Peaks of a drum that count as its highest.
const HIGHEST: usize = 10;

/// Least activation of a peak that takes part in the sharing of heights.
const LEAST_HEIGHT: f32 = 0.1;

/// Frames between two hits of a drum, at least: 40 ms.
const LEAST_FRAMES: usize = 4;

/// Frames within which a hi-hat does not sound both closed and open.
const SAME_HAT_FRAMES: usize = 3;

const LARGEST_VELOCITY: f32 = 127.0;

/// A peak of the activation of one drum.
#[derive(Debug, Clone, Copy)]
struct Peak {
    frame: usize,
    height: f32,
}

/// Returns the hits in the order of time, and of drums at one time. `sound` gives that of a frame.
pub(super) fn hits(activations: &[Activation], sound: impl Fn(usize) -> Sound) -> Vec<Hit> {
    let mut peaks: [Vec<Peak>; DRUMS] = std::array::from_fn(|drum| high_peaks(activations, &sound, drum));
    let [_, _, closed, open, ..] = &mut peaks;
    choose_hats(closed, open);
    let drums = Drum::ALL.into_iter().zip(&peaks).enumerate();
    let mut hits: Vec<Hit> = drums
        .flat_map(|(index, (drum, peaks))| peaks.iter().map(move |peak| hit(activations, index, drum, *peak)))
        .collect();
    hits.sort_by(|one, other| one.time_s.total_cmp(&other.time_s).then(one.drum.cmp(&other.drum)));
    hits
}

/// Returns the peaks of one drum that are high enough, after those that sound alike shared their
/// heights.
fn high_peaks(activations: &[Activation], sound: impl Fn(usize) -> Sound, drum: usize) -> Vec<Peak> {
    let mut peaks = peaks(activations, drum);
    let heights: Vec<f32> = peaks.iter().map(|peak| peak.height).collect();
    let sounds: Vec<Sound> = peaks.iter().map(|peak| sound(peak.frame)).collect();
    for (peak, height) in peaks.iter_mut().zip(shared_heights(&heights, &sounds)) {
        peak.height = height;
    }
    let least = (PARTS_OF_HIGHEST[drum] * mean_of_highest(&peaks)).max(THRESHOLDS[drum]);
    peaks.retain(|peak| peak.height >= least);
    peaks
}

/// Returns the mean height of the [`HIGHEST`] peaks, or of all where there are fewer.
fn mean_of_highest(peaks: &[Peak]) -> f32 {
    let mut heights: Vec<f32> = peaks.iter().map(|peak| peak.height).collect();
    heights.sort_by(|one, other| other.total_cmp(one));
    heights.truncate(HIGHEST);
    heights.iter().sum::<f32>() / heights.len().max(1) as f32
}

/// Returns the peaks of one drum in the order of time. Of peaks too close, the highest stays.
fn peaks(activations: &[Activation], drum: usize) -> Vec<Peak> {
    let height = |frame: usize| activations.get(frame).map_or(0.0, |activation| activation.hits[drum]);
    let mut peaks: Vec<Peak> = Vec::new();
    for frame in 0..activations.len() {
        let peak = Peak { frame, height: height(frame) };
        let before = frame.checked_sub(1).map_or(0.0, height);
        if peak.height < LEAST_HEIGHT || peak.height <= before || peak.height < height(frame + 1) {
            continue;
        }
        match peaks.last_mut().filter(|last| frame - last.frame < LEAST_FRAMES) {
            Some(last) if last.height < peak.height => *last = peak,
            Some(_) => {}
            None => peaks.push(peak),
        }
    }
    peaks
}

/// Keeps the higher of a closed and an open peak of the hi-hat at one time, the closed of equals.
fn choose_hats(closed: &mut Vec<Peak>, open: &mut Vec<Peak>) {
    let highest_near = |peaks: &[Peak], frame: usize| {
        let first = peaks.partition_point(|peak| peak.frame + SAME_HAT_FRAMES <= frame);
        let near = peaks[first..].iter().take_while(|peak| peak.frame < frame + SAME_HAT_FRAMES);
        near.map(|peak| peak.height).fold(0.0, f32::max)
    };
    let all_closed = closed.clone();
    closed.retain(|peak| peak.height >= highest_near(open, peak.frame));
    open.retain(|peak| peak.height > highest_near(&all_closed, peak.frame));
}

/// Returns the hit of a peak. An activation falls by a half in a frame, so the difference of its
/// neighbours states where between frames the hit is.
fn hit(activations: &[Activation], index: usize, drum: Drum, peak: Peak) -> Hit {
    let at = |frame: usize| f64::from(activations.get(frame).map_or(0.0, |activation| activation.hits[index]));
    let (before, after) = (peak.frame.checked_sub(1).map_or(0.0, at), at(peak.frame + 1));
    let offset = 2.0 * (after - before) / (before + at(peak.frame) + after);
    let frame = peak.frame as f64 + offset.clamp(-0.5, 0.5);
    let strength = activations[peak.frame].strengths[index];
    let velocity = (strength * LARGEST_VELOCITY).round().clamp(1.0, LARGEST_VELOCITY) as u8;
    Hit { time_s: (frame * HOP as f64 / f64::from(SAMPLE_RATE)).max(0.0), drum, velocity }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Activation = Activation { hits: [0.0; DRUMS], strengths: [0.5; DRUMS] };

    /// Returns activations with a hit of each of `drums` at a time in frames, of this height.
    fn activations(drums: &[(Drum, f32, f32)]) -> Vec<Activation> {
        let mut activations = vec![QUIET; 100];
        for &(drum, time, height) in drums {
            for (frame, activation) in activations.iter_mut().enumerate() {
                let value = height * (1.0 - (frame as f32 - time).abs() / 2.0);
                let hit = &mut activation.hits[drum as usize];
                *hit = hit.max(value);
            }
        }
        activations
    }

    /// Returns the hits of activations where no two frames sound alike.
    fn hits(activations: &[Activation]) -> Vec<Hit> {
        super::hits(activations, |frame| Sound::flat(20.0 * frame as f32))
    }

    #[test]
    fn times_are_between_frames() {
        for time in [20.0, 20.3, 20.5, 20.8] {
            let hits = hits(&activations(&[(Drum::Snare, time, 0.9)]));
            let expected = f64::from(time) * HOP as f64 / f64::from(SAMPLE_RATE);
            assert_eq!((hits.len(), hits[0].drum, hits[0].velocity), (1, Drum::Snare, 64));
            assert!((hits[0].time_s - expected).abs() < 0.001, "{time}: {}", hits[0].time_s);
        }
    }

    #[test]
    fn low_peaks_and_peaks_too_close_are_left_out() {
        let hits = hits(&activations(&[(Drum::Kick, 10.0, 0.1), (Drum::Kick, 30.0, 0.7), (Drum::Kick, 33.0, 0.9)]));
        assert_eq!(hits.len(), 1);
        assert!((hits[0].time_s * 22_050.0 - 33.0 * 220.0).abs() < 1.0);
    }

    #[test]
    fn a_low_peak_that_sounds_like_high_ones_is_a_hit() {
        let played = [10.0, 30.0, 50.0, 70.0].map(|time| (Drum::Kick, time, if time == 50.0 { 0.4 } else { 0.9 }));
        let activations = activations(&played);
        assert_eq!(hits(&activations).len(), 3);
        assert_eq!(super::hits(&activations, |_| Sound::flat(40.0)).len(), 4);
    }

    #[test]
    fn a_peak_far_below_the_highest_is_not_a_hit() {
        let snares = |heights: [f32; 3]| -> Vec<Activation> {
            let played = [10.0, 40.0, 70.0].into_iter().zip(heights);
            activations(&played.map(|(time, height)| (Drum::Snare, time, height)).collect::<Vec<_>>())
        };
        assert_eq!(hits(&snares([1.0, 1.0, 0.55])).len(), 2);
        assert_eq!(hits(&snares([0.6, 0.6, 0.55])).len(), 3);
    }

    #[test]
    fn a_hat_is_open_or_closed_and_other_drums_sound_together() {
        let played = [(Drum::HihatClosed, 10.0, 0.8), (Drum::HihatOpen, 11.0, 0.9), (Drum::Crash, 10.0, 0.9)];
        let drums = |hits: Vec<Hit>| hits.into_iter().map(|hit| hit.drum).collect::<Vec<_>>();
        assert_eq!(drums(hits(&activations(&played))), [Drum::Crash, Drum::HihatOpen]);
        let far = [(Drum::HihatClosed, 10.0, 0.8), (Drum::HihatOpen, 16.0, 0.9)];
        assert_eq!(drums(hits(&activations(&far))), [Drum::HihatClosed, Drum::HihatOpen]);
    }

    #[test]
    fn the_first_and_the_last_frame_can_have_a_hit() {
        assert_eq!(hits(&activations(&[(Drum::Tom, 0.0, 0.9), (Drum::Ride, 99.0, 0.9)])).len(), 2);
        assert!(hits(&[]).is_empty());
    }
}
