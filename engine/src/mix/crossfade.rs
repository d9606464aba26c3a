//! Crossfade between a value and its successor, exchanged during playback.

#[cfg(test)]
mod model;

use super::ramp::Ramp;

/// A value and, for the length of a crossfade, its successor. Nothing is allocated or dropped here:
/// the replaced value waits to be taken.
#[derive(Clone, Debug)]
pub(super) struct Crossfade<T> {
    current: T,
    next: Option<T>,
    ramp: Ramp,
    retired: Option<T>,
}

impl<T> Crossfade<T> {
    /// Creates a crossfade at rest.
    pub(super) fn new(current: T) -> Self {
        Self { current, next: None, ramp: Ramp::DONE, retired: None }
    }

    /// Returns the value that is audible, or fading out.
    pub(super) fn current(&self) -> &T {
        &self.current
    }

    /// Returns the value that is audible, or fading out, to change it.
    pub(super) fn current_mut(&mut self) -> &mut T {
        &mut self.current
    }

    /// Returns true while two values run side by side.
    pub(super) fn is_fading(&self) -> bool {
        self.next.is_some()
    }

    /// Returns the number of frames until one value is left.
    pub(super) fn remaining(&self) -> u64 {
        if self.is_fading() { self.ramp.remaining() } else { 0 }
    }

    /// Returns true if no crossfade is in progress and no replaced value is left to take.
    pub(super) fn is_free(&self) -> bool {
        self.next.is_none() && self.retired.is_none()
    }

    /// Runs `next` silently for `wait` frames, then fades it in over `length` frames. Returns it
    /// unless [`Crossfade::is_free`].
    pub(super) fn start(&mut self, next: T, wait: u64, length: u64) -> Option<T> {
        if !self.is_free() {
            return Some(next);
        }
        self.next = Some(next);
        self.ramp = Ramp::new(wait, length);
        None
    }

    /// Returns both values and the ramp between them, while a crossfade is in progress.
    pub(super) fn both(&mut self) -> Option<(&mut T, &mut T, &Ramp)> {
        let next = self.next.as_mut()?;
        Some((&mut self.current, next, &self.ramp))
    }

    /// Advances by a number of frames. The successor takes over at the end.
    pub(super) fn advance(&mut self, frames: usize) {
        self.ramp.advance(frames);
        if self.ramp.is_done() {
            self.finish();
        }
    }

    /// Ends a crossfade at once.
    pub(super) fn finish(&mut self) {
        if let Some(next) = self.next.take() {
            self.retired = Some(std::mem::replace(&mut self.current, next));
        }
        self.ramp = Ramp::DONE;
    }

    /// Drops the replaced value if it is empty, so that dropping it frees nothing.
    pub(super) fn drop_retired_if(&mut self, is_empty: impl FnOnce(&T) -> bool) {
        self.retired = self.retired.take_if(|retired| !is_empty(retired));
    }

    /// Returns the replaced value, to be dropped elsewhere.
    pub(super) fn take_retired(&mut self) -> Option<T> {
        self.retired.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Plays `frames` frames of a crossfade between constants, in blocks of the sizes given.
    fn played(fade: &mut Crossfade<f32>, frames: usize, sizes: &[usize]) -> Vec<f32> {
        let mut out = Vec::new();
        for size in sizes.iter().cycle() {
            let mut rest = (*size).min(frames - out.len());
            if let Some((old, new, ramp)) = fade.both() {
                let fading = (ramp.remaining() as usize).min(rest);
                out.extend((0..fading).map(|frame| ramp.blend(frame, *old, *new)));
                fade.advance(fading);
                rest -= fading;
            }
            out.extend(std::iter::repeat_n(*fade.current(), rest));
            if out.len() == frames {
                return out;
            }
        }
        out
    }

    #[test]
    fn the_successor_fades_in_after_its_wait() {
        let mut fade = Crossfade::new(1.0);
        assert!(fade.is_free() && !fade.is_fading() && fade.remaining() == 0);
        assert_eq!(fade.start(0.0, 3, 10), None);
        assert_eq!(fade.remaining(), 13);
        let out = played(&mut fade, 20, &[7]);
        assert_eq!(out[..3], [1.0; 3]);
        assert!(out[3..13].windows(2).all(|pair| pair[1] < pair[0]) && out[3] < 1.0);
        assert_eq!(out[13..], [0.0; 7]);
        assert!(!fade.is_free(), "the old value waits");
        assert_eq!((fade.take_retired(), fade.take_retired()), (Some(1.0), None));
        assert!(fade.is_free());
    }

    #[test]
    fn a_second_successor_is_refused_during_a_crossfade() {
        let mut fade = Crossfade::new(1.0);
        assert_eq!(fade.start(2.0, 0, 4), None);
        assert_eq!(fade.start(3.0, 0, 4), Some(3.0));
        fade.finish();
        assert_eq!((*fade.current(), fade.start(3.0, 0, 4)), (2.0, Some(3.0)), "1.0 waits to be taken");
        assert_eq!(fade.take_retired(), Some(1.0));
        assert_eq!(fade.start(3.0, 0, 4), None);
    }

    proptest! {
        #[test]
        fn block_size_never_changes_a_crossfade(
            wait in 0_u64..40,
            length in 0_u64..60,
            sizes in proptest::collection::vec(1_usize..50, 1..6),
        ) {
            let start = || {
                let mut fade = Crossfade::new(0.25_f32);
                assert_eq!(fade.start(-0.75, wait, length), None);
                fade
            };
            let (mut whole, mut split) = (start(), start());
            prop_assert_eq!(played(&mut whole, 120, &[120]), played(&mut split, 120, &sizes));
            prop_assert_eq!((whole.take_retired(), split.take_retired()), (Some(0.25), Some(0.25)));
        }
    }
}
