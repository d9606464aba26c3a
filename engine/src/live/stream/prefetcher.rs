//! Threads that read stems ahead: each keeps the rings of a few tracks full.

use super::cued_clip::CuedClip;
use super::ring_writer::RingWriter;
use crate::audio::AudioBuffer;
use crate::live::audio_thread::event::Event;
use crate::mix::Input;
use crossbeam_channel::Sender;
use std::time::Duration;

/// Frames read at a time.
const CHUNK: usize = 1_024;
/// Sleep of a reader when every ring is full.
const IDLE_SLEEP: Duration = Duration::from_millis(2);
/// Tracks per thread, if there are enough threads.
const TRACKS_A_THREAD: usize = 8;
/// Largest number of threads.
const MAX_THREADS: usize = 4;

/// The reader that fills one ring.
pub(crate) struct Prefetcher {
    pub(crate) track: usize,
    pub(crate) clip: CuedClip,
    pub(crate) writer: RingWriter,
    pub(crate) events: Sender<Event>,
    buffer: AudioBuffer,
    epoch: u64,
    phase: RingPhase,
}

/// Progress of a reader since its last cue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RingPhase {
    /// On the way to the first frame of the sound.
    Skipping,
    Playing,
    /// All frames are written, but not the end mark.
    Ending {
        broken: bool,
    },
    Done,
}

impl Prefetcher {
    pub(crate) fn new(track: usize, clip: CuedClip, writer: RingWriter, events: Sender<Event>) -> Self {
        let buffer = AudioBuffer::new(clip.channels(), CHUNK);
        Self { track, clip, writer, events, buffer, epoch: 0, phase: RingPhase::Skipping }
    }

    /// Does one step; returns true if there was anything to do.
    fn step(&mut self) -> bool {
        if let Some(cue) = self.writer.take_cue() {
            self.clip.cue(cue.position, cue.loop_range);
            (self.epoch, self.phase) = (cue.epoch, RingPhase::Skipping);
            return true;
        }
        match self.phase {
            RingPhase::Skipping => {
                if self.clip.available() == 0 {
                    self.clip.skip();
                } else if self.writer.begin(self.epoch) {
                    self.phase = RingPhase::Playing;
                }
                true
            }
            RingPhase::Playing => {
                // Small pieces only if the ring itself is small. While the ring is full, the clip
                // skips ahead to frames that are needed later.
                if self.writer.room() < CHUNK || self.clip.available() == 0 {
                    return self.clip.skip();
                }
                let frames = self.clip.available().min(CHUNK as u64) as usize;
                let sound = if self.clip.has_ended() { 0 } else { self.clip.fill(&mut self.buffer.first_mut(frames)) };
                // A stem that breaks off stays silent, in a loop as well.
                let broken = self.send_failure();
                let ended = broken || self.clip.has_ended();
                self.writer.write(&self.buffer.first(if ended { sound } else { frames }));
                if ended {
                    self.phase = RingPhase::Ending { broken };
                }
                true
            }
            RingPhase::Ending { broken } => {
                if self.writer.end(self.epoch, broken) {
                    self.phase = RingPhase::Done;
                }
                true
            }
            RingPhase::Done => false,
        }
    }

    fn send_failure(&mut self) -> bool {
        let Some(message) = self.clip.take_failure() else { return false };
        // The event is dropped if the queue is full or has no receiver.
        let _ = self.events.try_send(Event::StemFailed { track: self.track, message });
        true
    }
}

/// Starts the readers. They end when the engine, and with it every ring, is dropped. Control
/// thread.
///
/// # Errors
/// When the system cannot start another thread.
pub(crate) fn start(prefetchers: Vec<Prefetcher>) -> std::io::Result<()> {
    let threads = prefetchers.len().div_ceil(TRACKS_A_THREAD).clamp(1, MAX_THREADS);
    let mut groups: Vec<Vec<Prefetcher>> = (0..threads).map(|_| Vec::new()).collect();
    for (index, prefetcher) in prefetchers.into_iter().enumerate() {
        groups[index % threads].push(prefetcher);
    }
    for group in groups {
        std::thread::Builder::new().name("mixdown-reader".into()).spawn(move || run(group))?;
    }
    Ok(())
}

fn run(mut prefetchers: Vec<Prefetcher>) {
    while !prefetchers.is_empty() {
        let mut worked = false;
        prefetchers.retain_mut(|prefetcher| {
            worked |= prefetcher.step();
            !prefetcher.writer.is_abandoned()
        });
        if !worked {
            std::thread::sleep(IDLE_SLEEP);
        }
    }
}
