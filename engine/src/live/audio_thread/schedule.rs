//! Commands waiting for their frame, earliest first; commands at the same frame in the order in
//! which they were sent.

use super::message::{AudioMessage, MAX_COMMANDS};

/// A queue of fixed capacity.
pub(crate) struct Schedule {
    /// Commands, latest first, so that the next one is taken from the end.
    commands: Vec<(u64, AudioMessage)>,
}

impl Schedule {
    /// Creates an empty queue. Control thread; allocates.
    pub(crate) fn new() -> Self {
        Self { commands: Vec::with_capacity(MAX_COMMANDS) }
    }

    /// Returns true if there is room for another command. Audio thread.
    pub(crate) fn has_room(&self) -> bool {
        self.commands.len() < MAX_COMMANDS
    }

    /// Inserts a command; one without a time is due `now`. Only while there is room. Audio thread.
    pub(crate) fn add(&mut self, command: AudioMessage, now: u64) {
        let at = command.at.unwrap_or(now).max(now);
        let key = (at, command.number);
        let index = self.commands.partition_point(|(at, command)| (*at, command.number) > key);
        self.commands.insert(index, (at, command));
    }

    /// Removes and returns the next due command. Audio thread.
    pub(crate) fn take_due(&mut self, now: u64) -> Option<AudioMessage> {
        if self.next_at()? > now {
            return None;
        }
        self.commands.pop().map(|(_, command)| command)
    }

    /// Returns the frame of the next command. Audio thread.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.commands.last().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::audio_thread::message::Action;

    #[test]
    fn commands_are_sorted_by_time_then_number() {
        let mut schedule = Schedule::new();
        for (number, at) in [(0, Some(50)), (1, None), (2, Some(10)), (3, Some(50)), (4, Some(3))] {
            schedule.add(AudioMessage { number, at, ramp: None, action: Action::Play }, 20);
        }
        let mut taken = Vec::new();
        for now in [20, 49, 50] {
            taken.extend(std::iter::from_fn(|| schedule.take_due(now)).map(|command| (now, command.number)));
        }
        // Overdue commands are due now, in the order in which they were sent.
        assert_eq!(taken, [(20, 1), (20, 2), (20, 4), (50, 0), (50, 3)]);
    }
}
