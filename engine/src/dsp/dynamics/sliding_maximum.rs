//! Largest value of the last frames.

/// Sliding maximum over a fixed number of frames: a monotonic queue in a ring of fixed size, at a
/// constant average cost per frame.
#[derive(Clone, Debug)]
pub(super) struct SlidingMaximum {
    /// Values that still matter, falling, each with the frame it came in; a ring.
    queue: Box<[(u64, f64)]>,
    front: usize,
    length: usize,
    window: u64,
    now: u64,
}

impl SlidingMaximum {
    /// Creates a maximum over `window` frames, the present one included.
    pub(super) fn new(window: usize) -> Self {
        Self { queue: vec![(0, 0.0); window].into(), front: 0, length: 0, window: window as u64, now: 0 }
    }

    pub(super) fn reset(&mut self) {
        (self.front, self.length, self.now) = (0, 0, 0);
    }

    /// Continues from the state of one of the same window.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        if self.window == old.window {
            self.queue.copy_from_slice(&old.queue);
            (self.front, self.length, self.now) = (old.front, old.length, old.now);
        }
    }

    /// Returns true if every value in the window is 0.
    pub(super) fn is_idle(&self) -> bool {
        self.length == 0
    }

    /// Appends a value of 0 or more and returns the largest in the window.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> f64 {
        if self.length > 0 && self.queue[self.front].0 + self.window <= self.now {
            self.front = self.after(self.front, 1);
            self.length -= 1;
        }
        // Zeros need no place: an empty queue means 0.
        if value > 0.0 {
            while self.length > 0 && self.queue[self.after(self.front, self.length - 1)].1 <= value {
                self.length -= 1;
            }
            let back = self.after(self.front, self.length);
            self.queue[back] = (self.now, value);
            self.length += 1;
        }
        self.now += 1;
        if self.length > 0 { self.queue[self.front].1 } else { 0.0 }
    }

    /// Returns a place in the ring; `steps` is at most its size.
    #[inline]
    fn after(&self, place: usize, steps: usize) -> usize {
        let place = place + steps;
        if place >= self.queue.len() { place - self.queue.len() } else { place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals::white_noise;

    #[test]
    fn it_equals_the_maximum_looked_up_each_time() {
        let values: Vec<f64> = white_noise(7, 1.0, 2_000).iter().map(|x| f64::from(x.max(0.0))).collect();
        for window in [1, 2, 5, 64, 700] {
            let mut sliding = SlidingMaximum::new(window);
            for now in 0..values.len() {
                let from = (now + 1).saturating_sub(window);
                let expected = values[from..=now].iter().fold(0.0, |largest: f64, value| largest.max(*value));
                assert_eq!(sliding.push(values[now]), expected, "window {window}, frame {now}");
            }
        }
    }
}
