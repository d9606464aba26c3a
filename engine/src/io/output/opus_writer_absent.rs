//! Stand-in for the writer of Opus in a build without the feature `opus`: it writes no file.

use crate::audio::Block;
use std::io::{self, Write};
use std::marker::PhantomData;

/// The only rate that is written, in hertz.
pub(crate) const OPUS_RATE_HZ: u32 = 48_000;

/// Writer that cannot be built.
pub(crate) struct OpusWriter<W: Write> {
    never: std::convert::Infallible,
    file: PhantomData<W>,
}

impl<W: Write> OpusWriter<W> {
    /// Returns the error that there is no writer.
    pub(crate) fn new(_: W, _: &[(&str, String)]) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this build leaves Opus out"))
    }

    pub(crate) fn write(&mut self, _: &Block<'_>) -> io::Result<()> {
        match self.never {}
    }

    pub(crate) fn finish(self) -> io::Result<W> {
        match self.never {}
    }
}
