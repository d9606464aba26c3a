//! Playing on a sound device, by way of cpal.

use super::engine::LiveEngine;
use super::event::Event;
use super::input::LiveInput;
use crate::audio::{AudioBuffer, BlockMut};
use crate::units::SampleRate;
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use std::time::Duration;
use thiserror::Error;

/// Frames that are rendered at a time, however many the device asks for.
const MOST: usize = 4_096;

/// A device that cannot be played on.
#[derive(Debug, Error)]
pub enum DeviceError {
    /// The system has none, or none of this name.
    #[error("there is no output device{asked}; there {known}")]
    Missing {
        /// ` called "…"`, where one was asked for.
        asked: String,
        /// Those that there are.
        known: String,
    },
    /// It does not play at this rate in a format that can be written.
    #[error("{name}: does not play at {rate_hz} Hz; set sample_rate_hz to {rates}")]
    Rate {
        /// The device.
        name: String,
        /// The rate of the mix.
        rate_hz: u32,
        /// The rates that it plays at.
        rates: String,
    },
    /// What the system says.
    #[error("{name}: {source}")]
    System {
        /// The device, or the host.
        name: String,
        /// Its own words.
        source: cpal::Error,
    },
}

fn system(name: &str) -> impl Fn(cpal::Error) -> DeviceError + '_ {
    move |source| DeviceError::System { name: name.into(), source }
}

fn name_of(device: &cpal::Device) -> String {
    device.description().map_or_else(|_| "unnamed".into(), |description| description.name().to_owned())
}

/// The names of the output devices. Control thread.
///
/// # Errors
/// When the system does not say.
pub fn device_names() -> Result<Vec<String>, DeviceError> {
    let devices = cpal::default_host().output_devices().map_err(system("sound system"))?;
    Ok(devices.map(|device| name_of(&device)).collect())
}

/// An output device, ready to play at a rate.
pub struct OutputDevice {
    device: cpal::Device,
    name: String,
    config: StreamConfig,
    format: SampleFormat,
}

/// A stream that plays until it is dropped.
pub struct Playing {
    _stream: cpal::Stream,
}

impl OutputDevice {
    /// Opens a device by name, or the system's default, at a rate; `block` frames at a time if the device takes that. Control thread.
    ///
    /// # Errors
    /// See [`DeviceError`].
    pub fn open(name: Option<&str>, rate: SampleRate, block: u32) -> Result<Self, DeviceError> {
        let host = cpal::default_host();
        let found = match name {
            Some(name) => {
                let mut devices = host.output_devices().map_err(system("sound system"))?;
                devices.find(|device| name_of(device) == name)
            }
            None => host.default_output_device(),
        };
        let Some(device) = found else {
            let known = device_names().unwrap_or_default();
            let known = if known.is_empty() { "are none".into() } else { format!("are {}", known.join(", ")) };
            let asked = name.map(|name| format!(" called {name:?}")).unwrap_or_default();
            return Err(DeviceError::Missing { asked, known });
        };
        let name = name_of(&device);
        let ranges: Vec<_> = device.supported_output_configs().map_err(system(&name))?.collect();
        // Floats before wide integers before narrow ones; stereo before more channels.
        let order = [SampleFormat::F32, SampleFormat::I32, SampleFormat::I16, SampleFormat::U16];
        let place = |format| order.iter().position(|other| *other == format);
        let mut fitting: Vec<_> = ranges
            .iter()
            .filter(|range| (range.min_sample_rate()..=range.max_sample_rate()).contains(&rate.hz()))
            .filter(|range| place(range.sample_format()).is_some())
            .collect();
        fitting.sort_by_key(|range| (range.channels().abs_diff(2), place(range.sample_format())));
        let Some(range) = fitting.first() else {
            let mut rates: Vec<u32> =
                ranges.iter().flat_map(|range| [range.min_sample_rate(), range.max_sample_rate()]).collect();
            rates.sort_unstable();
            rates.dedup();
            let rates = rates.iter().map(u32::to_string).collect::<Vec<_>>().join(" or ");
            return Err(DeviceError::Rate { name, rate_hz: rate.hz(), rates });
        };
        let (format, channels) = (range.sample_format(), range.channels());
        let buffer_size = match range.buffer_size() {
            cpal::SupportedBufferSize::Range { min, max } if (*min..=*max).contains(&block) => {
                cpal::BufferSize::Fixed(block)
            }
            _ => cpal::BufferSize::Default,
        };
        let config = StreamConfig { channels, sample_rate: rate.hz(), buffer_size };
        Ok(Self { device, name, config, format })
    }

    /// Starts to play. `now` is a clock that never goes back: the time of every block is noted in the engine's counters. A device that is
    /// lost is told as an event. Control thread.
    ///
    /// # Errors
    /// When the device refuses.
    pub fn play<I: LiveInput + 'static>(
        self,
        engine: LiveEngine<I>,
        now: impl Fn() -> Duration + Send + 'static,
    ) -> Result<Playing, DeviceError> {
        match self.format {
            SampleFormat::I32 => self.play_as::<i32, I>(engine, now),
            SampleFormat::I16 => self.play_as::<i16, I>(engine, now),
            SampleFormat::U16 => self.play_as::<u16, I>(engine, now),
            _ => self.play_as::<f32, I>(engine, now),
        }
    }

    fn play_as<T: SizedSample + FromSample<f32>, I: LiveInput + 'static>(
        self,
        mut engine: LiveEngine<I>,
        now: impl Fn() -> Duration + Send + 'static,
    ) -> Result<Playing, DeviceError> {
        let (channels, rate_hz) = (usize::from(self.config.channels), f64::from(self.config.sample_rate));
        let (events, counters) = (engine.events.clone(), engine.counters().clone());
        let mut planar = AudioBuffer::new(2, MOST);
        let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
            let start = now();
            // A device may ask for another number of frames each time.
            for part in data.chunks_mut(MOST * channels) {
                let mut block = planar.first_mut(part.len() / channels);
                engine.process(&mut block);
                interleave(&block, channels, part);
            }
            let plays = Duration::from_secs_f64((data.len() / channels) as f64 / rate_hz);
            counters.record_block(now().saturating_sub(start), plays);
        };
        let lost = move |error: cpal::Error| {
            // What the system has put right by itself is none of the listener's concern.
            if !matches!(error.kind(), cpal::ErrorKind::Xrun | cpal::ErrorKind::RealtimeDenied) {
                let _ = events.try_send(Event::DeviceLost { message: error.to_string() });
            }
        };
        let stream = self.device.build_output_stream(self.config, fill, lost, None).map_err(system(&self.name))?;
        stream.play().map_err(system(&self.name))?;
        Ok(Playing { _stream: stream })
    }
}

/// Planar stereo to interleaved frames of any number of channels: one takes the mean, more than two are silent.
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
}
