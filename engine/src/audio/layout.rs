//! Channel layouts: the loudspeaker of each channel.

use serde::{Deserialize, Serialize};

/// Loudspeaker position, named as in ITU-R BS.775 and the WAVE channel mask.
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
    /// Left of the centre, between centre and left front.
    LeftOfCentre,
    /// Right of the centre, between centre and right front.
    RightOfCentre,
    /// Left wide, between left front and left side.
    LeftWide,
    /// Right wide, between right front and right side.
    RightWide,
    /// Above the middle.
    TopCentre,
    /// Above the left front.
    TopFrontLeft,
    /// Above the centre front.
    TopFrontCentre,
    /// Above the right front.
    TopFrontRight,
    /// Above the left side.
    TopSideLeft,
    /// Above the right side.
    TopSideRight,
    /// Above the left rear.
    TopRearLeft,
    /// Above the middle of the rear.
    TopRearCentre,
    /// Above the right rear.
    TopRearRight,
    /// Below the left front.
    BottomFrontLeft,
    /// Below the centre front.
    BottomFrontCentre,
    /// Below the right front.
    BottomFrontRight,
    /// Any other position.
    Other,
}

/// Channels of a stream, in the order in which they are stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelLayout(Vec<Channel>);

impl ChannelLayout {
    /// Most channels that a file may have.
    pub const MAX_CHANNELS: usize = 32;

    /// Returns a layout of one channel.
    pub fn mono() -> Self {
        Self(vec![Channel::Centre])
    }

    /// Returns a layout of left and right.
    pub fn stereo() -> Self {
        Self(vec![Channel::Left, Channel::Right])
    }

    /// Returns the usual order for a number of channels when a file names none. It is mono, stereo,
    /// 3.0, quad, 5.0, 5.1, 6.1, 7.1; beyond eight, every position is [`Channel::Other`].
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

    /// Returns a layout of channels whose positions are not known.
    pub fn unnamed(channels: usize) -> Self {
        Self(vec![Channel::Other; channels])
    }

    /// Returns the layout of a WAVE channel mask (`dwChannelMask`, Microsoft's ksmedia.h): one
    /// channel for each of its bits, from the lowest. Bits beyond the number of channels do not
    /// count; channels beyond the bits have no position. A mask of 0, or one without a bit for a
    /// loudspeaker, names none. Then the usual order holds, and so it does for one and two
    /// channels.
    pub fn of_mask(mask: u32, channels: usize) -> Self {
        use Channel::{
            Centre, CentreSurround, Left, LeftOfCentre, LeftRear, LeftSurround, Lfe, Other, Right, RightOfCentre,
            RightRear, RightSurround, TopCentre, TopFrontCentre, TopFrontLeft, TopFrontRight, TopRearCentre,
            TopRearLeft, TopRearRight,
        };
        const SIDES: u32 = 0x600;
        if channels <= 2 || mask.trailing_zeros() >= 18 {
            return Self::usual(channels);
        }
        let rears = if mask & SIDES == 0 { [LeftSurround, RightSurround] } else { [LeftRear, RightRear] };
        let by_bit = [
            Left,
            Right,
            Centre,
            Lfe,
            rears[0],
            rears[1],
            LeftOfCentre,
            RightOfCentre,
            CentreSurround,
            LeftSurround,
            RightSurround,
            TopCentre,
            TopFrontLeft,
            TopFrontCentre,
            TopFrontRight,
            TopRearLeft,
            TopRearCentre,
            TopRearRight,
        ];
        let named = by_bit.into_iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, channel)| channel);
        Self(named.chain(std::iter::repeat(Other)).take(channels).collect())
    }

    /// Creates a layout of the given positions, in stored order.
    pub fn new(channels: Vec<Channel>) -> Self {
        Self(channels)
    }

    /// Returns the number of channels.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the positions, in stored order.
    pub fn channels(&self) -> &[Channel] {
        &self.0
    }
}
