//! Sound devices.

use crate::cli::Failure;
use mixdown_engine::render::live::{LiveEngine, OutputDevice, Playing, RingInput, device_names};
use mixdown_engine::units::SampleRate;
use std::time::Instant;

#[expect(clippy::unnecessary_wraps)] // As in a build without devices.
pub(super) fn check() -> Result<(), Failure> {
    Ok(())
}

/// The names of the devices, a line each.
pub(super) fn list() -> Result<String, Failure> {
    let names = device_names().map_err(|error| Failure::Other(error.to_string()))?;
    Ok(names.join("\n") + if names.is_empty() { "" } else { "\n" })
}

/// Plays on a device until what comes back is dropped.
pub(super) fn play(
    name: Option<&str>,
    block: u32,
    rate: SampleRate,
    engine: LiveEngine<RingInput>,
) -> Result<Playing, Failure> {
    let start = Instant::now();
    OutputDevice::open(name, rate, block)
        .and_then(|device| device.play(engine, move || start.elapsed()))
        .map_err(|error| Failure::Other(error.to_string()))
}
