//! A track of notes, put together from spans in any order.

use midly::num::{u4, u7, u15, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind};

/// A key that is held, in ticks of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) key: u8,
    pub(super) velocity: u8,
}

/// Events at absolute ticks. Of equal ticks the lower rank comes first.
#[derive(Default)]
pub(super) struct Events<'a> {
    events: Vec<(u64, u8, TrackEventKind<'a>)>,
}

/// Ranks of events at the same tick: a key is released before it is pressed again.
const META: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;

/// Text at the start of each file, which names its maker.
const MAKER: &str = concat!("mixdown ", env!("CARGO_PKG_VERSION"));

impl<'a> Events<'a> {
    /// Starts the first track of a file, with the name of its maker.
    pub(super) fn first() -> Self {
        let mut events = Self::default();
        events.meta(0, MetaMessage::Text(MAKER.as_bytes()));
        events
    }

    /// Adds a description.
    pub(super) fn meta(&mut self, tick: u64, message: MetaMessage<'a>) {
        self.events.push((tick, META, TrackEventKind::Meta(message)));
    }

    /// Adds the program of a channel.
    pub(super) fn program(&mut self, channel: u8, program: u8) {
        let message = MidiMessage::ProgramChange { program: u7::from(program.min(127)) };
        self.events.push((0, META, TrackEventKind::Midi { channel: u4::from(channel.min(15)), message }));
    }

    /// Adds held keys of a channel. A key that is pressed while it is held is released first.
    pub(super) fn held(&mut self, channel: u8, held: &[Held]) {
        let channel = u4::from(channel.min(15));
        let mut sorted = held.to_vec();
        sorted.sort_by_key(|held| (held.start, held.key));
        let mut next = [u64::MAX; 128];
        for held in sorted.iter().rev() {
            let key = held.key.min(127);
            let end = held.end.max(held.start + 1).min(next[usize::from(key)].max(held.start + 1));
            next[usize::from(key)] = held.start;
            let (key, vel) = (u7::from(key), u7::from(held.velocity.clamp(1, 127)));
            let on = MidiMessage::NoteOn { key, vel };
            let off = MidiMessage::NoteOff { key, vel: u7::from(0) };
            self.events.push((held.start, ON, TrackEventKind::Midi { channel, message: on }));
            self.events.push((end, OFF, TrackEventKind::Midi { channel, message: off }));
        }
    }

    /// Returns the track, which ends at `end` or with its last event.
    pub(super) fn finish(mut self, end: u64) -> Track<'a> {
        self.events.sort_by_key(|(tick, rank, _)| (*tick, *rank));
        let end = self.events.last().map_or(end, |(tick, ..)| end.max(*tick));
        self.events.push((end, META, TrackEventKind::Meta(MetaMessage::EndOfTrack)));
        let mut before = 0;
        let event = |(tick, _, kind): (u64, u8, TrackEventKind<'a>)| {
            let delta = u28::from(u32::try_from(tick - before).unwrap_or(u32::MAX).min(u28::max_value().as_int()));
            before = tick;
            TrackEvent { delta, kind }
        };
        self.events.into_iter().map(event).collect()
    }
}

/// Returns the bytes of a file of two tracks: tempo and metre, then notes.
pub(super) fn file(ticks_per_quarter: u16, tempo: Track<'_>, notes: Track<'_>) -> Vec<u8> {
    let header = Header::new(Format::Parallel, Timing::Metrical(u15::from(ticks_per_quarter)));
    let mut bytes = Vec::new();
    let written = Smf { header, tracks: vec![tempo, notes] }.write_std(&mut bytes);
    debug_assert!(written.is_ok(), "a vector takes all bytes, and a track is far below 4 GiB");
    bytes
}
