//! Commands waiting for their frame, earliest first; commands at the same frame in the order in
//! which they were sent.

use super::message::{AudioMessage, MESSAGES};

/// A queue of fixed capacity.
pub(crate) struct Schedule {
    /// Commands, latest first, so that the next one is taken from the end.
    orders: Vec<(u64, AudioMessage)>,
}

impl Schedule {
    /// Creates an empty queue. Control thread; allocates.
    pub(crate) fn new() -> Self {
        Self { orders: Vec::with_capacity(MESSAGES) }
    }

    /// Returns true if there is room for another command. Audio thread.
    pub(crate) fn has_room(&self) -> bool {
        self.orders.len() < MESSAGES
    }

    /// Inserts a command; one without a time is due `now`. Only while there is room. Audio thread.
    pub(crate) fn add(&mut self, order: AudioMessage, now: u64) {
        let at = order.at.unwrap_or(now).max(now);
        let key = (at, order.number);
        let place = self.orders.partition_point(|(at, order)| (*at, order.number) > key);
        self.orders.insert(place, (at, order));
    }

    /// Removes and returns the next due command. Audio thread.
    pub(crate) fn take_due(&mut self, now: u64) -> Option<AudioMessage> {
        if self.next_at()? > now {
            return None;
        }
        self.orders.pop().map(|(_, order)| order)
    }

    /// Returns the frame of the next command. Audio thread.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.orders.last().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::audio_thread::message::Action;

    #[test]
    fn orders_come_by_time_and_then_by_number() {
        let mut schedule = Schedule::new();
        for (number, at) in [(0, Some(50)), (1, None), (2, Some(10)), (3, Some(50)), (4, Some(3))] {
            schedule.add(AudioMessage { number, at, ramp: None, what: Action::Play }, 20);
        }
        let mut taken = Vec::new();
        for now in [20, 49, 50] {
            taken.extend(std::iter::from_fn(|| schedule.take_due(now)).map(|order| (now, order.number)));
        }
        // Overdue orders are due now, in the order in which they were sent.
        assert_eq!(taken, [(20, 1), (20, 2), (20, 4), (50, 0), (50, 3)]);
    }
}
