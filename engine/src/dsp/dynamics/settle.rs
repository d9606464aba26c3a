//! Places in a stream where memories that ring out are set to 0.

/// Frames between two checks, counted from the start, so that the bits do not depend on how the
/// input is split.
const SETTLE_FRAMES: usize = 1_024;

/// Memory below this, −600 dBFS, is set to 0: it would otherwise reach denormal numbers, which cost
/// some processors a hundred cycles each.
const REST: f64 = 1e-30;

/// Count of the frames until the next check.
#[derive(Clone, Debug)]
pub(super) struct Settle {
    left: usize,
}

impl Settle {
    pub(super) fn new() -> Self {
        Self { left: SETTLE_FRAMES }
    }

    pub(super) fn reset(&mut self) {
        self.left = SETTLE_FRAMES;
    }

    /// Returns the frames that may be run before the next check, at most `frames`.
    pub(super) fn until(&self, frames: usize) -> usize {
        frames.min(self.left)
    }

    /// Counts frames that have been run, and checks the memory when it is time.
    pub(super) fn count<'a>(&mut self, frames: usize, memory: impl IntoIterator<Item = &'a mut f64>) {
        self.left -= frames;
        if self.left == 0 {
            self.left = SETTLE_FRAMES;
            memory.into_iter().filter(|value| value.abs() < REST).for_each(|value| *value = 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_checked_at_the_same_frames_in_any_split() {
        for size in [1, 7, 256, 1_024] {
            let mut settle = Settle::new();
            let (mut memory, mut frame) = ([1e-40, 1e-20], 0);
            while memory[0] != 0.0 {
                let frames = settle.until(size);
                settle.count(frames, &mut memory);
                frame += frames;
            }
            assert_eq!((frame, memory), (1_024, [0.0, 1e-20]), "blocks of {size}");
        }
    }
}
