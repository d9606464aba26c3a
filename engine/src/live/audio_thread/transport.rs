//! The session position, and starting and stopping without a click.

#[cfg(test)]
mod model;

use super::event::Motion;
use crate::audio::BlockMut;
use crate::live::stream::input::Cue;
use crate::live::stream::loop_range::LoopRange;
use crate::live::stream::loop_range::checked;
use crate::mix::Ramp;

/// Step that follows once the sound has faded out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransportAction {
    /// Continue to play.
    Play,
    /// Stand still.
    Pause,
    /// Seek, with the loop from then on, then play or stand still.
    Seek { position: u64, loop_range: Option<LoopRange>, play: bool },
}

impl TransportAction {
    /// Returns the action that has the effect of this one and of a later one. Playing and pausing
    /// only decide what follows a seek.
    fn then(self, later: Self) -> Self {
        match (self, later) {
            (Self::Seek { position, loop_range, .. }, Self::Play | Self::Pause) => {
                Self::Seek { position, loop_range, play: later == Self::Play }
            }
            _ => later,
        }
    }
}

/// State, position and loop, and the fades between.
pub(crate) struct Transport {
    motion: Motion,
    position: u64,
    loop_range: Option<LoopRange>,
    epoch: u64,
    /// Pending action while the output fades out.
    next: Option<TransportAction>,
    fade_in: Ramp,
    fade_out: Ramp,
    /// True if the next start waits for the readers, after a cue.
    needs_cue: bool,
}

impl Transport {
    /// Creates a transport that stands still at a session frame, and the cue for the readers.
    pub(crate) fn new(position: u64, loop_range: Option<LoopRange>) -> (Self, Cue) {
        let mut transport = Self {
            motion: Motion::Still,
            position,
            loop_range: checked(loop_range),
            epoch: 0,
            next: None,
            fade_in: Ramp::DONE,
            fade_out: Ramp::DONE,
            needs_cue: true,
        };
        let cue = transport.cue(position, transport.loop_range, false);
        (transport, cue)
    }

    pub(crate) fn motion(&self) -> Motion {
        self.motion
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Returns the action that stops: stand still at the beginning.
    pub(crate) fn stop(&self) -> TransportAction {
        TransportAction::Seek { position: 0, loop_range: self.next_place().1, play: false }
    }

    /// Returns the action that seeks to a session frame, and plays from there if it would play now.
    pub(crate) fn seek(&self, position: u64) -> TransportAction {
        TransportAction::Seek { position, loop_range: self.next_place().1, play: self.will_play() }
    }

    /// Returns the action that sets or clears the loop, and continues from the same position.
    pub(crate) fn set_loop(&self, range: Option<LoopRange>) -> TransportAction {
        TransportAction::Seek { position: self.next_place().0, loop_range: checked(range), play: self.will_play() }
    }

    /// Returns the position and the loop after the pending action.
    fn next_place(&self) -> (u64, Option<LoopRange>) {
        match self.next {
            Some(TransportAction::Seek { position, loop_range, .. }) => (position, loop_range),
            _ => (self.position, self.loop_range),
        }
    }

    /// Returns true if it plays, or will play without another request.
    fn will_play(&self) -> bool {
        match self.next {
            Some(next) => matches!(next, TransportAction::Play | TransportAction::Seek { play: true, .. }),
            None => self.motion != Motion::Still,
        }
    }

    /// Returns true if a seek waits for the end of a fade-out.
    pub(crate) fn will_seek(&self) -> bool {
        matches!(self.next, Some(TransportAction::Seek { .. }))
    }

    /// Requests an action. Returns it if it can be carried out at once; otherwise the sound fades
    /// out first. A seek that waits for that stays.
    pub(crate) fn request(&mut self, next: TransportAction, ramp: u64) -> Option<TransportAction> {
        match (self.motion, next) {
            (Motion::Rolling, TransportAction::Play) if self.next.is_none() => None,
            (Motion::Rolling, next) => {
                if self.next.is_none() {
                    self.fade_out = Ramp::new(0, ramp);
                }
                self.next = Some(self.next.map_or(next, |pending| pending.then(next)));
                None
            }
            (Motion::Still, TransportAction::Play) if self.needs_cue => {
                self.motion = Motion::Cueing;
                None
            }
            (Motion::Cueing, TransportAction::Play) => None,
            (Motion::Still | Motion::Cueing, next) => Some(next),
        }
    }

    /// Stands still.
    pub(crate) fn pause(&mut self) {
        (self.motion, self.next, self.fade_out) = (Motion::Still, None, Ramp::DONE);
    }

    /// Continues from the current position.
    pub(crate) fn resume(&mut self, ramp: u64) {
        (self.motion, self.next, self.fade_out) = (Motion::Rolling, None, Ramp::DONE);
        self.fade_in = Ramp::new(0, ramp);
    }

    /// Seeks to a session frame, with the loop from there on; returns the cue for the readers.
    pub(crate) fn cue(&mut self, position: u64, loop_range: Option<LoopRange>, play: bool) -> Cue {
        self.epoch += 1;
        // A position past the loop's end would never return to the loop.
        let position = match loop_range {
            Some((start, end)) if position >= end => start,
            _ => position,
        };
        (self.position, self.loop_range) = (position, loop_range);
        self.motion = if play { Motion::Cueing } else { Motion::Still };
        (self.next, self.fade_out, self.needs_cue) = (None, Ramp::DONE, true);
        Cue { epoch: self.epoch, position, loop_range }
    }

    /// Starts to play, once the readers are in place. At session time 0 everything starts
    /// naturally; elsewhere the sound, delayed by `latency` frames, fades in.
    pub(crate) fn start(&mut self, latency: u64, ramp: u64) {
        (self.motion, self.needs_cue) = (Motion::Rolling, false);
        self.fade_in = if self.position == 0 { Ramp::DONE } else { Ramp::new(latency, ramp) };
    }

    /// Returns the number of frames until the fade-out ends.
    pub(crate) fn fade_out_remaining(&self) -> u64 {
        if self.next.is_some() { self.fade_out.remaining().max(1) } else { u64::MAX }
    }

    /// Applies the current fade to the output.
    pub(crate) fn fade(&mut self, out: &mut BlockMut<'_>) {
        if self.fade_in.is_done() && self.next.is_none() {
            return;
        }
        for channel in 0..out.channels() {
            for (ahead, sample) in out.channel_mut(channel).iter_mut().enumerate() {
                let out_weight = if self.next.is_some() { 1.0 - self.fade_out.weight(ahead) } else { 1.0 };
                *sample = (f64::from(*sample) * self.fade_in.weight(ahead) * out_weight) as f32;
            }
        }
        self.fade_in.advance(out.frames());
    }

    /// Advances by a number of frames; returns the pending action if a fade-out has ended.
    pub(crate) fn advance(&mut self, frames: usize) -> Option<TransportAction> {
        self.position += frames as u64;
        if let Some((start, end)) = self.loop_range
            && self.position >= end
        {
            self.position = start + (self.position - end) % (end - start);
        }
        let next = self.next?;
        self.fade_out.advance(frames);
        self.fade_out.is_done().then_some(next)
    }
}
