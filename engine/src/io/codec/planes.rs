//! Decoded planes to f32, and the loudspeakers of symphonia's channels.

use crate::audio::{Channel, ChannelLayout, Queue};
use crate::io::DecodeError;
use std::path::Path;
use symphonia::core::audio::conv::IntoSample;
use symphonia::core::audio::sample::Sample;
use symphonia::core::audio::{Audio, AudioBuffer, AudioSpec, Channels, GenericAudioBufferRef, Position};

/// Converts decoded planes to f32 onto the end of the queue. Returns the number of frames.
pub(super) fn append(buffer: &GenericAudioBufferRef<'_>, queue: &mut Queue) -> usize {
    fn planes<S: Sample + IntoSample<f32>>(buffer: &AudioBuffer<S>, queue: &mut Queue) {
        for (index, out) in queue.append(buffer.frames()).enumerate() {
            if let Some(plane) = buffer.plane(index) {
                out.iter_mut().zip(plane).for_each(|(out, &sample)| *out = sample.into_sample());
            }
        }
    }
    match buffer {
        GenericAudioBufferRef::U8(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::U16(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::U24(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::U32(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S8(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S16(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S24(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::S32(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::F32(buffer) => planes(buffer, queue),
        GenericAudioBufferRef::F64(buffer) => planes(buffer, queue),
    }
    buffer.frames()
}

/// Returns the layout of decoded audio, where its channels can be read.
pub(super) fn checked_layout(path: &Path, spec: &AudioSpec) -> Result<ChannelLayout, DecodeError> {
    let channels = spec.channels().count();
    if !(1..=ChannelLayout::MAX_CHANNELS).contains(&channels) {
        return Err(DecodeError::Channels { path: path.into(), channels });
    }
    Ok(match spec.channels() {
        _ if channels <= 2 => ChannelLayout::usual(channels),
        Channels::Positioned(positions) => {
            let sides = positions.intersects(Position::SIDE_LEFT | Position::SIDE_RIGHT);
            ChannelLayout::new(positions.iter().map(|position| channel_at(position, sides)).collect())
        }
        _ => ChannelLayout::usual(channels),
    })
}

fn channel_at(position: Position, has_sides: bool) -> Channel {
    match position {
        Position::FRONT_LEFT => Channel::Left,
        Position::FRONT_RIGHT => Channel::Right,
        Position::FRONT_CENTER => Channel::Centre,
        Position::LFE1 | Position::LFE2 => Channel::Lfe,
        Position::REAR_LEFT if has_sides => Channel::LeftRear,
        Position::REAR_RIGHT if has_sides => Channel::RightRear,
        Position::REAR_LEFT | Position::SIDE_LEFT => Channel::LeftSurround,
        Position::REAR_RIGHT | Position::SIDE_RIGHT => Channel::RightSurround,
        Position::REAR_CENTER => Channel::CentreSurround,
        Position::FRONT_LEFT_CENTER => Channel::LeftOfCentre,
        Position::FRONT_RIGHT_CENTER => Channel::RightOfCentre,
        Position::FRONT_LEFT_WIDE => Channel::LeftWide,
        Position::FRONT_RIGHT_WIDE => Channel::RightWide,
        Position::TOP_CENTER => Channel::TopCentre,
        Position::TOP_FRONT_LEFT => Channel::TopFrontLeft,
        Position::TOP_FRONT_CENTER => Channel::TopFrontCentre,
        Position::TOP_FRONT_RIGHT => Channel::TopFrontRight,
        Position::TOP_SIDE_LEFT => Channel::TopSideLeft,
        Position::TOP_SIDE_RIGHT => Channel::TopSideRight,
        Position::TOP_REAR_LEFT => Channel::TopRearLeft,
        Position::TOP_REAR_CENTER => Channel::TopRearCentre,
        Position::TOP_REAR_RIGHT => Channel::TopRearRight,
        Position::BOTTOM_FRONT_LEFT => Channel::BottomFrontLeft,
        Position::BOTTOM_FRONT_CENTER => Channel::BottomFrontCentre,
        Position::BOTTOM_FRONT_RIGHT => Channel::BottomFrontRight,
        _ => Channel::Other,
    }
}
