//! Decoders of packets and samples to planar f32. Only this folder and the rows of
//! `io::container` name symphonia.

mod aac;
mod make;
mod media;
mod mp3;
mod open;
#[cfg(feature = "opus")]
pub(in crate::io) mod opus;
#[cfg(not(feature = "opus"))]
#[path = "opus_absent.rs"]
pub(in crate::io) mod opus;
pub(in crate::io) mod opus_head;
mod packet_decoder;
pub(in crate::io) mod pcm;
mod planes;
mod vorbis;

use super::DecodeError;
use super::container::timing::TrimPlan;
use crate::audio::ChannelLayout;
use crate::units::SampleRate;
use opus::OpusStream;
pub(in crate::io) use packet_decoder::PacketDecoder;
pub(in crate::io) use pcm::Pcm;
pub(in crate::io) use pcm::plain::{Filled, PlainPcm};
pub(in crate::io) use pcm::word::{Word, WordKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use symphonia::core::audio::AudioSpec;
use symphonia::core::codecs::audio::AudioDecoder;

/// Properties of the stream, known once the first packet has been decoded.
pub(in crate::io) struct Facts {
    pub(in crate::io) container: &'static str,
    pub(in crate::io) codec: String,
    pub(in crate::io) sample_rate: SampleRate,
    pub(in crate::io) layout: ChannelLayout,
    pub(in crate::io) bits: Option<u32>,
    pub(in crate::io) plan: TrimPlan,
}

/// Result of one step of decoding.
pub(in crate::io) enum DecodeStep {
    /// Frames were added to the queue.
    Decoded,
    /// A packet was corrupt: silence was added to the queue.
    Lost,
    /// Nothing follows; with a sentence if the file should not end there.
    End(Option<String>),
}

/// A decoder of packets.
enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<OpusStream>),
    Pcm(Pcm, AudioSpec),
}

/// Runs foreign code; a panic in it becomes an error. The process's panic hook still runs first: a
/// program that needs silence sets its own.
fn guarded<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, DecodeError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        DecodeError::damaged(path, format!("the decoder gave up on it ({})", text.unwrap_or("no reason given")))
    })
}

fn unsupported(path: &Path, container: &str, codec: String, reason: impl Into<String>) -> DecodeError {
    DecodeError::Unsupported { path: path.into(), container: container.into(), codec, reason: reason.into() }
}
