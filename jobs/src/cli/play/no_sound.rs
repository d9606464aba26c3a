//! Sound devices, in a build without the feature `device`.

use crate::cli::Failure;
use mixdown_engine::render::live::{LiveEngine, RingInput};
use mixdown_engine::units::SampleRate;

/// What plays on a device: nothing in this build.
pub(super) enum Playing {}

/// Always says that there are none in this build.
pub(super) fn check() -> Result<(), Failure> {
    Err(Failure::Other(
        "this build plays on no device: build one that does with `cargo install --path jobs --features device`; --null plays against \
         the clock and --freewheel as fast as it goes, without"
            .into(),
    ))
}

pub(super) fn list() -> Result<String, Failure> {
    check().map(|()| String::new())
}

pub(super) fn play(
    _name: Option<&str>,
    _block: u32,
    _rate: SampleRate,
    _engine: LiveEngine<RingInput>,
) -> Result<Playing, Failure> {
    match check() {
        Err(failure) => Err(failure),
        Ok(()) => unreachable!("there is no device in this build"),
    }
}
