//! Sound devices, in a build without the feature `device`.

use super::engine_watch::EngineWatch;
use crate::cli::Failure;
use mixdown_engine::live::{LiveEngine, RingInput};
use mixdown_engine::units::SampleRate;

/// Always fails: there are none in this build.
pub(super) fn check() -> Result<(), Failure> {
    Err(Failure::Other(
        "this build has no sound device, as it was built without ALSA. Install its headers (package libasound2-dev on Debian and \
         Ubuntu, alsa-lib-devel on Fedora, alsa-lib on Arch), then add sound with `cargo install --path jobs --features device`. \
         Without sound, --null plays against the clock and --freewheel as fast as it goes"
            .into(),
    ))
}

pub(super) fn list() -> Result<String, Failure> {
    check().map(|()| String::new())
}

pub(super) fn run(
    _watch: &mut EngineWatch<'_>,
    _rate: SampleRate,
    _engine: LiveEngine<RingInput>,
    _is_done: &mut dyn FnMut() -> bool,
) -> Result<Option<Failure>, Failure> {
    check().map(|()| None)
}
