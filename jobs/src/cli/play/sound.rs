//! Sound devices.

use super::engine_watch::{EngineWatch, Watched};
use super::run_loop;
use crate::cli::Failure;
use crate::cli::terminal::one_line;
use mixdown_engine::live::{LiveEngine, OutputDevice, RingInput, device_names};
use mixdown_engine::units::SampleRate;
use std::time::{Duration, Instant};

/// Number of attempts to replace a lost device, and the pause between them.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(300);

#[expect(clippy::unnecessary_wraps)] // As in a build without devices.
pub(super) fn check() -> Result<(), Failure> {
    Ok(())
}

/// Returns the devices, one per line: the system's identifier and the name.
pub(super) fn list() -> Result<String, Failure> {
    let devices = device_names().map_err(|error| Failure::Other(error.to_string()))?;
    let lines: Vec<String> =
        devices.iter().map(|device| format!("{}\t{}\n", one_line(&device.id), one_line(&device.name))).collect();
    Ok(lines.concat())
}

/// Plays on a device until it is done or interrupted. After a lost device it continues on the same
/// one, if it is back, or else on the system's default. Returns `Some` with the reason if there is
/// none.
pub(super) fn run(
    watch: &mut EngineWatch<'_>,
    rate: SampleRate,
    mut engine: LiveEngine<RingInput>,
    is_done: &mut dyn FnMut() -> bool,
) -> Result<Option<Failure>, Failure> {
    let (requested, block) = (watch.arguments.device.as_deref(), watch.arguments.block);
    let clock = Instant::now();
    let missing = || {
        Failure::Other(
            "the device is lost, and no other takes the sound; plug it in again, or choose one with --device".into(),
        )
    };
    let device = OutputDevice::open(requested, rate, block).map_err(|error| Failure::Other(error.to_string()))?;
    let now = move || clock.elapsed();
    let mut playing = device.play(engine, now).map_err(|unplayed| Failure::Other(unplayed.error.to_string()))?;
    let mut lost = 0;
    loop {
        let since = Instant::now();
        if run_loop::run(watch, is_done)? == Watched::Over {
            return Ok(None);
        }
        // A device that is lost again and again counts as missing.
        lost = if since.elapsed() < 2 * PAUSE { lost + 1 } else { 1 };
        match playing.into_engine() {
            Some(back) if lost < TRIES => engine = back,
            _ => return Ok(Some(missing())),
        }
        let mut tries = 0;
        playing = loop {
            // It may only have changed; when it does not last, another one is tried.
            let name = if (lost + tries) % 2 == 1 { requested } else { None };
            tries += 1;
            let started = match OutputDevice::open(name, rate, block) {
                Ok(device) => {
                    let name = device.name().to_owned();
                    match device.play(engine, now) {
                        Ok(playing) => {
                            watch.warn(format!("playback continues on {name}"));
                            break playing;
                        }
                        Err(unplayed) => unplayed.engine,
                    }
                }
                Err(_) => Some(engine),
            };
            match started {
                Some(back) if tries < TRIES => engine = back,
                _ => return Ok(Some(missing())),
            }
            std::thread::sleep(PAUSE);
        };
    }
}
