//! Which loudspeaker each channel is for.

use serde::{Deserialize, Serialize};

/// A loudspeaker position, named as in ITU-R BS.775 and the WAVE channel mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Left front.
    Left,
    /// Right front.
    Right,
    /// Centre front; also the only channel of a mono file.
    Centre,
    /// Low-frequency effects: out of loudness and of every fold.
    Lfe,
    /// Left surround (side, or rear where there is one pair).
    LeftSurround,
    /// Right surround (side, or rear where there is one pair).
    RightSurround,
    /// Left rear of a layout that has side surrounds too.
    LeftRear,
    /// Right rear of a layout that has side surrounds too.
    RightRear,
    /// One channel in the middle of the rear.
    CentreSurround,
    /// Any other position.
    Other,
}

/// The channels of a stream, in the order in which they are stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelLayout(Vec<Channel>);

impl ChannelLayout {
    /// The most channels that a file may have.
    pub const MAX_CHANNELS: usize = 32;

    /// One channel.
    pub fn mono() -> Self {
        Self(vec![Channel::Centre])
    }

    /// Left and right.
    pub fn stereo() -> Self {
        Self(vec![Channel::Left, Channel::Right])
    }

    /// The usual order for a number of channels when a file names none: mono, stereo, 3.0, quad, 5.0, 5.1, 6.1, 7.1;
    /// beyond eight, every position is [`Channel::Other`].
    pub fn usual(channels: usize) -> Self {
        use Channel::{
            Centre, CentreSurround, Left, LeftRear, LeftSurround, Lfe, Other, Right, RightRear, RightSurround,
        };
        Self(match channels {
            1 => vec![Centre],
            2 => vec![Left, Right],
            3 => vec![Left, Right, Centre],
            4 => vec![Left, Right, LeftSurround, RightSurround],
            5 => vec![Left, Right, Centre, LeftSurround, RightSurround],
            6 => vec![Left, Right, Centre, Lfe, LeftSurround, RightSurround],
            7 => vec![Left, Right, Centre, Lfe, CentreSurround, LeftSurround, RightSurround],
            8 => vec![Left, Right, Centre, Lfe, LeftRear, RightRear, LeftSurround, RightSurround],
            n => vec![Other; n],
        })
    }

    /// A layout of the given positions, in stored order.
    pub fn new(channels: Vec<Channel>) -> Self {
        Self(channels)
    }

    /// The number of channels.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The positions, in stored order.
    pub fn channels(&self) -> &[Channel] {
        &self.0
    }
}
