//! Messages on their way to a client: a bounded queue, so that a slow client misses sound and
//! readings of its own, and nothing grows.

use axum::body::Bytes;
use axum::extract::ws::Message;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Largest number of bytes of sound: two seconds at 192 kHz in float.
const MAX_SOUND: usize = 2 * 192_000 * 8;
/// Largest number of readings.
const MAX_READINGS: usize = 256;
/// Largest number of texts that must arrive.
const MAX_TEXTS: usize = 4_096;

/// Messages on their way to a client.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    state: Mutex<State>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Item>,
    sound_bytes: usize,
    readings: usize,
    texts: usize,
    /// Frames left out since the last message with sound.
    gap_frames: u64,
}

#[derive(Debug)]
enum Item {
    Text(String),
    Reading(String),
    Sound(Bytes),
}

/// A client that does not take its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooSlow;

impl Outbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a text that must arrive.
    pub(super) fn text(&self, text: String) -> Result<(), TooSlow> {
        let mut state = self.state();
        if state.texts >= MAX_TEXTS {
            return Err(TooSlow);
        }
        state.texts += 1;
        state.queue.push_back(Item::Text(text));
        self.filled.notify_one();
        Ok(())
    }

    /// Appends readings, or leaves them out when too many wait.
    pub(super) fn reading(&self, text: String) {
        let mut state = self.state();
        if state.readings < MAX_READINGS {
            state.readings += 1;
            state.queue.push_back(Item::Reading(text));
            self.filled.notify_one();
        }
    }

    /// Appends sound of a number of frames, or leaves it out when too much waits.
    pub(super) fn sound(&self, sound: Bytes, frames: u64) {
        let mut state = self.state();
        if state.sound_bytes + sound.len() > MAX_SOUND {
            state.gap_frames += frames;
            return;
        }
        if let Some(gap) = state.take_gap() {
            state.queue.push_back(Item::Reading(gap));
            state.readings += 1;
        }
        state.sound_bytes += sound.len();
        state.queue.push_back(Item::Sound(sound));
        self.filled.notify_one();
    }

    /// Removes the first message; waits while there is none.
    pub(super) async fn next(&self) -> Message {
        loop {
            if let Some(message) = self.state().pop() {
                return message;
            }
            self.filled.notified().await;
        }
    }
}

impl State {
    fn take_gap(&mut self) -> Option<String> {
        let frames = std::mem::take(&mut self.gap_frames);
        (frames > 0).then(|| json!({ "event": "gap", "frames": frames }).to_string())
    }

    fn pop(&mut self) -> Option<Message> {
        let Some(item) = self.queue.pop_front() else {
            // Sound was left out, and none follows.
            return self.take_gap().map(Message::from);
        };
        Some(match item {
            Item::Text(text) => {
                self.texts -= 1;
                text.into()
            }
            Item::Reading(text) => {
                self.readings -= 1;
                text.into()
            }
            Item::Sound(sound) => {
                self.sound_bytes -= sound.len();
                Message::Binary(sound)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sound_that_does_not_fit_is_counted() {
        let outbox = Outbox::default();
        let half = Bytes::from(vec![0; MAX_SOUND / 2]);
        for _ in 0..5 {
            outbox.sound(half.clone(), 100);
        }
        assert_eq!(outbox.next().await, Message::Binary(half.clone()));
        outbox.sound(half.clone(), 100);
        assert_eq!(outbox.next().await, Message::Binary(half.clone()));
        assert_eq!(outbox.next().await, Message::from(r#"{"event":"gap","frames":300}"#));
        assert_eq!(outbox.next().await, Message::Binary(half.clone()));
        for _ in 0..3 {
            outbox.sound(half.clone(), 100);
        }
        for expected in [Message::Binary(half.clone()), Message::Binary(half)] {
            assert_eq!(outbox.next().await, expected);
        }
        assert_eq!(outbox.next().await, Message::from(r#"{"event":"gap","frames":100}"#));
    }

    #[tokio::test]
    async fn readings_are_left_out_and_texts_have_a_limit() {
        let outbox = Outbox::default();
        for n in 0..2 * MAX_READINGS {
            outbox.reading(n.to_string());
        }
        for n in 0..MAX_TEXTS {
            assert_eq!(outbox.text(n.to_string()), Ok(()));
        }
        assert_eq!(outbox.text("more".into()), Err(TooSlow));
        assert_eq!(outbox.next().await, Message::from("0"));
        outbox.reading("last".into());
        for _ in 1..MAX_READINGS + MAX_TEXTS {
            outbox.next().await;
        }
        assert_eq!(outbox.next().await, Message::from("last"));
    }
}
