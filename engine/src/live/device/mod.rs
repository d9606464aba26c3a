//! Output devices, by way of cpal, and the choice of a device and a sample format.

mod stream;

use crate::units::SampleRate;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{SampleFormat, StreamConfig};
pub use stream::{Playing, Unplayed};
use thiserror::Error;

/// A device that cannot be played on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The system has none, or none of this name.
    #[error("there is no output device{requested}; there {known}")]
    Missing {
        /// ` called "…"`, if a name was requested.
        requested: String,
        /// The available devices.
        known: String,
    },
    /// It does not support this rate in a supported sample format.
    #[error("{name}: does not play at {rate_hz} Hz; set sample_rate_hz to {rates}")]
    Rate {
        /// The device.
        name: String,
        /// The rate of the mix.
        rate_hz: u32,
        /// The supported rates.
        rates: String,
    },
    /// Error of the sound system.
    #[error("{name}: {source}")]
    System {
        /// The device, or the host.
        name: String,
        /// The underlying error.
        source: cpal::Error,
    },
}

fn system(name: &str) -> impl Fn(cpal::Error) -> DeviceError + '_ {
    move |source| DeviceError::System { name: name.into(), source }
}

/// An output device as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceName {
    /// Identifier of the system: `hw:CARD=0,DEV=0`.
    pub id: String,
    /// Display name.
    pub name: String,
}

impl DeviceName {
    fn of(device: &cpal::Device) -> Self {
        let id = device.id().map_or_else(|_| String::new(), |id| id.id().to_owned());
        let name = device.description().map_or_else(|_| "unnamed".into(), |description| description.name().to_owned());
        Self { id, name }
    }
}

/// Lists the output devices. Control thread.
///
/// # Errors
/// When the system cannot list its devices.
pub fn device_names() -> Result<Vec<DeviceName>, DeviceError> {
    let devices = cpal::default_host().output_devices().map_err(system("sound system"))?;
    Ok(devices.map(|device| DeviceName::of(&device)).collect())
}

/// An output device, ready to play at one rate.
pub struct OutputDevice {
    device: cpal::Device,
    name: String,
    config: StreamConfig,
    format: SampleFormat,
}

impl OutputDevice {
    /// Opens a device by its id or name, or the system's default device, at a rate. Uses blocks of
    /// `block` frames if the device supports that. Control thread.
    ///
    /// # Errors
    /// See [`DeviceError`].
    pub fn open(name: Option<&str>, rate: SampleRate, block: u32) -> Result<Self, DeviceError> {
        let host = cpal::default_host();
        let found = match name {
            Some(name) => {
                let devices: Vec<_> = host.output_devices().map_err(system("sound system"))?.collect();
                let with = |same: fn(&DeviceName) -> &String| {
                    devices.iter().find(|device| same(&DeviceName::of(device)) == name)
                };
                with(|device| &device.id).or_else(|| with(|device| &device.name)).cloned()
            }
            None => host.default_output_device(),
        };
        let Some(device) = found else {
            let known: Vec<_> = device_names().unwrap_or_default().into_iter().map(|device| device.id).collect();
            let known = if known.is_empty() { "are none".into() } else { format!("are {}", known.join(", ")) };
            let requested = name.map(|name| format!(" called {name:?}")).unwrap_or_default();
            return Err(DeviceError::Missing { requested, known });
        };
        let name = DeviceName::of(&device).name;
        let ranges: Vec<_> = device.supported_output_configs().map_err(system(&name))?.collect();
        // Floats before wide integers before narrow ones; stereo before more channels.
        let preferred = [SampleFormat::F32, SampleFormat::I32, SampleFormat::I16, SampleFormat::U16];
        let rank = |format| preferred.iter().position(|other| *other == format);
        let mut fitting: Vec<_> = ranges
            .iter()
            .filter(|range| (range.min_sample_rate()..=range.max_sample_rate()).contains(&rate.hz()))
            .filter(|range| rank(range.sample_format()).is_some())
            .collect();
        fitting.sort_by_key(|range| (range.channels().abs_diff(2), rank(range.sample_format())));
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

    /// Returns the display name.
    pub fn name(&self) -> &str {
        &self.name
    }
}
