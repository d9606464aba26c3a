//! Queue of frames: planar, appended at the end, taken from the start.

use super::{Block, BlockMut};

/// Planar samples between a producer of pieces and a consumer of blocks. The memory grows to the
/// largest length and stays.
#[derive(Debug)]
pub(crate) struct Queue {
    data: Vec<f32>,
    channels: usize,
    stride: usize,
    start: usize,
    end: usize,
}

impl Queue {
    pub(crate) fn new(channels: usize) -> Self {
        Self { data: Vec::new(), channels, stride: 0, start: 0, end: 0 }
    }

    /// Returns the number of frames in the queue.
    pub(crate) fn frames(&self) -> usize {
        self.end - self.start
    }

    /// Appends room for `frames` frames and returns it: one slice per channel, whose old content is
    /// to be overwritten.
    pub(crate) fn append(&mut self, frames: usize) -> impl Iterator<Item = &mut [f32]> {
        self.make_room(frames);
        let (from, to) = (self.end, self.end + frames);
        self.end = to;
        self.data.chunks_exact_mut(self.stride.max(1)).map(move |channel| &mut channel[from..to])
    }

    /// Returns the frames in the queue, from the `from`th on.
    pub(crate) fn block(&self, from: usize) -> Block<'_> {
        let start = (self.start + from).min(self.end);
        Block::new(&self.data, self.stride, self.channels, self.end).slice(start..self.end)
    }

    /// Returns the frames from the `from`th on, to write.
    pub(crate) fn block_mut(&mut self, from: usize) -> BlockMut<'_> {
        let start = (self.start + from).min(self.end);
        BlockMut::new(&mut self.data[start..], self.stride, self.channels, self.end - start)
    }

    /// Appends room for `frames` frames and returns it as a block, whose old content is to be
    /// overwritten.
    pub(crate) fn append_block(&mut self, frames: usize) -> BlockMut<'_> {
        self.make_room(frames);
        let from = self.end;
        self.end += frames;
        BlockMut::new(&mut self.data[from..], self.stride, self.channels, frames)
    }

    /// Removes frames at the start.
    pub(crate) fn take(&mut self, frames: usize) {
        self.start = (self.start + frames).min(self.end);
    }

    /// Removes frames at the end.
    pub(crate) fn drop_last(&mut self, frames: usize) {
        self.end = self.end.saturating_sub(frames).max(self.start);
    }

    /// Returns the same frames after `frames` of silence.
    pub(crate) fn led_by_silence(self, frames: usize) -> Self {
        let mut led = Self::new(self.channels);
        led.append(frames).for_each(|channel| channel.fill(0.0));
        let block = self.block(0);
        for (channel, slice) in led.append(block.frames()).enumerate() {
            slice.copy_from_slice(block.channel(channel));
        }
        led
    }

    fn make_room(&mut self, frames: usize) {
        let waiting = self.frames();
        if self.end + frames <= self.stride {
            return;
        }
        if waiting + frames <= self.stride {
            for channel in self.data.chunks_exact_mut(self.stride) {
                channel.copy_within(self.start..self.end, 0);
            }
        } else {
            let stride = (waiting + frames).next_power_of_two();
            let mut data = vec![0.0; stride * self.channels];
            for (new, old) in data.chunks_exact_mut(stride).zip(self.data.chunks_exact(self.stride.max(1))) {
                new[..waiting].copy_from_slice(&old[self.start..self.end]);
            }
            (self.data, self.stride) = (data, stride);
        }
        (self.start, self.end) = (0, waiting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_keep_their_order_while_memory_moves() {
        let mut queue = Queue::new(2);
        let (mut written, mut read) = (0_u16, 0_u16);
        for step in 0..200_u16 {
            let count = step % 13;
            for (channel, slice) in queue.append(usize::from(count)).enumerate() {
                for (i, sample) in (written..).zip(slice) {
                    *sample = f32::from(i) + 0.5 * channel as f32;
                }
            }
            written += count;
            let take = (step % 11).min(queue.frames() as u16);
            let block = queue.block(0);
            for (i, frame) in (read..read + take).zip(0..) {
                assert_eq!((block.channel(0)[frame], block.channel(1)[frame]), (f32::from(i), f32::from(i) + 0.5));
            }
            queue.take(usize::from(take));
            read += take;
        }
        assert_eq!(queue.frames(), usize::from(written - read));
        assert!(queue.stride <= 256, "memory follows what waits, not what went through");
    }
}
