//! A device that plays an engine, and returns it when the device is lost.

use super::{DeviceError, OutputDevice, system};
use crate::audio::{AudioBuffer, BlockMut};
use crate::live::audio_thread::engine::LiveEngine;
use crate::live::audio_thread::event::Event;
use crate::live::stream::input::LiveInput;
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::time::Duration;

/// Frames rendered at a time, however many the device requests.
const MAX_FRAMES: usize = 4_096;

/// A stream that plays until it is dropped.
pub struct Playing<I> {
    stream: cpal::Stream,
    engine_receiver: Receiver<LiveEngine<I>>,
}

/// A device that did not start to play.
pub struct Unplayed<I> {
    /// The reason.
    pub error: DeviceError,
    /// The engine that was to play; `None` if the system has kept it.
    pub engine: Option<LiveEngine<I>>,
}

impl<I> Playing<I> {
    /// Ends the stream and returns the engine in its current state, to be played elsewhere. Control
    /// thread.
    pub fn into_engine(self) -> Option<LiveEngine<I>> {
        let Self { stream, engine_receiver } = self;
        drop(stream);
        // The other end is dropped with the stream, whatever becomes of the engine.
        engine_receiver.recv().ok()
    }
}

/// An engine lent to a device.
struct LentEngine<I> {
    engine: Option<LiveEngine<I>>,
    sender: Sender<LiveEngine<I>>,
}

impl<I> Drop for LentEngine<I> {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            // There is room for the one engine; without a receiver it is dropped.
            let _ = self.sender.try_send(engine);
        }
    }
}

/// Converts a stream error to an event; `None` for errors that need no report.
fn reported(error: &cpal::Error) -> Option<Event> {
    let message = error.to_string();
    match error.kind() {
        // Errors that the system has recovered from by itself are not reported.
        cpal::ErrorKind::Xrun | cpal::ErrorKind::RealtimeDenied => None,
        cpal::ErrorKind::DeviceChanged => Some(Event::DeviceChanged { message }),
        _ => Some(Event::DeviceLost { message }),
    }
}

impl OutputDevice {
    /// Starts to play. `now` is a monotonic clock: the time of every block is recorded in the
    /// engine's counters. A lost device is reported as an event; the engine can then be recovered.
    /// Control thread.
    ///
    /// # Errors
    /// When the device refuses: the reason, and the engine.
    pub fn play<I: LiveInput + 'static>(
        self,
        engine: LiveEngine<I>,
        now: impl Fn() -> Duration + Send + 'static,
    ) -> Result<Playing<I>, Box<Unplayed<I>>> {
        let (sender, engine_receiver) = bounded(1);
        let events = engine.events.clone();
        let lent = LentEngine { engine: Some(engine), sender };
        let mut is_lost = false;
        let lost = move |error: cpal::Error| {
            // A failed device reports the error at every block: the first time is enough.
            if let Some(event) = reported(&error)
                && !is_lost
            {
                is_lost = matches!(event, Event::DeviceLost { .. });
                let _ = events.try_send(event);
            }
        };
        let built = match self.format {
            SampleFormat::I32 => self.stream::<i32, I>(lent, now, lost),
            SampleFormat::I16 => self.stream::<i16, I>(lent, now, lost),
            SampleFormat::U16 => self.stream::<u16, I>(lent, now, lost),
            _ => self.stream::<f32, I>(lent, now, lost),
        };
        let started = built.and_then(|stream| stream.play().map(|()| stream));
        match started {
            Ok(stream) => Ok(Playing { stream, engine_receiver }),
            Err(error) => {
                Err(Box::new(Unplayed { error: system(&self.name)(error), engine: engine_receiver.try_recv().ok() }))
            }
        }
    }

    fn stream<T: SizedSample + FromSample<f32>, I: LiveInput + 'static>(
        &self,
        mut lent: LentEngine<I>,
        now: impl Fn() -> Duration + Send + 'static,
        lost: impl FnMut(cpal::Error) + Send + 'static,
    ) -> Result<cpal::Stream, cpal::Error> {
        let (channels, rate_hz) = (usize::from(self.config.channels), f64::from(self.config.sample_rate));
        let mut planar = AudioBuffer::new(2, MAX_FRAMES);
        let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
            let Some(engine) = &mut lent.engine else { return };
            let start = now();
            // A device may request a different number of frames each time.
            for part in data.chunks_mut(MAX_FRAMES * channels) {
                let mut block = planar.first_mut(part.len() / channels);
                engine.process(&mut block);
                interleave(&block, channels, part);
            }
            let plays = Duration::from_secs_f64((data.len() / channels) as f64 / rate_hz);
            engine.counters().record_block(now().saturating_sub(start), plays);
        };
        self.device.build_output_stream(self.config, fill, lost, None)
    }
}

/// Converts planar stereo to interleaved frames of any number of channels: one takes the mean, more
/// than two leave the rest silent.
fn interleave<T: SizedSample + FromSample<f32>>(block: &BlockMut<'_>, channels: usize, out: &mut [T]) {
    let (left, right) = (block.channel(0), block.channel(1));
    for ((frame, left), right) in out.chunks_mut(channels).zip(left).zip(right) {
        match frame {
            [only] => *only = T::from_sample((left + right) * 0.5),
            [first, second, rest @ ..] => {
                (*first, *second) = (T::from_sample(*left), T::from_sample(*right));
                rest.fill(T::from_sample(0.0));
            }
            [] => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_any_number_of_channels_are_filled() {
        let mut audio = AudioBuffer::from_channels(&[vec![0.5, -1.0], vec![0.25, 1.0]]);
        let block = audio.block_mut();
        let (mut one, mut two, mut four) = ([0.0_f32; 2], [0_i16; 4], [9.0_f32; 8]);
        interleave(&block, 1, &mut one);
        interleave(&block, 2, &mut two);
        interleave(&block, 4, &mut four);
        assert_eq!((one, four), ([0.375, 0.0], [0.5, 0.25, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0]));
        assert_eq!(two, [16_384, 8_192, -32_768, 32_767]);
    }

    #[test]
    fn only_errors_that_end_the_sound_are_a_loss() {
        use cpal::ErrorKind::{DeviceChanged, DeviceNotAvailable, RealtimeDenied, StreamInvalidated, Xrun};
        let event = |kind: cpal::ErrorKind| reported(&cpal::Error::from(kind));
        assert!([Xrun, RealtimeDenied].into_iter().all(|kind| event(kind).is_none()));
        assert!(matches!(event(DeviceChanged), Some(Event::DeviceChanged { .. })));
        for kind in [DeviceNotAvailable, StreamInvalidated] {
            assert!(matches!(event(kind), Some(Event::DeviceLost { .. })), "{kind:?}");
        }
    }
}
